// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.sandjar.node.Log;
import io.sandjar.node.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that changes the store. It takes all changes that wait, works them out one after the other, writes them
 * with one fsync, and only then shows them to readers and watchers and answers those who asked.
 */
final class Committer implements AutoCloseable {
    private static final int HISTORY = 5_000;

    /** A change: looks at the state, puts and removes, or throws a StoreException. */
    interface Mutation {
        @Nullable
        Stored run(State state);
    }

    private record Request(Mutation mutation, boolean durable, CompletableFuture<@Nullable Stored> answer) {}

    private final ConcurrentSkipListMap<Stored.Key, Stored> objects = new ConcurrentSkipListMap<>();
    private final Deque<Request> waiting = new ArrayDeque<>();
    private final Deque<Write> history = new ArrayDeque<>();
    private final List<RawWatch> watches = new ArrayList<>();
    private final Object publishing = new Object();
    private final Thread thread;
    private @Nullable Journal journal;
    private volatile long version;
    private volatile String nodeName = "";
    private long forgotten;
    private boolean closed;
    private volatile @Nullable String trouble;

    private Committer() {
        thread = Thread.ofPlatform().daemon().name("store").unstarted(this::run);
    }

    static Committer inMemory() {
        Committer c = new Committer();
        c.thread.start();
        return c;
    }

    static Committer open(Path directory, Journal.Disk disk) throws IOException {
        Committer c = new Committer();
        c.journal = Journal.open(directory, disk, c::recover);
        c.forgotten = c.version;
        c.thread.start();
        return c;
    }

    private void recover(Records.Entry entry) {
        version = Math.max(version, entry.version());
        Stored.Key key = entry.key();
        byte[] json = entry.json();
        if (key != null && json == null) {
            objects.remove(key);
        } else if (key != null && json != null) {
            objects.put(key, new Stored(key, entry.version(), json));
        }
    }

    ConcurrentSkipListMap<Stored.Key, Stored> objects() {
        return objects;
    }

    long version() {
        return version;
    }

    void nodeName(String name) {
        nodeName = name;
    }

    @Nullable
    String trouble() {
        return trouble;
    }

    @Nullable
    Stored commit(Mutation mutation, boolean durable) {
        try {
            return submit(mutation, durable).join();
        } catch (CompletionException e) {
            throw ObjectStore.unwrapped(e);
        }
    }

    CompletableFuture<@Nullable Stored> submit(Mutation mutation, boolean durable) {
        CompletableFuture<@Nullable Stored> answer = new CompletableFuture<>();
        synchronized (waiting) {
            if (closed) {
                answer.completeExceptionally(
                        new StoreException(Reason.UNAVAILABLE, "the agent is ending: nothing is changed any more"));
                return answer;
            }
            waiting.add(new Request(mutation, durable, answer));
            waiting.notifyAll();
        }
        return answer;
    }

    private void run() {
        List<Request> batch = new ArrayList<>();
        while (true) {
            batch.clear();
            synchronized (waiting) {
                while (waiting.isEmpty() && !closed) {
                    try {
                        waiting.wait();
                    } catch (InterruptedException e) {
                        continue;
                    }
                }
                if (waiting.isEmpty()) {
                    return;
                }
                batch.addAll(waiting);
                waiting.clear();
            }
            try {
                process(batch);
            } catch (RuntimeException | Error e) {
                Log.error(
                        "the store failed on a change",
                        e); // nobody must wait for ever, and the next change may be good
                StoreException failure =
                        new StoreException(Reason.INTERNAL, "the store failed on this change: " + e, e);
                batch.forEach(r -> r.answer.completeExceptionally(failure));
            }
        }
    }

    private void process(List<Request> batch) {
        State state = new State(objects, version, nodeName);
        List<Runnable> answers = new ArrayList<>();
        boolean durable = false;
        for (Request r : batch) {
            int mark = state.mark();
            try {
                Stored result = r.mutation.run(state);
                durable |= r.durable && state.mark() > mark;
                answers.add(() -> r.answer.complete(result));
            } catch (RuntimeException e) {
                state.rollBack(mark);
                answers.add(() -> r.answer.completeExceptionally(e));
            }
        }
        try {
            write(state, durable);
            publish(state);
        } catch (IOException e) {
            StoreException failure = failure(e);
            batch.forEach(r -> r.answer.completeExceptionally(failure));
            return;
        }
        answers.forEach(Runnable::run);
        Journal j = journal;
        if (j != null) {
            j.compact(objects.values(), version);
        }
    }

    private void write(State state, boolean durable) throws IOException {
        Journal j = journal;
        List<Write> kept = state.writes().stream()
                .filter(w -> Records.kept(w.key().kind()))
                .toList();
        if (j == null || kept.isEmpty()) {
            return;
        }
        j.append(kept, durable);
        if (trouble != null) {
            trouble = null;
            Log.info("the store can be written again");
        }
    }

    private StoreException failure(IOException e) {
        String where = journal == null ? "" : " in " + journal.directory();
        String text = Journal.noSpace(e)
                ? "no space left on the disk for the store" + where
                        + ": nothing can be changed until some is freed; pods that run go on"
                : "the store cannot be written" + where + " (" + e.getMessage()
                        + "): nothing can be changed; pods that run go on";
        if (trouble == null) {
            Log.error(text, null);
        }
        trouble = text;
        return new StoreException(Journal.noSpace(e) ? Reason.NO_SPACE : Reason.UNAVAILABLE, text, e);
    }

    private void publish(State state) {
        synchronized (publishing) {
            for (Write w : state.writes()) {
                if (w.after() == null) {
                    objects.remove(w.key());
                } else {
                    objects.put(w.key(), w.after());
                }
                history.add(w);
                if (history.size() > HISTORY) {
                    forgotten = history.removeFirst().version();
                }
                for (RawWatch watch : watches) {
                    watch.offer(w);
                }
            }
            version = state.version();
        }
    }

    ObjectStore.RawList list(Kind<?> kind, @Nullable String namespace, Selector selector) {
        synchronized (publishing) {
            List<Stored> items = new ArrayList<>();
            Stored.Key from = new Stored.Key(kind, namespace == null ? "" : namespace, "");
            for (Stored s : objects.tailMap(from, true).values()) {
                if (!s.key().kind().equals(kind)
                        || (namespace != null && !namespace.equals(s.key().namespace()))) {
                    break;
                }
                if (selector.test(s.view())) {
                    items.add(s);
                }
            }
            return new ObjectStore.RawList(version, items);
        }
    }

    RawWatch watch(Kind<?> kind, @Nullable String namespace, Selector selector, long from) {
        RawWatch watch = new RawWatch(kind, namespace, selector, this::unwatch);
        synchronized (publishing) {
            if (from < 0) {
                watch.start(list(kind, namespace, selector).items());
            } else if (from < forgotten || from > version) {
                throw new StoreException(
                        Reason.EXPIRED,
                        "too old resource version: " + from + " (" + version + "); list the objects again");
            } else {
                history.stream().filter(w -> w.version() > from).forEach(watch::offer);
            }
            watches.add(watch);
        }
        return watch;
    }

    private void unwatch(RawWatch watch) {
        synchronized (publishing) {
            watches.remove(watch);
        }
    }

    @Override
    public void close() {
        synchronized (waiting) {
            closed = true;
            waiting.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (publishing) {
            watches.forEach(RawWatch::shut);
            watches.clear();
        }
        try {
            if (journal != null) {
                journal.close();
            }
        } catch (IOException e) {
            Log.warn("the store could not be closed", e);
        }
    }

    /** Makes the files small, at the end of a run. Not while changes come in. */
    @Nullable
    Journal journal() {
        return journal;
    }
}
