// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.model.Json;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.RawWatch;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A watch over HTTP: a line of JSON per change, until the client goes or the time is up. */
final class WatchStream {
    private static final Duration BOOKMARK = Duration.ofSeconds(60);

    private final ObjectStore store;
    private final Exchange x;
    private final Kind<?> kind;
    private final @Nullable String namespace;
    private final Selector selector;
    private final boolean table;
    private final String include;
    private boolean columns = true;

    WatchStream(
            ObjectStore store,
            Exchange x,
            Kind<?> kind,
            @Nullable String namespace,
            Selector selector,
            boolean table,
            String include) {
        this.store = store;
        this.x = x;
        this.kind = kind;
        this.namespace = namespace;
        this.selector = selector;
        this.table = table;
        this.include = include;
    }

    private static long number(@Nullable String text, long otherwise) {
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new StoreException(Reason.BAD_REQUEST, "not a number: " + text);
        }
    }

    void run() throws IOException {
        long from = number(x.param("resourceVersion"), 0);
        long seconds = number(x.param("timeoutSeconds"), Long.MAX_VALUE / 2_000_000_000L);
        boolean bookmarks = x.flag("allowWatchBookmarks");
        long end = System.nanoTime()
                + Duration.ofSeconds(Math.min(seconds, 365L * 24 * 3600)).toNanos();
        try (RawWatch watch = store.watchRaw(kind, namespace, selector, from == 0 ? -1 : from);
                OutputStream out = x.stream(200, ApiServer.JSON)) {
            x.onGone(watch::close);
            out.flush();
            boolean synced = false;
            while (!watch.closed()) {
                if (!synced && watch.synced() && x.flag("sendInitialEvents")) {
                    bookmark(out, true);
                    synced = true;
                }
                long left = Math.min(end - System.nanoTime(), BOOKMARK.toNanos());
                RawWatch.Item item = left <= 0 ? null : watch.poll(Duration.ofNanos(left));
                if (item != null) {
                    change(out, item);
                } else if (System.nanoTime() >= end) {
                    return;
                } else if (bookmarks && !watch.closed()) {
                    bookmark(out, false);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(OutputStream out, RawWatch.Item item) throws IOException {
        out.write(("{\"type\":\"" + item.type() + "\",\"object\":").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        if (table) {
            String version = Long.toString(item.stored().version());
            out.write(Tables.bytes(Tables.table(kind, List.of(item.stored()), version, include, columns)));
            columns = false;
        } else {
            out.write(item.stored().json());
        }
        out.write('}');
        out.write('\n');
        out.flush();
    }

    private void bookmark(OutputStream out, boolean initial) throws IOException {
        ObjectNode line = Json.mapper().createObjectNode();
        line.put("type", "BOOKMARK");
        ObjectNode object = line.putObject("object");
        object.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("resourceVersion", Long.toString(store.version()));
        if (initial) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        out.write(Json.bytes(line));
        out.write('\n');
        out.flush();
    }
}
