// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.StoreException.Reason;
import io.sandjar.node.store.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import tools.jackson.databind.node.ObjectNode;

/** A connection into a pod's network for `sandjar port-forward`. */
final class Forward {
    private static final int CONNECT_MILLIS = 5_000;

    private final ObjectStore store;

    Forward(ObjectStore store) {
        this.store = store;
    }

    void run(Exchange x, String namespace, String name) throws IOException {
        Stored stored = store.raw(Kind.POD, namespace, name);
        if (stored == null) {
            throw new StoreException(Reason.NOT_FOUND, "pods \"" + name + "\" not found");
        }
        ObjectNode pod = stored.tree();
        boolean host = pod.path("spec").path("hostNetwork").asBoolean(false);
        String address = host ? "127.0.0.1" : pod.path("status").path("podIP").asString("");
        if (address.isEmpty() || (!host && address.startsWith("127."))) {
            throw new StoreException(
                    Reason.BAD_REQUEST,
                    address.isEmpty()
                                    && !pod.path("status")
                                            .path("phase")
                                            .asString("")
                                            .equals("Running")
                            ? "pod " + name + " has no address yet"
                            : "pod " + name
                                    + " is alone with its loopback (--network=loopback): nothing outside can reach it;"
                                    + " run the agent as root for pods with addresses");
        }
        int port;
        try {
            port = Integer.parseInt(String.valueOf(x.param("port")));
        } catch (NumberFormatException e) {
            throw new StoreException(Reason.BAD_REQUEST, "not a port: " + x.param("port"));
        }
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), CONNECT_MILLIS);
        } catch (IOException e) {
            socket.close();
            throw new StoreException(
                    Reason.UNAVAILABLE,
                    "cannot connect to port " + port + " of pod " + name + " (" + address + "): " + e.getMessage(),
                    e);
        }
        OutputStream toPod = socket.getOutputStream();
        OutputStream toClient = x.upgrade("tcp", new Exchange.Sink() {
            @Override
            public void accept(byte[] bytes) throws IOException {
                toPod.write(bytes);
            }

            @Override
            public void end() throws IOException {
                socket.shutdownOutput();
            }
        });
        try (socket;
                toClient;
                InputStream fromPod = socket.getInputStream()) {
            byte[] buffer = new byte[16 << 10];
            for (int n = fromPod.read(buffer); n >= 0; n = fromPod.read(buffer)) {
                toClient.write(buffer, 0, n);
                toClient.flush();
            }
        }
    }
}
