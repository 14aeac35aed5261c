// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.host.Sys;
import java.util.ArrayList;
import java.util.List;

/**
 * Descriptors of the host that came with a request, by the labels that say what they are. Whoever takes one closes it;
 * what nobody took is closed with the request.
 */
public final class Donated {
    /** Far more than a container has mounts; below the limit of open files. */
    static final int MAX = 4096;

    private final ArrayList<String> labels = new ArrayList<>();
    private final ArrayList<Integer> fds = new ArrayList<>();

    /** Takes the descriptors over; when their number is wrong they are closed. */
    void add(List<String> names, int[] received, int count) {
        if (names.size() != count || labels.size() + count > MAX) {
            for (int i = 0; i < count; i++) {
                Sys.close(received[i]);
            }
            throw new Refusal(
                    names.size() != count
                            ? "malformed request: " + count + " descriptors for " + names.size() + " labels"
                            : "malformed request: more than " + MAX + " descriptors");
        }
        for (int i = 0; i < count; i++) {
            labels.add(names.get(i));
            fds.add(received[i]);
        }
    }

    /** The descriptor with a label, from now on the caller's; -1 when there is none. */
    public int take(String label) {
        for (int i = 0; i < labels.size(); i++) {
            if (labels.get(i).equals(label)) {
                labels.remove(i);
                return fds.remove(i);
            }
        }
        return -1;
    }

    /** Whether there is one that nobody has taken. */
    public boolean has(String label) {
        return labels.contains(label);
    }

    /** The labels that begin with {@code prefix}, in the order in which they came. */
    public List<String> beginningWith(String prefix) {
        ArrayList<String> found = new ArrayList<>();
        for (String l : labels) {
            if (l.startsWith(prefix)) {
                found.add(l);
            }
        }
        return found;
    }

    /** Closes what is left. */
    public void close() {
        for (int fd : fds) {
            Sys.close(fd);
        }
        labels.clear();
        fds.clear();
    }
}
