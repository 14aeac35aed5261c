// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.host.Ring;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a guest process, reached through one of its threads (process_vm_readv(2)). Copies are all or nothing
 * unless a method says otherwise; an address that is not mapped is -EFAULT.
 */
public final class UserMemory {
    private static final int SCRATCH = 512;

    /** How much of a string is read at first: as much as a stub puts into a ring. */
    private static final int FIRST_OF_STRING = 256;

    private final byte[] word = new byte[16];
    private byte @Nullable [] scratch;
    private volatile int hostTid;
    /** Most bytes that are written at once where memory is limited, and where little of it is left. */
    private static final int LIMITED_STEP = 256 << 10;

    private static final int TIGHT_STEP = 64 << 10;

    private @Nullable RingWindows windows;
    private boolean inRing;
    private volatile @Nullable MemoryRoom room;
    private volatile @Nullable Toucher toucher;

    /** @param hostTid a live host thread of the process */
    public UserMemory(int hostTid) {
        this.hostTid = hostTid;
    }

    public int hostTid() {
        return hostTid;
    }

    public void setHostTid(int hostTid) {
        this.hostTid = hostTid;
    }

    /** A call has come by a ring, with pieces of memory. */
    public void open(Ring r) {
        RingWindows w = windows;
        if (w == null) {
            w = new RingWindows();
            windows = w;
        }
        w.open(r);
        inRing = true;
    }

    /** That call is over. */
    public void close() {
        RingWindows w = windows;
        inRing = false;
        if (w != null) {
            w.close();
        }
    }

    /** Where memory is limited, and who touches pages when little of it is left. */
    public void limit(MemoryRoom memoryRoom, Toucher by) {
        toucher = by;
        room = memoryRoom;
    }

    private @Nullable Toucher toucherWhenTight(long len) {
        MemoryRoom r = room;
        return r != null && r.tight(len) ? toucher : null;
    }

    /**
     * Whether there is so little left that the guest has to touch its pages itself.
     *
     * @param bytes as many may be written; very many count as too many
     */
    public boolean tight(long bytes) {
        MemoryRoom r = room;
        return r != null && (r.tight(0) || Long.compareUnsigned(bytes, LIMITED_STEP) > 0);
    }

    /**
     * To be called before {@code len} bytes are written other than by {@link #write}: has the guest touch them where memory
     * is short.
     *
     * @return how many to write at once, at least one
     */
    public long touch(long address, long len) {
        MemoryRoom r = room;
        if (r == null) {
            return len;
        }
        long n = Math.min(len, LIMITED_STEP); // little memory is noticed between two steps
        Toucher t = toucherWhenTight(n);
        if (t != null) {
            n = Math.min(n, TIGHT_STEP);
            t.touch(address, n);
        }
        return n;
    }

    /** Guest to kernel: 0 or -EFAULT. */
    public int read(long address, byte[] dst, int off, int len) {
        if (len == 0) {
            return 0;
        }
        RingWindows w = windows;
        if (inRing && w != null && w.read(this, address, dst, off, len)) {
            return 0;
        }
        return Sys.peek(hostTid, address, dst, off, len) == len ? 0 : -EFAULT;
    }

    public int read(long address, byte[] dst) {
        return read(address, dst, 0, dst.length);
    }

    /** Kernel to guest: 0 or -EFAULT. */
    public int write(long address, byte[] src, int off, int len) {
        if (len == 0) {
            return 0;
        }
        Toucher t = toucherWhenTight(len);
        if (t != null) {
            t.touch(address, len);
        }
        RingWindows w = windows;
        if (inRing && w != null && w.write(this, address, src, off, len)) {
            return 0;
        }
        return Sys.poke(hostTid, address, src, off, len) == len ? 0 : -EFAULT;
    }

    public int write(long address, byte[] src) {
        return write(address, src, 0, src.length);
    }

    /**
     * From a host file to the guest: stops at a short read.
     *
     * @param off where in the file, -1 for the descriptor's position
     * @return bytes, or -errno
     */
    public long fromFile(int hostFd, long off, long address, long len) {
        RingWindows w = windows;
        if (inRing && w != null && len <= RingWindows.MOST_BYTES) {
            long at = w.open(this, address, (int) len);
            if (at != 0) {
                long n = Sys.readAt(hostFd, off, at, len);
                if (n > 0) {
                    w.filled(this, address, (int) n);
                }
                return n;
            }
        }
        return Sys.fileToGuest(hostFd, off, hostTid, address, len);
    }

    /** From the guest to a host file; see {@link #fromFile}. */
    public long toFile(int hostFd, long off, long address, long len) {
        RingWindows w = windows;
        if (inRing && w != null && len <= RingWindows.MOST_BYTES) {
            long at = w.find(this, address, (int) len);
            if (at != 0) {
                return Sys.writeAt(hostFd, off, at, len);
            }
        }
        return Sys.guestToFile(hostFd, off, hostTid, address, len);
    }

    /** As much as is mapped: bytes copied, or -EFAULT for none. */
    public int readSome(long address, byte[] dst, int off, int len) {
        if (len == 0) {
            return 0;
        }
        RingWindows w = windows;
        if (inRing && w != null && w.read(this, address, dst, off, len)) {
            return len;
        }
        long n = Sys.peek(hostTid, address, dst, off, len);
        return n > 0 ? (int) n : -EFAULT;
    }

    /** A 64-bit word by way of {@code out[0]}: 0 or -EFAULT. Called by the task's own thread only. */
    public int readLong(long address, long[] out) {
        int r = read(address, word, 0, 8);
        if (r == 0) {
            out[0] = Bytes.i64(word, 0);
        }
        return r;
    }

    public int readInt(long address, int[] out) {
        int r = read(address, word, 0, 4);
        if (r == 0) {
            out[0] = Bytes.i32(word, 0);
        }
        return r;
    }

    public int writeLong(long address, long value) {
        byte[] b = new byte[8];
        Bytes.put64(b, 0, value);
        return write(address, b, 0, 8);
    }

    public int writeInt(long address, int value) {
        byte[] b = new byte[4];
        Bytes.put32(b, 0, value);
        return write(address, b, 0, 4);
    }

    /**
     * Reads a NUL-terminated string of at most {@code max} bytes without the NUL.
     *
     * @return its length, -EFAULT, or -ENAMETOOLONG when there is no NUL within {@code max} + 1 bytes
     */
    public int readString(long address, int max, Ref<String> out) {
        byte[] buf = scratch(Math.min(max + 1, FIRST_OF_STRING));
        int have = 0;
        while (true) {
            // never beyond the page, so that a string that ends just before a hole is found whole
            long at = address + have;
            int room = Math.min(have == 0 ? FIRST_OF_STRING : buf.length, max + 1) - have;
            int n = (int) Math.min(room, 4096 - (at & 4095));
            int r = readSome(at, buf, have, n);
            if (r < 0) {
                return r;
            }
            for (int i = have; i < have + r; i++) {
                if (buf[i] == 0) {
                    out.set(i == 0 ? "" : new String(buf, 0, i, StandardCharsets.ISO_8859_1));
                    return i;
                }
            }
            have += r;
            if (have > max) {
                return -ENAMETOOLONG;
            }
            if (have == buf.length) {
                buf = java.util.Arrays.copyOf(buf, Math.min(max + 1, buf.length * 4));
            }
        }
    }

    /**
     * A buffer for one step of a call of the task's own thread: good until it asks for another or reads a string. Has what
     * was there before.
     */
    public byte[] scratch(int size) {
        if (size > SCRATCH) {
            return new byte[size];
        }
        byte[] b = scratch;
        if (b == null) {
            b = new byte[SCRATCH];
            scratch = b;
        }
        return b;
    }

    /** A path argument: as {@link #readString} with PATH_MAX. */
    public int readPath(long address, Ref<String> out) {
        return readString(address, 4095, out);
    }
}
