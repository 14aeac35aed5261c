// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.sandjar.node.Log;
import io.sandjar.node.cgroups.LocalCgroups;
import io.sandjar.node.model.Manifests;
import io.sandjar.node.network.NetworkException;
import io.sandjar.node.network.NetworkOptions;
import io.sandjar.node.network.PodNetwork;
import io.sandjar.node.network.PodNetworks;
import io.sandjar.node.server.Api;
import io.sandjar.node.server.ServerTraining;
import io.sandjar.node.sources.ManifestDirectory;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreEvents;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The run that fills the cache of classes (AOT): what every start does, in a directory of its own. Runs no pod. */
final class Training {
    private static final String MANIFEST = """
            apiVersion: v1
            kind: Pod
            metadata:
              name: a
            spec:
              containers:
              - name: c
                image: sandjar.io/demo
                env:
                - name: A
                  value: b
                resources:
                  limits: {memory: 64Mi, cpu: 500m}
                volumeMounts:
                - name: e
                  mountPath: /e
              volumes:
              - name: e
                emptyDir: {}
            """;

    private Training() {}

    static int run() {
        try {
            Path dir = Files.createTempDirectory("sandjar-train");
            try {
                AgentOptions.parse(List.of("--root-dir=" + dir, "--debug=false"), Map.of(), true);
                try (ObjectStore store = ObjectStore.open(dir.resolve("store"))) {
                    StoreEvents events = new StoreEvents(store, "kubelet", "node");
                    new NodeObjects(store, "node", "127.0.0.1").register(List.of("runsc"));
                    Manifests.Result read = Manifests.read("a.yaml", MANIFEST.getBytes(StandardCharsets.UTF_8), true);
                    read.manifests().forEach(m -> events.record(m.object(), "Normal", "Trained", "yes"));
                    new LocalCgroups(dir, -1).warnings();
                    Log.to(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
                    Path manifests = Files.createDirectories(dir.resolve("manifests"));
                    Files.writeString(manifests.resolve("a.yaml"), MANIFEST);
                    try (ManifestDirectory m = new ManifestDirectory(manifests, new Api(store), events, null)) {
                        m.start();
                    }
                    ServerTraining.run(store, dir);
                    network(dir);
                }
            } finally {
                try (var all = Files.walk(dir)) {
                    for (Path p :
                            all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                        Files.deleteIfExists(p);
                    }
                }
            }
            return 0;
        } catch (IOException | UsageException e) {
            System.err.println("training: " + e);
            return 1;
        }
    }

    private static void network(Path dir) {
        try (PodNetwork n = PodNetworks.open(
                NetworkOptions.of(NetworkOptions.Mode.LOOPBACK, dir.resolve("network"), dir.resolve("run"), "node"))) {
            n.warnings();
        } catch (NetworkException e) {
            // a place to build that has none
        }
    }
}
