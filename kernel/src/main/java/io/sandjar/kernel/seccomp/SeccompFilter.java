// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.HeapRoom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a thread: one on top of those that it had before, never to be taken away. Immutable, so that threads and
 * processes share them as they are; a call that every filter allows whatever its arguments costs one test of a bit. Counted are
 * those who have one, because what a guest's program takes of the heap is to be given back.
 */
public final class SeccompFilter {
    /** Numbers that the bits cover; others are never allowed without a look. */
    private static final int CALLS = 512;

    /** MAX_INSNS_PER_PATH: all instructions that a call may have to pass. */
    private static final int MAX_LENGTH = (1 << 18) / 8;

    /** What each filter of a chain costs beside its instructions. */
    private static final int PENALTY = 4;

    private static final int INSTRUCTION_BYTES = 12;
    private static final int FILTER_BYTES = 300;

    private final Filter filter;
    private final @Nullable SeccompFilter previous;
    private final long[] always = new long[CALLS / 64];
    private final int count;
    private final int length;
    private final AtomicInteger users = new AtomicInteger();
    private int heapBytes;

    SeccompFilter(Filter filter, @Nullable SeccompFilter previous) {
        this.filter = filter;
        this.previous = previous;
        count = previous == null ? 1 : previous.count + 1;
        length = filter.length() + PENALTY + (previous == null ? 0 : previous.length);
        for (int nr = 0; nr < CALLS; nr++) {
            if (filter.always(nr) && (previous == null || previous.always(nr))) {
                always[nr >> 6] |= 1L << nr;
            }
        }
    }

    /** Strict mode. */
    public static SeccompFilter strict() {
        return new SeccompFilter(new Strict(), null);
    }

    /** Whether it is strict mode rather than a filter. */
    public boolean isStrict() {
        return filter instanceof Strict;
    }

    /** What /proc/PID/status says: 1 strict, 2 filters. */
    public int mode() {
        return isStrict() ? 1 : 2;
    }

    /**
     * A guest's program on top of what there is.
     *
     * @param code struct sock_filter[]
     * @return null if it is not one that Linux takes
     */
    public static @Nullable SeccompFilter ofGuest(byte[] code, @Nullable SeccompFilter previous) {
        BpfProgram program = BpfProgram.check(code);
        return program == null ? null : new SeccompFilter(program, previous);
    }

    /** Takes memory for a guest's filter, which then has one user: who made it. */
    public boolean takeRoom() {
        int bytes = filter.length() * INSTRUCTION_BYTES + FILTER_BYTES;
        if (!HeapRoom.OBJECTS.take(bytes)) {
            return false;
        }
        heapBytes = bytes;
        hold();
        if (previous != null) {
            previous.hold();
        }
        return true;
    }

    /** One more has it. */
    public void hold() {
        users.incrementAndGet();
    }

    /** One less has it; without any, those below it have one less. */
    public void drop() {
        for (SeccompFilter f = this; f != null && f.users.decrementAndGet() == 0; f = f.previous) {
            HeapRoom.OBJECTS.give(f.heapBytes);
        }
    }

    /** Whether the chain has more instructions than Linux takes. */
    public boolean isTooLong() {
        return length > MAX_LENGTH;
    }

    /** Whether the call is allowed whatever its arguments are. */
    public boolean always(int nr) {
        return nr >= 0 && nr < CALLS && (always[nr >> 6] >>> nr & 1) != 0;
    }

    /** Whether the stub may go on answering these calls by itself. */
    public boolean leavesStubAlone() {
        return always(Nr.getpid) && always(Nr.gettid) && always(Nr.rt_sigprocmask) && always(Nr.rt_sigreturn);
    }

    /** The severest word of all filters; of equals the newest one's. */
    public int verdict(int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5) {
        int worst = Verdict.ALLOW;
        for (SeccompFilter f = this; f != null; f = f.previous) {
            int v = f.filter.verdict(nr, ip, a0, a1, a2, a3, a4, a5);
            if ((v & Verdict.ACTION) < (worst & Verdict.ACTION)) {
                worst = v;
            }
        }
        return worst;
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /**
     * The guest's program that was the {@code index}th to be put on, from 0.
     *
     * @return struct sock_filter[]; null when there are not so many, or it was not a guest that gave it
     */
    public byte @Nullable [] program(long index) {
        for (SeccompFilter f = this; f != null; f = f.previous) {
            if (f.count - 1 == index) {
                return f.filter instanceof BpfProgram p ? p.encode() : null;
            }
        }
        return null;
    }

    /** Whether {@code other} is this one or lies below it. */
    public boolean growsFrom(@Nullable SeccompFilter other) {
        for (SeccompFilter f = this; f != null; f = f.previous) {
            if (f == other) {
                return true;
            }
        }
        return other == null;
    }
}
