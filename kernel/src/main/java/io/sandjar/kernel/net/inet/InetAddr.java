// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.SockaddrIn6Layout;
import io.sandjar.abi.SockaddrInLayout;
import org.jspecify.annotations.Nullable;

/**
 * An internet address and port. IPv4 addresses are kept as IPv4-mapped ones (RFC 4291, 2.5.5.2), so that both families
 * meet in one table.
 */
public record InetAddr(long hi, long lo, int port) {
    private static final long MAPPED = 0xffffL << 32;

    static final InetAddr ANY4 = v4(0, 0);
    static final InetAddr ANY6 = new InetAddr(0, 0, 0);

    static InetAddr v4(int address, int port) {
        return new InetAddr(0, MAPPED | address & 0xffffffffL, port);
    }

    /** From four or sixteen bytes. */
    static InetAddr of(byte[] address) {
        return address.length == 4 ? v4(Bytes.be32(address, 0), 0) : read6(address, 0, 0);
    }

    static InetAddr any(int family) {
        return family == Net.AF_INET ? ANY4 : ANY6;
    }

    InetAddr withPort(int p) {
        return new InetAddr(hi, lo, p);
    }

    boolean isV4() {
        return hi == 0 && lo >>> 32 == 0xffff;
    }

    int v4() {
        return (int) lo;
    }

    boolean isAny() {
        return hi == 0 && (lo == 0 || lo == MAPPED);
    }

    boolean isLoopback() {
        return isV4() ? v4() >>> 24 == 127 : hi == 0 && lo == 1;
    }

    boolean isMulticast() {
        return isV4() ? v4() >>> 28 == 14 : hi >>> 56 == 0xff;
    }

    boolean isBroadcast() {
        return isV4() && (v4() == -1 || v4() == 0x7fffffff);
    }

    boolean sameHost(InetAddr o) {
        return hi == o.hi && lo == o.lo;
    }

    /** Where a packet for this address goes: any means this host. */
    InetAddr asDestination() {
        return !isAny() ? this : isV4() ? v4(0x7f000001, port) : new InetAddr(0, 1, port);
    }

    /** The address that a packet to {@code this} comes from where the socket has none. */
    InetAddr sourceFor(int sourcePort) {
        if (!isLoopback() && !isMulticast() && !isBroadcast()) {
            return withPort(sourcePort); // own addresses speak for themselves
        }
        return isV4() ? v4(0x7f000001, sourcePort) : new InetAddr(0, 1, sourcePort);
    }

    /** The address bytes: four or sixteen. */
    byte[] bytes(int family) {
        byte[] b = new byte[family == Net.AF_INET ? 4 : 16];
        if (b.length == 4) {
            Bytes.putBe32(b, 0, v4());
        } else {
            put(b, 0);
        }
        return b;
    }

    private void put(byte[] b, int at) {
        Bytes.putBe32(b, at, (int) (hi >> 32));
        Bytes.putBe32(b, at + 4, (int) hi);
        Bytes.putBe32(b, at + 8, (int) (lo >> 32));
        Bytes.putBe32(b, at + 12, (int) lo);
    }

    static InetAddr read6(byte[] b, int at, int port) {
        long hi = (long) Bytes.be32(b, at) << 32 | Bytes.be32(b, at + 4) & 0xffffffffL;
        long lo = (long) Bytes.be32(b, at + 8) << 32 | Bytes.be32(b, at + 12) & 0xffffffffL;
        return new InetAddr(hi, lo, port);
    }

    /** As a sockaddr of a socket's family: its length. */
    int encode(int family, byte[] out) {
        Bytes.put16(out, 0, family);
        Bytes.putBe16(out, 2, port);
        if (family == Net.AF_INET) {
            Bytes.putBe32(out, SockaddrInLayout.sin_addr, v4());
            java.util.Arrays.fill(out, 8, 16, (byte) 0);
            return SockaddrInLayout.SIZEOF;
        }
        Bytes.put32(out, SockaddrIn6Layout.sin6_flowinfo, 0);
        put(out, SockaddrIn6Layout.sin6_addr);
        Bytes.put32(out, SockaddrIn6Layout.sin6_scope_id, 0);
        return SockaddrIn6Layout.SIZEOF;
    }

    /** From a sockaddr for a socket of {@code family}; null with the errno in {@code error[0]}. */
    static @Nullable InetAddr decode(int family, byte[] a, int len, int[] error) {
        int given = len < 2 ? -1 : Bytes.u16(a, 0);
        if (family == Net.AF_INET || given == Net.AF_INET) {
            if (len < SockaddrInLayout.SIZEOF) {
                error[0] = -EINVAL;
                return null;
            }
            InetAddr r = v4(Bytes.be32(a, SockaddrInLayout.sin_addr), Bytes.be16(a, 2));
            if (given != Net.AF_INET && !(given == Net.AF_UNSPEC && r.isAny())) {
                error[0] = -EAFNOSUPPORT;
                return null;
            }
            return r;
        }
        if (len < SockaddrIn6Layout.SIN6_LEN_RFC2133) {
            error[0] = -EINVAL;
            return null;
        }
        if (given != Net.AF_INET6) {
            error[0] = -EAFNOSUPPORT;
            return null;
        }
        return read6(a, SockaddrIn6Layout.sin6_addr, Bytes.be16(a, 2));
    }
}
