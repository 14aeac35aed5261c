// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

/**
 * A socket as /proc/net shows it.
 *
 * @param table the file: tcp, tcp6, udp, udp6, unix or netlink
 * @param local own address: four or sixteen bytes in network order; for unix the name as in /proc/net/unix
 * @param state TCP_* state; for unix SS_* (1 unconnected, 3 connected)
 * @param type SOCK_*
 * @param sendQueue bytes that the peer did not read; for a listener how many connections may wait
 * @param receiveQueue bytes to be read; for a listener the connections that wait
 * @param timer which one runs, as sock_diag(7) numbers them; 0 for none
 * @param dueMillis until it expires
 * @param repeats how often it has expired without an answer
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
        boolean listening,
        int timer,
        int dueMillis,
        int repeats) {

    /** One without a timer. */
    public SocketInfo(
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
            boolean listening) {
        this(
                table,
                local,
                localPort,
                remote,
                remotePort,
                state,
                type,
                sendQueue,
                receiveQueue,
                uid,
                ino,
                listening,
                0,
                0,
                0);
    }

    public SocketInfo withTimer(int which, int due, int times) {
        return new SocketInfo(
                table,
                local,
                localPort,
                remote,
                remotePort,
                state,
                type,
                sendQueue,
                receiveQueue,
                uid,
                ino,
                listening,
                which,
                due,
                times);
    }
}
