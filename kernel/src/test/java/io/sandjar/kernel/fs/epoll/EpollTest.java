// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.epoll;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.host.Scratch;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.fs.anon.NamelessFs;
import io.sandjar.kernel.fs.eventfd.EventFile;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.KernelIo;
import org.junit.jupiter.api.Test;

class EpollTest {
    private final StubCaller caller = new StubCaller();
    private final NamelessFs fs = new NamelessFs("anon_inodefs", 0);
    private final Scratch memory = Scratch.take();
    private final Epoll epoll = newEpoll();
    private final EventFile event = newEvent();

    private Epoll newEpoll() {
        return new Epoll(fs.newInode(0600, Creds.of(0, 0)), 2);
    }

    private EventFile newEvent() {
        return new EventFile(fs.newInode(0600, Creds.of(0, 0)), 2, 0, false);
    }

    private void signal(EventFile e) {
        byte[] one = {1, 0, 0, 0, 0, 0, 0, 0};
        assertEquals(8, e.write(caller, new KernelIo(one, 0, 8)));
    }

    private void drain(EventFile e) {
        assertEquals(8, e.read(caller, new KernelIo(new byte[8], 0, 8)));
    }

    private int collect(int max) {
        return epoll.collect(caller.mem(), memory.address, max);
    }

    @Test
    void levelTriggeredReportsUntilItIsOver() {
        assertEquals(0, epoll.add(event, 5, EPOLLIN, 77, caller));
        assertEquals(-EEXIST, epoll.add(event, 5, EPOLLIN, 77, caller));
        assertEquals(0, collect(4));
        signal(event);
        assertEquals(1, collect(4));
        assertEquals(EPOLLIN, memory.buf.getInt(0));
        assertEquals(77, memory.buf.getLong(4));
        assertEquals(1, collect(4));
        drain(event);
        assertEquals(0, collect(4));
    }

    @Test
    void edgeTriggeredReportsOnceAndAgainAfterModification() {
        epoll.add(event, 5, EPOLLIN | EPOLLET, 1, caller);
        signal(event);
        assertEquals(1, collect(4));
        assertEquals(0, collect(4));
        assertEquals(0, epoll.modify(event, 5, EPOLLIN | EPOLLET, 2));
        assertEquals(1, collect(4));
        signal(event);
        assertEquals(1, collect(4));
    }

    @Test
    void oneShotWaitsForRearming() {
        epoll.add(event, 5, EPOLLIN | EPOLLONESHOT, 1, caller);
        signal(event);
        assertEquals(1, collect(4));
        signal(event);
        assertEquals(0, collect(4));
        epoll.modify(event, 5, EPOLLIN | EPOLLONESHOT, 1);
        assertEquals(1, collect(4));
    }

    @Test
    void lastCloseTakesItOut() {
        epoll.add(event, 5, EPOLLIN, 1, caller);
        signal(event);
        event.acquire();
        event.release();
        assertEquals(1, collect(4));
        event.release();
        assertEquals(0, collect(4));
        assertFalse(epoll.holds());
    }

    @Test
    void readyItemsTakeTurns() {
        EventFile[] all = new EventFile[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = newEvent();
            epoll.add(all[i], i, EPOLLIN, i, caller);
            signal(all[i]);
        }
        long seen = 0;
        for (int i = 0; i < all.length; i++) {
            assertEquals(1, collect(1));
            seen |= 1L << memory.buf.getLong(4);
        }
        assertEquals(0b11111, seen);
    }

    @Test
    void setsCanBeNestedButNotInCircles() {
        Epoll outer = newEpoll();
        assertFalse(outer.loops(epoll));
        outer.add(epoll, 6, EPOLLIN, 6, caller);
        assertTrue(epoll.loops(outer));
        assertEquals(0, outer.poll());
        epoll.add(event, 5, EPOLLIN, 1, caller);
        signal(event);
        assertEquals(POLLIN | POLLRDNORM, outer.poll());
        assertEquals(1, outer.collect(caller.mem(), memory.address, 4));
        drain(event);
        assertEquals(0, outer.poll());
    }

    @Test
    void deletedItemsAreGone() {
        epoll.add(event, 5, EPOLLIN, 1, caller);
        signal(event);
        assertEquals(0, epoll.delete(event, 5));
        assertEquals(-ENOENT, epoll.delete(event, 5));
        assertEquals(0, collect(4));
    }
}
