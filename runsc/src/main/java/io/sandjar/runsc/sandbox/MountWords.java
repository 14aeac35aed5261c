// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.kernel.vfs.Mount;
import java.util.List;

/**
 * The options of one mount of config.json, sorted: flags, words about propagation, and what only the file system knows.
 * Later words win, as on the command line of mount(8).
 */
final class MountWords {
    /** Of class {@link Mount}. */
    int flags;

    boolean bind;

    /** With what is mounted below the source. */
    boolean recursive;

    /** A copy of what lies below the destination goes into the tmpfs. */
    boolean copyUp;

    /** Joined by commas. */
    String data = "";

    MountWords(List<String> options) {
        StringBuilder rest = new StringBuilder();
        for (int i = 0; i < options.size(); i++) {
            String o = options.get(i);
            if (!flag(o) && !meaningless(o)) {
                rest.append(rest.isEmpty() ? "" : ",").append(o);
            }
        }
        data = rest.toString();
    }

    private boolean flag(String o) {
        switch (o) {
            case "bind" -> bind = true;
            case "rbind" -> {
                bind = true;
                recursive = true;
            }
            case "tmpcopyup" -> copyUp = true;
            case "ro", "rro" -> flags |= Mount.RDONLY;
            case "rw", "rrw" -> flags &= ~Mount.RDONLY;
            case "nosuid", "rnosuid" -> flags |= Mount.NOSUID;
            case "suid", "rsuid" -> flags &= ~Mount.NOSUID;
            case "nodev", "rnodev" -> flags |= Mount.NODEV;
            case "dev", "rdev" -> flags &= ~Mount.NODEV;
            case "noexec", "rnoexec" -> flags |= Mount.NOEXEC;
            case "exec", "rexec" -> flags &= ~Mount.NOEXEC;
            case "nodiratime", "rnodiratime" -> flags |= Mount.NODIRATIME;
            case "diratime", "rdiratime" -> flags &= ~Mount.NODIRATIME;
            case "noatime", "rnoatime" -> flags = flags & ~Mount.STRICTATIME | Mount.NOATIME;
            case "strictatime", "rstrictatime" -> flags = flags & ~Mount.NOATIME | Mount.STRICTATIME;
            case "atime", "ratime", "relatime", "rrelatime", "nostrictatime", "rnostrictatime" ->
                flags &= ~(Mount.NOATIME | Mount.STRICTATIME);
            default -> {
                return false;
            }
        }
        return true;
    }

    /**
     * Words that change nothing here. Propagation: a sandbox sees no mount that the host makes later, and the host none
     * of the sandbox's, whatever the kind.
     */
    private static boolean meaningless(String o) {
        return switch (o) {
            case "defaults",
                    "private",
                    "rprivate",
                    "shared",
                    "rshared",
                    "slave",
                    "rslave",
                    "unbindable",
                    "runbindable",
                    "norelatime",
                    "rnorelatime",
                    "async",
                    "sync",
                    "dirsync",
                    "lazytime",
                    "nolazytime",
                    "iversion",
                    "noiversion",
                    "mand",
                    "nomand",
                    "loud",
                    "silent",
                    "symfollow",
                    "rsymfollow" -> true;
            default -> o.isEmpty();
        };
    }

    /** The number after {@code name=} in the data, or {@code otherwise}; -2 for one that is none. */
    int number(String name, int radix, int otherwise) {
        for (int from = 0; from <= data.length(); ) {
            int comma = data.indexOf(',', from);
            int end = comma < 0 ? data.length() : comma;
            if (data.startsWith(name + "=", from)) {
                try {
                    return Integer.parseUnsignedInt(data, from + name.length() + 1, end, radix);
                } catch (NumberFormatException e) {
                    return -2;
                }
            }
            from = end + 1;
        }
        return otherwise;
    }
}
