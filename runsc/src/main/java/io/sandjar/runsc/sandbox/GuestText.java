// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.PathWalk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Small files, of the guest and of the host, as text. */
public final class GuestText {
    private static final int O_NONBLOCK = 04000;
    private static final int MAX_TEXT = 1 << 20;

    private GuestText() {}

    /** A file of the guest; null if there is none. What lies beyond its first megabyte does not count. */
    public static @Nullable String read(KernelCaller caller, String path) {
        Ref<FileDescription> out = new Ref<>();
        if (Opener.open(caller, PathWalk.AT_ROOT, path, O_NONBLOCK, 0, 0, out) != 0) {
            return null;
        }
        FileDescription d = out.get();
        try {
            byte[] data = new byte[16384];
            int n = 0;
            while (n < MAX_TEXT) {
                if (n == data.length) {
                    data = Arrays.copyOf(data, n * 2);
                }
                long got = d.read(caller, new KernelIo(data, n, data.length - n));
                if (got <= 0) {
                    break;
                }
                n += (int) got;
            }
            return new String(data, 0, n, StandardCharsets.ISO_8859_1);
        } finally {
            d.release();
        }
    }

    /**
     * A file of the host, from its beginning.
     *
     * @throws Refusal when it cannot be read or is longer than {@code max}
     */
    static byte[] readHost(int fd, int max, String what) {
        byte[] data = new byte[16384];
        int n = 0;
        while (true) {
            long got = Sys.read(fd, data, n, data.length - n, n);
            if (got < 0) {
                throw new Refusal(what + ": " + io.sandjar.abi.Errno.name((int) -got));
            }
            if (got == 0) {
                return Arrays.copyOf(data, n);
            }
            n += (int) got;
            if (n > max) {
                throw new Refusal(what + ": larger than " + max + " bytes");
            }
            if (n == data.length) {
                data = Arrays.copyOf(data, n * 2);
            }
        }
    }
}
