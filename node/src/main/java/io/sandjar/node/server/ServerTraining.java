// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.sandjar.node.store.ObjectStore;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The server's part of the run that fills the cache of classes: the requests of the usual commands. */
public final class ServerTraining {
    private static final String TABLE = "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json\r\n";
    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: trained}
            spec:
              selector: {matchLabels: {app: a}}
              template:
                metadata: {labels: {app: a}}
                spec:
                  containers:
                  - {name: a, image: "a:1", readinessProbe: {httpGet: {port: 80}}}
            """;

    private ServerTraining() {}

    /** Serves a store on a socket in a directory and asks it. */
    public static void run(ObjectStore store, Path directory) throws IOException {
        Path socket = directory.resolve("s");
        try (HttpServer server = new ApiServer(new Api(store), () -> NodeOperations.NONE).listen(socket)) {
            String apply = "/apis/sandjar.io/v1/apply?file=a&action=apply";
            ask(server.socket(), "POST", apply, "", DEPLOYMENT);
            ask(server.socket(), "POST", apply, "", DEPLOYMENT.replace("a:1", "a:2"));
            ask(server.socket(), "GET", "/api/v1/namespaces/default/pods", TABLE, "");
            ask(server.socket(), "GET", "/apis/apps/v1/deployments", TABLE, "");
            ask(server.socket(), "GET", "/apis/apps/v1/namespaces/default/deployments/trained", "", "");
            ask(server.socket(), "GET", "/api/v1/events?watch=true&timeoutSeconds=1", "", "");
            ask(server.socket(), "GET", "/metrics", "", "");
            ask(server.socket(), "GET", "/api/v1/pods/nothing", "", "");
            ask(server.socket(), "DELETE", "/apis/apps/v1/namespaces/default/deployments/trained", "", "");
        }
    }

    private static void ask(Path socket, String method, String target, String headers, String body) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            String head = method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + headers
                    + "Content-Length: " + bytes.length + "\r\n\r\n";
            channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.UTF_8)));
            channel.write(ByteBuffer.wrap(bytes));
            ByteBuffer answer = ByteBuffer.allocate(64 << 10);
            while (channel.read(answer) >= 0) {
                answer.clear();
            }
        }
    }
}
