// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.vfs.Caller;
import java.util.StringTokenizer;

/**
 * How many sockets there are (sockstat), and the counters of protocols in the shape that tools look for (snmp, netstat):
 * of the latter only the number of connections is counted, since segments and packets do not exist here.
 */
final class NetFigures extends TextInode {
    private static final int ESTABLISHED = 1;
    private static final int TIME_WAIT = 6;
    private static final int CLOSE_WAIT = 8;

    private static final String[] IP = {
        "Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers"
                + " OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails"
                + " FragCreates OutTransmits",
        "Icmp: InMsgs InErrors InCsumErrors InDestUnreachs InTimeExcds InParmProbs InSrcQuenchs InRedirects InEchos"
                + " InEchoReps InTimestamps InTimestampReps InAddrMasks InAddrMaskReps OutMsgs OutErrors"
                + " OutRateLimitGlobal OutRateLimitHost OutDestUnreachs OutTimeExcds OutParmProbs OutSrcQuenchs"
                + " OutRedirects OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps",
    };
    private static final String TCP =
            "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs"
                    + " OutSegs RetransSegs InErrs OutRsts InCsumErrors";
    private static final String UDP = ": InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors"
            + " InCsumErrors IgnoredMulti MemErrors";
    private static final String[] EXTRA = {
        "TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled TW DelayedACKs ListenOverflows"
                + " ListenDrops TCPTimeouts TCPAbortOnData TCPAbortOnMemory TCPMemoryPressures TCPBacklogDrop",
        "IpExt: InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InBcastPkts OutBcastPkts InOctets OutOctets",
    };

    private static final int SOFTNET_COLUMNS = 15;
    private static final int SOFTNET_CPU = 12;

    /** Protocols and their counters. */
    private static final String[] SNMP6 = {
        "Ip6",
        "InReceives InHdrErrors InTooBigErrors InNoRoutes InAddrErrors InUnknownProtos InTruncatedPkts InDiscards"
                + " InDelivers OutForwDatagrams OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs"
                + " ReasmFails FragOKs FragFails FragCreates InMcastPkts OutMcastPkts InOctets OutOctets InMcastOctets"
                + " OutMcastOctets InBcastOctets OutBcastOctets InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts OutTransmits",
        "Icmp6",
        "InMsgs InErrors OutMsgs OutErrors InCsumErrors OutRateLimitHost InDestUnreachs InPktTooBigs InTimeExcds"
                + " InParmProblems InEchos InEchoReplies InGroupMembQueries InGroupMembResponses InGroupMembReductions"
                + " InRouterSolicits InRouterAdvertisements InNeighborSolicits InNeighborAdvertisements InRedirects"
                + " InMLDv2Reports OutDestUnreachs OutPktTooBigs OutTimeExcds OutParmProblems OutEchos OutEchoReplies"
                + " OutGroupMembQueries OutGroupMembResponses OutGroupMembReductions OutRouterSolicits"
                + " OutRouterAdvertisements OutNeighborSolicits OutNeighborAdvertisements OutRedirects OutMLDv2Reports",
        "Udp6",
        "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors",
        "UdpLite6",
        "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors MemErrors",
    };

    private final NetStack net;
    private final String name;

    NetFigures(ProcFs fs, NetStack net, String name) {
        super(fs, fs.newIno(), 0444);
        this.net = net;
        this.name = name;
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        switch (name) {
            case "sockstat" -> {
                int tcp = count("tcp", 0);
                int udp = count("udp", 0);
                int all = tcp + udp + count("tcp6", 0) + count("udp6", 0) + count("unix", 0) + count("netlink", 0);
                int late = count("tcp", TIME_WAIT);
                b.append("sockets: used ").append(all);
                b.append("\nTCP: inuse ")
                        .append(tcp - late)
                        .append(" orphan 0 tw ")
                        .append(late);
                b.append(" alloc ").append(tcp).append(" mem 0\nUDP: inuse ").append(udp);
                b.append(" mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n");
            }
            case "sockstat6" -> {
                b.append("TCP6: inuse ").append(count("tcp6", 0)).append("\nUDP6: inuse ");
                b.append(count("udp6", 0)).append("\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n");
            }
            case "snmp" -> snmp(b);
            case "snmp6" -> snmp6(b);
            case "softnet_stat" -> {
                // packets go from socket to socket: no queue of a CPU ever holds one
                for (int i = 0; i < Cpus.count(); i++) {
                    for (int column = 0; column < SOFTNET_COLUMNS; column++) {
                        Fields.hex(b, column == SOFTNET_CPU ? i : 0, 8);
                        b.append(column == SOFTNET_COLUMNS - 1 ? '\n' : ' ');
                    }
                }
            }
            default -> {
                for (String header : EXTRA) {
                    zeros(b, header, "");
                }
            }
        }
        return 0;
    }

    private void snmp(StringBuilder b) {
        zeros(b, IP[0], " 2 64");
        zeros(b, IP[1], "");
        int now = count("tcp", ESTABLISHED) + count("tcp6", ESTABLISHED);
        now += count("tcp", CLOSE_WAIT) + count("tcp6", CLOSE_WAIT);
        zeros(b, TCP, " 1 200 120000 -1 0 0 0 0 " + now);
        zeros(b, "Udp" + UDP, "");
        zeros(b, "UdpLite" + UDP, "");
    }

    /** A line of names and one of values: those given, then zeros. */
    private static void zeros(StringBuilder b, String header, String given) {
        b.append(header).append('\n').append(header, 0, header.indexOf(':') + 1).append(given);
        for (int i = spaces(given); i < spaces(header); i++) {
            b.append(" 0");
        }
        b.append('\n');
    }

    /** A line for each counter; nothing of IPv6 is counted. */
    private static void snmp6(StringBuilder b) {
        for (int i = 0; i < SNMP6.length; i += 2) {
            StringTokenizer names = new StringTokenizer(SNMP6[i + 1]);
            while (names.hasMoreTokens()) {
                Fields.padRight(b, SNMP6[i] + names.nextToken(), 32);
                b.append("\t0\n");
            }
        }
    }

    private static int spaces(String s) {
        int n = 0;
        for (int i = 0; i < s.length(); i++) {
            n += s.charAt(i) == ' ' ? 1 : 0;
        }
        return n;
    }

    /** @param state only those in this state; 0 for all */
    private int count(String table, int state) {
        int n = 0;
        for (SocketInfo s : net.sockets(table)) {
            n += state == 0 || s.state() == state ? 1 : 0;
        }
        return n;
    }
}
