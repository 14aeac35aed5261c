// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Containers by a program with the command line of runc: runsc, or runc itself. Each container has a monitor, which outlives
 * this process; what is known of a container is in its directory.
 */
public final class OciRuntime implements RuntimeDriver {
    private static final Duration CREATE_LIMIT = Duration.ofMinutes(4);
    private static final Duration VERB_LIMIT = Duration.ofSeconds(60);
    private static final int OUTPUT = 16 << 10;

    private final OciRuntimeOptions options;
    private final AtomicLong counter = new AtomicLong(System.nanoTime() & 0xffffff);

    public OciRuntime(OciRuntimeOptions options) throws IOException {
        this.options = options;
        Files.createDirectories(options.containers());
        Files.createDirectories(options.root());
    }

    @Override
    public String handler() {
        return options.handler();
    }

    @Override
    public boolean podSandboxes() {
        return options.podSandboxes();
    }

    private ContainerDir dir(String id) {
        return new ContainerDir(options.containers().resolve(id));
    }

    private List<String> base() {
        List<String> words = new ArrayList<>();
        words.add(options.program().toString());
        words.add("--root");
        words.add(options.root().toString());
        return words;
    }

    private List<String> verb(String... words) {
        List<String> all = base();
        all.addAll(List.of(words));
        return all;
    }

    @Override
    public ContainerState create(ContainerOrder order) throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(order.id());
        ContainerState before = state(order.id());
        if (before.phase() == ContainerState.Phase.CREATED) {
            return before;
        }
        if (before.phase() != ContainerState.Phase.UNKNOWN || dir.exists()) {
            delete(order.id());
        }
        HostCommand.Outcome outcome;
        try {
            dir.make(order.sandboxId());
            outcome = HostCommand.run(command(order, dir), CREATE_LIMIT, OUTPUT);
        } catch (IOException e) {
            throw new RuntimeFailure("cannot run " + options.monitor() + ": " + e.getMessage(), e);
        }
        if (outcome.status() == 0) {
            return state(order.id());
        }
        String said = outcome.status() < 0
                ? handler() + " create did not end within " + CREATE_LIMIT.toMinutes() + " minutes"
                : message(dir, outcome.output());
        delete(order.id());
        throw new RuntimeFailure(said);
    }

    private List<String> command(ContainerOrder order, ContainerDir dir) {
        List<String> words = new ArrayList<>(
                List.of(options.monitor().toString(), "--dir", dir.path().toString()));
        Path log = order.log();
        if (log != null) {
            words.addAll(List.of(
                    "--log",
                    log.toString(),
                    "--log-max",
                    Long.toString(order.rotation().maxBytes())));
            words.addAll(
                    List.of("--log-files", Integer.toString(order.rotation().maxFiles())));
        }
        if (order.terminal()) {
            words.addAll(List.of("--console", dir.file("console").toString()));
        }
        if (order.stdin()) {
            words.add("--stdin");
        }
        for (Path file : MemoryEvents.files(order.cgroupsPath())) {
            words.addAll(List.of("--oom", file.toString()));
        }
        words.add("--");
        words.addAll(base());
        words.addAll(List.of("--log", dir.file("runtime.log").toString(), "--log-format", "json"));
        words.addAll(own(order));
        words.addAll(List.of("create", "--bundle", order.bundle().toString(), "--pid-file"));
        words.add(dir.file("pid").toString());
        if (order.terminal()) {
            words.addAll(List.of("--console-socket", dir.file("console").toString()));
        }
        words.add(order.id());
        return words;
    }

    /** Flags that only runsc knows. */
    private List<String> own(ContainerOrder order) {
        List<String> words = new ArrayList<>();
        if (!options.podSandboxes()) {
            return words;
        }
        if (order.overlay2() != null) {
            words.add("--overlay2=" + order.overlay2());
        }
        if (order.network() != null) {
            words.add("--network=" + order.network());
        }
        if (order.cgroupsPath() == null) {
            words.add("--ignore-cgroups");
        }
        return words;
    }

    /** What the runtime says went wrong: its log's last error, else what it wrote. */
    private static String message(ContainerDir dir, String output) {
        String error = RuntimeLog.lastError(dir.read("runtime.log"));
        if (!error.isEmpty()) {
            return error;
        }
        int line = output.indexOf('\n'); // "error STATUS"
        String said = (line < 0 ? output : output.substring(line + 1)).strip();
        return said.isEmpty() ? "the runtime failed without a word (" + output.strip() + ")" : said;
    }

    @Override
    public void start(String id) throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(id);
        run(dir, verb("--log", dir.file("runtime.log").toString(), "--log-format", "json", "start", id));
        try {
            Files.writeString(dir.file("started"), Instant.now().toString());
        } catch (IOException e) {
            // then the runtime is asked
        }
    }

    private void run(ContainerDir dir, List<String> words) throws RuntimeFailure, InterruptedException {
        HostCommand.Outcome outcome = call(words, VERB_LIMIT);
        if (outcome.status() != 0) {
            throw new RuntimeFailure(message(dir, "\n" + outcome.output()));
        }
    }

    private HostCommand.Outcome call(List<String> words, Duration limit) throws RuntimeFailure, InterruptedException {
        try {
            HostCommand.Outcome outcome = HostCommand.run(words, limit, OUTPUT);
            if (outcome.status() < 0) {
                throw new RuntimeFailure(String.join(" ", words) + " did not end within " + limit.toSeconds() + " s");
            }
            return outcome;
        } catch (IOException e) {
            throw new RuntimeFailure("cannot run " + options.program() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void kill(String id, int signal, boolean all) throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(id);
        if (!dir.exists() || dir.exit() != null) {
            return;
        }
        List<String> words = all ? verb("kill", "--all", id) : verb("kill", id);
        words.add(Integer.toString(signal));
        HostCommand.Outcome outcome = call(words, VERB_LIMIT);
        if (outcome.status() != 0 && dir.exit() == null && !gone(outcome.output())) {
            throw new RuntimeFailure(message(dir, "\n" + outcome.output()));
        }
    }

    private static boolean gone(String text) {
        String s = text.toLowerCase(Locale.ROOT);
        return s.contains("not running")
                || s.contains("no such process")
                || s.contains("already finished")
                || s.contains("does not exist")
                || s.contains("stopped");
    }

    @Override
    public void delete(String id) throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(id);
        if (!dir.exists()) {
            return;
        }
        state(id); // waits for a create under way
        HostCommand.Outcome outcome = call(verb("delete", "--force", id), VERB_LIMIT);
        if (outcome.status() != 0 && !gone(outcome.output())) {
            throw new RuntimeFailure(message(dir, "\n" + outcome.output()));
        }
        Thread end = Thread.startVirtualThread(() -> {
            try {
                dir.awaitEnd();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        if (!end.join(Duration.ofSeconds(10))) {
            end.interrupt();
            ProcessHandle.of(dir.number("monitor")).ifPresent(ProcessHandle::destroyForcibly);
        }
        try {
            dir.remove();
        } catch (IOException e) {
            throw new RuntimeFailure("cannot remove " + dir.path() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public ContainerState state(String id) {
        ContainerDir dir = dir(id);
        ExitStatus exit = dir.exit();
        if (exit != null) {
            return new ContainerState(id, ContainerState.Phase.EXITED, 0, exit);
        }
        if (!dir.exists()) {
            return new ContainerState(id, ContainerState.Phase.UNKNOWN, 0, null);
        }
        try {
            String answer = dir.ask("state");
            if (!answer.startsWith("running ")) {
                ExitStatus now = dir.exit();
                return new ContainerState(
                        id, ContainerState.Phase.EXITED, 0, now == null ? ExitStatus.lost(Instant.now()) : now);
            }
            int pid = Integer.parseInt(answer.substring("running ".length()));
            return new ContainerState(
                    id, started(dir, id) ? ContainerState.Phase.RUNNING : ContainerState.Phase.CREATED, pid, null);
        } catch (IOException | NumberFormatException e) {
            return new ContainerState(id, ContainerState.Phase.UNKNOWN, 0, null);
        }
    }

    /** Whether it was started; if nobody could write that down, the runtime knows. */
    private boolean started(ContainerDir dir, String id) {
        if (Files.exists(dir.file("started"))) {
            return true;
        }
        try {
            HostCommand.Outcome outcome = HostCommand.run(verb("state", id), VERB_LIMIT, OUTPUT);
            boolean running = outcome.output().contains("\"running\"");
            if (running) {
                Files.writeString(dir.file("started"), Instant.now().toString());
            }
            return running;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public ContainerState awaitExit(String id) throws InterruptedException {
        dir(id).awaitEnd();
        return state(id);
    }

    @Override
    public ExecResult exec(String id, List<String> command, Duration limit)
            throws RuntimeFailure, InterruptedException {
        Path pid = dir(id).file("exec-" + counter.incrementAndGet());
        List<String> words = verb("exec", "--pid-file", pid.toString(), id);
        words.addAll(command);
        try {
            HostCommand.Outcome outcome = HostCommand.run(words, limit, OUTPUT, () -> killExec(pid));
            return new ExecResult(outcome.status(), outcome.status() < 0, outcome.output());
        } catch (IOException e) {
            throw new RuntimeFailure("cannot run " + options.program() + ": " + e.getMessage(), e);
        } finally {
            try {
                Files.deleteIfExists(pid);
            } catch (IOException e) {
                // goes with the directory
            }
        }
    }

    /** The process of an exec, where it is one of the host's: its client's death is not its own. */
    private void killExec(Path pidFile) {
        try {
            if (!options.podSandboxes()) {
                ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        } catch (IOException | NumberFormatException e) {
            // it has not begun
        }
    }

    @Override
    public ExecPlan execPlan(String id, List<String> command, boolean stdin, boolean terminal) {
        List<String> words = verb("exec");
        if (terminal) {
            words.add("--tty");
        }
        words.add(id);
        words.addAll(command);
        return new ExecPlan(words);
    }

    @Override
    public void reopenLog(String id) throws RuntimeFailure {
        dir(id).reopenLog(id, "monitor");
    }

    @Override
    public List<String> list() {
        return ContainerDir.list(options.containers());
    }
}
