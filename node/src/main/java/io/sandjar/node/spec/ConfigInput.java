// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.imagestore.ImageConfig;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.volumes.VolumeMount;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container's config.json is made of.
 *
 * @param sandboxId id of the pod sandbox
 * @param sandboxPid its process on the host, for a runtime whose containers join namespaces
 * @param podSandboxes whether the runtime keeps a pod in one sandbox
 * @param environment from {@link Environment#of}
 * @param cgroupsPath null: no limits
 * @param terminationLog file of the host for terminationMessagePath
 * @param shm directory shared by the containers of the pod as /dev/shm, null: each has its own
 * @param profileDir seccomp profiles of the host
 */
public record ConfigInput(
        Pod pod,
        Container container,
        ImageConfig image,
        Path rootfs,
        String sandboxId,
        int sandboxPid,
        boolean podSandboxes,
        boolean rootless,
        PodAddress address,
        Map<String, String> environment,
        List<VolumeMount> volumes,
        @Nullable String cgroupsPath,
        @Nullable Path terminationLog,
        @Nullable Path hostnameFile,
        @Nullable Path shm,
        Path profileDir) {}
