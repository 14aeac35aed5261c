// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.processor;

import java.util.Set;

/** The meaning of a parameter as its name tells it, for parameters without {@code @As}. */
final class Kinds {
    private static final Set<String> FDS = Set.of("fd", "oldfd", "newfd", "infd", "outfd", "epfd", "sockfd", "pidfd");
    private static final Set<String> PATHS = Set.of("path", "pathname", "oldpath", "newpath", "filename", "linkpath");
    private static final Set<String> NUMBERS =
            Set.of("n", "nr", "pos", "pid", "tid", "tgid", "id", "cmd", "how", "which");

    static String guess(String name, boolean isInt) {
        if (FDS.contains(name)) {
            return "FD";
        }
        if (name.endsWith("dirfd")) {
            return "DIRFD";
        }
        if (!isInt && PATHS.contains(name)) {
            return "PATH";
        }
        if (name.equals("mode")) {
            return "OCTAL";
        }
        if (isInt && (name.equals("sig") || name.equals("signum"))) {
            return "SIGNAL";
        }
        if (name.endsWith("flags") || name.equals("mask")) {
            return "HEX";
        }
        return isInt || isCount(name) ? "DEC" : "HEX";
    }

    private static boolean isCount(String name) {
        return NUMBERS.contains(name)
                || name.endsWith("count")
                || name.endsWith("len")
                || name.endsWith("length")
                || name.endsWith("size")
                || name.endsWith("offset");
    }

    private Kinds() {}
}
