// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

/**
 * A socket as /proc/net and sock_diag(7) show it.
 *
 * @param table the file: tcp, tcp6, udp, udp6, unix or netlink
 * @param local own address: four or sixteen bytes in network order; for unix the name as in /proc/net/unix
 * @param remotePort for unix the inode of the peer
 * @param state TCP_* state; for unix SS_* (1 unconnected, 2 to be accepted, 3 connected)
 * @param type SOCK_*
 * @param sendQueue bytes that the peer did not read; for a listener how many connections may wait
 * @param receiveQueue bytes to be read; for a listener the connections that wait
 * @param ino its inode; 0 when it has none because nobody has accepted it yet
 * @param cookie what SO_COOKIE tells
 */
public record SocketInfo(
        String table,
        byte[] local,
        int localPort,
        byte[] remote,
        int remotePort,
        int state,
        int type,
        int sendQueue,
        int receiveQueue,
        int uid,
        long ino,
        long cookie,
        boolean listening,
        Timer timer) {

    /**
     * What a connection waits for.
     *
     * @param which as sock_diag(7) numbers them; 0 for none
     * @param dueMillis until it expires
     * @param repeats how often it has expired without an answer
     */
    public record Timer(int which, int dueMillis, int repeats) {
        public static final Timer NONE = new Timer(0, 0, 0);
    }
}
