// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Sig;
import io.sandjar.host.Sys;
import io.sandjar.kernel.ContainerTree;
import io.sandjar.kernel.task.Container;
import io.sandjar.oci.JsonOut;
import io.sandjar.oci.Process;
import io.sandjar.oci.Spec;
import io.sandjar.runsc.Clock;
import java.util.Map;

/** A container as its client sees it: created, running, stopped. */
final class SandboxContainer {
    enum Status {
        CREATED,
        RUNNING,
        STOPPED
    }

    private final CreateOptions options;
    private final Spec spec;
    private final Container container;
    private final ContainerTree tree;
    private final ProcessMaker maker;
    private final GuestProcess init;
    private final long createdNanos;
    private boolean begun;

    SandboxContainer(CreateOptions options, Spec spec, Container container, ContainerTree tree, Donated donated) {
        this.options = options;
        this.spec = spec;
        this.container = container;
        this.tree = tree;
        this.maker = new ProcessMaker(container, tree, spec);
        this.init = maker.make(spec.process(), donated, true);
        this.createdNanos = Clock.now();
    }

    String id() {
        return options.id;
    }

    Container container() {
        return container;
    }

    /** The configuration's process, which those of exec are like unless they say otherwise. */
    Process process() {
        return spec.process();
    }

    /** Settings of the namespaces that the containers of a pod share. */
    Map<String, String> sysctl() {
        return spec.linux().sysctl();
    }

    GuestProcess init() {
        return init;
    }

    synchronized Status status() {
        return init.over() ? Status.STOPPED : begun ? Status.RUNNING : Status.CREATED;
    }

    /** Lets the init run. */
    void start(Runnable atEnd) {
        synchronized (this) {
            switch (status()) {
                case RUNNING -> throw new Refusal("cannot start an already running container");
                case STOPPED -> throw new Refusal("cannot start a container that has stopped");
                default -> begun = true;
            }
        }
        init.start(atEnd);
    }

    /** A further process, ready to run. */
    GuestProcess exec(Process process, Donated donated) {
        if (status() == Status.STOPPED) {
            throw new Refusal("cannot exec in a stopped container");
        }
        return maker.make(process, donated, false);
    }

    /**
     * kill(2) from outside.
     *
     * @param all to all its processes
     * @param atEnd for one that is ended before it began
     */
    void kill(int signo, boolean all, Runnable atEnd) {
        switch (status()) {
            case STOPPED -> {
                if (container.kill(signo, true) < 0 && !all) {
                    throw new Refusal("container not running");
                }
            }
            case RUNNING -> {
                if (container.kill(signo, all) < 0 && !all) {
                    throw new Refusal("container not running");
                }
            }
            default -> {
                if (signo != 0 && deadly(signo) && giveUp(signo)) {
                    container.kill(Sig.SIGKILL, true);
                    atEnd.run();
                }
            }
        }
    }

    private boolean giveUp(int signo) {
        synchronized (this) {
            if (begun) {
                container.kill(signo, false);
                return false;
            }
            begun = true;
        }
        init.discard(128 + signo);
        return true;
    }

    /** Whether a process that has not said otherwise ends by it. */
    private static boolean deadly(int signo) {
        return switch (signo) {
            case Sig.SIGCHLD,
                    Sig.SIGCONT,
                    Sig.SIGURG,
                    Sig.SIGWINCH,
                    Sig.SIGSTOP,
                    Sig.SIGTSTP,
                    Sig.SIGTTIN,
                    Sig.SIGTTOU -> false;
            default -> true;
        };
    }

    /** The state that the specification defines. */
    String state() {
        Status now = status();
        JsonOut o = new JsonOut("  ")
                .object()
                .put("ociVersion", spec.ociVersion())
                .put("id", options.id)
                .put("pid", now == Status.STOPPED ? 0 : options.hostPid)
                .put("status", word(now))
                .put("bundle", options.bundle)
                .put("rootfs", rootfs())
                .put("created", options.created.isEmpty() ? Clock.text(createdNanos) : options.created);
        if (!options.annotations.isEmpty()) {
            o.put("annotations", options.annotations);
        }
        return o.put("owner", options.owner).end().text();
    }

    private String rootfs() {
        String path = spec.root().path();
        return path.startsWith("/") ? path : options.bundle + "/" + path;
    }

    static String word(Status s) {
        return switch (s) {
            case CREATED -> "created";
            case RUNNING -> "running";
            case STOPPED -> "stopped";
        };
    }

    /** Forgets it. It must have stopped. */
    void remove() {
        container.kernel().containers().remove(container);
        tree.close();
        for (int fd : container.cgroupProcs) {
            Sys.close(fd);
        }
    }
}
