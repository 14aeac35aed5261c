// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.Arrays;

/** Any bytes as a program: refused, or segments that can be counted with. */
public final class ElfFuzz {
    private static final StubCaller CALLER = new StubCaller();

    private ElfFuzz() {}

    /** A file that is these bytes. */
    private static final class Bytes extends FileDescription {
        private final byte[] data;

        Bytes(byte[] data) {
            super(null, 0);
            this.data = data;
        }

        @Override
        public Inode inode() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long pread(Caller c, IoBuffer dst, long off) {
            if (off < 0) {
                throw new IllegalArgumentException("offset " + off);
            }
            if (off >= data.length) {
                return 0;
            }
            int n = (int) Math.min(dst.remaining(), data.length - off);
            return dst.put(data, (int) off, n) < 0 ? -14 : n;
        }
    }

    public static void fuzzerTestOneInput(byte[] data) {
        Ref<ElfFile> out = new Ref<>();
        int r = ElfFile.parse(CALLER, new Bytes(data), Arrays.copyOf(data, Math.min(data.length, 256)), out);
        if (r > 0 || r < -4095) {
            throw new AssertionError("result " + r);
        }
        if (r == 0) {
            ElfFile e = out.get();
            for (ElfFile.Segment s : e.segments) {
                if (s.fileSize() < 0 || s.memSize() < s.fileSize() || s.offset() < 0 || s.vaddr() < 0) {
                    throw new AssertionError(s.toString());
                }
            }
            if (e.low() > e.high()) {
                throw new AssertionError(e.low() + " > " + e.high());
            }
        }
    }
}
