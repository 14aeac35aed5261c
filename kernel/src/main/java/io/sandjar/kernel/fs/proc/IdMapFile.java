// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Attr;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.IdMap;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;

/**
 * /proc/PID/uid_map, gid_map, projid_map and setgroups: the ids of the process's user namespace and who may set them, which
 * depends on who opened the file and on who writes (user_namespaces(7)).
 */
final class IdMapFile extends TextInode {
    private final TaskDir dir;
    private final TaskFile.Kind kind;

    IdMapFile(TaskDir dir, TaskFile.Kind kind) {
        super(dir.proc, dir.ino(16 + kind.ordinal()), kind.perm());
        this.dir = dir;
        this.kind = kind;
    }

    @Override
    public int uid() {
        return dir.uid();
    }

    @Override
    public int gid() {
        return dir.gid();
    }

    @Override
    public int setattr(Caller c, Attr attr) {
        return (attr.valid & ~Attr.SIZE) != 0 ? -EPERM : 0;
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        return -EIO; // an open one does it
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        ProcView v = dir.view();
        if (v == null || v.creds == null) {
            return -ESRCH;
        }
        UserNamespace ns = v.creds.userNs();
        boolean writes = (flags & 3) != 0;
        if (kind == TaskFile.Kind.SETGROUPS && writes && !c.creds().has(ns, CAP_SYS_ADMIN)) {
            return -EACCES;
        }
        return new Opened(this, ns, c.creds()).open(c, path, flags, out);
    }

    /** The file with who opened it, to whom the namespace belongs from then on. */
    private static final class Opened extends TextInode {
        private static final int PAGE = 4096;
        private static final int LONGEST_SETGROUPS = 8;

        private final IdMapFile file;
        private final TaskFile.Kind kind;
        private final UserNamespace ns;
        private final Creds opener;
        private boolean written;

        Opened(IdMapFile file, UserNamespace ns, Creds opener) {
            super(file.dir.proc, file.ino(), file.kind.perm());
            this.file = file;
            this.kind = file.kind;
            this.ns = ns;
            this.opener = opener;
        }

        @Override
        public int uid() {
            return file.uid();
        }

        @Override
        public int gid() {
            return file.gid();
        }

        @Override
        protected int text(Caller c, StringBuilder b) {
            if (kind == TaskFile.Kind.SETGROUPS) {
                b.append(ns.setgroupsDenied() ? "deny\n" : "allow\n");
                return 0;
            }
            IdMap m = switch (kind) {
                case UID_MAP -> ns.uids();
                case GID_MAP -> ns.gids();
                default -> ns.projects();
            };
            UserNamespace around = ns.parent();
            UserNamespace reader = opener.userNs() == ns && around != null ? around : opener.userNs();
            for (int i = 0; m != null && i < m.size(); i++) {
                int k = m.kernel(i);
                int lower = switch (kind) {
                    case UID_MAP -> reader.localUid(k);
                    case GID_MAP -> reader.localGid(k);
                    default -> k;
                };
                number(b, m.inner(i));
                b.append(' ');
                number(b, lower);
                b.append(' ');
                number(b, m.count(i));
                b.append('\n');
            }
            return 0;
        }

        private static void number(StringBuilder b, int n) {
            String s = Integer.toUnsignedString(n);
            b.append("          ", 0, 10 - s.length()).append(s);
        }

        @Override
        protected synchronized int store(Caller c, String data) {
            int r = kind == TaskFile.Kind.SETGROUPS ? setgroups(data) : map(c, data);
            if (r < 0) {
                return r;
            }
            written = true;
            return data.length();
        }

        private int setgroups(String data) {
            if (written || data.length() >= LONGEST_SETGROUPS) {
                return -EINVAL;
            }
            int end = data.length();
            while (end > 0 && " \t\n\r\u000b\f\0".indexOf(data.charAt(end - 1)) >= 0) {
                end--;
            }
            String word = data.substring(0, end);
            if (!word.equals("allow") && !word.equals("deny")) {
                return -EINVAL;
            }
            return ns.allowSetgroups(word.equals("allow")) ? 0 : -EPERM;
        }

        private int map(Caller c, String data) {
            UserNamespace around = ns.parent();
            if (around == null || (opener.userNs() != ns && opener.userNs() != around)) {
                return -EPERM;
            }
            if (written || data.length() >= PAGE) {
                return -EINVAL;
            }
            boolean users = kind == TaskFile.Kind.UID_MAP;
            boolean groups = kind == TaskFile.Kind.GID_MAP;
            if ((users ? ns.uids() : groups ? ns.gids() : ns.projects()) != null
                    || ((users || groups) && !opener.has(ns, CAP_SYS_ADMIN))) {
                return -EPERM;
            }
            IdMapText t = new IdMapText(data);
            int r = t.parse();
            if (r < 0) {
                return r;
            }
            if (!permitted(c, around, t)) {
                return -EPERM;
            }
            IdMap above = users ? around.uids() : groups ? around.gids() : around.projects();
            IdMap m = above == null ? null : t.through(above);
            if (m == null) {
                return -EPERM;
            }
            return (users ? ns.setUids(m) : groups ? ns.setGids(m) : ns.setProjects(m)) ? 0 : -EPERM;
        }

        private boolean permitted(Caller c, UserNamespace around, IdMapText t) {
            boolean users = kind == TaskFile.Kind.UID_MAP;
            if (kind == TaskFile.Kind.PROJID_MAP) {
                return true;
            }
            if (users && t.mapsOutside(0)) { // root outside: capabilities of files that it owns would count
                boolean may = opener.userNs() == ns ? ns.parentCouldSetFcap() : opener.has(around, CAP_SETFCAP);
                if (!may) {
                    return false;
                }
            }
            if (t.isOne() && ns.ownerUid() == opener.euid()) { // oneself
                if (users && around.kernelUid(t.outside(0)) == opener.euid()) {
                    return true;
                }
                if (!users && ns.setgroupsDenied() && around.kernelGid(t.outside(0)) == opener.egid()) {
                    return true;
                }
            }
            int cap = users ? CAP_SETUID : CAP_SETGID;
            return c.creds().has(around, cap) && opener.has(around, cap);
        }
    }
}
