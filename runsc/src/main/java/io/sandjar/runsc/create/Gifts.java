// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.host.Sys;
import java.util.ArrayList;

/** Descriptors that a sandbox is to get, each with a label that says what it is. */
final class Gifts {
    private final ArrayList<String> labels = new ArrayList<>();
    private int[] fds = new int[32];
    private boolean[] ours = new boolean[32];

    /** A descriptor that was opened for this; {@link #close} closes it. */
    void add(String label, int fd) {
        put(label, fd, true);
    }

    /** A descriptor that stays open here. */
    void lend(String label, int fd) {
        put(label, fd, false);
    }

    private void put(String label, int fd, boolean own) {
        int n = labels.size();
        if (n == fds.length) {
            fds = java.util.Arrays.copyOf(fds, n * 2);
            ours = java.util.Arrays.copyOf(ours, n * 2);
        }
        fds[n] = fd;
        ours[n] = own;
        labels.add(label);
    }

    int count() {
        return labels.size();
    }

    int fd(int i) {
        return fds[i];
    }

    /** Labels of a range, with commas between them. */
    String labels(int from, int to) {
        StringBuilder b = new StringBuilder();
        for (int i = from; i < to; i++) {
            b.append(i == from ? "" : ",").append(labels.get(i));
        }
        return b.toString();
    }

    void close() {
        for (int i = 0; i < labels.size(); i++) {
            if (ours[i]) {
                Sys.close(fds[i]);
            }
        }
        labels.clear();
    }
}
