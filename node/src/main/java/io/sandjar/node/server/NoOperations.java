// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A node that runs nothing. */
final class NoOperations implements NodeOperations {
    private static StoreException none() {
        return new StoreException(Reason.UNAVAILABLE, "no container runtime is at work");
    }

    @Override
    public InputStream logs(Pod pod, LogOptions options) {
        throw none();
    }

    @Override
    public ExecPlan exec(Pod pod, ExecRequest request) {
        throw none();
    }

    @Override
    public List<ContainerStats> stats(Pod pod) {
        return List.of();
    }

    @Override
    public List<Map<String, Object>> images() {
        return List.of();
    }

    @Override
    public Map<String, Object> pull(String reference, Consumer<String> progress) {
        throw none();
    }

    @Override
    public void removeImage(String reference) {
        throw none();
    }
}
