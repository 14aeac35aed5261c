// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.signal;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Sig;

/** What comes with a signal: siginfo_t (sigaction(2)), 128 bytes for the guest. */
public record SigInfo(
        int signo, int code, int errno, int pid, int uid, long value, int status, long utime, long stime) {
    public static final int SIZE = 128;

    /** From kill(2), tgkill(2). */
    public static SigInfo user(int signo, int code, int pid, int uid) {
        return new SigInfo(signo, code, 0, pid, uid, 0, 0, 0, 0);
    }

    /** From the kernel itself (terminal, pipe). */
    public static SigInfo kernel(int signo) {
        return new SigInfo(signo, Sig.SI_KERNEL, 0, 0, 0, 0, 0, 0, 0);
    }

    /** A fault; {@code value} is the address. */
    public static SigInfo fault(int signo, int code, long address) {
        return new SigInfo(signo, code, 0, 0, 0, address, 0, 0, 0);
    }

    /** SIGCHLD. Times in clock ticks. */
    public static SigInfo child(int code, int pid, int uid, int status, long utime, long stime) {
        return new SigInfo(Sig.SIGCHLD, code, 0, pid, uid, 0, status, utime, stime);
    }

    /** From a POSIX timer: {@code pid} carries the timer id, {@code uid} the overrun count. */
    public static SigInfo timer(int signo, int timerId, int overrun, long value) {
        return new SigInfo(signo, Sig.SI_TIMER, 0, timerId, overrun, value, 0, 0, 0);
    }

    /** SIGSYS of a filter: {@code errno} carries its word, {@code value} the address of the call. */
    public static SigInfo seccomp(int word, long ip, int nr, int arch) {
        return new SigInfo(Sig.SIGSYS, Sig.SYS_SECCOMP, word, 0, arch, ip, nr, 0, 0);
    }

    /** From rt_sigqueueinfo(2): the sender's own words. */
    public static SigInfo fromGuest(int signo, byte[] raw) {
        return new SigInfo(
                signo,
                Bytes.i32(raw, 8),
                Bytes.i32(raw, 4),
                Bytes.i32(raw, 16),
                Bytes.i32(raw, 20),
                Bytes.i64(raw, 24),
                0,
                0,
                0);
    }

    /** Whether {@code pid} and {@code uid} say who sent it. */
    public boolean hasSender() {
        return code == Sig.SI_USER
                || code == Sig.SI_TKILL
                || code == Sig.SI_QUEUE
                || code == Sig.SI_MESGQ
                || (signo == Sig.SIGCHLD && code > 0 && code < Sig.SI_KERNEL);
    }

    /** The same from a sender with other numbers. */
    public SigInfo from(int otherPid, int otherUid) {
        return new SigInfo(signo, code, errno, otherPid, otherUid, value, status, utime, stime);
    }

    private boolean isFault() {
        return code > 0
                && code < Sig.SI_KERNEL
                && (signo == Sig.SIGSEGV
                        || signo == Sig.SIGBUS
                        || signo == Sig.SIGILL
                        || signo == Sig.SIGFPE
                        || signo == Sig.SIGTRAP);
    }

    /** The guest's layout. */
    public byte[] encode() {
        byte[] b = new byte[SIZE];
        Bytes.put32(b, 0, signo);
        Bytes.put32(b, 4, errno);
        Bytes.put32(b, 8, code);
        if (isFault()) {
            Bytes.put64(b, 16, value);
        } else if (signo == Sig.SIGCHLD && code > 0) {
            Bytes.put32(b, 16, pid);
            Bytes.put32(b, 20, uid);
            Bytes.put32(b, 24, status);
            Bytes.put64(b, 32, utime);
            Bytes.put64(b, 40, stime);
        } else if (signo == Sig.SIGSYS && code == Sig.SYS_SECCOMP) {
            Bytes.put64(b, 16, value); // si_call_addr
            Bytes.put32(b, 24, status); // si_syscall
            Bytes.put32(b, 28, uid); // si_arch
        } else if ((signo == Sig.SIGIO || Sig.isRealTime(signo)) && code > 0 && code < Sig.SI_KERNEL) {
            Bytes.put64(b, 16, value); // band
            Bytes.put32(b, 24, status); // fd
        } else {
            Bytes.put32(b, 16, pid);
            Bytes.put32(b, 20, uid);
            Bytes.put64(b, 24, value);
        }
        return b;
    }
}
