// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A watch as it leaves the store: a queue of versions. Who does not read for too long is closed, as Kubernetes does. */
public final class RawWatch implements AutoCloseable {
    private static final int LONGEST = 20_000;

    /** One change. */
    public record Item(Change.Type type, Stored stored) {}

    private final Kind<?> kind;
    private final @Nullable String namespace;
    private final Selector selector;
    private final Consumer<RawWatch> onClose;
    private final Deque<Item> queue = new ArrayDeque<>();
    private int initial;
    private boolean closed;

    RawWatch(Kind<?> kind, @Nullable String namespace, Selector selector, Consumer<RawWatch> onClose) {
        this.kind = kind;
        this.namespace = namespace;
        this.selector = selector;
        this.onClose = onClose;
    }

    synchronized void start(List<Stored> existing) {
        for (Stored s : existing) {
            queue.add(new Item(Change.Type.ADDED, s));
        }
        initial = existing.size();
    }

    /** What a change means under this selector: an object that begins to match is added, one that ceases to is deleted. */
    void offer(Write w) {
        if (!w.key().kind().equals(kind)
                || (namespace != null && !namespace.equals(w.key().namespace()))) {
            return;
        }
        Stored before = w.before();
        Stored after = w.after();
        boolean did = before != null && selector.test(before.view());
        boolean does = after != null && selector.test(after.view());
        if (does && after != null) {
            add(new Item(did ? Change.Type.MODIFIED : Change.Type.ADDED, after));
        } else if (did && before != null) {
            add(new Item(Change.Type.DELETED, after == null ? before : after));
        }
    }

    private synchronized void add(Item item) {
        if (queue.size() >= LONGEST) {
            closed = true;
            queue.clear();
        } else if (!closed) {
            queue.add(item);
        }
        notifyAll();
    }

    /** Waits for the next change. Null if the watch was closed. */
    public synchronized @Nullable Item take() throws InterruptedException {
        while (queue.isEmpty() && !closed) {
            wait();
        }
        return next();
    }

    /** The next change, or null if none came in that time. */
    public synchronized @Nullable Item poll(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (queue.isEmpty() && !closed) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return next();
    }

    private @Nullable Item next() {
        Item item = queue.poll();
        if (item != null && initial > 0) {
            initial--;
        }
        return item;
    }

    /** Whether all objects that existed when the watch began have been taken. */
    public synchronized boolean synced() {
        return initial == 0;
    }

    public synchronized boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        onClose.accept(this);
        shut();
    }

    synchronized void shut() {
        closed = true;
        notifyAll();
    }
}
