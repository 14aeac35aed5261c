// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostFiles;
import io.sandjar.host.Ring;
import io.sandjar.host.Sys;
import org.jspecify.annotations.Nullable;

/**
 * The way from notifications to rings (docs/adr/0011): finds the threads that make many plain calls, gives them a ring,
 * and has their stub rewrite the call sites. What starts and ends quickly never gets here.
 */
public final class Rings {
    /** Who looks at the rings. */
    public interface Server {
        /** From now on this ring, too. False when there are too many. */
        boolean add(Task t, Ring r);

        /** A thread that has a ring made a plain call by notification, since nobody looked. */
        void called();
    }

    /** Calls of a thread before it is looked at more closely, and of one site before it is rewritten. */
    private static final int MANY_CALLS = 2000;

    private static final int MANY_OF_A_SITE = 200;

    private static final long NEAR = 0x10000000;
    private static final long LIBRARIES = 0x7e0000000000L;
    private static final int MADV_DONTFORK = 10;

    /**
     * Plain calls: what they mean lies in arguments and guest memory; they change neither registers, nor mappings, nor
     * masks, are not carried out by the host, and have no relative time to wait for but poll's kind.
     */
    private static final int[] PLAIN = {
        Nr.read,
        Nr.write,
        Nr.open,
        Nr.close,
        Nr.stat,
        Nr.fstat,
        Nr.lstat,
        Nr.poll,
        Nr.lseek,
        Nr.pread64,
        Nr.pwrite64,
        Nr.readv,
        Nr.writev,
        Nr.access,
        Nr.pipe,
        Nr.dup,
        Nr.dup2,
        Nr.sendfile,
        Nr.accept,
        Nr.sendto,
        Nr.recvfrom,
        Nr.sendmsg,
        Nr.recvmsg,
        Nr.shutdown,
        Nr.getsockname,
        Nr.getpeername,
        Nr.socketpair,
        Nr.setsockopt,
        Nr.getsockopt,
        Nr.uname,
        Nr.fcntl,
        Nr.fsync,
        Nr.fdatasync,
        Nr.truncate,
        Nr.ftruncate,
        Nr.getdents,
        Nr.getcwd,
        Nr.rename,
        Nr.mkdir,
        Nr.rmdir,
        Nr.creat,
        Nr.link,
        Nr.unlink,
        Nr.symlink,
        Nr.readlink,
        Nr.chmod,
        Nr.fchmod,
        Nr.umask,
        Nr.getuid,
        Nr.getgid,
        Nr.geteuid,
        Nr.getegid,
        Nr.getppid,
        Nr.getpgrp,
        Nr.getrusage,
        Nr.times,
        Nr.sysinfo,
        Nr.getdents64,
        Nr.epoll_wait,
        Nr.epoll_pwait,
        Nr.epoll_ctl,
        Nr.openat,
        Nr.mkdirat,
        Nr.newfstatat,
        Nr.unlinkat,
        Nr.renameat,
        Nr.linkat,
        Nr.symlinkat,
        Nr.readlinkat,
        Nr.fchmodat,
        Nr.faccessat,
        Nr.accept4,
        Nr.eventfd2,
        Nr.epoll_create1,
        Nr.dup3,
        Nr.pipe2,
        Nr.preadv,
        Nr.pwritev,
        Nr.statx,
        Nr.copy_file_range,
        Nr.kill,
        Nr.tgkill,
        Nr.timerfd_settime,
        Nr.getpriority,
        Nr.sched_getaffinity,
        Nr.faccessat2,
        Nr.renameat2,
        Nr.socket,
        Nr.connect,
        Nr.ioctl,
    };

    private final Kernel kernel;
    private final long[] calls = new long[8];
    private final boolean on;
    private final boolean eager;
    private final int manyCalls;
    private final int manyOfASite;
    private volatile @Nullable Server server;

    Rings(Kernel kernel) {
        this.kernel = kernel;
        String mode = System.getProperty("sandjar.ring", "on");
        eager = mode.equals("eager"); // for tests: from the first calls on
        on = eager || mode.equals("on");
        manyCalls = eager ? 2 : MANY_CALLS;
        manyOfASite = eager ? 2 : MANY_OF_A_SITE;
        for (int nr : PLAIN) {
            calls[nr >> 6] |= 1L << nr;
        }
    }

    /** For tests: rings from the first calls on, and somebody who looks whatever it costs. */
    public boolean eager() {
        return eager;
    }

    public void setServer(Server s) {
        if (on && Ring.supported()) {
            server = s;
        }
    }

    /** Whether a call may come by ring. */
    public boolean isPlain(int nr) {
        return nr >= 0 && nr < 512 && (calls[nr >> 6] >> nr & 1) != 0;
    }

    /** A notification of a plain call has come: marks the task when something is to be done about it. */
    public void count(Task t) {
        Server s = server;
        if (s == null || ++t.ringUse.callCount < manyCalls || !isPlain(t.nr) || t.watch.everyCall()) {
            return;
        }
        Trampolines all = t.space.trampolines;
        if (all != null && all.contains(t.ip)) {
            if (t.ringUse.ring() != null) {
                s.called();
            } else if (!t.ringUse.refused) {
                t.ringUse.hotSite = t.ip;
            }
            return;
        }
        HotSites sites = t.ringUse.hotSites;
        if (sites == null) {
            sites = new HotSites();
            t.ringUse.hotSites = sites;
        }
        if (sites.count(t.ip) == manyOfASite && (t.ringUse.ring() != null || !t.ringUse.refused)) {
            t.ringUse.hotSite = t.ip;
        }
    }

    /**
     * Queues what the stub is to do about the site by which the task was marked. The task stands in its signal handler.
     *
     * @return whether something is queued
     */
    public boolean prepare(Task t) {
        if (t.attention || t.restartCode != 0 || t.mask.restore) {
            return false; // first things first; it is kicked again
        }
        long ip = t.ringUse.hotSite;
        t.ringUse.hotSite = 0;
        Server s = server;
        if (s == null || t.startsImage() || !t.trap.ops.isEmpty()) {
            return false;
        }
        Trampolines all;
        boolean first;
        kernel.taskLock().lock();
        try {
            all = t.space.trampolines;
            if (all == null) {
                all = new Trampolines();
                t.space.trampolines = all;
            }
            first = !all.contains(ip) && all.first(ip);
        } finally {
            kernel.taskLock().unlock();
        }
        byte[] site = new byte[8];
        boolean patch = first && rewritable(t, ip - 2, site);
        if (patch && !all.reaches(ip) && all.hasRoom()) {
            long near = ip >= LIBRARIES ? ip - NEAR : ip + NEAR;
            t.trap.ops.call(
                    Stub.OPF_RING,
                    Nr.mmap,
                    near & -0x10000,
                    Trampolines.AREA + 0x10000,
                    Mm.PROT_READ | Mm.PROT_EXEC,
                    Mm.MAP_PRIVATE | Mm.MAP_ANONYMOUS,
                    -1,
                    0);
            Trampolines made = all;
            t.trap.continuation = (task, failed, result) -> {
                if (!failed && (result > 0 || result < -4096)) {
                    kernel.taskLock().lock();
                    try {
                        made.addArea(result + 0xffff & -0x10000);
                    } finally {
                        kernel.taskLock().unlock();
                    }
                    queue(task, made, ip - 2, site);
                }
            };
            return true;
        }
        if (patch) {
            queue(t, all, ip - 2, site);
        } else if (all.contains(ip) && t.ringUse.ring() == null) {
            install(t);
        }
        return !t.trap.ops.isEmpty();
    }

    private void queue(Task t, Trampolines all, long site, byte[] bytes) {
        long word = Bytes.i64(bytes, 0);
        int length = Trampolines.compareLength(word);
        long at;
        kernel.taskLock().lock();
        try {
            at = all.take(site, word);
        } finally {
            kernel.taskLock().unlock();
        }
        if (at == 0) {
            return;
        }
        if (t.ringUse.ring() == null) {
            install(t);
        }
        t.trap.ops.add(Stub.OP_PATCH, Stub.OPF_IGNORE, 0, site, at, word, length, 0, 0);
    }

    /** Queues a ring for the task. */
    private void install(Task t) {
        Server s = server;
        if (s == null || t.ringUse.refused) {
            return;
        }
        t.ringUse.refused = true; // whatever comes, it is tried once
        int fd = Ring.file();
        if (fd < 0) {
            return;
        }
        int there = kernel.listener().addFd(t.notifId, fd, -1);
        Ring r = there < 0 ? null : Ring.map(fd, calls, eager);
        Sys.close(fd);
        if (there < 0) {
            return;
        }
        if (r == null || !s.add(t, r)) {
            if (r != null) {
                r.close();
            }
            t.trap.ops.call(Stub.OPF_IGNORE, Nr.close, there, 0, 0, 0, 0, 0);
            return;
        }
        long at = Stub.ring(t.slot);
        t.ringUse.set(r);
        t.trap.ops
                .call(0, Nr.mmap, at, Ring.SIZE, 3, Mm.MAP_SHARED | Mm.MAP_FIXED, there, 0)
                .call(0, Nr.madvise, at, Ring.SIZE, MADV_DONTFORK, 0, 0, 0)
                .call(Stub.OPF_IGNORE, Nr.close, there, 0, 0, 0, 0, 0)
                .add(Stub.OP_RING, 0, 0, at, 0, 0, 0, 0, 0);
        t.trap.continuation = (task, failed, result) -> {
            task.ringUse.set(null);
            task.trap.ops.call(Stub.OPF_IGNORE, Nr.close, there, 0, 0, 0, 0, 0);
        };
    }

    /** Whether a site may be rewritten: of a known kind, in program text from a file, which nobody writes to. */
    private boolean rewritable(Task t, long site, byte[] bytes) {
        if (t.mem.read(site, bytes) < 0 || Trampolines.compareLength(Bytes.i64(bytes, 0)) == 0) {
            return false;
        }
        if ((site & 63) > 59) {
            return false; // five bytes could not change at once
        }
        String maps = HostFiles.procText(t.group.hostPid + "/maps");
        if (maps == null) {
            return false;
        }
        for (int at = 0; at < maps.length(); ) {
            int end = maps.indexOf('\n', at);
            if (end < 0) {
                end = maps.length();
            }
            int dash = maps.indexOf('-', at);
            int space = maps.indexOf(' ', at);
            if (dash < 0 || space < 0 || space > end || dash > space) {
                return false;
            }
            long from = Long.parseUnsignedLong(maps, at, dash, 16);
            long to = Long.parseUnsignedLong(maps, dash + 1, space, 16);
            if (site >= from && site + 8 <= to) {
                return maps.startsWith("r-xp ", space + 1)
                        && maps.indexOf('/', space) < end
                        && maps.indexOf('/', space) > 0;
            }
            at = end + 1;
        }
        return false;
    }
}
