// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Nr;
import io.sandjar.host.Confinement;
import io.sandjar.host.Sys;
import io.sandjar.kernel.notify.Receivers;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.syscall.FilteredCalls;
import io.sandjar.kernel.syscall.SyscallTable;
import io.sandjar.kernel.task.Boot;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.trace.CallFilter;
import io.sandjar.kernel.trace.Strace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's JVM of a sandbox, {@code boot}. It begins with the host's files in sight, loads all that it will need, has
 * the launcher take the files away, locks itself in, and then serves the control socket for the rest of its life: the
 * thread that runs this is the host's parent of all guests.
 */
public final class Sandbox {
    private static final int CONTROL = 3;
    private static final int LAUNCHER = 4;
    private static final int RECEIVERS = 3;
    private static final int STACK = 256 * 1024;

    private final BootOptions options;
    private final Log log;
    private final Kernel kernel = new Kernel();
    private final LauncherLine launcher = new LauncherLine(LAUNCHER);
    private volatile @Nullable Throwable failure;

    private Sandbox(BootOptions options) {
        this.options = options;
        this.log = new Log(options.debug);
    }

    /**
     * Runs the sandbox to its end.
     *
     * @param args the flags behind the verb
     * @return exit status, when it could not begin or the control socket is gone
     */
    public static int run(List<String> args) {
        return new Sandbox(BootOptions.parse(args)).run();
    }

    private int run() {
        Sys.call(Nr.umask, 0); // guests have umasks of their own
        Thread preparing = new Thread(null, this::prepare, "prepare", STACK * 2);
        preparing.start();
        try {
            Boot.spawn(kernel, stub());
        } catch (IOException e) {
            log.line(String.valueOf(e.getMessage()));
            return 1;
        }
        log.debug("nursery started");
        ControlServer server = server();
        join(preparing);
        Throwable t = failure;
        if (t != null) {
            log.bug("boot", t);
            return 1;
        }
        String answer = launcher.pivot();
        if (!answer.equals("ok") && !LauncherLine.TRAINING) {
            log.line("launcher: " + (answer.isEmpty() ? "gone" : answer));
            return 1;
        }
        int r = Confinement.enter(walls());
        if (r != 0) {
            log.line("cannot confine the kernel: " + (r < 0 ? io.sandjar.abi.Errno.name(-r) : "thread " + r));
            return 1;
        }
        log.debug("confined");
        server.run();
        return 1;
    }

    private Confinement.Options walls() {
        return new Confinement.Options(options.hostSockets(), options.hostUnix());
    }

    /** Meanwhile, on a thread of its own: everything that needs the host's files. */
    private void prepare() {
        try {
            if (options.hostSockets()) {
                kernel.net.useHostNetwork();
            }
            if (options.netRaw) {
                kernel.net.allowRaw();
            }
            Confinement.prepare(walls());
            Preload.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private ControlServer server() {
        Receivers.start(kernel, dispatcher(), RECEIVERS);
        Pod pod = new Pod(launcher, log);
        kernel.lossListener = pod::lost;
        Requests requests = new Requests(pod, new ContainerBuilder(kernel, options), launcher, log);
        return new ControlServer(CONTROL, LAUNCHER, requests, log);
    }

    private Dispatcher dispatcher() {
        Dispatcher table = new FilteredCalls(new SyscallTable());
        String calls = options.strace;
        if (calls == null) {
            return table;
        }
        kernel.everyCall = true;
        Strace s;
        try {
            List<String> names = Words.list(calls);
            s = new Strace(kernel, table, names.isEmpty() ? CallFilter.all() : CallFilter.of(names), log);
        } catch (IllegalArgumentException e) {
            log.line("--strace: " + e.getMessage());
            s = new Strace(kernel, table, CallFilter.all(), log);
        }
        kernel.tracer = s;
        return s;
    }

    private static void join(Thread t) {
        while (t.isAlive()) {
            try {
                t.join();
            } catch (InterruptedException e) {
                // nobody interrupts this thread
            }
        }
    }

    /** The stub's image. */
    private static byte[] stub() throws IOException {
        String path = System.getProperty("sandjar.stub");
        if (path == null) {
            path = System.getProperty("java.home") + "/lib/stub";
        }
        String text = Sys.readText(path);
        if (text == null) {
            throw new IOException("the installation is incomplete: " + path + " is missing");
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
