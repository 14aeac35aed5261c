// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who waits is told, once and in the order of coming, whatever others come and go. */
class WaitQueueTest {
    private final List<Integer> told = new ArrayList<>();

    private final class Named extends WaitEntry {
        private final int name;

        Named(int name, boolean exclusive) {
            super(1, exclusive);
            this.name = name;
        }

        @Override
        public boolean wake(int events) {
            told.add(name);
            return true;
        }
    }

    @Test
    void comeAndGo() {
        WaitQueue queue = new WaitQueue();
        List<Named> here = new ArrayList<>();
        List<Integer> names = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            if (random.nextInt(5) < 3 || here.isEmpty()) {
                Named n = new Named(i, false);
                here.add(n);
                names.add(i);
                queue.add(n);
            } else {
                int at = random.nextBoolean() ? here.size() - 1 : random.nextInt(here.size());
                queue.remove(here.remove(at));
                names.remove(at);
            }
            if (i % 50 == 0) {
                told.clear();
                queue.wake(1);
                assertEquals(names, told);
            }
            assertEquals(here.isEmpty(), queue.isEmpty());
        }
        for (Named n : here) {
            queue.remove(n);
        }
        assertTrue(queue.isEmpty());
    }

    @Test
    void exclusive() {
        WaitQueue queue = new WaitQueue();
        queue.add(new Named(1, true));
        queue.add(new Named(2, false));
        queue.add(new Named(3, true));
        queue.wake(1);
        assertEquals(List.of(1, 2), told);
        queue.wake(2); // not what they wait for
        assertEquals(List.of(1, 2), told);
    }
}
