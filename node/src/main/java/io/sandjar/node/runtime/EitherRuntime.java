// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The chosen way to run containers, and the other one for those that an agent with another choice has left: they go on as they
 * began, and pods stay whole.
 */
final class EitherRuntime implements RuntimeDriver {
    private final RuntimeDriver chosen;
    private final RuntimeDriver other;
    private final Path others;

    /** @param others directory with a directory for each container of the other one */
    EitherRuntime(RuntimeDriver chosen, RuntimeDriver other, Path others) {
        this.chosen = chosen;
        this.other = other;
        this.others = others;
    }

    private RuntimeDriver of(String id) {
        return Files.isDirectory(others.resolve(id)) ? other : chosen;
    }

    @Override
    public String handler() {
        return chosen.handler();
    }

    @Override
    public boolean podSandboxes() {
        return chosen.podSandboxes();
    }

    @Override
    public ContainerState create(ContainerOrder order) throws RuntimeFailure, InterruptedException {
        return of(order.sandboxId()).create(order);
    }

    @Override
    public void start(String id) throws RuntimeFailure, InterruptedException {
        of(id).start(id);
    }

    @Override
    public void kill(String id, int signal, boolean all) throws RuntimeFailure, InterruptedException {
        of(id).kill(id, signal, all);
    }

    @Override
    public void delete(String id) throws RuntimeFailure, InterruptedException {
        of(id).delete(id);
    }

    @Override
    public ContainerState state(String id) {
        return of(id).state(id);
    }

    @Override
    public ContainerState awaitExit(String id) throws InterruptedException {
        return of(id).awaitExit(id);
    }

    @Override
    public ExecResult exec(String id, List<String> command, Duration limit)
            throws RuntimeFailure, InterruptedException {
        return of(id).exec(id, command, limit);
    }

    @Override
    public ExecPlan execPlan(String id, List<String> command, boolean stdin, boolean terminal) {
        return of(id).execPlan(id, command, stdin, terminal);
    }

    @Override
    public void reopenLog(String id) throws RuntimeFailure {
        of(id).reopenLog(id);
    }

    @Override
    public List<String> list() {
        List<String> all = new ArrayList<>(chosen.list());
        all.addAll(other.list());
        return all;
    }
}
