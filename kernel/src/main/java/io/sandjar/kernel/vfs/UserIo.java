// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.IOV_MAX;

import io.sandjar.abi.Bytes;
import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.UserMemory;

/** An {@link IoBuffer} over guest memory: one piece, or the pieces of an iovec. */
public final class UserIo extends IoBuffer {
    private UserMemory mem;
    private long[] bases;
    private long[] lens;
    private int pieces;
    private int piece;
    private long done;
    private long remaining;
    private int markPiece;
    private long markDone;
    private long markRemaining;

    public UserIo(UserMemory mem, long base, long len) {
        this(mem, new long[] {base}, new long[] {len});
    }

    public UserIo(UserMemory mem, long[] bases, long[] lens) {
        this.mem = mem;
        this.bases = bases;
        this.lens = lens;
        this.pieces = lens.length;
        for (long l : lens) {
            remaining += l;
        }
    }

    /** Begins anew with one piece, so that a task can use one buffer for all its calls. */
    public UserIo reset(UserMemory newMem, long base, long len) {
        mem = newMem;
        bases[0] = base;
        lens[0] = len;
        pieces = 1;
        piece = 0;
        done = 0;
        remaining = len;
        return this;
    }

    /**
     * Begins anew with the pieces of an iovec in guest memory.
     *
     * @param max bytes at which the buffer ends, whatever the pieces say
     * @return 0, -EINVAL for a bad count or length, -EFAULT
     */
    public int reset(UserMemory newMem, long iov, int count, long max) {
        if (count < 0 || count > IOV_MAX) {
            return -EINVAL;
        }
        byte[] raw = new byte[count * 16];
        int r = newMem.read(iov, raw);
        if (r < 0) {
            return r;
        }
        if (bases.length < count) {
            bases = new long[count];
            lens = new long[count];
        }
        long total = 0;
        for (int i = 0; i < count; i++) {
            long len = Bytes.i64(raw, i * 16 + 8);
            if (len < 0) {
                return -EINVAL;
            }
            len = Math.min(len, max - total);
            bases[i] = Bytes.i64(raw, i * 16);
            lens[i] = len;
            total += len;
        }
        mem = newMem;
        pieces = count;
        piece = 0;
        done = 0;
        remaining = total;
        return 0;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    /** Remembers the position for {@link #rewind}. */
    public void mark() {
        markPiece = piece;
        markDone = done;
        markRemaining = remaining;
    }

    /** Goes back to the marked position: a write that was refused is to be tried again. */
    public void rewind() {
        piece = markPiece;
        done = markDone;
        remaining = markRemaining;
    }

    /** Passes over {@code n} bytes, or all that are left: a call that goes on may find shorter pieces than it began with. */
    public void skip(long n) {
        long left = Math.min(n, remaining);
        while (left > 0) {
            long k = Math.min(left, lens[piece] - done);
            advance(k);
            left -= k;
        }
    }

    /** Ends the buffer after {@code n} more bytes. */
    public void limit(long n) {
        remaining = Math.min(remaining, n);
    }

    private void advance(long n) {
        done += n;
        remaining -= n;
        skipEmpty();
    }

    private void skipEmpty() {
        while (piece < pieces - 1 && done >= lens[piece]) {
            done = 0;
            piece++;
        }
    }

    @Override
    public int put(byte[] src, int off, int n) {
        int at = 0;
        while (at < n) {
            skipEmpty();
            int k = (int) Math.min(n - at, lens[piece] - done);
            int r = mem.write(bases[piece] + done, src, off + at, k);
            if (r < 0) {
                return r;
            }
            advance(k);
            at += k;
        }
        return 0;
    }

    @Override
    public int putZeros(long n) {
        long left = n;
        while (left > 0) {
            skipEmpty();
            long k = mem.touch(bases[piece] + done, Math.min(left, lens[piece] - done));
            if (Sys.zeroGuest(mem.hostTid(), bases[piece] + done, k) != k) {
                return -EFAULT;
            }
            advance(k);
            left -= k;
        }
        return 0;
    }

    @Override
    public int get(byte[] dst, int off, int n) {
        int at = 0;
        while (at < n) {
            skipEmpty();
            int k = (int) Math.min(n - at, lens[piece] - done);
            int r = mem.read(bases[piece] + done, dst, off + at, k);
            if (r < 0) {
                return r;
            }
            advance(k);
            at += k;
        }
        return 0;
    }

    @Override
    public long fromHost(int hostFd, long off, long n) {
        long total = 0;
        while (total < n && remaining > 0) {
            skipEmpty();
            long most = Math.min(Math.min(n - total, lens[piece] - done), remaining);
            long k = mem.touch(bases[piece] + done, most);
            long r = mem.fromFile(hostFd, off < 0 ? -1 : off + total, bases[piece] + done, k);
            if (r <= 0) {
                return total > 0 ? total : r == -ESRCH ? -EFAULT : r;
            }
            advance(r);
            total += r;
            if (r < k || off < 0) {
                break;
            }
        }
        return total;
    }

    @Override
    public long toHost(int hostFd, long off, long n) {
        long total = 0;
        while (total < n && remaining > 0) {
            skipEmpty();
            long k = Math.min(Math.min(n - total, lens[piece] - done), remaining);
            long r = mem.toFile(hostFd, off < 0 ? -1 : off + total, bases[piece] + done, k);
            if (r <= 0) {
                return total > 0 ? total : r == -ESRCH ? -EFAULT : r;
            }
            advance(r);
            total += r;
            if (r < k) {
                break;
            }
        }
        return total;
    }
}
