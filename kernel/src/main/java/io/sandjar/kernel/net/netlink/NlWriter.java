// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.NlmsghdrLayout;
import io.sandjar.abi.Rtnl;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes netlink messages (netlink(7)): a header, a fixed part, attributes, each aligned to four bytes. */
final class NlWriter {
    private byte[] buf = new byte[1024];
    private int used;
    private int start;

    /** Begins a message; the fixed part follows by {@link #space}. */
    void begin(int type, int flags, int seq, int pid) {
        start = used;
        int at = space(NlmsghdrLayout.SIZEOF);
        Bytes.put16(buf, at + NlmsghdrLayout.nlmsg_type, type);
        Bytes.put16(buf, at + NlmsghdrLayout.nlmsg_flags, flags);
        Bytes.put32(buf, at + NlmsghdrLayout.nlmsg_seq, seq);
        Bytes.put32(buf, at + NlmsghdrLayout.nlmsg_pid, pid);
    }

    /** Ends the message: its length is known now. */
    void end() {
        Bytes.put32(buf, start + NlmsghdrLayout.nlmsg_len, used - start);
        space(-used & 3);
    }

    /** Room of {@code n} zero bytes: where it begins in {@link #bytes}. */
    int space(int n) {
        if (used + n > buf.length) {
            buf = Arrays.copyOf(buf, Math.max(buf.length * 2, used + n));
        }
        int at = used;
        used += n;
        return at;
    }

    byte[] bytes() {
        return buf;
    }

    int length() {
        return used;
    }

    byte[] take() {
        byte[] b = Arrays.copyOf(buf, used);
        used = 0;
        Arrays.fill(buf, (byte) 0);
        return b;
    }

    void attr(int type, byte[] data) {
        int at = space(4 + data.length);
        Bytes.put16(buf, at, 4 + data.length);
        Bytes.put16(buf, at + 2, type);
        System.arraycopy(data, 0, buf, at + 4, data.length);
        space(-used & 3);
    }

    /** Begins an attribute that holds attributes; for {@link #endNest}. */
    int beginNest(int type) {
        int at = space(4);
        Bytes.put16(buf, at + 2, type);
        return at;
    }

    void endNest(int at) {
        Bytes.put16(buf, at, used - at);
    }

    void attr32(int type, int value) {
        byte[] b = new byte[4];
        Bytes.put32(b, 0, value);
        attr(type, b);
    }

    void attr8(int type, int value) {
        attr(type, new byte[] {(byte) value});
    }

    void attrString(int type, String value) {
        byte[] s = value.getBytes(StandardCharsets.ISO_8859_1);
        attr(type, Arrays.copyOf(s, s.length + 1));
    }

    /**
     * NLMSG_ERROR: 0 is an acknowledgement.
     *
     * @param capped whether the request is not to be repeated beyond its header
     * @param words what is wrong, for those who asked for it; null for nothing
     */
    void error(int errno, Request q, boolean capped, @Nullable String words) {
        int copied = errno == 0 || capped ? NlmsghdrLayout.SIZEOF : q.len;
        int flags = (copied < q.len || capped ? Net.NLM_F_CAPPED : 0) | (words != null ? Net.NLM_F_ACK_TLVS : 0);
        begin(Net.NLMSG_ERROR, flags, q.seq, q.port);
        int e = space(4);
        Bytes.put32(buf, e, errno);
        int h = space(copied);
        System.arraycopy(q.data, q.at, buf, h, copied);
        space(-used & 3);
        if (words != null) {
            attrString(Rtnl.NLMSGERR_ATTR_MSG, words);
        }
        end();
    }

    /** NLMSG_DONE, which ends a dump, with what stopped it and words for those who asked for them. */
    void done(int errno, int seq, int pid, @Nullable String words) {
        begin(Net.NLMSG_DONE, Net.NLM_F_MULTI | (words != null ? Net.NLM_F_ACK_TLVS : 0), seq, pid);
        int at = space(4);
        Bytes.put32(buf, at, errno);
        if (words != null) {
            attrString(Rtnl.NLMSGERR_ATTR_MSG, words);
        }
        end();
    }
}
