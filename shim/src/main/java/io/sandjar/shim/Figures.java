// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.Any;

/** What a container uses, in the one of containerd's two shapes that fits the host's control groups. */
final class Figures {
    private Figures() {}

    /** Of a container's groups. */
    static Any of(ControlGroups groups) {
        return groups.unified()
                ? any("io.containerd.cgroups.v2.Metrics", FiguresV2.of(groups).toByteString())
                : any("io.containerd.cgroups.v1.Metrics", FiguresV1.of(groups).toByteString());
    }

    /** containerd's types have no host before them. */
    static Any any(String type, com.google.protobuf.ByteString value) {
        return Any.newBuilder().setTypeUrl(type).setValue(value).build();
    }
}
