// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.fs.aio.AioTotals;
import io.sandjar.kernel.fs.pseudo.LazyDir;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.TaskTable;
import io.sandjar.kernel.task.Typing;
import io.sandjar.kernel.task.Uts;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.UserCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** /proc/sys: the names and values of {@link SysctlTable}, and those whose value this kernel has to look up. */
final class Sysctl {
    private static final String[] COMPUTED = {
        "kernel/osrelease",
        Kernel.RELEASE,
        "kernel/version",
        Kernel.VERSION,
        "kernel/pid_max",
        Integer.toString(TaskTable.PID_MAX),
        "kernel/threads-max",
        Integer.toString(TaskTable.PID_MAX),
    };

    private Sysctl() {}

    static PseudoDir tree(ProcFs fs) {
        return new Tree(fs);
    }

    private static final class Tree extends LazyDir {
        private final ProcFs proc;

        Tree(ProcFs proc) {
            super(proc);
            this.proc = proc;
        }

        @Override
        protected void fill() {
            for (int i = 0; i < COMPUTED.length; i += 2) {
                put(proc, this, COMPUTED[i], new ConstantFile(proc, COMPUTED[i + 1] + "\n"));
            }
            PseudoDir net = dir("net");
            for (InterfaceSettings.Kind k : InterfaceSettings.Kind.values()) {
                net.dir(k.family).add(k.directory, new InterfaceSettings(proc, k));
            }
            SysctlTable.each(
                    SysctlTable.FIXED, (path, text) -> put(proc, this, path, new ConstantFile(proc, text + "\n")));
            SysctlTable.each(
                    SysctlTable.KEPT, (path, text) -> put(proc, this, path, new SysctlSetting(proc, text + "\n")));
            put(proc, this, "fs/file-max", new SysctlSetting(proc, FileCount.most() + "\n"));
            put(proc, this, "vm/drop_caches", new SysctlSetting.Order(proc, 4));
            put(proc, this, "vm/compact_memory", new SysctlSetting.Order(proc, 1));
            put(proc, this, "net/ipv4/route/flush", new SysctlSetting.Order(proc, Integer.MAX_VALUE));
            put(proc, this, "net/ipv6/route/flush", new SysctlSetting.Order(proc, Integer.MAX_VALUE));
            put(proc, this, "vm/nr_hugepages", new SysctlSetting.Unchanged(proc, "0\n"));
            put(proc, this, "vm/nr_overcommit_hugepages", new SysctlSetting.Unchanged(proc, "0\n"));
            for (Map.Entry<String, String> e : proc.sysctls().entrySet()) {
                put(proc, this, e.getKey(), new ConstantFile(proc, e.getValue() + "\n", 0644));
            }
            for (NetValue.Which w : NetValue.Which.values()) {
                put(proc, this, w.path, new NetValue(proc, w));
            }
            put(
                    proc,
                    this,
                    "fs/inotify/max_user_instances",
                    UserLimit.ofUser(proc, UserCounts.INOTIFY_INSTANCES, true));
            put(proc, this, "fs/inotify/max_user_watches", UserLimit.ofUser(proc, UserCounts.INOTIFY_WATCHES, true));
            UserLimit.fill(proc, dir("user"));
            put(proc, this, "fs/file-nr", new FileCount(proc));
            put(proc, this, "dev/tty/legacy_tiocsti", new TypingFile(proc));
            put(proc, this, "fs/aio-nr", new AioFile(proc, false));
            put(proc, this, "fs/aio-max-nr", new AioFile(proc, true));
            put(proc, this, "kernel/hostname", new Name(proc, false));
            put(proc, this, "kernel/domainname", new Name(proc, true));
            put(proc, this, "kernel/random/uuid", new Uuid(proc));
            StringBuilder boot = new StringBuilder();
            uuid(proc.kernel(), boot);
            put(
                    proc,
                    this,
                    "kernel/random/boot_id",
                    new ConstantFile(proc, boot.append('\n').toString()));
        }
    }

    private static void put(PseudoFs fs, PseudoDir root, String path, TextInode file) {
        PseudoDir d = root;
        int from = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
            String name = path.substring(from, slash);
            if (d.entry(name) instanceof TextInode) {
                return; // not the name of anything
            }
            d = d instanceof InterfaceSettings i ? i.named(name) : d.dir(name);
            from = slash + 1;
        }
        d.add(path.substring(from), file);
    }

    private static void uuid(Kernel k, StringBuilder b) {
        long high = k.random() & ~0xf000L | 0x4000L;
        long low = k.random() & 0x3fffffffffffffffL | 0x8000000000000000L;
        StringBuilder hex = new StringBuilder(32);
        Fields.hex(hex, high, 16);
        Fields.hex(hex, low, 16);
        b.append(hex, 0, 8)
                .append('-')
                .append(hex, 8, 12)
                .append('-')
                .append(hex, 12, 16)
                .append('-');
        b.append(hex, 16, 20).append('-').append(hex, 20, 32);
    }

    /** A fresh random id at every read. */
    private static final class Uuid extends TextInode {
        private final Kernel kernel;

        Uuid(ProcFs fs) {
            super(fs, fs.newIno(), 0444);
            kernel = fs.kernel();
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            uuid(kernel, out);
            out.append('\n');
            return 0;
        }
    }

    /** The host name or NIS domain name. */
    private static final class Name extends TextInode {
        private static final int LONGEST = 64;

        private final boolean domain;

        Name(ProcFs fs, boolean domain) {
            super(fs, fs.newIno(), 0644);
            this.domain = domain;
        }

        /** The reader's; the kernel itself has none. */
        private static @Nullable Uts names(Caller c) {
            return c instanceof Task t ? t.namespaces().uts : null;
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            Uts names = names(c);
            if (names != null) {
                out.append(domain ? names.domainname : names.hostname).append('\n');
            }
            return 0;
        }

        @Override
        protected int store(Caller c, String data) {
            int end = data.indexOf('\n');
            String name = end < 0 ? data : data.substring(0, end);
            if (name.length() > LONGEST) {
                return -EINVAL;
            }
            Uts names = names(c);
            if (names == null) {
                return -EPERM;
            }
            if (domain) {
                names.domainname = name;
            } else {
                names.hostname = name;
            }
            return data.length();
        }
    }

    /** How many open files there are, in ordinary ones, and may be. */
    private static final class FileCount extends TextInode {
        static long most() {
            return HeapRoom.OBJECTS.limit() / FileDescription.PLAIN_BYTES;
        }

        FileCount(ProcFs fs) {
            super(fs, fs.newIno(), 0444);
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            out.append(HeapRoom.OBJECTS.used() / FileDescription.PLAIN_BYTES)
                    .append("\t0\t")
                    .append(most())
                    .append('\n');
            return 0;
        }
    }

    /** Whether everybody may type for others at its own terminal. */
    private static final class TypingFile extends TextInode {
        private final Typing typing;

        TypingFile(ProcFs fs) {
            super(fs, fs.newIno(), 0644);
            this.typing = fs.kernel().typing;
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            out.append(typing.allowed() ? "1\n" : "0\n");
            return 0;
        }

        @Override
        protected int store(Caller c, String data) {
            long n = Fields.decimal(data);
            if (n != 0 && n != 1) {
                return -EINVAL;
            }
            typing.allow(n == 1);
            return data.length();
        }
    }

    /** How many events of asynchronous I/O there may be, and how many places are taken. */
    private static final class AioFile extends TextInode {
        private static final long LIMIT = 1 << 20;

        private final AioTotals totals;
        private final boolean max;

        AioFile(ProcFs fs, boolean max) {
            super(fs, fs.newIno(), max ? 0644 : 0444);
            this.totals = fs.kernel().aio;
            this.max = max;
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            out.append(max ? totals.max() : totals.used()).append('\n');
            return 0;
        }

        @Override
        protected int store(Caller c, String data) {
            long n = max ? Fields.decimal(data) : -1;
            if (n < 0) {
                return -EINVAL;
            }
            totals.setMax(Math.min(n, LIMIT));
            return data.length();
        }
    }
}
