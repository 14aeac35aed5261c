// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.NlmsghdrLayout;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/** One netlink message of a guest, as it is being answered. */
final class Request {
    final byte[] data;
    final int at;
    final int len;
    final int type;
    final int flags;
    final int seq;

    /** Port of the socket that asks. */
    final int port;

    /** NETLINK_GET_STRICT_CHK, and whether the asker has CAP_NET_ADMIN. */
    final boolean strict;

    final boolean admin;

    /** Who asks. */
    final Caller caller;

    /** What is wrong, in words (NETLINK_EXT_ACK); null for nothing to say. */
    @Nullable
    String complaint;

    /** Whether the question was understood as one for all: then even an error comes as the end of a dump. */
    boolean dumping = true;

    Request(byte[] data, int at, int len, int port, boolean strict, boolean admin, Caller caller) {
        this.caller = caller;
        this.data = data;
        this.at = at;
        this.len = len;
        this.type = Bytes.u16(data, at + NlmsghdrLayout.nlmsg_type);
        this.flags = Bytes.u16(data, at + NlmsghdrLayout.nlmsg_flags);
        this.seq = Bytes.i32(data, at + NlmsghdrLayout.nlmsg_seq);
        this.port = port;
        this.strict = strict;
        this.admin = admin;
    }

    /** Where the fixed part begins. */
    int body() {
        return at + NlmsghdrLayout.SIZEOF;
    }

    int bodyLength() {
        return len - NlmsghdrLayout.SIZEOF;
    }

    int u8(int offset) {
        return offset < bodyLength() ? data[body() + offset] & 0xff : 0;
    }

    int i32(int offset) {
        return offset + 4 <= bodyLength() ? Bytes.i32(data, body() + offset) : 0;
    }

    Attrs attrs(int fixed) {
        return new Attrs(data, Math.min(body() + fixed, at + len), at + len);
    }

    /** Whether all is asked for. The same bits mean other things in requests that change. */
    boolean dump() {
        boolean get = type == Rtnl.SOCK_DIAG_BY_FAMILY || (type - Rtnl.RTM_BASE & 3) == 2;
        return get && (flags & Net.NLM_F_DUMP) == Net.NLM_F_DUMP;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Refuses: keeps the words and gives the error back. */
    int refuse(int errno, String words) {
        complaint = words;
        return errno;
    }
}
