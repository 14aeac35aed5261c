// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import io.sandjar.kernel.fs.proc.ProcWriteFuzz;
import io.sandjar.kernel.mm.RingFuzz;
import io.sandjar.kernel.net.PacketFilterFuzz;
import io.sandjar.kernel.net.netlink.NetlinkFuzz;
import io.sandjar.kernel.seccomp.FilterFuzz;
import io.sandjar.kernel.syscall.ControlFuzz;
import io.sandjar.kernel.syscall.IovecFuzz;
import io.sandjar.kernel.syscall.MountFuzz;
import io.sandjar.kernel.syscall.OptionFuzz;
import io.sandjar.kernel.task.ElfFuzz;
import io.sandjar.kernel.task.FrameFuzz;
import io.sandjar.kernel.trace.TraceFuzz;
import io.sandjar.kernel.vfs.PathFuzz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The fuzz targets on what is stored (src/test/resources/fuzz/TARGET: inputs that once failed) and on some thousand changes of
 * plausible inputs; the same ones each time. {@code make fuzz} searches further, with Jazzer.
 */
class FuzzTest {
    private static final int CHANGES = 5000;

    private static void run(String name, Consumer<byte[]> target, byte[]... seeds) {
        List<byte[]> all = new ArrayList<>(List.of(seeds));
        Path stored = Path.of("src/test/resources/fuzz", name);
        if (Files.isDirectory(stored)) {
            try (Stream<Path> files = Files.list(stored)) {
                for (Path f : files.sorted().toList()) {
                    all.add(Files.readAllBytes(f));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (byte[] b : all) {
            one(name, target, b);
        }
        Mutations m = new Mutations(42, all.toArray(new byte[0][]));
        for (int i = 0; i < CHANGES; i++) {
            one(name, target, m.next());
        }
    }

    private static void one(String name, Consumer<byte[]> target, byte[] b) {
        try {
            target.accept(b);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(name + " with " + HexFormat.of().formatHex(b), e);
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void elf() {
        ByteBuffer b = buffer(400);
        b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1).put(6, (byte) 1);
        b.putShort(16, (short) 3).putShort(18, (short) 62).putLong(24, 0x1000).putLong(32, 64);
        b.putShort(54, (short) 56).putShort(56, (short) 4);
        int[] types = {1, 3, 6, 0x6474e551};
        for (int i = 0; i < 4; i++) {
            int at = 64 + i * 56;
            b.putInt(at, types[i]).putInt(at + 4, 5).putLong(at + 8, i == 1 ? 300 : 0);
            b.putLong(at + 16, 0).putLong(at + 32, i == 1 ? 8 : 400).putLong(at + 40, i == 1 ? 8 : 5000);
            b.putLong(at + 48, 4096);
        }
        b.put(300, "/lib/ld\0".getBytes(StandardCharsets.US_ASCII));
        run("ElfFuzz", ElfFuzz::fuzzerTestOneInput, b.array());
    }

    @Test
    void filters() {
        long[] program = {
            0x20L, 0x15L | 1L << 16 | 39L << 32, 0x06L | 0x7fff0000L << 32, 0x06L | 0x50001L << 32,
        };
        ByteBuffer b = buffer(32);
        for (long l : program) {
            b.putLong(l);
        }
        long[] other = {0x20L | 16L << 32, 0x02L, 0x60L, 0x54L | 255L << 32, 0x16L};
        ByteBuffer c = buffer(40);
        for (long l : other) {
            c.putLong(l);
        }
        run("FilterFuzz", FilterFuzz::fuzzerTestOneInput, b.array(), c.array());
        long[] packets = {0x28L | 12L << 32, 0xb1L | 14L << 32, 0x48L | 16L << 32, 0x87L, 0x16L};
        ByteBuffer d = buffer(40);
        for (long l : packets) {
            d.putLong(l);
        }
        run("PacketFilterFuzz", PacketFilterFuzz::fuzzerTestOneInput, b.array(), c.array(), d.array());
    }

    @Test
    void control() {
        ByteBuffer b = buffer(1 + 24 + 32);
        b.putLong(1, 24).putInt(9, 1).putInt(13, 1).putInt(17, 3).putInt(21, 4);
        b.putLong(25, 28).putInt(33, 1).putInt(37, 2).putInt(41, 1);
        ByteBuffer c = buffer(1 + 24);
        c.put(0, (byte) 1).putLong(1, 20).putInt(9, 0).putInt(13, 2).putInt(17, 64);
        run("ControlFuzz", ControlFuzz::fuzzerTestOneInput, b.array(), c.array());
    }

    @Test
    void netlink() {
        byte[][] seeds = new byte[5][];
        int[] types = {18, 22, 26, 16, 20};
        for (int i = 0; i < types.length; i++) {
            ByteBuffer b = buffer(1 + 16 + 16 + 8 + 8);
            b.put(0, (byte) 0).putInt(1, 48).putShort(5, (short) types[i]).putShort(7, (short) (i < 3 ? 0x301 : 5));
            b.putInt(9, 1).put(17, (byte) 2).putInt(21, 1);
            b.putShort(33, (short) 8).putShort(35, (short) 1).putInt(37, 0x0100007f);
            b.putShort(41, (short) 7).putShort(43, (short) 3).put(45, "lo".getBytes(StandardCharsets.US_ASCII));
            seeds[i] = b.array();
        }
        ByteBuffer d = buffer(1 + 16 + 56);
        d.put(0, (byte) 1)
                .putInt(1, 72)
                .putShort(5, (short) 20)
                .putShort(7, (short) 0x301)
                .put(17, (byte) 2)
                .put(18, (byte) 6);
        d.putInt(21, -1);
        run(
                "NetlinkFuzz",
                NetlinkFuzz::fuzzerTestOneInput,
                seeds[0],
                seeds[1],
                seeds[2],
                seeds[3],
                seeds[4],
                d.array());
    }

    @Test
    void frames() {
        ByteBuffer b = buffer(1200);
        b.put(0, (byte) 2).put(1, (byte) 3).put(2, (byte) 40);
        b.putLong(16 + 40 + 17 * 8, 0x246).putLong(16 + 296, 0x10);
        b.putInt(640 + 464, 0x46505853).putInt(640 + 468, 832);
        run("FrameFuzz", FrameFuzz::fuzzerTestOneInput, b.array());
    }

    private static byte[] names(Object... opAndPaths) {
        StringBuilder s = new StringBuilder();
        for (Object o : opAndPaths) {
            if (o instanceof Integer n) {
                s.append((char) n.intValue());
            } else {
                s.append(o).append('\0');
            }
        }
        return s.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void paths() {
        run(
                "PathFuzz",
                PathFuzz::fuzzerTestOneInput,
                names(0, "a", "", 0, "a/b", "", 3, "l", "a/b/..", 12, "l/b/../../a", "", 7, "a", "c", 14, "c/b", ""),
                names(0, "d", "", 2, "d/f", "", 10, "d/f", "g", 9, "d", "g", 11, "g", "", 6, "../g", "", 12, ".", ""),
                names(
                        0, "x", "", 0, "x/y", "", 11, "x/y", "", 7, "/x", "/z", 12, "..", "", 7, "/z", "/z/y/q", 5,
                        "/z", ""),
                names(
                        3, "s", "s/../s", 13, "s", "", 4, "t", "/t/", 12, "t/", "", 1, "s", "", 8, "s", "t", 13, "t",
                        ""));
    }

    @Test
    void traces() {
        byte[] b = new byte[200];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) (i * 5);
        }
        byte[][] seeds = new byte[60][];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = b.clone();
            seeds[i][0] = (byte) (i * 8 >> 8);
            seeds[i][1] = (byte) (i * 8);
        }
        run("TraceFuzz", TraceFuzz::fuzzerTestOneInput, seeds);
    }

    @Test
    void writers() {
        String[] texts = {"0 0 1\n1 100000 65536\n", "-1000", "deny", "4\t4\t1\t7", "32768 60999\n", "a name\n"};
        byte[][] seeds = new byte[26 * texts.length][];
        for (int i = 0; i < seeds.length; i++) {
            String text = (char) (i % 26) + texts[i / 26];
            seeds[i] = text.getBytes(StandardCharsets.ISO_8859_1);
        }
        run("ProcWriteFuzz", ProcWriteFuzz::fuzzerTestOneInput, seeds);
    }

    @Test
    void options() {
        byte[][] seeds = new byte[2 + 600][];
        seeds[0] = "\0\0\0\0\0\0\0\0\0rw,size=50%,nr_inodes=1k,mode=1777,uid=0,gid=5"
                .getBytes(StandardCharsets.ISO_8859_1);
        seeds[1] =
                "\0\0\0\0\0\0\0\0\0size=8388607T,nr_blocks=9223372036854775807".getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 2; i < seeds.length; i++) {
            ByteBuffer b = buffer(9 + 64);
            b.put(0, (byte) (1 + i % 7)).put(1, (byte) (i % 8)).put(2, (byte) i).put(3, (byte) (i % 60));
            b.put(4, (byte) (i % 85)).put(5, (byte) 16).putInt(9, 1).putInt(13, i);
            seeds[i] = b.array();
        }
        run("OptionFuzz", OptionFuzz::fuzzerTestOneInput, seeds);
    }

    @Test
    void vectors() {
        byte[][] seeds = new byte[16 * 9][];
        for (int i = 0; i < seeds.length; i++) {
            ByteBuffer b = buffer(4 + 4 * 5);
            b.put((byte) (i % 16)).put((byte) (i / 16)).put((byte) 0).put((byte) 0);
            for (int k = 0; k < 4; k++) {
                int what = i % 16 < 10 ? k * 100 : k % 2 | (i / 16) << 8; // of control blocks: operation and file
                b.put((byte) 0).putShort((short) what).putShort((short) (k * 50));
            }
            seeds[i] = b.array();
        }
        run("IovecFuzz", IovecFuzz::fuzzerTestOneInput, seeds);
    }

    @Test
    void rings() {
        ByteBuffer b = buffer(64 + 40);
        b.put((byte) 8);
        for (int i = 0; i < 8; i++) {
            b.put((byte) 0)
                    .putShort((short) (i * 500))
                    .putShort((short) 400)
                    .put((byte) 0)
                    .put((byte) i);
        }
        for (int i = 0; i < 9; i++) {
            b.put(64 + i * 4, (byte) i).putShort(65 + i * 4, (short) (i * 300)).put(67 + i * 4, (byte) (i * 8));
        }
        run("RingFuzz", RingFuzz::fuzzerTestOneInput, b.array());
    }

    @Test
    void mounts() {
        String[] texts = {
            "\0lowerdir=/a:/c,upperdir=/c/u,workdir=/c/w",
            "\0lowerdir=/x\\:y,upperdir=/x\\,y,workdir=/c/w,xino=off,index=on,metacopy=on,redirect_dir=on,volatile",
            "\0lowerdir+=/a,lowerdir+=/c,userxattr",
            "\0upperdir=/c/u",
            "\1hidepid=2,gid=5,subset=pid",
            "\2newinstance,ptmxmode=0666,mode=620,gid=5,max=10",
            "\3size=10m,nr_inodes=5,mode=700,uid=1",
            "\5x",
        };
        byte[][] seeds = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            seeds[i] = texts[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        run("MountFuzz", MountFuzz::fuzzerTestOneInput, seeds);
    }
}
