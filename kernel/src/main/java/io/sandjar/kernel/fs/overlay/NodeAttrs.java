// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import static io.sandjar.abi.O.*;

import io.sandjar.kernel.vfs.Acl;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What few files have: extended attributes and access control lists of a {@link Node}, whose lock guards changes. */
final class NodeAttrs {
    /** Values by name; null while they are the lower file's. */
    @Nullable
    TreeMap<String, byte[]> values;

    /** The lists are copied from the lower file, to be changed; without a lower file they are this node's anyway. */
    volatile boolean ownLists;

    /** Who may use the file; null when its mode says all. */
    volatile @Nullable Acl access;

    /** What new files of a directory get; null for none. */
    volatile @Nullable Acl initial;

    /** What was counted for all this. */
    int bytes;

    /** Those of a new file in a directory whose default list is {@code list}; counted by {@link #cost} before. */
    static NodeAttrs inherited(Acl list, int mode) {
        NodeAttrs a = new NodeAttrs();
        a.access = list.isMode() ? null : list.created(mode);
        a.initial = (mode & S_IFMT) == S_IFDIR ? list : null;
        a.bytes = cost(list);
        return a;
    }

    /** What a new file takes for a default list. */
    static int cost(Acl list) {
        return 64 + list.size();
    }
}
