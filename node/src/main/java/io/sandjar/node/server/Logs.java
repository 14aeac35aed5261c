// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.server.NodeOperations.LogOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import io.sandjar.node.store.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Logs over HTTP. */
final class Logs {
    private final ObjectStore store;
    private final Supplier<NodeOperations> node;

    Logs(ObjectStore store, Supplier<NodeOperations> node) {
        this.store = store;
        this.node = node;
    }

    void send(Exchange x, String namespace, String name) throws IOException {
        String container = container(namespace, name, x.param("container"));
        LogOptions options = options(x, container);
        Pod pod = store.require(Kind.POD, namespace, name);
        try (InputStream in = node.get().logs(pod, options);
                OutputStream out = x.stream(200, "text/plain; charset=utf-8")) {
            x.onGone(() -> close(in));
            out.flush();
            byte[] buffer = new byte[16 << 10];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                if (options.follow()) {
                    out.flush();
                }
            }
        }
    }

    private static void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            // it is read no more
        }
    }

    private static LogOptions options(Exchange x, String container) {
        Instant since = null;
        Long seconds = number(x, "sinceSeconds", 1);
        String time = x.param("sinceTime");
        if (seconds != null && time != null) {
            throw new StoreException(Reason.BAD_REQUEST, "at most one of sinceTime or sinceSeconds may be specified");
        } else if (seconds != null) {
            since = Instant.now().minusSeconds(seconds);
        } else if (time != null) {
            since = Ages.parse(time);
            if (since == null) {
                throw new StoreException(
                        Reason.BAD_REQUEST, "sinceTime: not a time: " + time + "; write 2026-01-02T03:04:05Z");
            }
        }
        Long tail = number(x, "tailLines", 0);
        Long limit = number(x, "limitBytes", 1);
        return new LogOptions(
                container, x.flag("follow"), x.flag("previous"), x.flag("timestamps"), tail, since, limit);
    }

    private static @Nullable Long number(Exchange x, String name, long least) {
        String text = x.param(name);
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new StoreException(
                Reason.INVALID,
                "PodLogOptions is invalid: " + name + ": Invalid value: " + text + ": must be a number from " + least
                        + " on");
    }

    /** The container that is meant when none or one is named. */
    private String container(String namespace, String pod, @Nullable String wanted) {
        Stored stored = store.raw(Kind.POD, namespace, pod);
        if (stored == null) {
            throw new StoreException(Reason.NOT_FOUND, "pods \"" + pod + "\" not found");
        }
        ObjectNode tree = stored.tree();
        List<String> names = names(tree, "containers");
        List<String> all = new ArrayList<>(names);
        all.addAll(names(tree, "initContainers"));
        if (wanted != null && !wanted.isEmpty()) {
            if (!all.contains(wanted)) {
                throw new StoreException(Reason.BAD_REQUEST, "container " + wanted + " is not valid for pod " + pod);
            }
            return wanted;
        }
        String chosen = tree.path("metadata")
                .path("annotations")
                .path("kubectl.kubernetes.io/default-container")
                .asString("");
        if (all.contains(chosen)) {
            return chosen;
        }
        if (names.size() == 1) {
            return names.getFirst();
        }
        throw new StoreException(
                Reason.BAD_REQUEST,
                "a container name must be specified for pod " + pod + ", choose one of: "
                        + names.toString().replace(",", ""));
    }

    private static List<String> names(ObjectNode pod, String field) {
        List<String> names = new ArrayList<>();
        for (JsonNode c : pod.path("spec").path(field)) {
            names.add(c.path("name").asString(""));
        }
        return names;
    }
}
