// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.Log;
import io.sandjar.node.model.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Events as objects of the store: the same again within an hour counts up, at most a thousand are kept, for an hour as
 * Kubernetes does. They are written without waiting for the disk: a crash may cost the last ones.
 */
public final class StoreEvents implements EventRecorder {
    private static final int MOST = 1_000;
    private static final Duration KEPT = Duration.ofHours(1);

    private record Same(String uid, @Nullable String fieldPath, String type, String reason, String message) {}

    private record Known(Stored.Key key, Instant last) {}

    private final ObjectStore store;
    private final String component;
    private final String node;
    private final LinkedHashMap<Same, Known> known = new LinkedHashMap<>(16, 0.75f, true);
    private long serial;

    public StoreEvents(ObjectStore store, String component, String node) {
        this.store = store;
        this.component = component;
        this.node = node;
        for (Event e : store.list(Kind.EVENT, null)) {
            ObjectReference about = e.getInvolvedObject();
            if (about.getUid() != null && e.getLastTimestamp() != null) {
                Same same = new Same(about.getUid(), about.getFieldPath(), e.getType(), e.getReason(), e.getMessage());
                Stored.Key key = ObjectStore.key(
                        Kind.EVENT,
                        e.getMetadata().getNamespace(),
                        e.getMetadata().getName());
                known.put(same, new Known(key, Instant.parse(e.getLastTimestamp())));
            }
        }
    }

    @Override
    public void record(HasMetadata about, @Nullable String fieldPath, String type, String reason, String message) {
        String text = message.length() > 1024 ? message.substring(0, 1021) + "..." : message;
        Log.debug(about.getKind() + " " + about.getMetadata().getNamespace() + "/"
                + about.getMetadata().getName() + " " + type + " " + reason + ": " + text);
        String uid = about.getMetadata().getUid();
        Same same = new Same(uid == null ? "" : uid, fieldPath, type, reason, text);
        String now = Mutations.now(0);
        Known before;
        Event fresh = event(about, fieldPath, type, reason, text, now);
        Stored.Key key;
        synchronized (this) {
            before = known.get(same);
            key = before != null
                    ? before.key()
                    : ObjectStore.key(
                            Kind.EVENT,
                            fresh.getMetadata().getNamespace(),
                            fresh.getMetadata().getName());
            known.put(same, new Known(key, Instant.now()));
        }
        store.later(s -> {
            Stored old = before == null ? null : s.get(key);
            if (old == null) {
                fresh.getMetadata().setName(key.name());
                return s.get(key) == null ? Mutations.create(s, Kind.EVENT, Json.tree(fresh)) : null;
            }
            ObjectNode tree = old.tree();
            tree.put("count", tree.path("count").asInt(1) + 1);
            tree.put("lastTimestamp", now);
            return s.put(key, tree);
        });
        prune();
    }

    private Event event(
            HasMetadata about, @Nullable String fieldPath, String type, String reason, String message, String now) {
        String namespace = about.getMetadata().getNamespace();
        ObjectReference reference = new ObjectReferenceBuilder()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(namespace)
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .withResourceVersion(about.getMetadata().getResourceVersion())
                .withFieldPath(fieldPath)
                .build();
        return new EventBuilder()
                .withNewMetadata()
                .withName(about.getMetadata().getName() + "." + unique())
                .withNamespace(namespace == null || namespace.isEmpty() ? "default" : namespace)
                .endMetadata()
                .withInvolvedObject(reference)
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withCount(1)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withNewSource(component, node)
                .withReportingComponent(component)
                .withReportingInstance(node)
                .build();
    }

    private synchronized String unique() {
        Instant now = Instant.now();
        return Long.toHexString(now.getEpochSecond() * 1_000_000_000 + now.getNano() + serial++);
    }

    /** Forgets events that are old or too many. */
    void prune() {
        Deque<Stored.Key> gone = new ArrayDeque<>();
        Instant limit = Instant.now().minus(KEPT);
        synchronized (this) {
            for (var i = known.entrySet().iterator(); i.hasNext(); ) {
                Map.Entry<Same, Known> e = i.next();
                if (known.size() <= MOST && e.getValue().last().isAfter(limit)) {
                    break;
                }
                gone.add(e.getValue().key());
                i.remove();
            }
        }
        if (gone.isEmpty()) {
            return;
        }
        store.later(s -> {
            for (Stored.Key key : List.copyOf(gone)) {
                Stored old = s.get(key);
                if (old != null) {
                    s.remove(old);
                }
            }
            return null;
        });
    }
}
