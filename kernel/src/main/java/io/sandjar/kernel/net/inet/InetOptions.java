// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of the levels IP, IPv6, TCP and UDP (ip(7), ipv6(7), tcp(7), udp(7)). On a loopback made of memory few have
 * an effect; the others are remembered and told again.
 */
final class InetOptions {
    private static final int TCP_MAXSEG = 2;
    private static final int UDPLITE_SEND_CSCOV = 10;
    private static final int UDPLITE_RECV_CSCOV = 11;

    private final int family;
    private final int protocol;
    private @Nullable HashMap<Integer, Integer> values;
    private String congestion = "cubic";

    InetOptions(int family, int protocol) {
        this.family = family;
        this.protocol = protocol;
    }

    synchronized void inherit(InetOptions from) {
        synchronized (from) {
            values = from.values == null ? null : new HashMap<>(from.values);
            congestion = from.congestion;
        }
    }

    synchronized int get(int level, int name, int otherwise) {
        HashMap<Integer, Integer> v = values;
        return v == null ? otherwise : v.getOrDefault(level << 16 | name, otherwise);
    }

    private synchronized void keep(int level, int name, int value) {
        HashMap<Integer, Integer> v = values;
        if (v == null) {
            v = new HashMap<>();
            values = v;
        }
        v.put(level << 16 | name, value);
    }

    // ---- setting ----

    int set(int level, int name, byte[] v, int len) {
        return switch (level) {
            case Net.SOL_IP -> setIp(name, v, len);
            case Net.SOL_IPV6 -> setIpv6(name, v, len);
            case Net.SOL_TCP -> protocol == Net.IPPROTO_TCP ? setTcp(name, v, len) : -ENOPROTOOPT;
            case Net.SOL_UDP -> protocol == Net.IPPROTO_UDP ? setUdp(name, v, len) : -ENOPROTOOPT;
            case Net.IPPROTO_UDPLITE -> protocol == Net.IPPROTO_UDPLITE ? setLite(name, v, len) : -ENOPROTOOPT;
            default -> -ENOPROTOOPT;
        };
    }

    private int setIp(int name, byte[] v, int len) {
        int x = len >= 4 ? Bytes.i32(v, 0) : len >= 1 ? v[0] & 0xff : 0;
        switch (name) {
            case Net.IP_TTL -> {
                if (x != -1 && (x < 1 || x > 255)) {
                    return -EINVAL;
                }
                keep(Net.SOL_IP, name, x == -1 ? 64 : x);
            }
            case Net.IP_MULTICAST_TTL -> {
                if (x < -1 || x > 255) {
                    return -EINVAL;
                }
                keep(Net.SOL_IP, name, x == -1 ? 1 : x);
            }
            case Net.IP_TOS -> keep(Net.SOL_IP, name, x & 0xff);
            case Net.IP_MTU_DISCOVER -> {
                if (x < 0 || x > Net.IP_PMTUDISC_OMIT) {
                    return -EINVAL;
                }
                keep(Net.SOL_IP, name, x);
            }
            case Net.IP_RECVOPTS,
                    Net.IP_RETOPTS,
                    Net.IP_PKTINFO,
                    Net.IP_RECVERR,
                    Net.IP_RECVTTL,
                    Net.IP_RECVTOS,
                    Net.IP_FREEBIND,
                    Net.IP_TRANSPARENT,
                    Net.IP_RECVORIGDSTADDR,
                    Net.IP_MULTICAST_LOOP,
                    Net.IP_MULTICAST_ALL,
                    Net.IP_BIND_ADDRESS_NO_PORT,
                    Net.IP_RECVFRAGSIZE,
                    Net.IP_NODEFRAG,
                    Net.IP_CHECKSUM -> keep(Net.SOL_IP, name, x != 0 ? 1 : 0);
            case Net.IP_MINTTL, Net.IP_UNICAST_IF, Net.IP_ROUTER_ALERT -> keep(Net.SOL_IP, name, x);
            case Net.IP_MULTICAST_IF -> keep(Net.SOL_IP, name, len >= 8 ? Bytes.be32(v, 4) : Bytes.be32(v, 0));
            case Net.IP_OPTIONS -> {
                return len == 0 ? 0 : -EINVAL;
            }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private int setIpv6(int name, byte[] v, int len) {
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(v, 0);
        switch (name) {
            case Net.IPV6_UNICAST_HOPS, Net.IPV6_MULTICAST_HOPS -> {
                if (x < -1 || x > 255) {
                    return -EINVAL;
                }
                keep(Net.SOL_IPV6, name, x == -1 ? (name == Net.IPV6_UNICAST_HOPS ? 64 : 1) : x);
            }
            case Net.IPV6_TCLASS -> {
                if (x < -1 || x > 255) {
                    return -EINVAL;
                }
                keep(Net.SOL_IPV6, name, Math.max(x, 0));
            }
            case Net.IPV6_V6ONLY,
                    Net.IPV6_RECVPKTINFO,
                    Net.IPV6_RECVHOPLIMIT,
                    Net.IPV6_RECVRTHDR,
                    Net.IPV6_RECVHOPOPTS,
                    Net.IPV6_RECVDSTOPTS,
                    Net.IPV6_RECVTCLASS,
                    Net.IPV6_RECVERR,
                    Net.IPV6_RECVPATHMTU,
                    Net.IPV6_RECVORIGDSTADDR,
                    Net.IPV6_RECVFRAGSIZE,
                    Net.IPV6_MULTICAST_LOOP,
                    Net.IPV6_MULTICAST_ALL,
                    Net.IPV6_AUTOFLOWLABEL,
                    Net.IPV6_DONTFRAG,
                    Net.IPV6_FREEBIND,
                    Net.IPV6_TRANSPARENT,
                    Net.IPV6_2292PKTINFO,
                    Net.IPV6_2292HOPLIMIT -> keep(Net.SOL_IPV6, name, x != 0 ? 1 : 0);
            case Net.IPV6_MTU_DISCOVER,
                    Net.IPV6_MTU,
                    Net.IPV6_MULTICAST_IF,
                    Net.IPV6_UNICAST_IF,
                    Net.IPV6_ADDR_PREFERENCES,
                    Net.IPV6_MINHOPCOUNT -> keep(Net.SOL_IPV6, name, x);
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private int setTcp(int name, byte[] v, int len) {
        if (name == Net.TCP_CONGESTION) {
            int n = 0;
            while (n < len && v[n] != 0) {
                n++;
            }
            String wanted = new String(v, 0, n, StandardCharsets.ISO_8859_1);
            if (len == 0) {
                return -EINVAL;
            }
            if (!wanted.equals("cubic") && !wanted.equals("reno")) {
                return -ENOENT;
            }
            congestion = wanted;
            return 0;
        }
        if (name == Net.TCP_ULP) {
            return -ENOENT;
        }
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(v, 0);
        switch (name) {
            case Net.TCP_NODELAY,
                    Net.TCP_CORK,
                    Net.TCP_QUICKACK,
                    Net.TCP_THIN_LINEAR_TIMEOUTS,
                    Net.TCP_THIN_DUPACK,
                    Net.TCP_FASTOPEN_CONNECT,
                    Net.TCP_FASTOPEN_NO_COOKIE,
                    Net.TCP_SAVE_SYN,
                    Net.TCP_INQ -> keep(Net.SOL_TCP, name, x != 0 ? 1 : 0);
            case TCP_MAXSEG -> {
                if (x != 0 && (x < 88 || x > 32767)) {
                    return -EINVAL;
                }
                keep(Net.SOL_TCP, name, x);
            }
            case Net.TCP_KEEPIDLE, Net.TCP_KEEPINTVL -> {
                if (x < 1 || x > 32767) {
                    return -EINVAL;
                }
                keep(Net.SOL_TCP, name, x);
            }
            case Net.TCP_KEEPCNT, Net.TCP_SYNCNT -> {
                if (x < 1 || x > 127) {
                    return -EINVAL;
                }
                keep(Net.SOL_TCP, name, x);
            }
            case Net.TCP_LINGER2,
                    Net.TCP_DEFER_ACCEPT,
                    Net.TCP_WINDOW_CLAMP,
                    Net.TCP_NOTSENT_LOWAT,
                    Net.TCP_TIMESTAMP,
                    Net.TCP_TX_DELAY -> keep(Net.SOL_TCP, name, x);
            case Net.TCP_USER_TIMEOUT, Net.TCP_FASTOPEN -> {
                if (x < 0) {
                    return -EINVAL;
                }
                keep(Net.SOL_TCP, name, x);
            }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    /** How many bytes a checksum covers: all of them are safe in memory. */
    private int setLite(int name, byte[] v, int len) {
        if (len < 4) {
            return -EINVAL;
        }
        if (name != UDPLITE_SEND_CSCOV && name != UDPLITE_RECV_CSCOV) {
            return -ENOPROTOOPT;
        }
        int x = Bytes.i32(v, 0);
        keep(Net.IPPROTO_UDPLITE, name, x < 0 ? 0 : x > 0 && x < 8 ? 8 : Math.min(x, 65535));
        return 0;
    }

    private int setUdp(int name, byte[] v, int len) {
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(v, 0);
        switch (name) {
            case Net.UDP_CORK -> keep(Net.SOL_UDP, name, x != 0 ? 1 : 0);
            case Net.UDP_SEGMENT -> {
                if (x < 0 || x > 65535) {
                    return -EINVAL;
                }
                keep(Net.SOL_UDP, name, x);
            }
            case Net.UDP_GRO -> keep(Net.SOL_UDP, name, x != 0 ? 1 : 0);
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    // ---- getting ----

    int read(int level, int name, byte[] out, int len) {
        int x;
        switch (level) {
            case Net.SOL_IP -> {
                if (name == Net.IP_OPTIONS) {
                    return 0;
                }
                x = ipDefault(name);
            }
            case Net.SOL_IPV6 -> x = ipv6Default(name);
            case Net.SOL_TCP -> {
                if (protocol != Net.IPPROTO_TCP) {
                    return family == Net.AF_INET ? -EOPNOTSUPP : -ENOPROTOOPT;
                }
                if (name == Net.TCP_CONGESTION) {
                    byte[] c = congestion.getBytes(StandardCharsets.ISO_8859_1);
                    java.util.Arrays.fill(out, 0, 16, (byte) 0);
                    System.arraycopy(c, 0, out, 0, c.length);
                    return Math.min(len, 16);
                }
                x = tcpDefault(name);
            }
            case Net.SOL_UDP -> x = protocol == Net.IPPROTO_UDP ? udpDefault(name) : -1;
            case Net.IPPROTO_UDPLITE ->
                x = protocol == Net.IPPROTO_UDPLITE && (name == UDPLITE_SEND_CSCOV || name == UDPLITE_RECV_CSCOV)
                        ? 0
                        : -1;
            default -> {
                return family == Net.AF_INET ? -EOPNOTSUPP : -ENOPROTOOPT;
            }
        }
        if (x == -1) {
            return -ENOPROTOOPT;
        }
        x = get(level, name, x);
        if (level == Net.SOL_IP && len > 0 && len < 4 && x >= 0 && x <= 255) {
            out[0] = (byte) x;
            return 1;
        }
        if (level == Net.SOL_IP && name == Net.IP_MULTICAST_IF) {
            Bytes.putBe32(out, 0, x);
        } else {
            Bytes.put32(out, 0, x);
        }
        return Math.min(len, 4);
    }

    private static int ipDefault(int name) {
        return switch (name) {
            case Net.IP_TTL -> 64;
            case Net.IP_MULTICAST_TTL, Net.IP_MULTICAST_LOOP, Net.IP_MULTICAST_ALL, Net.IP_MTU_DISCOVER -> 1;
            case Net.IP_MTU -> 65535;
            case Net.IP_TOS,
                    Net.IP_RECVOPTS,
                    Net.IP_RETOPTS,
                    Net.IP_PKTINFO,
                    Net.IP_RECVERR,
                    Net.IP_RECVTTL,
                    Net.IP_RECVTOS,
                    Net.IP_FREEBIND,
                    Net.IP_TRANSPARENT,
                    Net.IP_RECVORIGDSTADDR,
                    Net.IP_MINTTL,
                    Net.IP_UNICAST_IF,
                    Net.IP_MULTICAST_IF,
                    Net.IP_BIND_ADDRESS_NO_PORT,
                    Net.IP_RECVFRAGSIZE,
                    Net.IP_NODEFRAG,
                    Net.IP_CHECKSUM -> 0;
            default -> -1;
        };
    }

    private static int ipv6Default(int name) {
        return switch (name) {
            case Net.IPV6_UNICAST_HOPS -> 64;
            case Net.IPV6_MULTICAST_HOPS,
                    Net.IPV6_MULTICAST_LOOP,
                    Net.IPV6_MULTICAST_ALL,
                    Net.IPV6_MTU_DISCOVER,
                    Net.IPV6_AUTOFLOWLABEL -> 1;
            case Net.IPV6_MTU -> 65536;
            case Net.IPV6_V6ONLY,
                    Net.IPV6_TCLASS,
                    Net.IPV6_RECVPKTINFO,
                    Net.IPV6_RECVHOPLIMIT,
                    Net.IPV6_RECVRTHDR,
                    Net.IPV6_RECVHOPOPTS,
                    Net.IPV6_RECVDSTOPTS,
                    Net.IPV6_RECVTCLASS,
                    Net.IPV6_RECVERR,
                    Net.IPV6_RECVPATHMTU,
                    Net.IPV6_RECVORIGDSTADDR,
                    Net.IPV6_RECVFRAGSIZE,
                    Net.IPV6_DONTFRAG,
                    Net.IPV6_FREEBIND,
                    Net.IPV6_TRANSPARENT,
                    Net.IPV6_MULTICAST_IF,
                    Net.IPV6_UNICAST_IF,
                    Net.IPV6_ADDR_PREFERENCES,
                    Net.IPV6_MINHOPCOUNT -> 0;
            default -> -1;
        };
    }

    private static int udpDefault(int name) {
        return name == Net.UDP_CORK || name == Net.UDP_SEGMENT || name == Net.UDP_GRO ? 0 : -1;
    }

    private static int tcpDefault(int name) {
        return switch (name) {
            case Net.TCP_KEEPIDLE -> 7200;
            case Net.TCP_KEEPINTVL -> 75;
            case Net.TCP_KEEPCNT -> 9;
            case Net.TCP_SYNCNT -> 6;
            case Net.TCP_LINGER2 -> 60;
            case Net.TCP_QUICKACK -> 1;
            case TCP_MAXSEG -> 65483;
            case Net.TCP_NODELAY,
                    Net.TCP_CORK,
                    Net.TCP_DEFER_ACCEPT,
                    Net.TCP_WINDOW_CLAMP,
                    Net.TCP_THIN_LINEAR_TIMEOUTS,
                    Net.TCP_THIN_DUPACK,
                    Net.TCP_USER_TIMEOUT,
                    Net.TCP_FASTOPEN,
                    Net.TCP_FASTOPEN_CONNECT,
                    Net.TCP_FASTOPEN_NO_COOKIE,
                    Net.TCP_NOTSENT_LOWAT,
                    Net.TCP_TIMESTAMP,
                    Net.TCP_SAVE_SYN,
                    Net.TCP_INQ,
                    Net.TCP_REPAIR,
                    Net.TCP_TX_DELAY -> 0;
            default -> -1;
        };
    }
}
