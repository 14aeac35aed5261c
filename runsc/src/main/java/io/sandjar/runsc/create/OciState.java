// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.oci.JsonOut;
import java.util.Map;

/** A container's state as JSON: what hooks read, and what is printed of a container whose sandbox is gone. */
final class OciState {
    private OciState() {}

    /**
     * The state of the runtime-spec.
     *
     * @param pid 0: left out
     */
    static byte[] of(
            String version, String id, String status, int pid, String bundle, Map<String, String> annotations) {
        JsonOut o = new JsonOut("");
        o.object();
        members(o, version, id, status, pid, bundle);
        if (!annotations.isEmpty()) {
            o.put("annotations", annotations);
        }
        o.end();
        return o.bytes();
    }

    private static void members(JsonOut o, String version, String id, String status, int pid, String bundle) {
        o.put("ociVersion", version).put("id", id).put("status", status);
        if (pid > 0) {
            o.put("pid", pid);
        }
        o.put("bundle", bundle);
    }

    /** The file state.json. */
    static byte[] file(
            String version,
            String id,
            String bundle,
            String rootfs,
            String created,
            int owner,
            Map<String, String> annotations) {
        JsonOut o = new JsonOut("  ");
        o.object();
        members(o, version, id, "stopped", 0, bundle);
        o.put("rootfs", rootfs).put("created", created).put("owner", Integer.toString(owner));
        if (!annotations.isEmpty()) {
            o.put("annotations", annotations);
        }
        o.end();
        return o.bytes();
    }
}
