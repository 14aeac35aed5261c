// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.syscall.SyscallShapes;
import io.sandjar.kernel.task.Task;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every call that reaches the kernel as a line in the manner of strace(1): {@code sandjar do --strace}. Calls that the
 * host carries out (futex, anonymous memory) never come here.
 */
public final class Strace implements Dispatcher {
    private static final int ERESTARTSYS = 512;

    private final Dispatcher next;
    private final LineSink out;
    private final @Nullable BitSet only;

    /** @param only the calls to show, null for all */
    public Strace(Dispatcher next, LineSink out, @Nullable BitSet only) {
        this.next = next;
        this.out = out;
        this.only = only;
    }

    /** The numbers of calls by name, or null when a name is no call's; {@code unknown[0]} is it then. */
    public static @Nullable BitSet numbers(List<String> names, String[] unknown) {
        BitSet set = new BitSet();
        for (String name : names) {
            int nr = 0;
            while (nr <= Nr.MAX && !name.equals(Nr.name(nr))) {
                nr++;
            }
            if (nr > Nr.MAX) {
                unknown[0] = name;
                return null;
            }
            set.set(nr);
        }
        return set;
    }

    @Override
    public long call(Task t) {
        BitSet o = only;
        if (o != null && (t.nr < 0 || !o.get(t.nr))) {
            return next.call(t);
        }
        int nr = t.nr;
        int tid = t.tid();
        String name = name(nr);
        String shape = SyscallShapes.of(nr);
        CallText text = new CallText(t, shape);
        text.before();
        if (nr == Nr.exit || nr == Nr.exit_group) {
            line(tid, name + "(" + text.arguments(0) + ") = ?");
            return next.call(t);
        }
        long result = next.call(t);
        if (result == Task.BLOCK) {
            return result; // it comes again
        }
        line(tid, name + "(" + text.arguments(result) + ") = " + result(result));
        return result;
    }

    private void line(int tid, String text) {
        out.line("[" + tid + "] " + text);
    }

    private static String name(int nr) {
        String name = nr < 0 ? null : Nr.name(nr);
        return name == null ? "syscall_" + nr : name;
    }

    private static String result(long r) {
        if (r == Task.CONTINUE) {
            return "? (by the host)";
        }
        if (r < 0 && r >= -4095) {
            int e = (int) -r;
            return e >= ERESTARTSYS && e <= ERESTARTSYS + 18 ? "? (interrupted)" : "-1 " + Errno.name(e);
        }
        return r > 0x100000 ? "0x" + Long.toHexString(r) : Long.toString(r);
    }
}
