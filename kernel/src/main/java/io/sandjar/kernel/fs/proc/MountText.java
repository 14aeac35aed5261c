// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.Stat;

/** mounts, mountinfo and mountstats (proc(5)). */
final class MountText {
    private MountText() {}

    static void mounts(MountNamespace ns, Path root, StringBuilder b) {
        for (Mount m : ns.mounts()) {
            String point = MountNamespace.reachable(m.rootPath(), root);
            if (point != null) {
                Fields.escaped(b, m.source());
                b.append(' ');
                Fields.escaped(b, point);
                b.append(' ').append(m.fs().type()).append(' ');
                mountOptions(m, m.readOnly(), b);
                superOptions(m, b);
                b.append(" 0 0\n");
            }
        }
    }

    static void mountinfo(MountNamespace ns, Path root, StringBuilder b) {
        for (Mount m : ns.mounts()) {
            String point = MountNamespace.reachable(m.rootPath(), root);
            if (point != null) {
                Path at = m.point();
                long dev = m.fs().dev();
                b.append(m.id())
                        .append(' ')
                        .append(at == null ? 1 : at.mount().id())
                        .append(' ');
                b.append(Stat.major(dev)).append(':').append(Stat.minor(dev)).append(' ');
                Fields.escaped(b, m.root().inside());
                b.append(' ');
                Fields.escaped(b, point);
                b.append(' ');
                mountOptions(m, (m.flags() & Mount.RDONLY) != 0, b);
                if (m.peerGroup() != 0) {
                    b.append(" shared:").append(m.peerGroup());
                }
                if (m.masterGroup() != 0) {
                    b.append(" master:").append(m.masterGroup());
                }
                if (m.unbindable()) {
                    b.append(" unbindable");
                }
                b.append(" - ").append(m.fs().type()).append(' ');
                Fields.escaped(b, m.source());
                b.append(' ').append(m.fs().readOnly() ? "ro" : "rw");
                superOptions(m, b);
                b.append('\n');
            }
        }
    }

    static void mountstats(MountNamespace ns, Path root, StringBuilder b) {
        for (Mount m : ns.mounts()) {
            String point = MountNamespace.reachable(m.rootPath(), root);
            if (point != null) {
                b.append("device ").append(m.source()).append(" mounted on ").append(point);
                b.append(" with fstype ").append(m.fs().type()).append('\n');
            }
        }
    }

    private static void mountOptions(Mount m, boolean readOnly, StringBuilder b) {
        int flags = m.flags();
        b.append(readOnly ? "ro" : "rw");
        if ((flags & Mount.NOSUID) != 0) {
            b.append(",nosuid");
        }
        if ((flags & Mount.NODEV) != 0) {
            b.append(",nodev");
        }
        if ((flags & Mount.NOEXEC) != 0) {
            b.append(",noexec");
        }
        if ((flags & Mount.NOATIME) != 0) {
            b.append(",noatime");
        }
        if ((flags & Mount.NODIRATIME) != 0) {
            b.append(",nodiratime");
        }
        if ((flags & (Mount.NOATIME | Mount.STRICTATIME)) == 0) {
            b.append(",relatime");
        }
        if ((flags & Mount.NOSYMFOLLOW) != 0) {
            b.append(",nosymfollow");
        }
    }

    private static void superOptions(Mount m, StringBuilder b) {
        String o = m.fs().options();
        if (!o.isEmpty()) {
            b.append(',').append(o);
        }
    }
}
