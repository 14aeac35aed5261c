// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserCounts;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.Locale;

/** A file of /proc/sys/user: how many of a kind of thing each user may have in the reader's user namespace and below. */
abstract class UserLimit extends TextInode {
    final Kernel kernel;

    private UserLimit(ProcFs fs) {
        super(fs, fs.newIno(), 0644);
        this.kernel = fs.kernel();
    }

    static void fill(ProcFs fs, PseudoDir user) {
        for (Namespace.Kind k : Namespace.Kind.values()) {
            user.add("max_" + k.text.toLowerCase(Locale.ROOT) + "_namespaces", ofNamespaces(fs, k));
        }
        user.add("max_inotify_instances", ofUser(fs, UserCounts.INOTIFY_INSTANCES, false));
        user.add("max_inotify_watches", ofUser(fs, UserCounts.INOTIFY_WATCHES, false));
    }

    private static UserLimit ofNamespaces(ProcFs fs, Namespace.Kind kind) {
        return new UserLimit(fs) {
            @Override
            int get(UserNamespace ns) {
                return kernel.namespaceCount.limit(ns, kind);
            }

            @Override
            void set(UserNamespace ns, int max) {
                kernel.namespaceCount.setLimit(ns, kind, max);
            }
        };
    }

    /** @param first whether it is always the limit of the first user namespace */
    static UserLimit ofUser(ProcFs fs, int kind, boolean first) {
        return new UserLimit(fs) {
            private UserNamespace in(UserNamespace ns) {
                return first ? UserNamespace.FIRST : ns;
            }

            @Override
            int get(UserNamespace ns) {
                return kernel.users.limit(in(ns), kind);
            }

            @Override
            void set(UserNamespace ns, int max) {
                kernel.users.setLimit(in(ns), kind, max);
            }

            @Override
            public int refusal(Creds c, int mask) {
                return first ? -EACCES : super.refusal(c, mask);
            }
        };
    }

    abstract int get(UserNamespace ns);

    abstract void set(UserNamespace ns, int max);

    /** Whoever is privileged in a user namespace sets the limits of that one, which come on top of those around it. */
    @Override
    public int refusal(Creds c, int mask) {
        return c.has(c.userNs(), Cap.CAP_SYS_RESOURCE) ? 0 : -EACCES;
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        out.append(get(c.creds().userNs())).append('\n');
        return 0;
    }

    @Override
    protected int store(Caller c, String data) {
        long n = Fields.decimal(data.strip());
        if (n < 0 || n > Integer.MAX_VALUE) {
            return -EINVAL;
        }
        set(c.creds().userNs(), (int) n);
        return data.length();
    }
}
