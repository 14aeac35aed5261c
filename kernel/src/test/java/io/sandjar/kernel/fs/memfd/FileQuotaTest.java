// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.memfd;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.vfs.IoBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a file is charged for is never less than what the host keeps for it, and nothing stays charged that is not there. */
class FileQuotaTest {
    private static final int PAGE = PageQuota.PAGE;
    private static final int MIB = 1 << 20;
    private static final int LIMIT = 1000;

    private final PageQuota quota = new PageQuota(LIMIT);
    private final TreeCaller c =
            new TreeCaller(RootBuilder.empty(new FileStore()).build());
    private final FileData file = new FileData(new FileStore(), quota, new OrderedLock(LockLevel.INODE));

    @AfterEach
    void allIsGivenBack() {
        file.free();
        assertEquals(0, quota.used());
    }

    private int reserve(long off, long len) {
        return file.fallocate(FALLOC_FL_KEEP_SIZE, off, len, true);
    }

    /** Pages that the host keeps for the file. */
    private long kept() {
        HostStat s = new HostStat();
        assertEquals(0, HostFs.statx(file.mapFd(true), "", s));
        return s.blocks / 8;
    }

    private void isCharged(long pages) {
        assertEquals(pages, quota.used());
        assertTrue(kept() <= pages, kept() + " pages");
    }

    @Test
    void growingKeepsWhatIsReservedBeyondTheEnd() {
        assertEquals(0, file.truncate(PAGE));
        assertEquals(0, file.countWhole());
        assertEquals(0, reserve(0, 500 * PAGE));
        isCharged(500);
        assertEquals(0, file.truncate(PAGE + 1));
        assertEquals(500, kept());
        isCharged(500);
        assertEquals(0, file.truncate(PAGE + 1));
        assertEquals(2, kept());
        isCharged(2);
    }

    @Test
    void whatCannotBeReservedIsNotCharged() {
        assertEquals(0, file.truncate(10 * PAGE));
        assertEquals(-ENOSPC, reserve(0, 1L << 50));
        assertEquals(0, quota.used());
        assertEquals(0, file.countWhole());
        assertEquals(-ENOSPC, reserve(0, 1L << 50));
        assertEquals(-ENOSPC, file.fallocate(0, 1L << 40, PAGE, true));
        assertEquals(-ENOSPC, file.truncate(1L << 50));
        isCharged(10);
    }

    @Test
    void aFailedReservationLeavesNothingToWriteTo() {
        assertEquals(0, file.truncate(2 * MIB));
        assertEquals(-ENOSPC, reserve(0, 1L << 40));
        assertEquals(0, quota.used());
        quota.take(LIMIT);
        assertEquals(-ENOSPC, reserve(0, PAGE));
        quota.give(LIMIT);
    }

    @Test
    void reservingAroundHolesIsCharged() {
        assertEquals(0, file.truncate(2 * MIB));
        assertEquals(0, reserve(5 * PAGE, PAGE));
        assertEquals(0, reserve(0, 100 * PAGE));
        assertEquals(100, kept());
        isCharged(100);
    }

    @Test
    void aFileOfItsOwnHasWhatIsCharged() {
        assertEquals(0, file.truncate(PAGE));
        assertEquals(0, reserve(0, 100 * PAGE));
        assertEquals(100, quota.used());
        assertEquals(1, kept()); // mapped: what was beyond the end is gone
        isCharged(1);
        assertEquals(0, reserve(0, 100 * PAGE));
        assertEquals(100, kept());
        isCharged(100);
    }

    @Test
    void whatIsReservedBeyondTheEndIsNotForTheHolesBefore() {
        assertEquals(0, file.truncate(400L * PAGE));
        assertEquals(0, reserve(400L * PAGE, 400L * PAGE));
        assertEquals(400, quota.used());
        assertEquals(0, file.countWhole());
        isCharged(400);
        assertEquals(0, kept());
    }

    @Test
    void memoryThatCannotBeReadIsNoContents() {
        assertEquals(0, file.truncate(2 * MIB));
        IoBuffer bad = unreadable(300 * PAGE);
        long[] end = new long[1];
        assertEquals(-EFAULT, file.write(c, bad, 0, true, end));
        assertEquals(0, quota.used());
        quota.take(LIMIT);
        assertEquals(-ENOSPC, reserve(0, PAGE));
        quota.give(LIMIT);
        assertEquals(0, file.countWhole());
        isCharged(512);
        assertEquals(-EFAULT, file.write(c, bad, 2 * MIB, true, end));
        isCharged(512);
    }

    private static IoBuffer unreadable(long bytes) {
        return new IoBuffer() {
            @Override
            public long remaining() {
                return bytes;
            }

            @Override
            public int put(byte[] src, int off, int n) {
                return -EFAULT;
            }

            @Override
            public int get(byte[] dst, int off, int n) {
                return -EFAULT;
            }

            @Override
            public long fromHost(int hostFd, long off, long n) {
                return -EFAULT;
            }

            @Override
            public long toHost(int hostFd, long off, long n) {
                return -EFAULT;
            }
        };
    }
}
