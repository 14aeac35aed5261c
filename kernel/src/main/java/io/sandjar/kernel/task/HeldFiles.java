// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.FileDescription;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The open files that a call has looked up: they stay until it ends, so that its second run meets the same ones whatever
 * became of the numbers. Used by the call's own thread.
 */
final class HeldFiles {
    private static final int USUAL = 8;
    private static final int NO_NUMBER = -1;

    private final FileDescription[] usual = new FileDescription[USUAL];

    /** The numbers by which {@link #usual} were looked up; -1 for others. */
    private final int[] numbers = new int[USUAL];

    private int count;
    private FileDescription @Nullable [] more;

    /** What was looked up by this number before. */
    @Nullable
    FileDescription find(int fd) {
        for (int i = 0; i < count && i < USUAL; i++) {
            if (numbers[i] == fd) {
                return usual[i];
            }
        }
        return null;
    }

    void add(FileDescription d) {
        add(d, NO_NUMBER);
    }

    /** Keeps an acquired description. */
    void add(FileDescription d, int fd) {
        if (count < USUAL) {
            numbers[count] = fd;
            usual[count++] = d;
            return;
        }
        FileDescription[] rest = more;
        int n = count - USUAL;
        if (rest == null) {
            rest = new FileDescription[2 * USUAL];
        } else if (n == rest.length) {
            rest = Arrays.copyOf(rest, n * 2);
        }
        rest[n] = d;
        more = rest;
        count++;
    }

    void release() {
        int n = count;
        count = 0;
        FileDescription[] rest = more;
        more = null;
        for (int i = 0; i < n; i++) {
            FileDescription d;
            if (i < USUAL) {
                d = usual[i];
                usual[i] = null;
            } else if (rest != null) {
                d = rest[i - USUAL];
            } else {
                break;
            }
            d.release();
        }
    }
}
