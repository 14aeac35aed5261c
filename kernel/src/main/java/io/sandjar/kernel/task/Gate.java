// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.host.Scratch;

/**
 * The instruction of the stub at which a thread makes a trapped call with the guest's registers, and the calls that a stub
 * was told to make: those, and no others, the kernel lets through to the host.
 */
public final class Gate {
    /** {@link #sent} there to make a call. */
    private static final int CALL = 1;

    /** {@link #sent} there to begin its life. */
    private static final int BORN = 2;

    private final Task task;

    /** A call that the stub was told to make and that is to be let through: number and first argument; -1 for none. */
    private int expectedNr = -1;

    private long expectedArg;

    /** Why it was sent through the gate; 0 when it was not. */
    private int sent;

    /** Where the guest's program goes on behind it. */
    private long back;

    Gate(Task task) {
        this.task = task;
    }

    /** The next call from the stub is to be this one, and then to be let through. */
    void expect(int number, long firstArgument) {
        expectedNr = number;
        expectedArg = firstArgument;
    }

    void expectNothing() {
        expectedNr = -1;
    }

    /** The status that an expected exit(2) was given. */
    int expectedStatus() {
        return ((int) expectedArg & 0xff) << 8;
    }

    /** Whether the thread is on its way through. */
    boolean entered() {
        return sent != 0;
    }

    /** Whether it makes a call there, rather than begins its life. */
    boolean inCall() {
        return sent == CALL;
    }

    /** The stub makes the call, with the guest's registers, and traps behind it. */
    void enter() {
        TrapFrame f = task.trap.registers;
        sent = CALL;
        back = f.reg(TrapFrame.RIP);
        f.setReg(TrapFrame.RIP, Stub.GATE);
        f.setReg(TrapFrame.RAX, task.nr);
        expect(task.nr, task.a0);
    }

    /** A new thread begins at the gate's trap. */
    void bornAt(long rip) {
        sent = BORN;
        back = rip;
    }

    /**
     * A thread that was sent through the gate stands in its signal handler: puts its registers back.
     *
     * @return true when {@code signal} meant nothing but the gate's end
     */
    public boolean leave(int signal) {
        int was = sent;
        if (was == 0) {
            return false;
        }
        TrapFrame f = task.trap.registers;
        long rip = f.reg(TrapFrame.RIP);
        sent = 0;
        expectedNr = -1;
        if (rip < Stub.GATE || rip > Stub.GATE_END) {
            return false;
        }
        f.setReg(TrapFrame.RIP, back);
        if (was == CALL) {
            f.setReg(TrapFrame.RCX, back);
            if (rip == Stub.GATE) { // not made, or to be made again
                task.restartCode = -ERESTARTSYS;
                task.restartNr = task.nr;
                f.setReg(TrapFrame.RAX, -EINTR);
            }
            task.trap.callLeft();
        }
        return signal == Sig.SIGTRAP && rip == Stub.GATE_END;
    }

    /** Whether the stub was told to make a call that the host carries out. */
    public boolean expects() {
        return expectedNr >= 0;
    }

    /** Whether the call that came is the expected one; either way none is expected any more. */
    public boolean takeExpected(int callNr, Scratch s) {
        boolean same = callNr == expectedNr && s.buf.getLong(32) == expectedArg;
        if (sent != 0) { // only what was looked at
            same &= s.buf.getLong(40) == task.a1
                    && s.buf.getLong(48) == task.a2
                    && s.buf.getLong(56) == task.a3
                    && s.buf.getLong(64) == task.a4
                    && s.buf.getLong(72) == task.a5;
        }
        expectedNr = -1;
        if (same && callNr == Nr.execveat) {
            task.kernel.execGoesThrough(task);
        }
        return same;
    }
}
