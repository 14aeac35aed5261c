// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a container's group is, from {@code linux.cgroupsPath}. Three forms: absolute (from the root of each hierarchy),
 * relative (below the group of this process), and systemd's {@code slice:prefix:name}, which becomes the directories that
 * systemd would make.
 *
 * @param relative whether it is below the group of this process
 * @param path begins with a slash
 */
record GroupPath(boolean relative, String path) {

    static GroupPath of(@Nullable String cgroupsPath, String id, boolean systemd, boolean rootless) {
        if (cgroupsPath == null || cgroupsPath.isEmpty()) {
            return systemd ? new GroupPath(false, unit("", "runsc", id, rootless)) : new GroupPath(false, "/" + id);
        }
        List<String> parts = Text.split(cgroupsPath, ':');
        if (parts.size() == 3 && !cgroupsPath.startsWith("/")) {
            return new GroupPath(false, unit(parts.get(0), parts.get(1), parts.get(2), rootless));
        }
        if (systemd) {
            throw new CgroupError(
                    "linux.cgroupsPath: \"" + cgroupsPath + "\" is not of the form slice:prefix:name",
                    "the engine must use the systemd cgroup driver together with --systemd-cgroup");
        }
        return new GroupPath(!cgroupsPath.startsWith("/"), clean(cgroupsPath));
    }

    private static String unit(String slice, String prefix, String name, boolean rootless) {
        String parent = slice.isEmpty() ? rootless ? "user.slice" : "system.slice" : slice;
        String leaf =
                name.endsWith(".slice") ? name : prefix.isEmpty() ? name + ".scope" : prefix + "-" + name + ".scope";
        return clean(slices(parent) + "/" + leaf);
    }

    /** Directories of a slice: "a-b.slice" is "/a.slice/a-b.slice". */
    static String slices(String slice) {
        if (!slice.endsWith(".slice") || slice.indexOf('/') >= 0) {
            throw new CgroupError(
                    "linux.cgroupsPath: \"" + slice + "\" is not the name of a slice", "it must end with .slice");
        }
        String name = slice.substring(0, slice.length() - 6);
        if (name.equals("-")) {
            return "";
        }
        StringBuilder path = new StringBuilder();
        StringBuilder prefix = new StringBuilder();
        for (String part : Text.split(name, '-')) {
            if (part.isEmpty()) {
                throw new CgroupError("linux.cgroupsPath: \"" + slice + "\" is not a valid name of a slice", "");
            }
            prefix.append(prefix.isEmpty() ? "" : "-").append(part);
            path.append('/').append(prefix).append(".slice");
        }
        return path.toString();
    }

    /** As if its first directory were the root: ".." never leads out. */
    static String clean(String path) {
        ArrayList<String> out = new ArrayList<>();
        for (String part : Text.split(path, '/')) {
            if (part.equals("..")) {
                if (!out.isEmpty()) {
                    out.remove(out.size() - 1);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                out.add(part);
            }
        }
        StringBuilder b = new StringBuilder();
        for (String part : out) {
            b.append('/').append(part);
        }
        return b.isEmpty() ? "/" : b.toString();
    }
}
