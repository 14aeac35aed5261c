// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.oci.JsonOut;
import io.sandjar.oci.Process;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verbs of the control socket. */
final class Requests implements ControlServer.Handler {
    private static final long KILL_NANOS = 10_000_000_000L;
    private static final int MAX_ID = 1024;

    private final Pod pod;
    private final ContainerBuilder builder;
    private final LauncherLine launcher;
    private final Log log;

    Requests(Pod pod, ContainerBuilder builder, LauncherLine launcher, Log log) {
        this.pod = pod;
        this.builder = builder;
        this.launcher = launcher;
        this.log = log;
    }

    @Override
    public boolean quick(String verb) {
        return switch (verb) {
            case "create", "start", "exec", "delete" -> false;
            default -> true;
        };
    }

    @Override
    public void handle(Connection c, List<String> words) {
        String verb = words.get(0);
        if (log.debugs()) {
            log.debug("request " + String.join(" ", words));
        }
        pod.enter();
        try {
            carryOut(c, words);
        } finally {
            pod.leave();
        }
    }

    private void carryOut(Connection c, List<String> words) {
        switch (words.get(0)) {
            case "create" -> create(c, need(words, 4));
            case "start" -> start(c, need(words, 2));
            case "wait" -> await(c, need(words, 2));
            case "state" -> {
                c.out(pod.get(need(words, 2).get(1)).state());
                c.end(0);
            }
            case "kill" -> kill(c, need(words, 3));
            case "ps" -> ps(c, need(words, 2));
            case "exec" -> exec(c, need(words, 3));
            case "delete" -> delete(c, need(words, 2));
            case "list" -> list(c);
            case "stats", "events" -> stats(c, need(words, 2));
            default -> throw new Refusal("malformed request: unknown verb");
        }
    }

    private static List<String> need(List<String> words, int count) {
        if (words.size() < count) {
            throw new Refusal("malformed request: " + words.get(0) + ": too few words");
        }
        return words;
    }

    private void create(Connection c, List<String> words) {
        String id = words.get(1);
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new Refusal("malformed request: id");
        }
        CreateOptions options = CreateOptions.parse(id, words.get(2));
        SandboxContainer sandbox = pod.first();
        if (options.first != (sandbox == null)) {
            throw new Refusal(
                    sandbox == null ? "the sandbox has no first container yet" : "the sandbox is another container's");
        }
        pod.reserve(id);
        SandboxContainer made = null;
        try {
            made = builder.build(options, c.donated, sandbox);
        } catch (Refusal e) {
            throw new Refusal("unable to start container process: " + e.text());
        } finally {
            pod.made(id, made);
        }
        if (c.isClosed()) {
            destroy(made);
        }
        c.end(0);
    }

    /** A third word says that the client stands for the container on the host. */
    private void await(Connection c, List<String> words) {
        GuestProcess init = pod.get(words.get(1)).init();
        if (words.size() > 2 && words.get(2).equals("stand")) {
            init.standsFor(c);
        }
        init.await(c);
    }

    private void start(Connection c, List<String> words) {
        SandboxContainer container = pod.get(words.get(1));
        pod.run(container.init(), container, true);
        c.end(0);
    }

    private void kill(Connection c, List<String> words) {
        SandboxContainer container = pod.get(words.get(1));
        int signo = Words.number(words.get(2), 0);
        if (signo < 0 || signo > Sig.NSIG - 1) {
            throw new Refusal("malformed request: signal " + words.get(2));
        }
        boolean all = words.size() > 3 && words.get(3).equals("all");
        container.kill(signo, all, () -> neverBegan(container));
        c.end(0);
    }

    /** It ended before it was started. The request under way is to be answered before the sandbox goes. */
    private void neverBegan(SandboxContainer container) {
        Thread t = new Thread(null, () -> pod.ended(container.init(), container), "end", 128 * 1024);
        t.setDaemon(true);
        t.start();
    }

    private void exec(Connection c, List<String> words) {
        SandboxContainer container = pod.get(words.get(1));
        GuestProcess p;
        try {
            Process process = ExecOptions.process(words.get(2), c.donated, container.process());
            p = container.exec(process, c.donated);
            // The client must see its S before its X, so it begins to wait when it has been answered.
            pod.run(p, container, false);
        } catch (Refusal e) {
            throw new Refusal(
                    Refusal.EXEC_FAILED,
                    e.text().startsWith("cannot exec") ? e.text() : "unable to start container process: " + e.text());
        }
        if (ExecOptions.detached(words.get(2))) {
            p.standsFor(c);
        }
        c.follow(p);
        c.started();
        p.await(c);
        if (c.isClosed()) {
            p.gone(c);
        }
    }

    private void delete(Connection c, List<String> words) {
        SandboxContainer container = pod.get(words.get(1));
        boolean force = words.size() > 2 && words.get(2).equals("force");
        SandboxContainer.Status status = container.status();
        if (!force && status == SandboxContainer.Status.RUNNING) {
            throw new Refusal("cannot delete container " + container.id() + " that is not stopped: "
                    + SandboxContainer.word(status));
        }
        destroy(container);
        c.end(0);
    }

    /** Ends what is left of a container and forgets it. */
    private void destroy(SandboxContainer container) {
        long deadline = System.nanoTime() + KILL_NANOS;
        container.kill(Sig.SIGKILL, true, () -> neverBegan(container));
        while (container.status() != SandboxContainer.Status.STOPPED) {
            if (System.nanoTime() > deadline) {
                throw new Refusal("container " + container.id() + " does not end");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
        container.remove();
        pod.forget(container);
    }

    private void list(Connection c) {
        StringBuilder b = new StringBuilder();
        for (SandboxContainer container : pod.all()) {
            b.append(container.id()).append('\n');
        }
        c.out(b.toString());
        c.end(0);
    }

    private void ps(Connection c, List<String> words) {
        List<ProcView> all = pod.get(words.get(1)).container().processes();
        boolean json = words.size() > 2 && words.get(2).equals("json");
        c.out(json ? ProcessTable.json(all) : ProcessTable.text(all));
        c.end(0);
    }

    private void stats(Connection c, List<String> words) {
        SandboxContainer container = pod.get(words.get(1));
        int processes = 0;
        long threads = 0;
        for (ProcView v : container.container().processes()) {
            if (v.alive) {
                processes++;
                threads += v.threads;
            }
        }
        c.out(new JsonOut("")
                .object()
                .put("id", container.id())
                .put("status", SandboxContainer.word(container.status()))
                .put("processes", processes)
                .put("threads", threads)
                .end()
                .text());
        c.end(0);
    }

    /** What the launcher was sent is for the first container: signals of the host, the size of its terminal. */
    @Override
    public void launcher() {
        String text = launcher.hear();
        if (text.isEmpty()) { // it has gone, and we go with it
            io.sandjar.host.Sys.call(io.sandjar.abi.Nr.exit_group, 1);
        }
        SandboxContainer container = pod.first();
        if (container == null) {
            return;
        }
        int signo = signal(text);
        if (text.equals("winch")) {
            container.init().resized();
        } else if (signo > 0) {
            pass(container, signo);
        }
    }

    private static int signal(@Nullable String text) {
        return text != null && text.startsWith("signal ") ? Words.number(text, "signal ".length()) : -1;
    }

    private void pass(SandboxContainer container, int signo) {
        try {
            container.kill(signo, false, () -> neverBegan(container));
        } catch (Refusal e) {
            log.debug("signal " + signo + ": " + e.text());
        }
    }
}
