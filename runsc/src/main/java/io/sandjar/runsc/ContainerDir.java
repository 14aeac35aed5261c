// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.runsc.cgroups.Cgroups;
import org.jspecify.annotations.Nullable;

/** The state directory of a container that exists, as commands of the host side read it. */
final class ContainerDir {
    private static final int MAX_ID = 200;

    private final String id;
    private final String path;

    private ContainerDir(String id, String path) {
        this.id = id;
        this.path = path;
    }

    /** @throws Failure when there is no such container */
    static ContainerDir open(Globals globals, String id) {
        if (!valid(id)) {
            throw new Failure(
                    1,
                    "invalid container ID \"" + id + "\"",
                    "letters, digits and _ + - . are allowed, at most " + MAX_ID);
        }
        ContainerDir d = new ContainerDir(id, globals.value("root", "/run/runsc") + "/" + id);
        int fd = Sys.openat(Sys.AT_FDCWD, d.path, O.O_PATH | O.O_DIRECTORY, 0);
        if (fd < 0) {
            throw new Failure(1, "container does not exist: " + id, "runsc list shows those of this --root");
        }
        Sys.close(fd);
        return d;
    }

    private static boolean valid(String id) {
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letter && "_+-.".indexOf(c) < 0) {
                return false;
            }
        }
        return !id.isEmpty() && id.length() <= MAX_ID && !id.equals(".") && !id.equals("..");
    }

    String id() {
        return id;
    }

    /** A small file; null when it is not there. */
    @Nullable
    String read(String file) {
        return Sys.readText(path + "/" + file);
    }

    /** @throws Failure when the container has none */
    Cgroups cgroups() {
        String text = read("cgroups");
        if (text == null || text.isBlank()) {
            throw new Failure(
                    1,
                    "container " + id + " has no control groups",
                    "it was made with --ignore-cgroups, or by a user who may not make them");
        }
        return Cgroups.load(text);
    }

    /** Whether the process that stands for the container is there: the one of that number that began at that time. */
    boolean running() {
        String text = read("pid");
        int blank = text == null ? -1 : text.indexOf(' ');
        if (text == null || blank < 0) {
            return false;
        }
        String stat = Sys.readText("/proc/" + text.substring(0, blank) + "/stat");
        int end = stat == null ? -1 : stat.lastIndexOf(')');
        if (stat == null || end < 0) {
            return false;
        }
        String[] fields = stat.substring(end + 2).split(" ");
        return fields.length > 19
                && !fields[0].equals("Z")
                && fields[19].equals(text.substring(blank + 1).strip());
    }
}
