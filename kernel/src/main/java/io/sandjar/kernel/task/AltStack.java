// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Sig.*;

import io.sandjar.abi.Bytes;
import io.sandjar.host.Sys;

/**
 * The stack that a thread has for its signal handlers (sigaltstack(2)). The thread's slot has a copy: the stub leaves a
 * handler by itself (ADR 35) only when the frame would change nothing here.
 */
final class AltStack {
    /** Bytes of stack_t: address, flags, size. */
    static final int SIZE = 24;

    private static final int FLAGS_AT = 8;
    private static final int SIZE_AT = 16;

    /** In the slot: no frame can look like this, so that the kernel sees each return. */
    private static final long NEVER_THE_SAME = -1;

    private final Task task;
    private long base;
    private long size;
    private int flags = SS_DISABLE;

    AltStack(Task task) {
        this.task = task;
    }

    boolean enabled() {
        return (flags & SS_DISABLE) == 0;
    }

    /** Its lowest address. */
    long base() {
        return base;
    }

    /** The address behind it, where the first handler begins. */
    long top() {
        return base + size;
    }

    boolean contains(long sp) {
        return enabled() && sp > base && sp - base <= size;
    }

    /** A child that does not share the memory, or only until it runs a program, has the same. */
    void inherit(AltStack parent) {
        base = parent.base;
        size = parent.size;
        flags = parent.flags;
    }

    /** A fresh program has none, and its slot says so. */
    void forget() {
        base = 0;
        size = 0;
        flags = SS_DISABLE;
    }

    /** A handler is entered: with SS_AUTODISARM there is none until it returns. */
    void handlerEntered() {
        if ((flags & SS_AUTODISARM) != 0) {
            set(0, 0, SS_DISABLE);
        }
    }

    /** Writes stack_t for a thread whose stack pointer is {@code sp}. */
    void encode(byte[] out, int at, long sp) {
        Bytes.put64(out, at, base);
        Bytes.put32(out, at + FLAGS_AT, flags | (contains(sp) ? SS_ONSTACK : 0));
        Bytes.put64(out, at + SIZE_AT, size);
    }

    /** What a frame says that a handler leaves by; {@code sp} is the stack pointer that it goes back to. */
    void restore(byte[] in, int at, long sp) {
        int f = Bytes.i32(in, at + FLAGS_AT);
        long n = Bytes.i64(in, at + SIZE_AT);
        if (contains(sp) && (f & SS_AUTODISARM) == 0) {
            return;
        }
        if ((f & SS_DISABLE) != 0) {
            set(0, 0, SS_DISABLE);
        } else if (n >= MINSIGSTKSZ) {
            set(Bytes.i64(in, at), n, f & SS_AUTODISARM);
        }
    }

    /** sigaltstack(2), for a thread whose stack pointer is {@code sp}. */
    long change(long ss, long oldss, long sp) {
        boolean on = (flags & SS_AUTODISARM) == 0 && contains(sp);
        byte[] old = new byte[SIZE];
        encode(old, 0, on ? sp : 0);
        if (ss != 0) {
            byte[] b = new byte[SIZE];
            if (task.mem.read(ss, b) < 0) {
                return -EFAULT;
            }
            if (on) {
                return -EPERM;
            }
            int f = Bytes.i32(b, FLAGS_AT);
            int mode = f & ~SS_AUTODISARM;
            if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE) {
                return -EINVAL;
            }
            long n = Bytes.i64(b, SIZE_AT);
            boolean same = n == size && Bytes.i64(b, 0) == base && (f == flags || n == 0);
            if (same && mode != SS_DISABLE) {
                return oldss != 0 ? task.mem.write(oldss, old) : 0; // changes nothing, whatever it says
            }
            if (mode == SS_DISABLE) {
                set(0, 0, SS_DISABLE);
            } else if (Long.compareUnsigned(n, MINSIGSTKSZ) < 0) {
                return -ENOMEM;
            } else {
                set(Bytes.i64(b, 0), n, f & SS_AUTODISARM);
            }
        }
        return oldss != 0 ? task.mem.write(oldss, old) : 0;
    }

    private void set(long newBase, long newSize, int newFlags) {
        if (newBase == base && newSize == size && newFlags == flags) {
            return;
        }
        base = newBase;
        size = newSize;
        flags = newFlags;
        byte[] words = new byte[16];
        Bytes.put64(words, 0, base);
        Bytes.put64(words, 8, (flags & SS_AUTODISARM) != 0 ? NEVER_THE_SAME : size);
        Sys.poke(task.hostTid, Stub.mailbox(task.slot) + Stub.BOX_ALT_STACK, words, 0, words.length);
    }
}
