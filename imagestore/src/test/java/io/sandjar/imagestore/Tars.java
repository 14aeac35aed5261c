// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Tar archives byte by byte, so that they can be as wrong as a test wants them. */
public final class Tars {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Map<String, byte[]> pax = new LinkedHashMap<>();
    private int uid;
    private int gid;
    private long mtime = 1_700_000_000;

    public Tars owner(int newUid, int newGid) {
        uid = newUid;
        gid = newGid;
        return this;
    }

    public Tars time(long seconds) {
        mtime = seconds;
        return this;
    }

    /** For the next entry. */
    public Tars pax(String key, byte[] value) {
        pax.put(key, value);
        return this;
    }

    public Tars dir(String name) {
        return entry(name, '5', 0755, "", new byte[0]);
    }

    public Tars dir(String name, int mode) {
        return entry(name, '5', mode, "", new byte[0]);
    }

    public Tars file(String name, String text) {
        return entry(name, '0', 0644, "", text.getBytes(StandardCharsets.UTF_8));
    }

    public Tars symlink(String name, String target) {
        return entry(name, '2', 0777, target, new byte[0]);
    }

    public Tars link(String name, String target) {
        return entry(name, '1', 0644, target, new byte[0]);
    }

    public Tars entry(String name, char type, int mode, String link, byte[] data) {
        if (!pax.isEmpty()) {
            Map<String, byte[]> p = pax;
            pax = new LinkedHashMap<>();
            entry("PaxHeaders/x", 'x', 0644, "", records(p));
        }
        byte[] h = header(name, type, mode, link, data.length);
        raw(h).raw(data);
        raw(new byte[(512 - data.length % 512) % 512]);
        return this;
    }

    public byte[] header(String name, char type, int mode, String link, long size) {
        byte[] h = new byte[512];
        put(h, 0, 100, name);
        put(h, 100, 8, String.format("%07o", mode));
        put(h, 108, 8, String.format("%07o", uid & 07777777));
        put(h, 116, 8, String.format("%07o", gid & 07777777));
        put(h, 124, 12, String.format("%011o", size));
        if (mtime >= 0) {
            put(h, 136, 12, String.format("%011o", mtime));
        } else {
            for (int i = 0; i < 8; i++) {
                h[147 - i] = (byte) (mtime >> 8 * i);
            }
            h[136] = (byte) 0xff;
            h[137] = h[138] = h[139] = (byte) 0xff;
        }
        h[156] = (byte) type;
        put(h, 157, 100, link);
        put(h, 257, 8, "ustar\00000");
        seal(h);
        return h;
    }

    public static void seal(byte[] h) {
        put(h, 148, 8, "        ");
        int sum = 0;
        for (byte b : h) {
            sum += b & 0xff;
        }
        put(h, 148, 8, String.format("%06o\0 ", sum));
    }

    private static void put(byte[] h, int at, int most, String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(b, 0, h, at, Math.min(most, b.length));
    }

    private static byte[] records(Map<String, byte[]> all) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        all.forEach((k, v) -> {
            int bare = k.getBytes(StandardCharsets.UTF_8).length + v.length + 3;
            int n = bare + 1;
            while (Integer.toString(n).length() + bare != n) {
                n++;
            }
            out.writeBytes((n + " " + k + "=").getBytes(StandardCharsets.UTF_8));
            out.writeBytes(v);
            out.write('\n');
        });
        return out.toByteArray();
    }

    public Tars raw(byte[] b) {
        out.writeBytes(b);
        return this;
    }

    /** With the two empty blocks at its end. */
    public byte[] end() {
        raw(new byte[1024]);
        return out.toByteArray();
    }

    /** As it is. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    public static byte[] gzip(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream z = new GZIPOutputStream(out)) {
            z.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
