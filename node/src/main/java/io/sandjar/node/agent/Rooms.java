// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.sandjar.node.EventRecorder;
import io.sandjar.node.controllers.Controllers;
import io.sandjar.node.server.Api;
import io.sandjar.node.server.ApiServer;
import io.sandjar.node.server.NodeOperations;
import io.sandjar.node.sources.ManifestDirectory;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Deque;

/** What works on the store beside the pods: controllers, the server on the socket, the directory of manifests. */
final class Rooms {
    private final AgentOptions options;
    private final ObjectStore store;
    private final EventRecorder events;
    private final NodeOperations operations;
    private final String nodeName;

    Rooms(AgentOptions options, ObjectStore store, EventRecorder events, NodeOperations operations, String nodeName) {
        this.options = options;
        this.store = store;
        this.events = events;
        this.operations = operations;
        this.nodeName = nodeName;
    }

    /** Opens them; what has to be closed is pushed. */
    void open(Deque<AutoCloseable> open) throws IOException {
        Controllers controllers = new Controllers(store, events, Clock.systemUTC());
        open.push(controllers);
        controllers.start();
        Api api = new Api(store);
        open.push(new ApiServer(api, () -> operations).listen(options.socket()));
        PodLines lines = new PodLines(store);
        open.push(lines);
        lines.start();
        Path manifests = options.manifests;
        if (manifests != null) {
            ManifestDirectory directory =
                    new ManifestDirectory(manifests, api, events, store.get(Kind.NODE, null, nodeName));
            open.push(directory);
            directory.start();
        }
    }
}
