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
import io.sandjar.kernel.task.Uts;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * /proc/sys. Most values are fixed: they say what this kernel does. Those with mode 0644 keep what root writes, because
 * programs look whether their change arrived.
 */
final class Sysctl {
    private static final String[] FIXED = {
        "kernel/ostype", "Linux",
        "kernel/osrelease", Kernel.RELEASE,
        "kernel/version", Kernel.VERSION,
        "kernel/pid_max", Integer.toString(TaskTable.PID_MAX),
        "kernel/threads-max", Integer.toString(TaskTable.PID_MAX),
        "kernel/cap_last_cap", "40",
        "kernel/ngroups_max", "65536",
        "kernel/overflowuid", "65534",
        "kernel/overflowgid", "65534",
        "kernel/random/entropy_avail", "256",
        "kernel/random/poolsize", "256",
        "kernel/random/urandom_min_reseed_secs", "60",
        "kernel/random/write_wakeup_threshold", "256",
        "kernel/seccomp/actions_avail", "kill_process kill_thread trap errno trace log allow",
        "kernel/tainted", "0",
        "kernel/unprivileged_bpf_disabled", "2",
        "kernel/perf_event_paranoid", "4",
        "kernel/kptr_restrict", "1",
        "kernel/dmesg_restrict", "1",
        "kernel/ns_last_pid", "1",
        "kernel/modules_disabled", "1",
        "vm/mmap_min_addr", "65536",
        "vm/nr_hugepages", "0",
        "vm/legacy_va_layout", "0",
        "fs/nr_open", "1048576",
        "fs/overflowuid", "65534",
        "fs/overflowgid", "65534",
        "fs/dentry-state", "0\t0\t45\t0\t0\t0",
        "fs/inode-nr", "64\t0",
        "net/ipv4/tcp_available_congestion_control", "reno cubic",
        "net/ipv4/tcp_allowed_congestion_control", "reno cubic",
    };

    private static final String[] WRITABLE = {
        "kernel/sched_child_runs_first", "0",
        "kernel/core_pattern", "core",
        "kernel/core_uses_pid", "0",
        "kernel/core_pipe_limit", "0",
        "kernel/panic", "0",
        "kernel/printk", "4\t4\t1\t7",
        "kernel/randomize_va_space", "2",
        "kernel/sysrq", "0",
        "kernel/yama/ptrace_scope", "0",
        "kernel/sem", "32000\t1024000000\t500\t32000",
        "kernel/shmmax", "18446744073692774399",
        "kernel/shmall", "18446744073692774399",
        "kernel/shmmni", "4096",
        "kernel/msgmax", "8192",
        "kernel/msgmnb", "16384",
        "kernel/msgmni", "32000",
        "vm/overcommit_memory", "0",
        "vm/overcommit_ratio", "50",
        "vm/overcommit_kbytes", "0",
        "vm/max_map_count", "65530",
        "vm/swappiness", "60",
        "vm/dirty_ratio", "20",
        "vm/dirty_background_ratio", "10",
        "vm/min_free_kbytes", "67584",
        "vm/vfs_cache_pressure", "100",
        "vm/zone_reclaim_mode", "0",
        "fs/file-max", Long.toString(HeapRoom.OBJECTS.limit() / FileDescription.PLAIN_BYTES),
        "fs/pipe-max-size", "1048576",
        "fs/pipe-user-pages-soft", "16384",
        "fs/pipe-user-pages-hard", "0",
        "fs/lease-break-time", "45",
        "fs/leases-enable", "1",
        "fs/suid_dumpable", "0",
        "fs/protected_symlinks", "0",
        "fs/protected_hardlinks", "0",
        "fs/protected_fifos", "0",
        "fs/protected_regular", "0",
        "fs/inotify/max_queued_events", "16384",
        "fs/inotify/max_user_instances", "128",
        "fs/inotify/max_user_watches", "65536",
        "fs/epoll/max_user_watches", "1048576",
        "fs/mqueue/queues_max", "256",
        "fs/mqueue/msg_max", "10",
        "fs/mqueue/msg_default", "10",
        "fs/mqueue/msgsize_max", "8192",
        "fs/mqueue/msgsize_default", "8192",
        "net/core/rmem_default", "212992",
        "net/core/rmem_max", "212992",
        "net/core/wmem_default", "212992",
        "net/core/wmem_max", "212992",
        "net/core/netdev_max_backlog", "1000",
        "net/core/default_qdisc", "pfifo_fast",
        "net/ipv4/ip_local_reserved_ports", "",
        "net/ipv4/ip_nonlocal_bind", "0",
        "net/ipv4/ip_default_ttl", "64",
        "net/ipv4/tcp_rmem", "4096\t131072\t6291456",
        "net/ipv4/tcp_wmem", "4096\t16384\t4194304",
        "net/ipv4/tcp_mem", "188319\t251092\t376638",
        "net/ipv4/tcp_congestion_control", "cubic",
        "net/ipv4/tcp_keepalive_time", "7200",
        "net/ipv4/tcp_keepalive_intvl", "75",
        "net/ipv4/tcp_keepalive_probes", "9",
        "net/ipv4/tcp_fin_timeout", "60",
        "net/ipv4/tcp_max_syn_backlog", "1024",
        "net/ipv4/tcp_syncookies", "1",
        "net/ipv4/tcp_timestamps", "1",
        "net/ipv4/tcp_window_scaling", "1",
        "net/ipv4/tcp_sack", "1",
        "net/ipv4/tcp_tw_reuse", "2",
        "net/ipv4/tcp_fastopen", "1",
        "net/ipv4/tcp_retries2", "15",
        "net/ipv4/tcp_syn_retries", "6",
        "net/ipv6/bindv6only", "0",
        "net/ipv6/conf/all/disable_ipv6", "0",
        "net/ipv6/conf/default/disable_ipv6", "0",
        "net/unix/max_dgram_qlen", "512",
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
            for (int i = 0; i < FIXED.length; i += 2) {
                put(proc, this, FIXED[i], new ConstantFile(proc, FIXED[i + 1] + "\n"));
            }
            for (int i = 0; i < WRITABLE.length; i += 2) {
                put(proc, this, WRITABLE[i], new Setting(proc, WRITABLE[i + 1] + "\n"));
            }
            for (Map.Entry<String, String> e : proc.sysctls().entrySet()) {
                put(proc, this, e.getKey(), new ConstantFile(proc, e.getValue() + "\n", 0644));
            }
            for (NetValue.Which w : NetValue.Which.values()) {
                put(proc, this, w.path, new NetValue(proc, w));
            }
            put(proc, this, "fs/file-nr", new FileCount(proc));
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
            d = d.dir(name);
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

    /** A value that root may change; where it is made of numbers it stays so, and has no more of them than before. */
    private static final class Setting extends ConstantFile {
        private final int numbers;

        Setting(ProcFs fs, String text) {
            super(fs, text, 0644);
            this.numbers = numbers(text);
        }

        @Override
        protected int store(Caller c, String data) {
            if (numbers > 0) {
                int n = numbers(data);
                if (data.isBlank()) {
                    return data.length(); // nothing to change
                }
                if (n <= 0 || n > numbers) {
                    return -EINVAL;
                }
                return n == numbers ? super.store(c, tabs(data)) > 0 ? data.length() : -EINVAL : partly(c, data);
            }
            return super.store(c, data);
        }

        /** Fewer numbers than there are: the others stay. */
        private int partly(Caller c, String data) {
            StringBuilder now = new StringBuilder();
            text(c, now);
            int at = 0;
            for (int i = numbers(data); i > 0; i--) {
                at = now.indexOf("\t", at) + 1;
            }
            super.store(c, tabs(data).strip() + "\t" + now.substring(at));
            return data.length();
        }

        private static String tabs(String data) {
            StringBuilder b = new StringBuilder();
            StringTokenizer words = new StringTokenizer(data);
            while (words.hasMoreTokens()) {
                b.append(b.isEmpty() ? "" : "\t").append(words.nextToken());
            }
            return b.append('\n').toString();
        }

        /** How many whole numbers a text is made of; -1 when it has anything else, 0 when it is empty. */
        private static int numbers(String text) {
            StringTokenizer words = new StringTokenizer(text);
            int n = 0;
            while (words.hasMoreTokens()) {
                String w = words.nextToken();
                for (int i = w.startsWith("-") && w.length() > 1 ? 1 : 0; i < w.length(); i++) {
                    if (w.charAt(i) < '0' || w.charAt(i) > '9') {
                        return -1;
                    }
                }
                n++;
            }
            return n;
        }
    }

    /** How many open files there are, in ordinary ones, and may be. */
    private static final class FileCount extends TextInode {
        FileCount(ProcFs fs) {
            super(fs, fs.newIno(), 0444);
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            out.append(HeapRoom.OBJECTS.used() / FileDescription.PLAIN_BYTES)
                    .append("\t0\t")
                    .append(HeapRoom.OBJECTS.limit() / FileDescription.PLAIN_BYTES)
                    .append('\n');
            return 0;
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
