// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.sources;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.Log;
import io.sandjar.node.model.Manifests;
import io.sandjar.node.model.Problem;
import io.sandjar.node.server.Api;
import io.sandjar.node.server.Options;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file or directory of manifests (--pod-manifest-path): what its files say is in the store, and what a file said that has
 * gone is deleted. Each object carries the name of its file, so that this holds across restarts of the agent. A file with
 * mistakes changes what is right in it and deletes nothing: it may be half written.
 */
public final class ManifestDirectory implements AutoCloseable {
    /** Where an object comes from: file:PATH. */
    public static final String SOURCE = "sandjar.io/source";

    private static final DeleteOptions ORDERLY = DeleteOptions.DEFAULT;

    private record Key(Kind<?> kind, String namespace, String name) {
        String label() {
            return Manifests.Manifest.label(kind, name) + (namespace.isEmpty() ? "" : " in " + namespace);
        }
    }

    private final Path path;
    private final Api api;
    private final ObjectStore store;
    private final EventRecorder events;
    private final @Nullable HasMetadata node;
    private final Map<Path, ManifestFile> files = new TreeMap<>();
    private final FileChanges changes;
    private final Set<String> said = new HashSet<>();
    private final Set<Key> missed = new HashSet<>();
    private boolean again;
    private volatile boolean closed;
    private @Nullable Thread thread;

    /**
     * The manifests of a path.
     *
     * @param node what events are about that belong to no object, or null
     */
    public ManifestDirectory(Path path, Api api, EventRecorder events, @Nullable HasMetadata node) {
        this.path = path.toAbsolutePath().normalize();
        this.api = api;
        this.events = events;
        this.node = node;
        store = api.store();
        changes = new FileChanges(this.path);
    }

    /** Takes what is there, and then follows. */
    public void start() {
        if (!Files.exists(path)) {
            say("manifests: " + path + " does not exist (yet); it is looked for every few seconds");
        }
        changes.begin();
        scan();
        thread = Thread.ofVirtual().name("manifests").start(this::follow);
    }

    private void follow() {
        while (!closed) {
            try {
                changes.await(again);
                if (!closed) {
                    scan();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                Log.error("manifests in " + path, e);
            }
        }
    }

    /** Looks at all files and brings the store up to what they say. */
    synchronized void scan() {
        again = false;
        List<Path> now;
        try {
            now = list();
        } catch (IOException e) {
            say("manifests: " + path + " cannot be read: " + e.getMessage());
            return;
        }
        boolean news = files.keySet().retainAll(new HashSet<>(now));
        for (Path file : now) {
            ManifestFile known = files.get(file);
            if (known == null || known.changed()) {
                news = true;
                ManifestFile read = ManifestFile.read(file);
                files.put(file, read);
                read.problems().forEach(p -> report(file, p));
            }
        }
        Map<Key, Path> owners = owners();
        apply(owners, news);
        prune(owners);
    }

    private List<Path> list() throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> all = Files.list(path)) {
            return all.filter(ManifestDirectory::manifest).sorted().toList();
        }
    }

    private static boolean manifest(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".")
                && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))
                && Files.isRegularFile(file);
    }

    /** Which file an object belongs to: where two want it, the one that has it, or the first by name. */
    private Map<Key, Path> owners() {
        Map<Key, List<Path>> wanted = new HashMap<>();
        files.forEach((file, content) -> content.manifests()
                .forEach(m ->
                        wanted.computeIfAbsent(key(m), k -> new ArrayList<>()).add(file)));
        Map<Key, Path> owners = new HashMap<>();
        wanted.forEach((key, all) -> {
            Path owner = all.getFirst();
            HasMetadata object = get(key);
            String source = object == null ? "" : source(object);
            for (Path file : all) {
                if (source.equals(text(file))) {
                    owner = file;
                }
            }
            owners.put(key, owner);
            for (Path file : all) {
                if (file != owner || all.indexOf(file) != all.lastIndexOf(file)) {
                    String message = key.label() + " is defined by " + owner.getFileName() + " and again by "
                            + file.getFileName() + "; the first one counts: remove one of them";
                    say("manifests: " + message);
                    if (object != null && said.add("event: " + message)) {
                        events.record(object, EventRecorder.WARNING, "DuplicateManifest", message);
                    }
                }
            }
        });
        return owners;
    }

    private static Key key(Manifests.Manifest m) {
        String namespace = m.object().getMetadata().getNamespace();
        return new Key(
                m.kind(),
                m.kind().namespaced() ? namespace == null || namespace.isEmpty() ? "default" : namespace : "",
                m.object().getMetadata().getName());
    }

    private @Nullable HasMetadata get(Key key) {
        return store.get(key.kind(), key.namespace(), key.name());
    }

    private static String source(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(SOURCE, "");
    }

    private static String text(Path file) {
        return "file:" + file;
    }

    private void apply(Map<Key, Path> owners, boolean news) {
        for (Map.Entry<Path, ManifestFile> e : files.entrySet()) {
            ManifestFile file = e.getValue();
            Set<Key> done = new HashSet<>();
            for (Manifests.Manifest m : file.manifests()) {
                Key key = key(m);
                if (!e.getKey().equals(owners.get(key)) || !done.add(key)) {
                    continue;
                }
                HasMetadata live = get(key);
                boolean lost = live == null && !m.kind().equals(Kind.JOB);
                if (!file.applied()
                        || missed.contains(key)
                        || lost
                        || (news && live != null && !source(live).equals(text(e.getKey())))) {
                    apply(m, key, e.getKey(), live);
                }
            }
            file.applied(true);
        }
    }

    private void apply(Manifests.Manifest m, Key key, Path file, @Nullable HasMetadata live) {
        if (live != null && live.isMarkedForDeletion()) {
            missed.add(key); // the old one goes first
            again = true;
            return;
        }
        try {
            if (!key.namespace().isEmpty() && store.get(Kind.NAMESPACE, null, key.namespace()) == null) {
                namespace(key.namespace());
            }
            Options options = new Options(true, false);
            Api.Outcome outcome = api.apply(
                    m, key.namespace().isEmpty() ? null : key.namespace(), Map.of(SOURCE, text(file)), options);
            missed.remove(key);
            if (!outcome.operation().equals("unchanged")) {
                Log.info(key.label() + " " + outcome.operation() + " (" + file.getFileName() + ")");
            }
        } catch (StoreException e) {
            failed(m, key, file, live, e);
        }
    }

    private void namespace(String name) {
        try {
            store.create(Kind.NAMESPACE, ObjectStore.namespace(name));
        } catch (StoreException e) {
            if (e.reason() != Reason.ALREADY_EXISTS) {
                throw e;
            }
        }
    }

    private void failed(Manifests.Manifest m, Key key, Path file, @Nullable HasMetadata live, StoreException e) {
        boolean immutable = e.reason() == Reason.INVALID
                && live != null
                && (m.kind().equals(Kind.POD) || m.kind().equals(Kind.JOB));
        boolean ours = live != null && source(live).startsWith("file:");
        if (immutable && ours && live != null) {
            Log.info(key.label() + " is made anew: " + file.getFileName()
                    + " changes what cannot change while it lives");
            delete(key, live);
            missed.add(key);
            again = true;
            return;
        }
        boolean later = e.reason() == Reason.NO_SPACE
                || e.reason() == Reason.UNAVAILABLE
                || e.reason() == Reason.CONFLICT
                || e.reason() == Reason.FORBIDDEN;
        if (later) {
            missed.add(key);
        }
        String message = file.getFileName() + ":" + m.line() + ": " + m.label() + ": " + e.getMessage();
        if (say("manifests: " + message)) {
            HasMetadata about = live == null ? node : live;
            if (about != null) {
                events.record(about, EventRecorder.WARNING, "InvalidManifest", message);
            }
        }
    }

    /** Deletes what came from a file and is in none any more. */
    private void prune(Map<Key, Path> owners) {
        for (Kind<?> kind : List.of(
                Kind.DEPLOYMENT,
                Kind.REPLICA_SET,
                Kind.JOB,
                Kind.POD,
                Kind.CONFIG_MAP,
                Kind.SECRET,
                Kind.RUNTIME_CLASS,
                Kind.NAMESPACE)) {
            for (HasMetadata object : store.list(kind, null)) {
                String source = source(object);
                boolean owned = object.getMetadata().getOwnerReferences() != null
                        && !object.getMetadata().getOwnerReferences().isEmpty();
                String namespace = kind.namespaced() ? object.getMetadata().getNamespace() : "";
                Key key = new Key(kind, namespace, object.getMetadata().getName());
                if (!source.startsWith("file:") || owned || owners.containsKey(key) || object.isMarkedForDeletion()) {
                    continue;
                }
                ManifestFile file = files.get(Path.of(source.substring(5)));
                if (file != null && file.failed()) {
                    continue; // it may be in the part that cannot be read
                }
                Log.info(key.label() + " is deleted: it is not in "
                        + (Files.isDirectory(path) ? path.getFileName() + "/" : path.getFileName()) + " any more");
                delete(key, object);
            }
        }
    }

    private void delete(Key key, HasMetadata object) {
        try {
            store.delete(
                    key.kind(),
                    key.namespace(),
                    key.name(),
                    ORDERLY.onlyUid(object.getMetadata().getUid()));
        } catch (StoreException e) {
            if (e.reason() != Reason.NOT_FOUND && e.reason() != Reason.CONFLICT) {
                say("manifests: " + key.label() + " cannot be deleted: " + e.getMessage());
                again = true;
            }
        }
    }

    private void report(Path file, Problem problem) {
        Log.warn("manifests: " + problem);
        if (problem.fatal() && node != null) {
            events.record(node, EventRecorder.WARNING, "InvalidManifest", problem.toString());
        }
        Log.debug("in " + file);
    }

    /** Says something once. */
    private boolean say(String message) {
        if (said.size() > 10_000) {
            said.clear();
        }
        boolean first = said.add(message);
        if (first) {
            Log.warn(message);
        }
        return first;
    }

    @Override
    public void close() {
        closed = true;
        changes.close();
        Thread t = thread;
        if (t != null) {
            t.interrupt();
        }
    }
}
