// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Errno;
import io.sandjar.host.Netlink;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pods' rules in the host's packet filter: masquerade for what leaves, translation of host ports. They are one
 * nf_tables table of our own, given to Linux by netlink in one transaction (no nft, no iptables needed), so that a change
 * is seen whole or not at all, and removing the table removes everything.
 */
final class PacketRules {
    private static final int NFT = 10 << 8;
    private static final int NEWTABLE = NFT;
    private static final int DELTABLE = NFT | 2;
    private static final int NEWCHAIN = NFT | 3;
    private static final int NEWRULE = NFT | 6;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int NFPROTO_IPV4 = 2;
    private static final int HOOK_PREROUTING = 0;
    private static final int HOOK_OUTPUT = 3;
    private static final int HOOK_POSTROUTING = 4;
    private static final int PRIORITY_RAW = -300;
    private static final int PRIORITY_DNAT = -100;
    private static final int PRIORITY_SNAT = 100;
    private static final int REG1 = 1;
    private static final int REG2 = 2;
    private static final int EQ = 0;
    private static final int NEQ = 1;
    private static final int META_L4PROTO = 16;
    private static final int META_IIFNAME = 6;
    private static final int META_OIFNAME = 7;
    private static final int SADDR = 12;
    private static final int DADDR = 16;
    private static final int RTN_LOCAL = 2;
    private static final int CT_STATUS_DNAT = 1 << 5;
    private static final long LOOPBACK = 127L << 24;
    private static final int ENOENT = 2;

    private final String table;
    private final String bridge;
    private final Ipv4.Subnet subnet;

    PacketRules(String bridge, Ipv4.Subnet subnet) {
        this.table = "sandjar-" + bridge;
        this.bridge = bridge;
        this.subnet = subnet;
    }

    /** Replaces the table; null: done, else why it cannot be. */
    @Nullable
    String set(List<HostPort.Mapping> ports) {
        return transaction(b -> {
            b.table(NEWTABLE); // so that there is one to delete
            b.table(DELTABLE);
            b.table(NEWTABLE);
            b.chain("guard", "filter", HOOK_PREROUTING, PRIORITY_RAW);
            b.chain("ports", "nat", HOOK_PREROUTING, PRIORITY_DNAT);
            b.chain("local-ports", "nat", HOOK_OUTPUT, PRIORITY_DNAT);
            b.chain("out", "nat", HOOK_POSTROUTING, PRIORITY_SNAT);
            // route_localnet lets the host's 127.0.0.1:PORT reach pods; nothing may come the other way
            b.rule("guard")
                    .ifname(META_IIFNAME, EQ, bridge)
                    .net(DADDR, EQ, LOOPBACK, 8)
                    .verdict(0);
            for (HostPort.Mapping m : ports) {
                b.rule("ports").target(m).dnat(m.podIp(), m.containerPort());
                b.rule("local-ports").target(m).dnat(m.podIp(), m.containerPort());
            }
            // what a pod sends to the outside
            b.rule("out")
                    .subnet(SADDR, EQ, subnet)
                    .subnet(DADDR, NEQ, subnet)
                    .multicast()
                    .masquerade();
            // a pod that comes back to the bridge by a host port, and the host's own 127.0.0.1
            b.rule("out")
                    .subnet(SADDR, EQ, subnet)
                    .subnet(DADDR, EQ, subnet)
                    .translated()
                    .masquerade();
            b.rule("out")
                    .net(SADDR, EQ, LOOPBACK, 8)
                    .ifname(META_OIFNAME, EQ, bridge)
                    .masquerade();
        });
    }

    /** Removes the table. */
    void remove() {
        transaction(b -> b.table(DELTABLE));
    }

    private interface Filling {
        void fill(Batch b);
    }

    private @Nullable String transaction(Filling filling) {
        try (NetlinkCalls calls = NetlinkCalls.here(Netlink.NETFILTER)) {
            Batch b = new Batch(calls);
            filling.fill(b);
            byte[] data = b.finish();
            int r = calls.batch(data, b.lastAcknowledged);
            return r == 0
                    ? null
                    : r == -ENOENT
                            ? "the host's Linux has no nf_tables with NAT"
                            : "nf_tables answers " + Errno.name(-r);
        } catch (NetworkException e) {
            return e.getMessage();
        }
    }

    /** One transaction in the making. */
    private final class Batch {
        private final NetlinkCalls calls;
        private final NetlinkWriter w = new NetlinkWriter();
        private boolean inRule;
        private int lastAcknowledged;

        Batch(NetlinkCalls calls) {
            this.calls = calls;
            frame(BATCH_BEGIN);
        }

        private void frame(int type) {
            w.message(type, NetlinkWriter.REQUEST, calls.nextSequence())
                    .u8(0)
                    .u8(0)
                    .u16(0x0a00); // be16 10
        }

        private void begin(int type, int flags) {
            endRule();
            lastAcknowledged = calls.nextSequence();
            w.message(type, NetlinkWriter.REQUEST | NetlinkWriter.ACK | flags, lastAcknowledged)
                    .u8(NFPROTO_IPV4)
                    .u8(0)
                    .u16(0);
        }

        private void endRule() {
            if (inRule) {
                w.endNest();
                inRule = false;
            }
        }

        void table(int type) {
            begin(type, type == NEWTABLE ? NetlinkWriter.CREATE : 0);
            w.attr(1, table);
        }

        void chain(String name, String type, int hook, int priority) {
            begin(NEWCHAIN, NetlinkWriter.CREATE);
            w.attr(1, table).attr(3, name);
            w.nest(4).attrBe32(1, hook).attrBe32(2, priority).endNest();
            w.attrBe32(5, 1).attr(7, type); // policy accept
        }

        Batch rule(String chain) {
            begin(NEWRULE, NetlinkWriter.CREATE | NetlinkWriter.APPEND);
            w.attr(1, table).attr(2, chain).nest(4);
            inRule = true;
            return this;
        }

        private void expr(String name) {
            w.nest(1).attr(1, name).nest(2);
        }

        private void endExpr() {
            w.endNest().endNest();
        }

        private void meta(int key) {
            expr("meta");
            w.attrBe32(2, key).attrBe32(1, REG1);
            endExpr();
        }

        private void compare(int op, byte[] value) {
            expr("cmp");
            w.attrBe32(1, REG1).attrBe32(2, op).nest(3).attr(1, value).endNest();
            endExpr();
        }

        private void payload(int base, int offset, int len) {
            expr("payload");
            w.attrBe32(1, REG1).attrBe32(2, base).attrBe32(3, offset).attrBe32(4, len);
            endExpr();
        }

        private void and(byte[] mask) {
            expr("bitwise");
            w.attrBe32(1, REG1).attrBe32(2, REG1).attrBe32(3, mask.length);
            w.nest(4)
                    .attr(1, mask)
                    .endNest()
                    .nest(5)
                    .attr(1, new byte[mask.length])
                    .endNest();
            endExpr();
        }

        private void immediate(int register, byte[] value) {
            expr("immediate");
            w.attrBe32(1, register).nest(2).attr(1, value).endNest();
            endExpr();
        }

        Batch ifname(int key, int op, String name) {
            byte[] b = new byte[16];
            byte[] n = name.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(n, 0, b, 0, n.length);
            meta(key);
            compare(op, b);
            return this;
        }

        Batch net(int offset, int op, long base, int prefix) {
            payload(1, offset, 4);
            and(Ipv4.bytes(Ipv4.Subnet.mask(prefix)));
            compare(op, Ipv4.bytes(base));
            return this;
        }

        Batch subnet(int offset, int op, Ipv4.Subnet s) {
            return net(offset, op, s.base(), s.prefix());
        }

        /** Not to a multicast group. */
        Batch multicast() {
            return net(DADDR, NEQ, 224L << 24, 4);
        }

        /** Only what a host port has led here. */
        Batch translated() {
            expr("ct");
            w.attrBe32(2, 2).attrBe32(1, REG1);
            endExpr();
            and(new byte[] {CT_STATUS_DNAT, 0, 0, 0}); // host order
            compare(NEQ, new byte[4]);
            return this;
        }

        /** Protocol, address and port of a mapping. */
        Batch target(HostPort.Mapping m) {
            if (m.hostIp() == 0) {
                expr("fib");
                w.attrBe32(1, REG1).attrBe32(2, 3).attrBe32(3, 2); // type of the destination
                endExpr();
                compare(EQ, new byte[] {RTN_LOCAL, 0, 0, 0});
            } else {
                payload(1, DADDR, 4);
                compare(EQ, Ipv4.bytes(m.hostIp()));
            }
            meta(META_L4PROTO);
            compare(EQ, new byte[] {(byte) m.protocol().number});
            payload(2, 2, 2);
            compare(EQ, new byte[] {(byte) (m.hostPort() >> 8), (byte) m.hostPort()});
            return this;
        }

        void dnat(long address, int port) {
            immediate(REG1, Ipv4.bytes(address));
            immediate(REG2, new byte[] {(byte) (port >> 8), (byte) port});
            expr("nat");
            w.attrBe32(1, 1).attrBe32(2, NFPROTO_IPV4).attrBe32(3, REG1).attrBe32(5, REG2);
            endExpr();
        }

        void masquerade() {
            expr("masq");
            endExpr();
        }

        /** 0: drop. */
        void verdict(int code) {
            expr("immediate");
            w.attrBe32(1, 0).nest(2).nest(2).attrBe32(1, code).endNest().endNest();
            endExpr();
        }

        byte[] finish() {
            endRule();
            frame(BATCH_END);
            return w.bytes();
        }
    }
}
