// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/**
 * Options of the levels IP, IPv6, TCP and UDP as one socket has them. In a network made of memory few have an effect; the others
 * are checked, remembered and told again. What Linux takes is in {@link OptionRules}; here is what is no plain number.
 */
final class InetOptions {
    private static final int TCP_MAXSEG = 2;
    private static final int UDPLITE_SEND_CSCOV = 10;
    private static final int UDPLITE_RECV_CSCOV = 11;
    private static final int LOOPBACK_SEGMENT = 65483;

    /** The longest TCP_LINGER2, seconds. */
    private static final int LINGER_MAX = 120;

    /** The smallest window that may be asked for. */
    private static final int WINDOW_MIN = 1152;

    private static final int RETRIES_MAX = 255;
    private static final int RETRY_SECONDS_MAX = 120;

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

    private synchronized int keep(int level, int name, int value) {
        HashMap<Integer, Integer> v = values;
        if (v == null) {
            v = new HashMap<>();
            values = v;
        }
        v.put(level << 16 | name, value);
        return 0;
    }

    private boolean stream() {
        return protocol == Net.IPPROTO_TCP;
    }

    /** Whether it is of a protocol that has ports, so not raw. */
    private boolean ofPort() {
        return stream() || protocol == Net.IPPROTO_UDP || protocol == Net.IPPROTO_UDPLITE;
    }

    // ---- setting ----

    int set(int level, int name, byte[] v, int len) {
        return switch (level) {
            case Net.SOL_IP -> setIp(name, v, len);
            case Net.SOL_IPV6 -> setIpv6(name, v, len);
            case Net.SOL_TCP -> stream() ? setTcp(name, v, len) : -ENOPROTOOPT;
            case Net.SOL_UDP -> protocol == Net.IPPROTO_UDP ? setNumber(level, name, v, len) : -ENOPROTOOPT;
            case Net.IPPROTO_UDPLITE -> protocol == Net.IPPROTO_UDPLITE ? setLite(name, v, len) : -ENOPROTOOPT;
            default -> -ENOPROTOOPT;
        };
    }

    private int setNumber(int level, int name, byte[] v, int len) {
        return len < 4 ? -EINVAL : setNumber(level, name, Bytes.i32(v, 0));
    }

    private int setNumber(int level, int name, int x) {
        OptionRules.Rule r = OptionRules.of(level, name);
        if (r == null) {
            return -ENOPROTOOPT;
        }
        if (x < r.least() || x > r.most()) {
            return -EINVAL;
        }
        return keep(level, name, r.flag() ? (x != 0 ? 1 : 0) : x);
    }

    private int setIp(int name, byte[] v, int len) {
        int x = len >= 4 ? Bytes.i32(v, 0) : len >= 1 ? v[0] & 0xff : 0;
        OptionRules.Rule r = OptionRules.of(Net.SOL_IP, name);
        if (r != null && stream() && !r.stream()) {
            return -EINVAL;
        }
        return switch (name) {
            case Net.IP_TTL -> x == 0 ? -EINVAL : setNumber(Net.SOL_IP, name, x == -1 ? 64 : x);
            case Net.IP_MULTICAST_TTL -> setNumber(Net.SOL_IP, name, x == -1 ? 1 : x);
            // the two bits of congestion are TCP's own
            case Net.IP_TOS -> keep(Net.SOL_IP, name, x & (stream() ? 0xfc : 0xff));
            case Net.IP_MULTICAST_IF -> keep(Net.SOL_IP, name, Bytes.be32(v, len >= 8 ? 4 : 0));
            case Net.IP_ROUTER_ALERT -> ofPort() ? -EINVAL : setNumber(Net.SOL_IP, name, x);
            case Net.IP_NODEFRAG -> ofPort() ? -ENOPROTOOPT : setNumber(Net.SOL_IP, name, x);
            case Net.IP_OPTIONS -> len == 0 ? 0 : -EINVAL;
            default -> setNumber(Net.SOL_IP, name, x);
        };
    }

    private int setIpv6(int name, byte[] v, int len) {
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(v, 0);
        OptionRules.Rule r = OptionRules.of(Net.SOL_IPV6, name);
        if (r != null && stream() && !r.stream()) {
            return -ENOPROTOOPT;
        }
        return switch (name) {
            case Net.IPV6_UNICAST_HOPS -> setNumber(Net.SOL_IPV6, name, x == -1 ? 64 : x);
            case Net.IPV6_MULTICAST_HOPS -> setNumber(Net.SOL_IPV6, name, x == -1 ? 1 : x);
            case Net.IPV6_TCLASS ->
                setNumber(Net.SOL_IPV6, name, x < 0 || x > 255 ? (x == -1 ? 0 : x) : x & (stream() ? 0xfc : 0xff));
            case Net.IPV6_MTU -> x != 0 && x < 1280 ? -EINVAL : keep(Net.SOL_IPV6, name, x);
            default -> setNumber(Net.SOL_IPV6, name, x);
        };
    }

    private int setTcp(int name, byte[] v, int len) {
        if (name == Net.TCP_CONGESTION) {
            return setCongestion(v, len);
        }
        if (name == Net.TCP_ULP) {
            return -ENOENT;
        }
        if (len < 4) {
            return -EINVAL;
        }
        int x = Bytes.i32(v, 0);
        return switch (name) {
            case TCP_MAXSEG -> x != 0 && (x < 88 || x > 32767) ? -EINVAL : keep(Net.SOL_TCP, name, x);
            case Net.TCP_LINGER2 -> keep(Net.SOL_TCP, name, x < 0 ? -1 : x == 0 ? 60 : Math.min(x, LINGER_MAX));
            case Net.TCP_DEFER_ACCEPT -> keep(Net.SOL_TCP, name, retrySeconds(x));
            case Net.TCP_WINDOW_CLAMP -> keep(Net.SOL_TCP, name, x == 0 ? 0 : Math.max(x, WINDOW_MIN));
            case Net.TCP_TIMESTAMP -> -EPERM;
            default -> setNumber(Net.SOL_TCP, name, x);
        };
    }

    private int setCongestion(byte[] v, int len) {
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

    /** Linux keeps a time as the number of repetitions that fill it, and tells how long those take. */
    private static int retrySeconds(int seconds) {
        if (seconds <= 0) {
            return 0;
        }
        int gap = 1;
        int all = 1;
        for (int i = 1; seconds > all && i < RETRIES_MAX; i++) {
            gap = Math.min(gap * 2, RETRY_SECONDS_MAX);
            all += gap;
        }
        return all;
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
        return keep(Net.IPPROTO_UDPLITE, name, x < 0 ? 0 : x > 0 && x < 8 ? 8 : Math.min(x, 65535));
    }

    // ---- getting ----

    int read(int level, int name, byte[] out, int len) {
        switch (level) {
            case Net.SOL_IP -> {
                if (name == Net.IP_OPTIONS) {
                    return 0;
                }
            }
            case Net.SOL_TCP -> {
                if (!stream()) {
                    return unknownLevel();
                }
                if (name == Net.TCP_CONGESTION) {
                    byte[] c = congestion.getBytes(StandardCharsets.ISO_8859_1);
                    Arrays.fill(out, 0, 16, (byte) 0);
                    System.arraycopy(c, 0, out, 0, c.length);
                    return Math.min(len, 16);
                }
                if (name == Net.TCP_ULP || name == Net.TCP_SAVED_SYN || name == Net.TCP_FASTOPEN_KEY) {
                    return 0; // there is none
                }
            }
            case Net.SOL_UDP -> {
                if (protocol != Net.IPPROTO_UDP) {
                    return protocol == Net.IPPROTO_TCP ? unknownLevel() : -ENOPROTOOPT;
                }
            }
            case Net.SOL_IPV6, Net.IPPROTO_UDPLITE -> {}
            default -> {
                return unknownLevel();
            }
        }
        long x = initial(level, name);
        if (x < 0) {
            return -ENOPROTOOPT;
        }
        return tell(level, name, get(level, name, (int) x), out, len);
    }

    private int unknownLevel() {
        return family == Net.AF_INET ? -EOPNOTSUPP : -ENOPROTOOPT;
    }

    private static int tell(int level, int name, int x, byte[] out, int len) {
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

    /** What an option is that was not set; -1 for none of ours. */
    private long initial(int level, int name) {
        OptionRules.Rule r = OptionRules.of(level, name);
        if (r != null) {
            return r.initial();
        }
        return switch (level) {
            case Net.SOL_IP -> name == Net.IP_MTU ? 65535 : name == Net.IP_HDRINCL ? 0 : -1;
            case Net.SOL_IPV6 -> name == Net.IPV6_MTU ? 65536 : name == Net.IPV6_ROUTER_ALERT ? 0 : -1;
            case Net.SOL_TCP ->
                switch (name) {
                    case TCP_MAXSEG -> LOOPBACK_SEGMENT;
                    case Net.TCP_LINGER2 -> 60;
                    case Net.TCP_TIMESTAMP -> System.nanoTime() / 1_000_000 & Integer.MAX_VALUE;
                    case Net.TCP_DEFER_ACCEPT, Net.TCP_WINDOW_CLAMP, Net.TCP_REPAIR, Net.TCP_CC_INFO -> 0;
                    default -> -1;
                };
            case Net.IPPROTO_UDPLITE ->
                protocol == Net.IPPROTO_UDPLITE && (name == UDPLITE_SEND_CSCOV || name == UDPLITE_RECV_CSCOV) ? 0 : -1;
            default -> -1;
        };
    }
}
