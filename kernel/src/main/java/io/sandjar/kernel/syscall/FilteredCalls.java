// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.seccomp.Verdict;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Task;

/**
 * The table of calls behind the guest's own filters (seccomp(2), the profile of its container). Calls that the host carries
 * out at the guest's will, such as futex and anonymous mmap, never come here and cannot be refused; they name nothing.
 */
public final class FilteredCalls implements Dispatcher {
    /** How often a call is made anew when another file takes the name between finding it and using it. */
    private static final int STALE_TRIES = 16;

    private final Dispatcher next;

    public FilteredCalls(Dispatcher next) {
        this.next = next;
    }

    @Override
    public long call(Task t) {
        SeccompFilter f = t.watch.filter;
        // a call that waits was looked at when it came
        if (f == null || f.always(t.nr) || t.mayBlock || t.parking.again()) {
            return carryOut(t);
        }
        int v = f.verdict(t.nr, t.shownIp(), t.a0, t.a1, t.a2, t.a3, t.a4, t.a5);
        if ((v & Verdict.ACTION) == Verdict.TRACE) {
            int r = t.kernel().tracing().stops.filtered(t, v & Verdict.DATA);
            if (r != 0) {
                return r < 0 ? r : Task.SKIPPED;
            }
            v = f.verdict(t.nr, t.shownIp(), t.a0, t.a1, t.a2, t.a3, t.a4, t.a5); // the tracer may have changed it
            if ((v & Verdict.ACTION) == Verdict.TRACE) {
                v = Verdict.ALLOW;
            }
        }
        return switch (v & Verdict.ACTION) {
            case Verdict.ALLOW, Verdict.LOG -> carryOut(t);
            case Verdict.ERRNO -> -Verdict.errno(v);
            case Verdict.USER_NOTIF -> -ENOSYS; // nobody listens
            case Verdict.TRAP -> {
                SigInfo why = SigInfo.seccomp(v & Verdict.DATA, t.shownIp(), t.nr, Verdict.AUDIT_ARCH_X86_64);
                t.kernel().signals().force(t, why);
                yield t.nr; // as if the call had not been made: the register holds its number
            }
            case Verdict.KILL_THREAD -> {
                t.endAlone(f.isStrict() ? Sig.SIGKILL : Sig.SIGSYS);
                yield -EINTR; // nobody hears it
            }
            default -> {
                t.kernel().exits().exitGroup(t.group(), f.isStrict() ? Sig.SIGKILL : Sig.SIGSYS);
                yield 0; // nobody hears it
            }
        };
    }

    /** A call that met a name which is another file's by now has done nothing: it finds that other one next time. */
    private long carryOut(Task t) {
        long r = next.call(t);
        for (int i = 0; r == -ESTALE && i < STALE_TRIES; i++) {
            r = next.call(t);
        }
        return r;
    }
}
