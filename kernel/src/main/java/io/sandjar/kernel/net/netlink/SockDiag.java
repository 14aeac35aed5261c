// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketInfo;
import java.nio.charset.StandardCharsets;

/** Answers to sock_diag(7): the sockets that /proc/net/tcp, udp and unix show, as ss(8) asks for them. */
final class SockDiag {
    private static final int INET_REQUEST = 56;
    private static final int INET_MESSAGE = 72;
    private static final int UNIX_REQUEST = 24;
    private static final int ID = 8;
    private static final int TCP_SYN_RECV = 3;

    private final NetStack net;

    SockDiag(NetStack net) {
        this.net = net;
    }

    int answer(Request q, NlWriter out) {
        if (q.type != Rtnl.SOCK_DIAG_BY_FAMILY) {
            return q.type == Rtnl.SOCK_DESTROY ? -EOPNOTSUPP : -EINVAL;
        }
        int family = q.u8(0);
        q.dumping = family == Net.AF_UNIX || family == Net.AF_INET || family == Net.AF_INET6;
        int r = switch (family) {
            case Net.AF_UNIX -> unix(q, out);
            case Net.AF_INET, Net.AF_INET6 -> inet(q, out, family);
            default -> family >= Net.AF_MAX ? -EINVAL : -ENOENT; // as without the module for that family
        };
        return r;
    }

    private int inet(Request q, NlWriter out, int family) {
        if (q.bodyLength() < INET_REQUEST) {
            return -EINVAL;
        }
        String table = switch (q.u8(1)) {
            case Net.IPPROTO_TCP -> "tcp";
            case Net.IPPROTO_UDP -> "udp";
            case Net.IPPROTO_UDPLITE -> "udplite";
            default -> null;
        };
        if (table == null) {
            return -ENOENT;
        }
        byte[] code = q.attrs(INET_REQUEST).get(Rtnl.INET_DIAG_REQ_BYTECODE);
        if (code != null && !DiagFilter.valid(code)) {
            return -EINVAL;
        }
        int states = q.i32(4);
        int extensions = q.u8(2);
        int from = Bytes.be16(q.data, q.body() + ID);
        int to = Bytes.be16(q.data, q.body() + ID + 2);
        boolean found = false;
        for (SocketInfo s : net.sockets(family == Net.AF_INET ? table : table + "6")) {
            int bit = 1 << s.state();
            if (q.dump()) {
                if ((states & bit) == 0
                        || (from != 0 && from != s.localPort())
                        || (to != 0 && to != s.remotePort())
                        || (code != null && !DiagFilter.matches(code, s))) {
                    continue;
                }
            } else if (found || from != s.localPort() || to != s.remotePort()) {
                continue;
            }
            found = true;
            message(out, q, s, family, extensions);
        }
        return found || q.dump() ? 0 : -ENOENT;
    }

    private static void message(NlWriter out, Request q, SocketInfo s, int family, int extensions) {
        out.begin(Rtnl.SOCK_DIAG_BY_FAMILY, q.dump() ? Net.NLM_F_MULTI : 0, q.seq, q.port);
        int at = out.space(INET_MESSAGE);
        byte[] b = out.bytes();
        b[at] = (byte) family;
        b[at + 1] = (byte) (s.state() == TCP_SYN_RECV ? Net.TCP_ESTABLISHED : s.state());
        b[at + 2] = (byte) s.timer().which();
        b[at + 3] = (byte) s.timer().repeats();
        Bytes.putBe16(b, at + 4, s.localPort());
        Bytes.putBe16(b, at + 6, s.remotePort());
        System.arraycopy(s.local(), 0, b, at + 8, s.local().length);
        System.arraycopy(s.remote(), 0, b, at + 24, s.remote().length);
        Bytes.put64(b, at + 44, s.cookie());
        Bytes.put32(b, at + 52, s.timer().dueMillis());
        Bytes.put32(b, at + 56, s.receiveQueue());
        Bytes.put32(b, at + 60, s.sendQueue());
        Bytes.put32(b, at + 64, s.uid());
        Bytes.put32(b, at + 68, (int) s.ino());
        out.attr8(Rtnl.INET_DIAG_SHUTDOWN, 0);
        if ((extensions & 1 << Rtnl.INET_DIAG_SKMEMINFO - 1) != 0) {
            byte[] memory = new byte[36];
            Bytes.put32(memory, 0, s.listening() ? 0 : s.receiveQueue());
            Bytes.put32(memory, 4, 212992);
            Bytes.put32(memory, 12, 212992);
            Bytes.put32(memory, 20, s.listening() ? 0 : s.sendQueue());
            out.attr(Rtnl.INET_DIAG_SKMEMINFO, memory);
        }
        out.end();
    }

    private int unix(Request q, NlWriter out) {
        if (q.bodyLength() < UNIX_REQUEST) {
            return -EINVAL;
        }
        int states = q.i32(4);
        int wanted = q.i32(8);
        int show = q.i32(12);
        if (wanted == 0 && !q.dump()) {
            return -EINVAL; // those that nobody has accepted have no number
        }
        boolean found = false;
        for (SocketInfo s : net.sockets("unix")) {
            // states of TCP are used for these too
            int state = s.listening() ? Net.TCP_LISTEN : s.state() == 3 ? Net.TCP_ESTABLISHED : Net.TCP_CLOSE;
            if (q.dump() ? (states & 1 << state) == 0 || s.ino() == 0 : wanted != (int) s.ino()) {
                continue;
            }
            found = true;
            out.begin(Rtnl.SOCK_DIAG_BY_FAMILY, q.dump() ? Net.NLM_F_MULTI : 0, q.seq, q.port);
            int at = out.space(16);
            byte[] b = out.bytes();
            b[at] = Net.AF_UNIX;
            b[at + 1] = (byte) s.type();
            b[at + 2] = (byte) state;
            Bytes.put32(b, at + 4, (int) s.ino());
            Bytes.put64(b, at + 8, s.cookie());
            if ((show & Rtnl.UDIAG_SHOW_NAME) != 0 && s.local().length > 0) {
                out.attr(Rtnl.UNIX_DIAG_NAME, name(s.local()));
            }
            if ((show & Rtnl.UDIAG_SHOW_PEER) != 0 && s.remotePort() != 0) {
                out.attr32(Rtnl.UNIX_DIAG_PEER, s.remotePort());
            }
            if ((show & Rtnl.UDIAG_SHOW_RQLEN) != 0) {
                byte[] lengths = new byte[8];
                Bytes.put32(lengths, 0, s.receiveQueue());
                Bytes.put32(lengths, 4, s.sendQueue());
                out.attr(Rtnl.UNIX_DIAG_RQLEN, lengths);
            }
            out.attr8(Rtnl.UNIX_DIAG_SHUTDOWN, 0);
            out.end();
        }
        return found || q.dump() ? 0 : -ENOENT;
    }

    /** As bound: an abstract name begins with a zero byte, which /proc shows as @. */
    private static byte[] name(byte[] shown) {
        String s = new String(shown, StandardCharsets.ISO_8859_1);
        if (s.startsWith("@")) {
            byte[] b = shown.clone();
            b[0] = 0;
            return b;
        }
        return shown;
    }
}
