// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import static org.junit.jupiter.api.Assertions.*;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeadTest {
    private final Lead lead = new Lead(true);

    /** Takes calls without a pause until it leads. */
    private Lead.Place leader() {
        Lead.Place p = lead.new Place();
        while (!lead.isThere()) {
            p.ready();
            p.got(1);
        }
        return p;
    }

    /** Another receiver that has done its call and wants the next; the latch opens when it may wait for one. */
    private CountDownLatch another() {
        CountDownLatch may = new CountDownLatch(1);
        Thread t = new Thread(() -> {
            lead.new Place().ready();
            may.countDown();
        });
        t.setDaemon(true);
        t.start();
        return may;
    }

    @Test
    void quickCallsMakeALeader() {
        assertFalse(lead.isThere());
        leader();
        assertTrue(lead.isThere());
    }

    /** Two of them: the deputy and one who is told by it. */
    @Test
    void othersComeWhenTheLeaderHangs() throws InterruptedException {
        Lead.Place p = leader();
        p.ready();
        p.got(1);
        CountDownLatch one = another();
        CountDownLatch two = another();
        assertTrue(one.await(30, TimeUnit.SECONDS));
        assertTrue(two.await(30, TimeUnit.SECONDS));
        assertFalse(lead.isThere());
    }

    @Test
    void othersComeWhenThereIsNothingToDo() throws InterruptedException {
        leader().ready();
        assertTrue(another().await(30, TimeUnit.SECONDS));
        assertFalse(lead.isThere());
    }

    @Test
    void aLeaderThatWaitsForAGuestGivesWay() {
        Relief relief = new Relief(3, lead, r -> {});
        leader();
        relief.begin();
        assertFalse(lead.isThere());
    }

    @Test
    void offThereIsNone() {
        Lead off = new Lead(false);
        Lead.Place p = off.new Place();
        for (int i = 0; i < 10_000; i++) {
            p.ready();
            p.got(1);
        }
        assertFalse(off.isThere());
    }
}
