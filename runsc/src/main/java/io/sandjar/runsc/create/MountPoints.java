// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import java.util.ArrayList;
import java.util.List;

/**
 * Directories and files of a root on which the spec mounts something, made where they are missing. That is done here only
 * for a root that nobody may write to afterwards. Links of the root are followed inside it and lead nowhere else.
 */
final class MountPoints {
    private static final long RESOLVE = O.RESOLVE_IN_ROOT | O.RESOLVE_NO_MAGICLINKS;

    private final int root;
    private final ArrayList<String> covered = new ArrayList<>();

    MountPoints(int root) {
        this.root = root;
    }

    /** Mounts come in the order of the spec: what lies below an earlier one is not the root's. */
    void make(String destination, boolean directory) {
        List<String> names = names(destination);
        StringBuilder path = new StringBuilder();
        for (String n : names) {
            path.append('/').append(n);
            if (covered.contains(path.toString())) {
                return;
            }
        }
        covered.add(path.toString());
        if (!names.contains("..")) {
            walk(names, directory);
        }
    }

    private void walk(List<String> names, boolean directory) {
        int parent = Sys.openat2(root, ".", O.O_PATH | O.O_DIRECTORY, 0, RESOLVE);
        StringBuilder path = new StringBuilder(".");
        for (int i = 0; i < names.size() && parent >= 0; i++) {
            path.append('/').append(names.get(i));
            int fd = Sys.openat2(root, path.toString(), O.O_PATH, 0, RESOLVE);
            if (fd == -Errno.ENOENT) {
                boolean dir = directory || i < names.size() - 1;
                int r = HostFs.nameCall(
                        dir ? Nr.mkdirat : Nr.mknodat, parent, names.get(i), dir ? 0755 : O.S_IFREG | 0644, 0, 0);
                fd = r < 0 ? r : Sys.openat2(root, path.toString(), O.O_PATH, 0, RESOLVE);
            }
            Sys.close(parent);
            parent = fd;
        }
        if (parent >= 0) {
            Sys.close(parent);
        }
    }

    private static List<String> names(String path) {
        ArrayList<String> out = new ArrayList<>();
        int from = 0;
        while (from <= path.length()) {
            int end = path.indexOf('/', from);
            end = end < 0 ? path.length() : end;
            String n = path.substring(from, end);
            if (!n.isEmpty() && !n.equals(".")) {
                out.add(n);
            }
            from = end + 1;
        }
        return out;
    }
}
