// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.signalfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Sig;
import io.sandjar.abi.SignalfdSiginfoLayout;
import io.sandjar.kernel.base.Pollable;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.Arrays;

/** Pending signals as a file. Whose they are depends on who reads or polls, not on who made the file. */
public final class SignalFile extends FileDescription {
    private final Inode inode;
    private final Task maker;
    private volatile long mask;

    public SignalFile(Inode inode, int flags, Task maker, long mask) {
        super(null, flags);
        this.inode = inode;
        this.maker = maker;
        setMask(mask);
    }

    public void setMask(long signals) {
        mask = signals & ~Sig.UNBLOCKABLE;
    }

    public long mask() {
        return mask;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    /** Accepted, and of no effect: it stays at 0. */
    @Override
    public long lseek(Caller c, long off, int whence) {
        return 0;
    }

    @Override
    public String describe() {
        return "anon_inode:[signalfd]";
    }

    @Override
    public long read(Caller c, IoBuffer dst) {
        if (!(c instanceof Task t) || dst.remaining() < SignalfdSiginfoLayout.SIZEOF) {
            return -EINVAL;
        }
        byte[] b = new byte[SignalfdSiginfoLayout.SIZEOF];
        long n = 0;
        while (dst.remaining() >= b.length) {
            SigInfo i = t.kernel().signals().dequeue(t, mask);
            if (i == null) {
                break;
            }
            Arrays.fill(b, (byte) 0);
            encode(i, b);
            int r = dst.put(b, 0, b.length);
            if (r < 0) {
                return n > 0 ? n : r;
            }
            n += b.length;
        }
        return n > 0 ? n : -EAGAIN;
    }

    private static void encode(SigInfo i, byte[] b) {
        Bytes.put32(b, SignalfdSiginfoLayout.ssi_signo, i.signo());
        Bytes.put32(b, SignalfdSiginfoLayout.ssi_errno, i.errno());
        Bytes.put32(b, SignalfdSiginfoLayout.ssi_code, i.code());
        if (i.code() == Sig.SI_TIMER) {
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_tid, i.pid());
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_overrun, i.uid());
        } else {
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_pid, i.pid());
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_uid, i.uid());
        }
        if (i.signo() == Sig.SIGCHLD && i.code() > 0) {
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_status, i.status());
            Bytes.put64(b, SignalfdSiginfoLayout.ssi_utime, i.utime());
            Bytes.put64(b, SignalfdSiginfoLayout.ssi_stime, i.stime());
        } else if (i.signo() == Sig.SIGIO && i.code() > 0 && i.code() < Sig.SI_KERNEL) {
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_band, (int) i.value());
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_fd, i.status());
        } else {
            Bytes.put32(b, SignalfdSiginfoLayout.ssi_int, (int) i.value());
            Bytes.put64(b, SignalfdSiginfoLayout.ssi_ptr, i.value());
        }
    }

    @Override
    public Pollable pollableFor(Caller c) {
        return c instanceof Task t ? new View(this, t) : this;
    }

    /** As the task that made it sees it. */
    @Override
    public int poll() {
        return pollFor(maker);
    }

    private int pollFor(Task t) {
        return (t.kernel().signals().pending(t) & mask) != 0 ? POLLIN | POLLRDNORM : 0;
    }

    @Override
    public WaitQueue waitQueue() {
        return maker.group().signalWait;
    }

    @Override
    public boolean pollable() {
        return true;
    }

    /** The file as one task sees it. */
    private record View(SignalFile file, Task task) implements Pollable {
        @Override
        public int poll() {
            return file.pollFor(task);
        }

        @Override
        public WaitQueue waitQueue() {
            return task.group().signalWait;
        }
    }
}
