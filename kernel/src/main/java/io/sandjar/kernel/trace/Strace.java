// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.task.Tracer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A dispatcher that prints each call as strace(1) does, around the one that runs it. Calls that the host carries out by
 * itself (anonymous memory, futexes, clocks) do not come by here and are not shown.
 *
 * <p>A call that waits leaves its line open; when somebody else prints meanwhile the line is cut off with
 * {@code <unfinished ...>} and taken up again when the call ends.
 */
public final class Strace implements Dispatcher, Tracer {
    private final Kernel kernel;
    private final Dispatcher next;
    private final CallFilter filter;
    private final TextSink out;
    private final ReentrantLock lock = new ReentrantLock();

    /** Calls that wait, with what was printed of them and what follows. Guarded by the lock. */
    private final Map<Task, Waiting> waiting = new HashMap<>();

    /** The one whose line is still open at the end of the output. */
    private @Nullable Waiting open;

    private boolean severalTasks;

    private static final class Waiting {
        final String prefix;
        final String name;
        final String[] inputs;
        final int shown;

        Waiting(String prefix, String name, String[] inputs, int shown) {
            this.prefix = prefix;
            this.name = name;
            this.inputs = inputs;
            this.shown = shown;
        }
    }

    public Strace(Kernel kernel, Dispatcher next, CallFilter filter, TextSink out) {
        this.kernel = kernel;
        this.next = next;
        this.filter = filter;
        this.out = out;
    }

    @Override
    public long call(Task t) {
        int nr = t.nr;
        if (!filter.wants(nr)) {
            return next.call(t);
        }
        String @Nullable [] shape = Shapes.of(nr);
        Waiting w = t.mayBlock ? resume(t) : null;
        @Nullable String[] inputs = w != null ? w.inputs : inputs(t, shape);
        if (nr == Nr.exit || nr == Nr.exit_group) {
            print(prefix(t) + Nr.name(nr) + "(" + (int) t.a0 + ") = ?\n");
        }
        long result = next.call(t);
        if (result == Task.BLOCK) {
            if (nr != Nr.exit && nr != Nr.exit_group) {
                block(t, shape, inputs);
            }
        } else if (nr != Nr.exit && nr != Nr.exit_group && !t.dead()) {
            finish(t, w, shape, inputs, t.trap.queuedResult(result));
        }
        return result;
    }

    /** What can be shown before the call; null for what only the call writes. */
    private static @Nullable String[] inputs(Task t, String @Nullable [] shape) {
        if (shape == null) {
            return new String[] {Decoder.show(t, "X", 0, 0), Decoder.show(t, "X", 1, 0), Decoder.show(t, "X", 2, 0)};
        }
        @Nullable String[] in = new @Nullable String[shape.length];
        for (int i = 0; i < shape.length; i++) {
            if (!Decoder.isOutput(shape[i])) {
                in[i] = Decoder.unused(t, shape[i], i) ? "" : Decoder.show(t, shape[i], i, 0);
            }
        }
        return in;
    }

    /** Arguments from {@code from} on, joined; stops at the first that the call has yet to write unless it is done. */
    private static int append(
            StringBuilder s,
            Task t,
            String @Nullable [] shape,
            @Nullable String[] inputs,
            int from,
            boolean done,
            long result) {
        int i = from;
        for (; i < inputs.length; i++) {
            String text = inputs[i];
            if (text == null && shape != null) {
                if (!done) {
                    break;
                }
                text = Decoder.show(t, shape[i], i, result);
            }
            if (text != null && !text.isEmpty()) {
                s.append(i == from ? "" : ", ").append(text);
            }
        }
        return i;
    }

    private String prefix(Task t) {
        if (!severalTasks && kernel.containers().threads() > 1) {
            severalTasks = true;
        }
        return severalTasks ? "[pid " + t.tid() + "] " : "";
    }

    private static String name(int nr) {
        String name = Nr.name(nr);
        return name != null ? name : "syscall_" + nr;
    }

    private void block(Task t, String @Nullable [] shape, @Nullable String[] inputs) {
        StringBuilder s = new StringBuilder();
        int shown = append(s, t, shape, inputs, 0, false, 0);
        Waiting w = new Waiting(prefix(t), name(t.nr), inputs, shown);
        lock.lock();
        try {
            cutOff();
            out.text(w.prefix + w.name + "(" + s + (shown > 0 && shown < inputs.length ? ", " : ""));
            waiting.put(t, w);
            open = w;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Waiting resume(Task t) {
        lock.lock();
        try {
            return waiting.get(t);
        } finally {
            lock.unlock();
        }
    }

    private void finish(
            Task t, @Nullable Waiting w, String @Nullable [] shape, @Nullable String[] inputs, long result) {
        StringBuilder s = new StringBuilder();
        append(s, t, shape, inputs, w == null ? 0 : w.shown, true, result);
        s.append(") = ").append(Decoder.result(t, t.nr, result)).append('\n');
        lock.lock();
        try {
            if (w == null) {
                cutOff();
                out.text(prefix(t) + name(t.nr) + "(" + s);
                return;
            }
            waiting.remove(t);
            if (open == w) {
                open = null;
                out.text(s.toString());
            } else {
                cutOff();
                out.text(prefix(t) + "<... " + w.name + " resumed>" + s);
            }
        } finally {
            lock.unlock();
        }
    }

    private void print(String line) {
        lock.lock();
        try {
            cutOff();
            out.text(line);
        } finally {
            lock.unlock();
        }
    }

    /** Ends a line that is open. With the lock. */
    private void cutOff() {
        if (open != null) {
            open = null;
            out.text(" <unfinished ...>\n");
        }
    }

    // ---- what happens beside the calls ----

    @Override
    public void program(Task init, String path, List<byte[]> argv, int variables) {
        if (!filter.wants(Nr.execve)) {
            return;
        }
        StringBuilder s = new StringBuilder("execve(");
        byte[] p = path.getBytes(StandardCharsets.ISO_8859_1);
        s.append(Text.quote(p, p.length, false)).append(", [");
        for (int i = 0; i < argv.size(); i++) {
            byte[] a = argv.get(i);
            s.append(i == 0 ? "" : ", ").append(Text.quote(a, a.length, false));
        }
        print(s.append("], [/* ").append(variables).append(" vars */]) = 0\n").toString());
    }

    @Override
    public void signal(Task t, SigInfo i) {
        if (filter.wantsEvents()) {
            print(prefix(t) + "--- " + Sig.name(i.signo()) + " " + describe(i) + " ---\n");
        }
    }

    static String describe(SigInfo i) {
        int signo = i.signo();
        String head = "{si_signo=" + Sig.name(signo) + ", si_code=" + code(i);
        if (signo == Sig.SIGCHLD && i.code() > 0 && i.code() <= Sig.CLD_CONTINUED) {
            String status = i.code() == Sig.CLD_EXITED ? Integer.toString(i.status()) : Sig.name(i.status());
            return head + ", si_pid=" + i.pid() + ", si_uid=" + i.uid() + ", si_status=" + status + ", si_utime="
                    + i.utime() + ", si_stime=" + i.stime() + "}";
        }
        if (i.code() > 0 && i.code() < Sig.SI_KERNEL) {
            return head + ", si_addr=" + Text.pointer(i.value()) + "}";
        }
        if (i.code() == Sig.SI_TIMER) {
            return head + ", si_timerid=" + i.pid() + ", si_overrun=" + i.uid() + "}";
        }
        if (i.code() == Sig.SI_KERNEL) {
            return head + "}";
        }
        return head + ", si_pid=" + i.pid() + ", si_uid=" + i.uid()
                + (i.code() == Sig.SI_QUEUE ? ", si_int=" + (int) i.value() : "") + "}";
    }

    private static String code(SigInfo i) {
        Names n = switch (i.code() > 0 && i.code() < Sig.SI_KERNEL ? i.signo() : 0) {
            case Sig.SIGCHLD -> Vocabulary.CLD;
            case Sig.SIGSEGV -> Vocabulary.SEGV;
            case Sig.SIGBUS -> Vocabulary.BUS;
            case Sig.SIGFPE -> Vocabulary.FPE;
            case Sig.SIGILL -> Vocabulary.ILL;
            case Sig.SIGTRAP -> Vocabulary.TRAP;
            default -> Vocabulary.SI;
        };
        return n.one(i.code());
    }

    @Override
    public void threadEnded(Task t) {
        if (filter.wantsEvents()) {
            print(prefix(t) + "+++ exited +++\n");
        }
    }

    @Override
    public void ended(ThreadGroup g, int status) {
        lock.lock();
        try {
            waiting.keySet().removeIf(t -> t.group() == g);
        } finally {
            lock.unlock();
        }
        if (filter.wantsEvents()) {
            String how = (status & 0x7f) == 0 ? "exited with " + (status >> 8 & 0xff) : "killed by " + killer(status);
            print((severalTasks ? "[pid " + g.pid() + "] " : "") + "+++ " + how + " +++\n");
        }
    }

    private static String killer(int status) {
        return Sig.name(status & 0x7f) + ((status & 0x80) != 0 ? " (core dumped)" : "");
    }
}
