// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.host.Sys;
import io.sandjar.kernel.ContainerTree;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.PidSpace;
import io.sandjar.oci.Linux;
import io.sandjar.oci.Spec;
import io.sandjar.oci.SpecError;
import io.sandjar.oci.SpecReader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a container of what {@code create} was sent: its configuration and the descriptors for everything in it. */
final class ContainerBuilder {
    private static final int MAX_CONFIG = 16 << 20;
    private static final String CGROUP = "cgroup:";

    private final Kernel kernel;
    private final BootOptions boot;

    ContainerBuilder(Kernel kernel, BootOptions boot) {
        this.kernel = kernel;
        this.boot = boot;
    }

    /**
     * The container, whose init is ready to run.
     *
     * @param pod the sandbox's first container; null when this one is to be it
     * @throws Refusal when something does not fit; nothing is left then
     */
    SandboxContainer build(CreateOptions options, Donated donated, @Nullable SandboxContainer pod) {
        Spec spec = spec(donated);
        Container container = kernel.containers().create(options.id, pod == null ? null : sharedPids(spec, pod));
        ContainerTree tree = null;
        try {
            ContainerMounts.Options o = new ContainerMounts.Options(
                    options.overlay,
                    options.overlaySize,
                    options.overlayOwners,
                    options.hostUds.isEmpty() ? boot.hostUds : options.hostUds,
                    pod == null ? Map.of() : pod.sysctl());
            tree = ContainerMounts.build(kernel, container, spec, donated, o);
            container.setMounts(tree.namespace());
            names(container, spec, pod);
            container.cgroupProcs = cgroups(donated);
            return new SandboxContainer(options, spec, container, tree, donated);
        } catch (RuntimeException e) {
            kernel.containers().remove(container);
            if (tree != null) {
                tree.close();
            }
            for (int fd : container.cgroupProcs) {
                Sys.close(fd);
            }
            throw e;
        }
    }

    private static Spec spec(Donated donated) {
        int fd = donated.take("config");
        if (fd < 0) {
            throw new Refusal("malformed request: no config");
        }
        try {
            return SpecReader.read(GuestText.readHost(fd, MAX_CONFIG, "config.json"));
        } catch (SpecError e) {
            throw new Refusal("config.json: " + e.text());
        } finally {
            Sys.close(fd);
        }
    }

    /** The processes of the pod, for a container that has no space of its own. */
    private static @Nullable PidSpace sharedPids(Spec spec, SandboxContainer pod) {
        Linux.Namespace ns = spec.linux().namespace("pid");
        return ns == null || !ns.path().isEmpty() ? pod.container().pids() : null;
    }

    private static void names(Container container, Spec spec, @Nullable SandboxContainer pod) {
        Linux.Namespace ns = spec.linux().namespace("uts");
        if (pod != null && (ns == null || !ns.path().isEmpty())) {
            container.shareUts(pod.container());
            return;
        }
        if (!spec.hostname().isEmpty()) {
            container.uts().hostname = spec.hostname();
        }
        if (!spec.domainname().isEmpty()) {
            container.uts().domainname = spec.domainname();
        }
    }

    private static int[] cgroups(Donated donated) {
        List<String> labels = donated.beginningWith(CGROUP);
        int[] fds = new int[labels.size()];
        for (int i = 0; i < fds.length; i++) {
            fds[i] = donated.take(labels.get(i));
        }
        return fds;
    }
}
