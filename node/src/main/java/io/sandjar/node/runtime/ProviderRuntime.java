// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import io.sandjar.shim.proto.CreateResponse;
import io.sandjar.shim.proto.DeleteRequest;
import io.sandjar.shim.proto.DeleteResponse;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StartResponse;
import io.sandjar.shim.proto.StateRequest;
import io.sandjar.shim.proto.StateResponse;
import io.sandjar.shim.proto.Status;
import io.sandjar.shim.proto.WaitRequest;
import io.sandjar.shim.proto.WaitResponse;
import io.sandjar.shim.ttrpc.Unreachable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Containers through a provider's socket: the Task service that containerd uses, too. The provider is the parent of the
 * containers and knows how they ended; their logs are written by programs that it starts. So all of it goes on when this process
 * ends, and the next one asks. What is to be known without the provider is in the container's directory.
 */
final class ProviderRuntime implements RuntimeDriver {
    private static final Duration CREATE_LIMIT = Duration.ofMinutes(4);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(60);
    private static final Duration END_LIMIT = Duration.ofSeconds(10);
    private static final Duration LOG_LIMIT = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 200;
    private static final int SIGKILL = 9;
    private static final int FIFO = 0010000;
    private static final int AT_FDCWD = -100;

    private final ProviderOptions options;
    private final Provider provider;
    private final AtomicLong counter = new AtomicLong(System.nanoTime() & 0xffffff);

    ProviderRuntime(ProviderOptions options, Provider provider) throws IOException {
        this.options = options;
        this.provider = provider;
        Files.createDirectories(options.containers());
        Files.createDirectories(options.root());
    }

    @Override
    public String handler() {
        return options.handler();
    }

    @Override
    public boolean podSandboxes() {
        return true;
    }

    private ContainerDir dir(String id) {
        return new ContainerDir(options.containers().resolve(id));
    }

    /** The provider that made the container, which an earlier agent may have started. */
    private static TaskCalls calls(ContainerDir dir) {
        return new TaskCalls(dir.read("address"), dir.read("service"));
    }

    private <T extends MessageLite> T call(String id, String method, MessageLite request, Parser<T> parser)
            throws RuntimeFailure, TaskCalls.Refused, InterruptedException {
        try {
            return calls(dir(id)).call(method, request, parser, CALL_LIMIT);
        } catch (IOException e) {
            throw failure(id, method, e);
        }
    }

    private static RuntimeFailure failure(String id, String method, IOException e) {
        return new RuntimeFailure(
                "the runtime provider did not do " + method + " of container " + id + ": " + e.getMessage(), e);
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
        TaskCalls calls = provider.open(order.id(), order.bundle());
        try {
            prepare(dir, order, calls);
            int pid = calls.call(
                            "Create", ProviderOrder.request(order, dir, options), CreateResponse.parser(), CREATE_LIMIT)
                    .getPid();
            Files.writeString(dir.file("created"), Integer.toString(pid));
            return new ContainerState(order.id(), ContainerState.Phase.CREATED, pid, null);
        } catch (IOException e) {
            throw undone(order.id(), failure(order.id(), "Create", e));
        } catch (TaskCalls.Refused e) {
            throw undone(order.id(), new RuntimeFailure(said(e)));
        }
    }

    /** Takes back what there is of it; why it was not made matters more than why that cannot be. */
    private RuntimeFailure undone(String id, RuntimeFailure why) throws InterruptedException {
        try {
            delete(id);
        } catch (RuntimeFailure e) {
            why.addSuppressed(e);
        }
        return why;
    }

    private static void prepare(ContainerDir dir, ContainerOrder order, TaskCalls calls) throws IOException {
        dir.make(order.sandboxId());
        Files.writeString(dir.file("address"), calls.address());
        Files.writeString(dir.file("service"), calls.service());
        Files.writeString(dir.file("bundle"), order.bundle().toString());
        if (order.cgroupsPath() != null) {
            Files.writeString(dir.file("cgroup"), order.cgroupsPath());
        }
        String in = dir.file("in").toString();
        if (order.stdin() && Sys.callWithPath(Nr.mknodat, 1, in, AT_FDCWD, FIFO | 0600, 0, 0, 0) != 0) {
            throw new IOException("cannot make the FIFO " + in);
        }
        Path log = order.log();
        if (log != null && !Files.exists(log)) {
            Files.createFile(log); // a better sentence than a logger's that ends
        }
    }

    /** The runtime's own words. */
    private static String said(TaskCalls.Refused e) {
        String prefix = "OCI runtime create failed: ";
        return e.text().startsWith(prefix) ? e.text().substring(prefix.length()) : e.text();
    }

    @Override
    public void start(String id) throws RuntimeFailure, InterruptedException {
        try {
            call(id, "Start", StartRequest.newBuilder().setId(id).build(), StartResponse.parser());
        } catch (TaskCalls.Refused e) {
            throw new RuntimeFailure(e.text());
        }
    }

    @Override
    public void kill(String id, int signal, boolean all) throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(id);
        if (!dir.exists() || dir.exit() != null) {
            return;
        }
        try {
            KillRequest request = KillRequest.newBuilder()
                    .setId(id)
                    .setSignal(signal)
                    .setAll(all)
                    .build();
            calls(dir).call("Kill", request, Empty.parser(), CALL_LIMIT);
        } catch (TaskCalls.Refused e) {
            if (e.code != TaskCalls.Refused.NOT_FOUND) {
                throw new RuntimeFailure(e.text());
            }
        } catch (Unreachable e) {
            state(id); // then its end is found out
        } catch (IOException e) {
            throw failure(id, "Kill", e);
        }
    }

    @Override
    public void delete(String id) throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(id);
        if (!dir.exists()) {
            return;
        }
        if (state(id).phase() != ContainerState.Phase.UNKNOWN && dir.exit() == null) {
            kill(id, SIGKILL, true);
            waitAtMost(END_LIMIT, () -> awaitExit(id));
        }
        remove(id, dir);
        if (!waitAtMost(END_LIMIT, dir::awaitEnd)) {
            ProcessHandle.of(dir.number("monitor")).ifPresent(ProcessHandle::destroyForcibly);
        }
        try {
            dir.remove();
        } catch (IOException e) {
            throw new RuntimeFailure("cannot remove " + dir.path() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Has the provider forget it. One that was started after another one's death takes what it finds for running until it has
     * looked; that is ended by force and asked for again.
     */
    private void remove(String id, ContainerDir dir) throws RuntimeFailure, InterruptedException {
        DeleteRequest request = DeleteRequest.newBuilder().setId(id).build();
        long end = System.nanoTime() + END_LIMIT.toNanos();
        boolean cleared = false;
        while (true) {
            try {
                calls(dir).call("Delete", request, DeleteResponse.parser(), CALL_LIMIT);
                return;
            } catch (TaskCalls.Refused e) {
                if (e.code == TaskCalls.Refused.NOT_FOUND) {
                    return;
                }
                if (e.code != TaskCalls.Refused.FAILED_PRECONDITION || System.nanoTime() > end) {
                    throw new RuntimeFailure(e.text());
                }
            } catch (Unreachable e) {
                provider.clear(id, Path.of(dir.read("bundle")));
                return;
            } catch (IOException e) {
                throw failure(id, "Delete", e);
            }
            if (!cleared) {
                provider.clear(id, Path.of(dir.read("bundle")));
                cleared = true;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Something that waits. */
    private interface Waiting {
        void await() throws InterruptedException;
    }

    /** False: it still waits and is given up. */
    private static boolean waitAtMost(Duration limit, Waiting what) throws InterruptedException {
        Thread t = Thread.startVirtualThread(() -> {
            try {
                what.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return t.join(limit);
        } finally {
            t.interrupt();
        }
    }

    @Override
    public ContainerState state(String id) {
        ContainerDir dir = dir(id);
        ContainerState unknown = new ContainerState(id, ContainerState.Phase.UNKNOWN, 0, null);
        long end = System.nanoTime() + CREATE_LIMIT.toNanos();
        while (true) {
            ExitStatus exit = dir.exit();
            if (exit != null) {
                return new ContainerState(id, ContainerState.Phase.EXITED, 0, exit);
            }
            if (!dir.exists() || dir.read("address").isEmpty()) {
                return unknown;
            }
            try {
                StateResponse s = calls(dir)
                        .call("State", StateRequest.newBuilder().setId(id).build(), StateResponse.parser(), CALL_LIMIT);
                boolean making = s.getStatus() == Status.CREATED && s.getPid() == 0;
                if (!making || System.nanoTime() > end) {
                    return state(id, dir, s);
                }
                Thread.sleep(PAUSE_MILLIS); // a create that a dead caller began
            } catch (TaskCalls.Refused e) {
                if (e.code != TaskCalls.Refused.NOT_FOUND) {
                    return unknown;
                }
                return lost(id, dir);
            } catch (Unreachable e) {
                return lost(id, dir);
            } catch (IOException e) {
                return unknown;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return unknown;
            }
        }
    }

    private ContainerState state(String id, ContainerDir dir, StateResponse s) {
        int pid = s.getPid();
        return switch (s.getStatus()) {
            case CREATED -> new ContainerState(id, ContainerState.Phase.CREATED, pid, null);
            case RUNNING, PAUSED, PAUSING -> new ContainerState(id, ContainerState.Phase.RUNNING, pid, null);
            case STOPPED -> ended(id, dir, exit(dir, s.getExitStatus(), s.getExitedAt()));
            default -> new ContainerState(id, ContainerState.Phase.UNKNOWN, 0, null);
        };
    }

    /** The shim has the status of a shell: whether 137 was a signal or a word of the program's is not to be told. */
    private static ExitStatus exit(ContainerDir dir, int status, Timestamp at) {
        Instant when = at.getSeconds() == 0 ? Instant.now() : Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
        String cgroup = dir.read("cgroup");
        return new ExitStatus(status, 0, when, !cgroup.isEmpty() && MemoryEvents.any(cgroup), false);
    }

    private static ContainerState ended(String id, ContainerDir dir, ExitStatus exit) {
        try {
            dir.leave(exit);
        } catch (IOException e) {
            // then the provider is asked again
        }
        ExitStatus first = dir.exit();
        return new ContainerState(id, ContainerState.Phase.EXITED, 0, first == null ? exit : first);
    }

    /** The provider has gone, or does not know it any more. What may go on in the sandbox ends with {@link #delete}. */
    private static ContainerState lost(String id, ContainerDir dir) {
        if (!Files.exists(dir.file("created"))) {
            return new ContainerState(id, ContainerState.Phase.UNKNOWN, 0, null); // it never was
        }
        return ended(id, dir, ExitStatus.lost(Instant.now()));
    }

    @Override
    public ContainerState awaitExit(String id) throws InterruptedException {
        ContainerDir dir = dir(id);
        while (true) {
            if (!dir.exists() || dir.exit() != null) {
                return state(id);
            }
            try {
                WaitResponse end = calls(dir)
                        .call("Wait", WaitRequest.newBuilder().setId(id).build(), WaitResponse.parser(), Duration.ZERO);
                waitAtMost(LOG_LIMIT, dir::awaitEnd); // what it has said is to be in the log then
                return ended(id, dir, exit(dir, end.getExitStatus(), end.getExitedAt()));
            } catch (TaskCalls.Refused | IOException e) {
                ContainerState s = state(id);
                if (s.phase() == ContainerState.Phase.UNKNOWN || s.phase() == ContainerState.Phase.EXITED) {
                    return s;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    @Override
    public ExecResult exec(String id, List<String> command, Duration limit)
            throws RuntimeFailure, InterruptedException {
        ContainerDir dir = dir(id);
        try {
            return new ProviderExec(calls(dir), id, "exec-" + counter.incrementAndGet(), dir).run(command, limit);
        } catch (TaskCalls.Refused e) {
            throw new RuntimeFailure(e.text());
        } catch (IOException e) {
            throw failure(id, "Exec", e);
        }
    }

    @Override
    public ExecPlan execPlan(String id, List<String> command, boolean stdin, boolean terminal) {
        List<String> words = new ArrayList<>(List.of(options.program().toString(), "--root"));
        words.add(root(id).toString());
        words.add("exec");
        if (terminal) {
            words.add("--tty");
        }
        words.add(id);
        words.addAll(command);
        return new ExecPlan(words);
    }

    /** The runtime's directory of states: the provider puts its namespace behind what we told it. */
    private Path root(String id) {
        try (DirectoryStream<Path> namespaces = Files.newDirectoryStream(options.root(), Files::isDirectory)) {
            for (Path p : namespaces) {
                if (Files.exists(p.resolve(id))) {
                    return p;
                }
            }
        } catch (IOException e) {
            // the usual one, then
        }
        return options.root().resolve(ShimProvider.NAMESPACE);
    }

    @Override
    public void reopenLog(String id) throws RuntimeFailure {
        dir(id).reopenLog(id, "logger");
    }

    @Override
    public List<String> list() {
        return ContainerDir.list(options.containers());
    }
}
