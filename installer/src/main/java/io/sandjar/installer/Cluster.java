// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cluster's part, through kubectl: the RuntimeClass, and the label that lets pods of that class come to this node. */
final class Cluster {
    static final String LABEL = "sandjar.io/ready";

    private final String kubectl;

    Cluster(String kubectl) {
        this.kubectl = kubectl;
    }

    private Shell.Result run(@Nullable String input, String... words) {
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c"));
        StringBuilder command = new StringBuilder(kubectl);
        for (String word : words)
            command.append(" '").append(word.replace("'", "'\\''")).append('\'');
        try {
            Path file = null;
            if (input != null) {
                file = Files.createTempFile("sandjar", ".yaml");
                Files.writeString(file, input);
                command.append(" < ").append(file);
            }
            all.add(command.toString());
            Shell.Result result = Shell.run(Duration.ofSeconds(60), all, Map.of());
            if (file != null) Files.delete(file);
            return result;
        } catch (IOException e) {
            throw new Problem("cannot write a temporary file: " + Texts.of(e), "is there room in /tmp?", e);
        }
    }

    private void must(Shell.Result result, String what) {
        if (!result.ok()) {
            throw new Problem(
                    what + " failed: " + result.text().strip(),
                    "check that `" + kubectl + "` reaches the cluster (give another one with --kubectl)");
        }
    }

    /** What a sandbox takes besides its containers was measured, see docs/benchmarks.md. */
    static String runtimeClass(String handler) {
        return """
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata:
              name: %1$s
            handler: %1$s
            overhead:
              podFixed:
                memory: 64Mi
                cpu: 20m
            scheduling:
              nodeSelector:
                %2$s: "true"
            """.formatted(handler, LABEL);
    }

    void applyRuntimeClass(String handler) {
        must(run(runtimeClass(handler), "apply", "-f", "-"), "kubectl apply of the RuntimeClass " + handler);
    }

    void deleteRuntimeClass(String handler) {
        must(
                run(null, "delete", "runtimeclass", handler, "--ignore-not-found"),
                "kubectl delete runtimeclass " + handler);
    }

    void label(String node) {
        must(run(null, "label", "node", node, LABEL + "=true", "--overwrite"), "kubectl label node " + node);
    }

    void unlabel(String node) {
        must(run(null, "label", "node", node, LABEL + "-"), "kubectl label node " + node);
    }
}
