// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.Sig;
import io.sandjar.host.Confinement;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.notify.Receivers;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Boot;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.ProcessSpec;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of {@code sandjar do}, from the options to the exit status. */
final class Guest {
    private static final int TIMED_OUT = 124;
    private static final int RECEIVERS = 3;
    private static final long GRACE_MILLIS = 5000;

    private final DoOptions options;
    private final @Nullable String hostCwd;
    private final Kernel kernel = new Kernel();
    private final Container container = kernel.containers().create("do", null);
    private volatile boolean timedOut;
    private volatile @Nullable Prepared prepared;
    private volatile @Nullable RuntimeException failure;

    Guest(DoOptions options, @Nullable String hostCwd) {
        this.options = options;
        this.hostCwd = hostCwd;
    }

    /**
     * Runs it to its end. The calling thread is the one whose end the host would take for the guest's, so it starts the
     * guest's process; meanwhile another one puts its world together.
     */
    int run() {
        DoLimits limits = DoLimits.make(options, container);
        Traces traces = new Traces(options, kernel);
        Thread world = thread("world", () -> prepare(traces));
        Thread walls = thread("walls", () -> Confinement.prepare(walls()));
        try {
            Boot.spawn(kernel, stub());
        } catch (IOException e) {
            throw new Failure(Command.FAILED, String.valueOf(e.getMessage()), "sandjar doctor looks for the reason");
        }
        traces.phase("guest process");
        join(world);
        join(walls);
        Prepared p = prepared;
        if (p == null) {
            throw failure != null ? failure : new IllegalStateException("no guest");
        }
        traces.phase("wait for file systems and program");
        confine();
        Receivers.start(kernel, p.calls, RECEIVERS);
        thread("signals", new HostSignals(container, p.streams));
        p.streams.start();
        int started = container.start(p.init);
        traces.phase("start");
        if (started < 0) {
            throw new Failure(Command.FAILED, "cannot start the command: " + ErrnoText.of(started), "");
        }
        if (options.timeoutNanos > 0) {
            thread("timeout", this::timeout);
        }
        int status = await();
        p.streams.close();
        traces.report();
        if (limits != null && !options.quiet) {
            long kills = limits.oomKills();
            if (kills > 0) {
                Out.say("out of memory: " + kills + (kills == 1 ? " process was" : " processes were")
                        + " killed at the limit of " + options.memory + " bytes (--memory)");
            }
        }
        return exitStatus(status);
    }

    private Confinement.Options walls() {
        return new Confinement.Options(options.hostNetwork, false);
    }

    /** From here on the JVM may do only what the guest's calls need. */
    private void confine() {
        int r = Confinement.enter(walls());
        if (r != 0) {
            throw new Failure(
                    Command.FAILED,
                    "the kernel cannot be confined: " + (r < 0 ? ErrnoText.of(r) : "thread " + r),
                    "sandjar doctor looks for the reason");
        }
    }

    private void prepare(Traces traces) {
        try {
            prepared = world(traces);
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    /** Pid 1 with its files, streams and program, ready to run. */
    private Prepared world(Traces traces) {
        int umask = HostSide.takeUmask();
        GuestMounts tree = new GuestMounts(container, options, hostCwd);
        MountNamespace mounts = tree.mounts();
        container.uts().hostname = options.hostname;
        if (options.hostNetwork) {
            kernel.net.useHostNetwork();
        }
        if (options.rawSockets) {
            kernel.net.allowRaw();
        }
        String name = options.user;
        GuestUser user = name == null ? GuestUser.caller() : GuestUser.named(name, tree);
        Path cwd = workingDirectory(tree);
        ProcessSpec spec = new ProcessSpec();
        spec.creds = user.creds();
        spec.umask = umask;
        Ref<Task> made = new Ref<>();
        if (container.make(spec, cwd, new FdTable(), made) < 0) {
            throw new IllegalStateException(spec.complaint);
        }
        Task init = made.get();
        Streams streams = new Streams(init, tree.terminals());
        Dispatcher calls = traces.dispatcher(streams);
        List<String> env = environment(user, cwd);
        String program = Programs.find(init, options.command.get(0), env);
        spec.program = program;
        spec.args = bytes(options.command);
        spec.env = bytes(env);
        int r = container.load(init, spec);
        if (r < 0) {
            throw Programs.refused(init, program, r);
        }
        return new Prepared(init, streams, calls);
    }

    private record Prepared(Task init, Streams streams, Dispatcher calls) {}

    private static void join(Thread t) {
        while (t.isAlive()) {
            try {
                t.join();
            } catch (InterruptedException e) {
                // nobody interrupts this thread
            }
        }
    }

    private int await() {
        while (true) {
            try {
                return container.awaitEnd();
            } catch (InterruptedException e) {
                // nobody interrupts this thread
            }
        }
    }

    private int exitStatus(int status) {
        if (timedOut) {
            if (!options.quiet) {
                Out.say("the command was ended by --timeout");
            }
            return TIMED_OUT;
        }
        int signal = status & 0x7f;
        return signal != 0 ? 128 + signal : status >> 8 & 0xff;
    }

    /** Where the command starts: --workdir, or the user's directory if the guest has it, or the root. */
    private Path workingDirectory(GuestMounts tree) {
        Path root = tree.mounts().rootPath();
        String wanted = options.workdir;
        String path = wanted != null ? wanted : hostCwd != null ? hostCwd : "/";
        Ref<Path> out = new Ref<>();
        int r = new PathWalk(tree.caller(), root).walk(PathWalk.AT_ROOT, path, PathWalk.DIRECTORY, out);
        if (r == 0) {
            return out.get();
        }
        if (wanted != null) {
            throw new Failure(
                    Command.FAILED,
                    "--workdir: " + wanted + ": " + ErrnoText.of(r),
                    "it must be a directory of the guest; --volume or --tmpfs can make one");
        }
        return root;
    }

    private List<String> environment(GuestUser user, Path cwd) {
        ArrayList<String> base = new ArrayList<>(HostSide.environment());
        for (String v : user.variables()) {
            String prefix = v.substring(0, v.indexOf('=') + 1);
            base.removeIf(e -> e.startsWith(prefix));
            base.add(v);
        }
        String pwd = Programs.variable(base, "PWD=");
        String here = MountNamespace.text(cwd, container.mounts().rootPath());
        if (pwd != null && !pwd.equals(here)) {
            base.set(base.indexOf("PWD=" + pwd), "PWD=" + here);
        }
        return options.environment(base);
    }

    /** SIGTERM when the time is over, SIGKILL when that does not help. */
    private void timeout() {
        sleep(options.timeoutNanos / 1_000_000, (int) (options.timeoutNanos % 1_000_000));
        timedOut = true;
        ThreadGroup init = container.init();
        if (init != null) {
            kernel.signals().sendFromOutside(init, SigInfo.user(Sig.SIGTERM, 0, 0, 0));
            kernel.signals().sendFromOutside(init, SigInfo.user(Sig.SIGCONT, 0, 0, 0));
        }
        sleep(GRACE_MILLIS, 0);
        container.kill(Sig.SIGKILL, false);
    }

    private static void sleep(long millis, int nanos) {
        try {
            Thread.sleep(millis, nanos);
        } catch (InterruptedException e) {
            // nobody interrupts this thread
        }
    }

    private static Thread thread(String name, Runnable r) {
        Thread t = new Thread(null, r, name, 256 * 1024);
        t.setDaemon(true);
        t.start();
        return t;
    }

    private static List<byte[]> bytes(List<String> words) {
        ArrayList<byte[]> all = new ArrayList<>(words.size());
        for (String w : words) {
            all.add(w.getBytes(StandardCharsets.ISO_8859_1));
        }
        return all;
    }

    /** The stub's image. */
    private static byte[] stub() {
        String path = System.getProperty("sandjar.stub");
        if (path == null) {
            path = System.getProperty("java.home") + "/lib/stub";
        }
        String text = Sys.readText(path);
        if (text == null) {
            throw new Failure(Command.FAILED, "the installation is incomplete: " + path + " is missing", "");
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
