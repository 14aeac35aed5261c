// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.tmpfs;

import org.jspecify.annotations.Nullable;

/** The options of a tmpfs as mount(2) takes them: {@code size=64m,mode=1777,nr_inodes=10k} (tmpfs(5)). */
public final class TmpfsOptions {
    private static final int STICKY = 01777;

    /** Bytes of contents, Long.MAX_VALUE for no limit. */
    public long size;

    /** Number of files, Long.MAX_VALUE for no limit. */
    public long nodes = Long.MAX_VALUE;

    /** Permission bits of the root; -1 when they were not given. */
    public int mode = -1;

    public int uid;
    public int gid;

    private final long share;

    /** What was wrong, or null: an option as it stood there. */
    public @Nullable String wrong;

    /** @param share what 100% means, and twice the size that an unspecified tmpfs has */
    public TmpfsOptions(long share) {
        this.share = share;
        size = share / 2;
    }

    /** Reads them; look at {@link #wrong} afterwards. Names that a tmpfs does not know are left out. */
    public static TmpfsOptions parse(String text, long share) {
        TmpfsOptions o = new TmpfsOptions(share);
        for (int from = 0; from < text.length(); ) {
            int comma = text.indexOf(',', from);
            int end = comma < 0 ? text.length() : comma;
            o.option(text.substring(from, end));
            from = end + 1;
        }
        return o;
    }

    /** Reads one; look at {@link #wrong} afterwards. */
    public void option(String option) {
        int eq = option.indexOf('=');
        if (eq < 0) {
            return;
        }
        String value = option.substring(eq + 1);
        try {
            switch (option.substring(0, eq)) {
                case "size" -> size = limit(bytes(value, share));
                case "nr_blocks" -> size = limit(Math.multiplyExact(bytes(value, share), 4096L));
                case "nr_inodes" -> nodes = limit(bytes(value, share));
                case "mode" -> mode = Integer.parseInt(value, 8) & 07777;
                case "uid" -> uid = Integer.parseUnsignedInt(value);
                case "gid" -> gid = Integer.parseUnsignedInt(value);
                default -> {}
            }
        } catch (ArithmeticException | NumberFormatException e) {
            wrong = option;
        }
    }

    private static long limit(long n) {
        return n == 0 ? Long.MAX_VALUE : n;
    }

    /** Whether {@code name} (before any =) is an option of a tmpfs. */
    public static boolean knows(String name) {
        return switch (name) {
            case "size",
                    "nr_blocks",
                    "nr_inodes",
                    "mode",
                    "uid",
                    "gid",
                    "huge",
                    "mpol",
                    "inode32",
                    "inode64",
                    "noswap" -> true;
            default -> false;
        };
    }

    /** A number with k, m, g or %; a share of memory is a share of {@code whole}. */
    public static long bytes(String s, long whole) {
        if (s.isEmpty()) {
            throw new NumberFormatException("empty");
        }
        String digits = s.substring(0, s.length() - 1);
        long n = switch (s.charAt(s.length() - 1)) {
            case 'k', 'K' -> Math.multiplyExact(Long.parseLong(digits), 1L << 10);
            case 'm', 'M' -> Math.multiplyExact(Long.parseLong(digits), 1L << 20);
            case 'g', 'G' -> Math.multiplyExact(Long.parseLong(digits), 1L << 30);
            case 't', 'T' -> Math.multiplyExact(Long.parseLong(digits), 1L << 40);
            case '%' -> Math.multiplyExact(whole / 100, Long.parseLong(digits));
            default -> Long.parseLong(s);
        };
        if (n < 0) {
            throw new NumberFormatException("negative");
        }
        return n;
    }

    /** Makes it. */
    public TmpFs make(io.sandjar.kernel.fs.memfd.FileStore store) {
        return make(store, "tmpfs");
    }

    /** Makes it under another name (ramfs). */
    public TmpFs make(io.sandjar.kernel.fs.memfd.FileStore store, String type) {
        return new TmpFs(type, store, size, nodes, mode < 0 ? STICKY : mode, uid, gid);
    }
}
