// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.packet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;

/**
 * The ring of PACKET_RX_RING in the layouts TPACKET_V1 and V2: frames in memory that the guest maps, each with a word that
 * says whose it is. The guest can write anything there; the kernel reads that word and nothing else.
 */
final class PacketRing {
    static final int V1 = 0;
    static final int V2 = 1;
    static final int ALIGN = 16;
    static final int SOCKADDR = 20;

    /** Header of a frame in either layout, aligned. */
    static final int HEADER = 32;

    private static final int PAGE = 4096;
    private static final int KERNEL = 0;
    private static final int USER = 1;
    private static final int LOSING = 4;

    private final int fd;
    private final int version;
    private final int frameSize;
    private final int framesInBlock;
    private final int blockSize;
    private final int frames;
    private final int size;
    private int head;

    private PacketRing(int fd, int version, int frameSize, int blockSize, int frames, int size) {
        this.fd = fd;
        this.version = version;
        this.frameSize = frameSize;
        this.blockSize = blockSize;
        this.framesInBlock = blockSize / frameSize;
        this.frames = frames;
        this.size = size;
    }

    /** Checks struct tpacket_req as Linux does: the size, or -errno. */
    static long check(byte[] req, int reserve, long most) {
        long blockSize = Bytes.i32(req, 0) & 0xffffffffL;
        long blocks = Bytes.i32(req, 4) & 0xffffffffL;
        long frameSize = Bytes.i32(req, 8) & 0xffffffffL;
        long frames = Bytes.i32(req, 12) & 0xffffffffL;
        if (blockSize == 0 || blockSize > Integer.MAX_VALUE || blockSize % PAGE != 0) {
            return -EINVAL;
        }
        if (frameSize < HEADER + SOCKADDR + reserve || frameSize % ALIGN != 0 || frameSize > blockSize) {
            return -EINVAL;
        }
        if (blocks == 0 || blocks > Integer.MAX_VALUE || blockSize / frameSize * blocks != frames) {
            return -EINVAL;
        }
        return blockSize * blocks > most ? -ENOMEM : blockSize * blocks;
    }

    /** Makes the memory; null where there is none. {@code req} was checked. */
    static @org.jspecify.annotations.Nullable PacketRing make(byte[] req, int version, int size) {
        int fd = Sys.memfd("packet ring", 1 /* MFD_CLOEXEC */);
        if (fd < 0) {
            return null;
        }
        if (Sys.call(Nr.ftruncate, fd, size, 0) < 0) {
            Sys.close(fd);
            return null;
        }
        return new PacketRing(fd, version, Bytes.i32(req, 8), Bytes.i32(req, 0), Bytes.i32(req, 12), size);
    }

    int fd() {
        return fd;
    }

    int size() {
        return size;
    }

    void close() {
        Sys.close(fd);
    }

    private long at(int frame) {
        return (long) (frame / framesInBlock) * blockSize + (long) (frame % framesInBlock) * frameSize;
    }

    /** Whose a frame is. */
    private int status(int frame) {
        byte[] b = new byte[4];
        return Sys.read(fd, b, 0, 4, at(frame)) == 4 ? Bytes.i32(b, 0) : KERNEL;
    }

    /** Whether the guest has frames to read. */
    synchronized boolean readable() {
        return status(head == 0 ? frames - 1 : head - 1) != KERNEL;
    }

    /**
     * Puts a packet into the next frame: false when the guest still has that one.
     *
     * @param frame the packet, with its link header where {@code link} is not 0
     * @param length bytes of it, of which the first {@code snap} are wanted
     * @param link bytes of the link header
     */
    synchronized boolean put(
            byte[] frame, int length, int snap, int link, int reserve, byte[] from, long timeNanos, boolean losing) {
        if (status(head) != KERNEL) {
            return false;
        }
        int header = align(HEADER) + SOCKADDR;
        int net = link == 0 ? align(header) + 16 + reserve : align(header + Math.max(link, 16)) + reserve;
        int mac = net - link;
        int kept = Math.clamp(frameSize - mac, 0, snap);
        byte[] b = new byte[mac + kept];
        int lengths = version == V1 ? 8 : 4;
        Bytes.put32(b, lengths, length);
        Bytes.put32(b, lengths + 4, kept);
        Bytes.put16(b, lengths + 8, mac);
        Bytes.put16(b, lengths + 10, net);
        Bytes.put32(b, lengths + 12, (int) (timeNanos / 1_000_000_000L));
        int fraction = (int) (timeNanos % 1_000_000_000L);
        Bytes.put32(b, lengths + 16, version == V1 ? fraction / 1000 : fraction);
        System.arraycopy(from, 0, b, HEADER, from.length);
        System.arraycopy(frame, 0, b, mac, kept);
        long at = at(head);
        Sys.write(fd, b, 4, b.length - 4, at + 4);
        Bytes.put32(b, 0, USER | (losing ? LOSING : 0));
        Sys.write(fd, b, 0, 4, at); // last: from now on the frame is the guest's
        head = head + 1 == frames ? 0 : head + 1;
        return true;
    }

    private static int align(int n) {
        return n + ALIGN - 1 & -ALIGN;
    }
}
