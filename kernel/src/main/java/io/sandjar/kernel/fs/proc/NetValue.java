// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.NetSettings;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** A setting of /proc/sys/net that has an effect: it is the one of the reader's network. */
final class NetValue extends TextInode {
    enum Which {
        PING_GROUPS("net/ipv4/ping_group_range"),
        FORWARDING("net/ipv4/ip_forward"),
        FORWARDING_ALL("net/ipv4/conf/all/forwarding"),
        FORWARDING_V6("net/ipv6/conf/all/forwarding"),
        BACKLOG(NetSettings.SOMAXCONN),
        PORTS(NetSettings.PORT_RANGE),
        FREE_PORTS("net/ipv4/ip_unprivileged_port_start");

        final String path;

        Which(String path) {
            this.path = path;
        }
    }

    private static final int PORTS = 65536;

    private final Which which;

    NetValue(ProcFs fs, Which which) {
        super(fs, fs.newIno(), 0644);
        this.which = which;
    }

    private static @Nullable NetStack net(Caller c) {
        return c instanceof Task t ? t.namespaces().net : null;
    }

    /** Whoever is privileged in his user namespace may open it; whether the network is that one's is asked when he writes. */
    @Override
    public int refusal(Creds c, int mask) {
        return c.has(c.userNs(), Cap.CAP_NET_ADMIN) ? 0 : -EACCES;
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        NetStack n = net(c);
        if (n != null) {
            switch (which) {
                case PING_GROUPS -> out.append(n.firstPingGroup()).append('\t').append(n.lastPingGroup());
                case BACKLOG, PORTS -> {
                    out.append(n.settings().text(which.path));
                    return 0;
                }
                case FREE_PORTS -> out.append(c.firstFreePort());
                case FORWARDING_V6 -> out.append(n.forwarding6() ? 1 : 0);
                default -> out.append(n.forwarding() ? 1 : 0);
            }
            out.append('\n');
        }
        return 0;
    }

    @Override
    protected int store(Caller c, String data) {
        NetStack n = net(c);
        if (n == null
                || !(c.creds().has(n.owner(), Cap.CAP_NET_ADMIN) || c.creds().euid() == 0)) {
            return -EPERM;
        }
        if (which == Which.PORTS && new StringTokenizer(data).countTokens() == 1) {
            return -EINVAL; // both or none
        }
        if (which == Which.BACKLOG || which == Which.PORTS) {
            int r = n.settings().set(which.path, data);
            return r < 0 ? r : data.length();
        }
        StringTokenizer words = new StringTokenizer(data);
        long first = words.hasMoreTokens() ? Fields.decimal(words.nextToken()) : -1;
        long last = words.hasMoreTokens() ? Fields.decimal(words.nextToken()) : -1;
        if (which != Which.PING_GROUPS) {
            if (first < 0 || first > Integer.MAX_VALUE) {
                return -EINVAL;
            }
            if (which == Which.FREE_PORTS) {
                if (first > PORTS || !(c instanceof Task t)) {
                    return -EINVAL;
                }
                t.group().container().firstFreePort = (int) first;
            } else if (which == Which.FORWARDING_V6) {
                n.setForwarding(n.forwarding(), first != 0);
            } else {
                n.setForwarding(first != 0, n.forwarding6());
            }
            return data.length();
        }
        if (first < 0 || last < 0 || first > Integer.MAX_VALUE || last > Integer.MAX_VALUE) {
            return -EINVAL;
        }
        boolean none = last < first;
        n.setPingGroups(none ? 1 : (int) first, none ? 0 : (int) last);
        return data.length();
    }
}
