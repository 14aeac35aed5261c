// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.UserMemory;

/** An {@link IoBuffer} over guest memory: one piece, or the pieces of an iovec. */
public final class UserIo extends IoBuffer {
    private final UserMemory mem;
    private final long[] bases;
    private final long[] lens;
    private int piece;
    private long done;
    private long remaining;

    public UserIo(UserMemory mem, long base, long len) {
        this(mem, new long[] {base}, new long[] {len});
    }

    public UserIo(UserMemory mem, long[] bases, long[] lens) {
        this.mem = mem;
        this.bases = bases;
        this.lens = lens;
        for (long l : lens) {
            remaining += l;
        }
    }

    @Override
    public long remaining() {
        return remaining;
    }

    /** Passes over {@code n} bytes. */
    public void skip(long n) {
        long left = n;
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
        while (piece < lens.length - 1 && done >= lens[piece]) {
            done = 0;
            piece++;
        }
    }

    private void skipEmpty() {
        while (piece < lens.length - 1 && done >= lens[piece]) {
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
            long k = Math.min(Math.min(n - total, lens[piece] - done), remaining);
            long r = Sys.fileToGuest(hostFd, off < 0 ? -1 : off + total, mem.hostTid(), bases[piece] + done, k);
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
            long r = Sys.guestToFile(hostFd, off < 0 ? -1 : off + total, mem.hostTid(), bases[piece] + done, k);
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
