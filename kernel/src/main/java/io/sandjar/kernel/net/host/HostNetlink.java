// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.host;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.NlmsghdrLayout;
import io.sandjar.host.HostSockets;
import io.sandjar.host.Sys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Questions to the host's rtnetlink on behalf of a guest that has the host's network: which links, addresses and
 * routes there are. Only those three can be asked, and nothing can be changed.
 */
public final class HostNetlink {
    private static final int ROOM = 65536;

    private HostNetlink() {}

    /** Whether a request may go to the host. */
    public static boolean mayAsk(int type) {
        return type == Net.RTM_GETLINK || type == Net.RTM_GETADDR || type == Net.RTM_GETROUTE;
    }

    /** The host's answers to one message, for the guest's port id. Empty when the host cannot be asked. */
    public static List<byte[]> ask(byte[] req, int at, int len, int id) {
        ArrayList<byte[]> answers = new ArrayList<>();
        int fd = HostSockets.socket(Net.AF_NETLINK, Net.SOCK_RAW, Net.NETLINK_ROUTE);
        if (fd < 0) {
            return answers;
        }
        try {
            byte[] one = Arrays.copyOfRange(req, at, at + len);
            if (HostSockets.send(fd, one, len, 0, new byte[0], 0) < 0) {
                return answers;
            }
            byte[] data = new byte[ROOM];
            // the host answers within send and receive, so there is nothing to wait for
            while (true) {
                int n = HostSockets.receive(fd, data, ROOM, 0, new byte[128], new int[1]);
                if (n <= 0) {
                    return answers;
                }
                byte[] a = Arrays.copyOf(data, n);
                readdress(a, id);
                answers.add(a);
            }
        } finally {
            Sys.close(fd);
        }
    }

    private static void readdress(byte[] a, int id) {
        int at = 0;
        while (a.length - at >= NlmsghdrLayout.SIZEOF) {
            int len = Bytes.i32(a, at + NlmsghdrLayout.nlmsg_len);
            if (len < NlmsghdrLayout.SIZEOF || len > a.length - at) {
                return;
            }
            Bytes.put32(a, at + NlmsghdrLayout.nlmsg_pid, id);
            at += len + 3 & ~3;
        }
    }
}
