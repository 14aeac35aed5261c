// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

/**
 * One mounted cgroup hierarchy.
 *
 * @param v2 whether it is the unified hierarchy
 * @param controllers names: those of the mount options for v1 ("name=systemd" among them), those of cgroup.controllers
 *     for v2
 * @param mount where it is mounted
 * @param mountRoot the group that is the root of the mount: "/" but in nested containers
 * @param own the group of this process, from the root of the hierarchy
 */
record Hierarchy(boolean v2, String[] controllers, String mount, String mountRoot, String own) {

    boolean has(String controller) {
        for (String c : controllers) {
            if (c.equals(controller)) {
                return true;
            }
        }
        return false;
    }

    /** The name under which it is kept: its first controller, or "unified". */
    String name() {
        return v2 ? "unified" : controllers[0];
    }

    /** The group of this process, as a path below the mount: "" or "/a/b". */
    String ownBelowMount() {
        String path = own;
        if (!mountRoot.equals("/") && (path.equals(mountRoot) || path.startsWith(mountRoot + "/"))) {
            path = path.substring(mountRoot.length());
        }
        return path.equals("/") ? "" : path;
    }
}
