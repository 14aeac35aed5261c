// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.host.Sys;

/** An {@link IoBuffer} over a kernel array. */
public final class KernelIo extends IoBuffer {
    private final byte[] data;
    private int pos;
    private final int end;

    public KernelIo(byte[] data, int off, int len) {
        this.data = data;
        this.pos = off;
        this.end = off + len;
    }

    @Override
    public long remaining() {
        return end - pos;
    }

    @Override
    public int put(byte[] src, int off, int n) {
        System.arraycopy(src, off, data, pos, n);
        pos += n;
        return 0;
    }

    @Override
    public int get(byte[] dst, int off, int n) {
        System.arraycopy(data, pos, dst, off, n);
        pos += n;
        return 0;
    }

    @Override
    public long fromHost(int hostFd, long off, long n) {
        long r = Sys.read(hostFd, data, pos, (int) Math.min(n, remaining()), off);
        if (r > 0) {
            pos += (int) r;
        }
        return r;
    }

    @Override
    public long toHost(int hostFd, long off, long n) {
        long r = Sys.write(hostFd, data, pos, (int) Math.min(n, remaining()), off);
        if (r > 0) {
            pos += (int) r;
        }
        return r;
    }
}
