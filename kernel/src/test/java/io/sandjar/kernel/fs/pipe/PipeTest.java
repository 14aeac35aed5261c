// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pipe;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.host.Scratch;
import io.sandjar.kernel.Allocation;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelIo;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PipeTest {
    private final StubCaller caller = new StubCaller();
    private final Ref<FileDescription> r = new Ref<>();
    private final Ref<FileDescription> w = new Ref<>();

    @BeforeEach
    void make() {
        new PipeFs().pipe(Creds.of(0, 0), 0, r, w);
    }

    private long write(int n) {
        return w.get().write(caller, new KernelIo(new byte[n], 0, n));
    }

    private long read(int n) {
        return r.get().read(caller, new KernelIo(new byte[n], 0, n));
    }

    @Test
    void emptyPipeWouldBlockAndEndsWithItsWriter() {
        assertEquals(-EAGAIN, read(10));
        assertEquals(0, r.get().poll());
        w.get().release();
        assertEquals(0, read(10));
        assertEquals(POLLHUP, r.get().poll());
    }

    @Test
    void writeWithoutReaderIsBroken() {
        r.get().release();
        assertEquals(-EPIPE, write(1));
        assertEquals(POLLERR, w.get().poll() & POLLERR);
    }

    @Test
    void smallWritesAreAtomicAndLargeOnesPartial() {
        assertEquals(65536 - 100, write(65536 - 100));
        assertEquals(-EAGAIN, write(4096));
        assertEquals(100, write(5000));
        assertEquals(-EAGAIN, write(5000));
        assertEquals(0, w.get().poll());
        assertEquals(4095, read(4095));
        assertEquals(0, w.get().poll());
        assertEquals(1, read(1));
        assertEquals(POLLOUT | POLLWRNORM, w.get().poll());
    }

    @Test
    void capacityCanChangeButNotBelowTheContent() {
        Pipe p = ((PipeFile) w.get()).pipe();
        assertEquals(4096, p.setCapacity(caller, 1));
        assertEquals(4096, write(5000));
        assertEquals(131072, p.setCapacity(caller, 70000));
        assertEquals(70000, write(70000));
        assertEquals(-EBUSY, p.setCapacity(caller, 65536));
        assertEquals(-EINVAL, p.setCapacity(caller, -1));
    }

    @Test
    void bytesComeOutInOrderWhateverTheSizes() {
        Random random = new Random(1);
        byte[] in = new byte[300_000];
        random.nextBytes(in);
        byte[] out = new byte[in.length];
        int put = 0;
        int got = 0;
        while (got < in.length) {
            int n = Math.min(random.nextInt(9000), in.length - put);
            long k = n == 0 ? 0 : w.get().write(caller, new KernelIo(in, put, n));
            put += (int) Math.max(k, 0);
            n = Math.min(random.nextInt(9000), put - got);
            k = n == 0 ? 0 : r.get().read(caller, new KernelIo(out, got, n));
            got += (int) Math.max(k, 0);
        }
        assertArrayEquals(in, out);
    }

    @Test
    void packetsAreReadOneByOne() {
        w.get().setFlags(w.get().flags() | 040000);
        assertEquals(3, write(3));
        assertEquals(5000, write(5000));
        assertEquals(3, read(10));
        assertEquals(10, read(10));
        assertEquals(904, read(10000));
        assertEquals(-EAGAIN, read(1));
    }

    @Test
    void transferringAllocatesNothing() throws ReflectiveOperationException {
        Scratch memory = Scratch.take();
        long bytes = new Allocation().least(() -> {
            for (int i = 0; i < 1000; i++) {
                if (w.get().write(caller, caller.userIo(memory.address, 512)) != 512
                        || r.get().read(caller, caller.userIo(memory.address, 4096)) != 512) {
                    throw new AssertionError("short transfer");
                }
            }
        });
        assertTrue(bytes < 1000, bytes + " bytes for 1000 transfers");
    }
}
