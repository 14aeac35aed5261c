// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.host.Scratch;
import io.sandjar.host.seccomp.FilterTable;
import io.sandjar.kernel.signal.SigInfo;
import org.jspecify.annotations.Nullable;

/**
 * A thread that stands in its stub's signal handler: the registers of the guest that lie there, the call that trapped, and
 * what the stub is to do before the guest goes on.
 */
public final class TrappedCall {
    private final Task task;

    /** Registers, while a trapped call is handled. */
    @Nullable
    TrapFrame frame;

    final TrapFrame registers = new TrapFrame();

    /** The trapped call changed the registers itself (rt_sigreturn). */
    boolean registersSet;

    /** What the stub is to do before the guest goes on; filled by trapped calls. */
    final OpList ops = new OpList();

    /** The stub has done what the call in progress needs to go on. */
    boolean goesOn;

    /** What to do when the stub has done its operations or one failed. */
    @Nullable
    OpsContinuation continuation;

    /** The call in progress came by the stub. */
    private boolean inTrap;

    /** It stands in its signal handler, so that its frame shows its registers. */
    boolean inFrame;

    TrappedCall(Task task) {
        this.task = task;
    }

    /** Sets what the trapped call returns. */
    void setResult(long value) {
        TrapFrame f = frame;
        if (f != null) {
            f.setReg(TrapFrame.RAX, value);
        }
    }

    /** What the call will return to the guest once the stub has done its operations. */
    public long queuedResult(long result) {
        return ops.isEmpty() ? result : ops.queuedResult(result);
    }

    /** rt_sigreturn(2): the registers come from the frame on the guest's stack. A broken frame is a SIGSEGV. */
    public void sigreturn() {
        TrapFrame f = frame;
        registersSet = true;
        if (f == null || SignalFrames.pop(task, f) < 0) {
            task.kernel.signals().force(task, SigInfo.kernel(Sig.SIGSEGV));
        }
    }

    /** sigaltstack(2): a trapped call, because it must know on which stack the guest stands. */
    public long sigaltstack(long ss, long oldss) {
        TrapFrame f = frame;
        return task.altStack.change(ss, oldss, f == null ? 0 : f.reg(TrapFrame.RSP));
    }

    /** As {@link Task#finish} for a call in whose middle the thread was brought to the bell: the frame is to be settled next. */
    public void finishInFrame(long result) {
        task.prefault.over();
        if (result == Task.CONTINUE) {
            registers.setReg(TrapFrame.RAX, task.nr);
            registers.setReg(TrapFrame.RIP, registers.reg(TrapFrame.RIP) - 2);
        } else {
            registers.setReg(TrapFrame.RAX, task.settleResult(result));
        }
    }

    /** Reads the registers of a thread that stands in its signal handler. 0 or -EFAULT. */
    public int fetch(long infoAddress, long ucAddress) {
        TrapFrame f = registers;
        frame = f;
        inFrame = true;
        ops.clear();
        continuation = null;
        int r = f.load(task.mem, ucAddress, infoAddress);
        Tracee e = task.tracee;
        Trampolines sites = task.space.trampolines;
        if (e != null && sites != null) {
            sites.leaveForGood(task, f);
        }
        if (e != null) {
            e.stepped = e.stepping;
        }
        if (e != null && e.stepping) {
            e.stepping = false;
            f.setReg(TrapFrame.EFLAGS, f.reg(TrapFrame.EFLAGS) & ~TrapFrame.TF);
        }
        return r;
    }

    /** Whether the call in progress is one that the host deals with when nobody traces. */
    public boolean belongsToHost() {
        return task.watch.trapsAll
                && FilterTable.strict().leavesToHost(task.nr, task.a0, task.a1, task.a2, task.a3, task.a4, task.a5);
    }

    /** Takes over the call as the registers have it, which a tracer may have changed. */
    void callFromFrame(int callNr, TrapFrame f) {
        task.nr = callNr;
        task.a0 = f.reg(TrapFrame.RDI);
        task.a1 = f.reg(TrapFrame.RSI);
        task.a2 = f.reg(TrapFrame.RDX);
        task.a3 = f.reg(TrapFrame.R10);
        task.a4 = f.reg(TrapFrame.R8);
        task.a5 = f.reg(TrapFrame.R9);
    }

    /** The call is over for a tracee: a stop may be due. */
    public void callLeft() {
        Tracee e = task.tracee;
        if (e != null && !task.gate.entered()) {
            e.exitDue = true;
            task.attention = true;
        }
    }

    /** From its next instruction on every call of its comes by the stub. */
    void trapAll() {
        task.watch.trapsAll = true;
        ops.add(Stub.OP_TRAP_ALL, 0, 0, 0, 0, 0, 0, 0, 0);
        task.gate.expect(Nr.seccomp, 1);
    }

    /** Whether the next instruction is a system call. */
    boolean standsAtCall(TrapFrame f) {
        byte[] insn = new byte[2];
        return task.mem.read(f.reg(TrapFrame.RIP), insn) == 0 && Bytes.u16(insn, 0) == 0x050f;
    }

    /** Makes the trapped call's number and arguments the task's. */
    public void take() {
        TrapFrame f = registers;
        inTrap = true;
        goesOn = false;
        if (task.piWaiter != null || task.piRequeued != 0) {
            task.kernel.piFutexes().abandoned(task);
        }
        task.ip = Bytes.i64(f.info, 16);
        callFromFrame(Bytes.i32(f.info, 24), f);
    }

    /** Takes the result of a trapped call, unless the call queued operations or changed the registers itself. */
    public void result(long result) {
        if (registersSet) {
            registersSet = false;
        } else if (result == Task.SKIPPED) {
            return;
        } else if (result == Task.CONTINUE) {
            task.gate.enter();
        } else if (Task.restarts(result) || ops.isEmpty()) {
            registers.setReg(TrapFrame.RAX, task.settleResult(result));
        }
    }

    /** exit(2) of one thread of several that came by the stub: it has to be made from there. */
    public void exitByStub(int status) {
        ops.call(0, Nr.exit, status, 0, 0, 0, 0, 0);
        task.gate.expect(Nr.exit, status);
    }

    /** A call or ring has come in another way. */
    void over() {
        inTrap = false;
        inFrame = false;
    }

    /** Whether the call in progress came by the stub. */
    public boolean inTrap() {
        return inTrap;
    }

    /** A fault that the guest's own code made. */
    public void fault(int signo) {
        TrapFrame f = registers;
        if (Stub.inText(f.reg(TrapFrame.RIP))) { // no handler of the guest's could make sense of it
            task.kernel.exits().exitGroup(task.group, signo);
            return;
        }
        int code = Bytes.i32(f.info, 8);
        Tracee e = task.tracee;
        if (e != null && e.stepped && signo == Sig.SIGTRAP && code == Sig.TRAP_TRACE) {
            if (Watchpoints.hit(task, e, f.reg(TrapFrame.RIP))) {
                code = Sig.TRAP_HWBKPT;
            } else if (!e.steps()) {
                return; // one of many steps on the way to a change
            }
        }
        long address = Bytes.i64(f.info, 16);
        task.kernel.signals().force(task, SigInfo.fault(signo, code, address));
    }

    /** Delivers signals into the frame; see {@link Delivery#deliver}. */
    public int settle() {
        if (task.dead) {
            return -ESRCH;
        }
        if (!ops.isEmpty()) {
            return 0;
        }
        TrapFrame f = registers;
        if (!task.gate.entered()
                && (task.attention || task.restartCode != 0 || task.mask.restore || task.tracee != null)) {
            int r = task.kernel.delivery().deliver(task, f);
            if (r != 0) {
                return r;
            }
        }
        if (f.store(task.mem) < 0) {
            task.misbehaved();
            return -ESRCH;
        }
        return 0;
    }

    /** Lets the stub go on: with operations if there are any, else back to the guest. */
    public void answerBell(Scratch s) {
        if (task.dead) {
            return;
        }
        int n = ops.count();
        if (n > 0 && ops.store(task.mem, task.slot) < 0) {
            task.misbehaved();
            return;
        }
        ops.clear();
        task.inGuest =
                !task.gate.inCall() || task.nr == Nr.futex || task.nr == Nr.futex_wait || task.nr == Nr.futex_waitv;
        if (task.attention && task.inGuest) {
            task.kernel.kick(task); // waits until the handler returns
        }
        task.kernel.listener().answer(s, task.notifId, n);
    }

    /** Whether the trapped call is to be made once more, now that the stub has done its part. */
    public boolean goesOn() {
        boolean on = goesOn;
        goesOn = false;
        return on;
    }

    /** The stub has done its operations, or one failed. */
    public void operationsDone(boolean failed, long result) {
        OpsContinuation c = continuation;
        continuation = null;
        ops.clear();
        task.gate.expectNothing();
        if (c != null) {
            c.done(task, failed, result);
            if (!task.dead && !goesOn && ops.isEmpty() && registers.store(task.mem) < 0) {
                task.misbehaved();
            }
        } else {
            task.misbehaved();
        }
    }
}
