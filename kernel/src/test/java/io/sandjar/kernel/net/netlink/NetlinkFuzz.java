// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Net;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.KernelIo;

/** Any bytes as requests to netlink(7): an answer or an error, and always an end. The first byte chooses the protocol. */
public final class NetlinkFuzz {
    private static final StubCaller CALLER = new StubCaller();

    private NetlinkFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        Ref<Socket> out = new Ref<>();
        int protocol = data[0] % 2 == 0 ? Net.NETLINK_ROUTE : Net.NETLINK_SOCK_DIAG;
        if (NetlinkSocket.create(new NetStack(new Timers()), Net.SOCK_RAW, protocol, out) != 0) {
            throw new AssertionError("no socket");
        }
        Socket s = out.get();
        s.send(CALLER, new KernelIo(data, 1, data.length - 1), 0, null);
        byte[] answer = new byte[65536];
        for (int i = 0; s.recv(CALLER, new KernelIo(answer, 0, answer.length), Net.MSG_DONTWAIT, null) > 0; i++) {
            if (i > 10000) {
                throw new AssertionError("answers without end");
            }
        }
        s.close();
    }
}
