// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a batch of changes sees: the store's objects with the changes of this batch on top, which nobody else sees yet. */
final class State {
    private final SortedMap<Stored.Key, Stored> base;
    private final Map<Stored.Key, Optional<Stored>> changed = new HashMap<>();
    private final List<Write> writes = new ArrayList<>();
    private final String nodeName;
    private long version;

    State(SortedMap<Stored.Key, Stored> base, long version, String nodeName) {
        this.base = base;
        this.version = version;
        this.nodeName = nodeName;
    }

    /** Where pods run that are created now; empty if that is not known. */
    String nodeName() {
        return nodeName;
    }

    @Nullable
    Stored get(Stored.Key key) {
        Optional<Stored> change = changed.get(key);
        return change == null ? base.get(key) : change.orElse(null);
    }

    Stored put(Stored.Key key, ObjectNode tree) {
        Stored before = get(key);
        Stored after = Stored.of(key, ++version, tree);
        changed.put(key, Optional.of(after));
        writes.add(new Write(version, key, before, after));
        return after;
    }

    /** Removes an object; its last version carries the version of the removal. */
    Stored remove(Stored last) {
        ++version;
        Stored gone = Stored.of(last.key(), version, last.tree());
        changed.put(last.key(), Optional.empty());
        writes.add(new Write(version, last.key(), gone, null));
        return gone;
    }

    /** Drops the changes made since a mark (a request that failed half way). */
    void rollBack(int mark) {
        while (writes.size() > mark) {
            Write w = writes.removeLast();
            changed.put(w.key(), Optional.ofNullable(w.before()));
            version = w.version() - 1;
        }
    }

    int mark() {
        return writes.size();
    }

    List<Write> writes() {
        return writes;
    }

    long version() {
        return version;
    }
}
