// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.host.HostTrees;
import java.util.List;

/**
 * What the options of a bind mount ask of Linux. Devices and set-user-id programs of the host are never usable through a
 * tree that a sandbox gets, whatever the options say: the sandbox neither opens devices nor executes files there.
 */
final class MountFlags {
    private static final long ALWAYS = HostTrees.NOSUID | HostTrees.NODEV;

    /** For the topmost mount. */
    long set = ALWAYS;

    /** For all mounts of the tree. */
    long setAll = ALWAYS;

    long clearAll;
    boolean recursive;
    boolean bind;

    /** What is mounted in the container is to appear on the host. */
    boolean shared;

    static MountFlags of(String type, List<String> options) {
        MountFlags f = new MountFlags();
        f.bind = type.equals("bind") || type.equals("rbind");
        f.recursive = type.equals("rbind");
        for (int i = 0; i < options.size(); i++) {
            f.option(options.get(i));
        }
        f.set |= f.setAll;
        return f;
    }

    private void option(String o) {
        switch (o) {
            case "bind" -> bind = true;
            case "rbind" -> {
                bind = true;
                recursive = true;
            }
            case "ro" -> set |= HostTrees.RDONLY;
            case "rw" -> set &= ~HostTrees.RDONLY;
            case "noexec" -> set |= HostTrees.NOEXEC;
            case "exec" -> set &= ~HostTrees.NOEXEC;
            case "noatime" -> set |= HostTrees.NOATIME;
            case "nodiratime" -> set |= HostTrees.NODIRATIME;
            case "nosymfollow" -> set |= HostTrees.NOSYMFOLLOW;
            case "rro" -> setAll |= HostTrees.RDONLY;
            case "rnoexec" -> setAll |= HostTrees.NOEXEC;
            case "rnoatime" -> setAll |= HostTrees.NOATIME;
            case "rnodiratime" -> setAll |= HostTrees.NODIRATIME;
            case "rnosymfollow" -> setAll |= HostTrees.NOSYMFOLLOW;
            case "rrw" -> {
                clearAll |= HostTrees.RDONLY;
                setAll &= ~HostTrees.RDONLY;
            }
            case "rexec" -> {
                clearAll |= HostTrees.NOEXEC;
                setAll &= ~HostTrees.NOEXEC;
            }
            case "shared", "rshared" -> shared = true;
            case "private", "rprivate", "slave", "rslave" -> shared = false;
            default -> {} // what only the guest sees
        }
    }

    boolean readOnly() {
        return (set & HostTrees.RDONLY) != 0;
    }
}
