// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.vfs.Caller;
import java.nio.charset.StandardCharsets;

/** The open sockets of one kind: /proc/net/tcp, tcp6, udp, udp6, unix or netlink. */
final class SocketTable extends TextInode {
    private static final int ACCEPTING = 0x10000;

    private final NetStack net;
    private final String table;
    private final String header;

    SocketTable(ProcFs fs, NetStack net, String table, String header) {
        super(fs, fs.newIno(), 0444);
        this.net = net;
        this.table = table;
        this.header = header;
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        out.append(header);
        int slot = 0;
        for (SocketInfo s : net.sockets(table)) {
            switch (table) {
                case "unix" -> unix(s, out);
                case "netlink" -> netlink(s, out);
                default -> inet(s, slot++, out);
            }
        }
        return 0;
    }

    private void inet(SocketInfo s, int slot, StringBuilder out) {
        boolean tcp = table.startsWith("tcp");
        int from = out.length();
        pad(out, Integer.toString(slot), tcp ? 4 : 5);
        out.append(": ");
        address(out, s.local(), s.localPort());
        out.append(' ');
        address(out, s.remote(), s.remotePort());
        out.append(' ');
        Fields.upperHex(out, s.state(), 2);
        out.append(' ');
        Fields.upperHex(out, s.listening() ? 0 : s.sendQueue(), 8);
        out.append(':');
        Fields.upperHex(out, s.receiveQueue(), 8);
        out.append(' ');
        Fields.upperHex(out, s.timer().which(), 2);
        out.append(':');
        Fields.upperHex(out, s.timer().dueMillis() / 10, 8); // of a hundredth of a second
        out.append(' ');
        Fields.upperHex(out, s.timer().repeats(), 8);
        out.append(' ');
        pad(out, Integer.toString(s.uid()), 5);
        out.append("        0 ").append(s.ino());
        out.append(tcp ? " 1 0000000000000000 100 0 0 10 0" : " 2 0000000000000000 0");
        while (tcp && s.local().length == 4 && out.length() - from < 149) {
            out.append(' ');
        }
        out.append('\n');
    }

    /** Words of the address as this machine sees them in memory. */
    private static void address(StringBuilder out, byte[] addr, int port) {
        for (int i = 0; i < addr.length; i += 4) {
            Fields.upperHex(out, Bytes.i32(addr, i), 8);
        }
        out.append(':');
        Fields.upperHex(out, port, 4);
    }

    private static void unix(SocketInfo s, StringBuilder out) {
        out.append("0000000000000000: 00000002 00000000 ");
        Fields.upperHex(out, s.listening() ? ACCEPTING : 0, 8);
        out.append(' ');
        Fields.upperHex(out, s.type(), 4);
        out.append(' ');
        Fields.upperHex(out, s.state(), 2);
        out.append(' ');
        pad(out, Long.toString(s.ino()), 5);
        if (s.local().length > 0) {
            out.append(' ').append(new String(s.local(), StandardCharsets.ISO_8859_1));
        }
        out.append('\n');
    }

    private static void netlink(SocketInfo s, StringBuilder out) {
        out.append("0000000000000000 ");
        out.append(s.type());
        out.append("   ").append(s.localPort()).append(" 00000000 0        0        0     2        0        ");
        out.append(s.ino()).append('\n');
    }

    private static void pad(StringBuilder out, String text, int width) {
        for (int i = text.length(); i < width; i++) {
            out.append(' ');
        }
        out.append(text);
    }
}
