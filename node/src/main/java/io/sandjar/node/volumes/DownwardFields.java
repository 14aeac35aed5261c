// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Fields of a pod's metadata as text, as the downward API shows them in files. */
public final class DownwardFields {
    private DownwardFields() {}

    /** The value of a fieldRef; null: there is no such field. A label that is not there is the empty text. */
    public static @Nullable String metadata(Pod pod, String path) {
        ObjectMeta m = pod.getMetadata();
        return switch (path) {
            case "metadata.name" -> m.getName();
            case "metadata.namespace" -> m.getNamespace();
            case "metadata.uid" -> m.getUid();
            case "metadata.labels" -> lines(m.getLabels());
            case "metadata.annotations" -> lines(m.getAnnotations());
            default -> {
                String label = key(path, "metadata.labels");
                String annotation = key(path, "metadata.annotations");
                if (label != null) {
                    yield m.getLabels() == null ? "" : m.getLabels().getOrDefault(label, "");
                }
                if (annotation != null) {
                    yield m.getAnnotations() == null ? "" : m.getAnnotations().getOrDefault(annotation, "");
                }
                yield null;
            }
        };
    }

    private static @Nullable String key(String path, String map) {
        return path.startsWith(map + "['") && path.endsWith("']")
                ? path.substring(map.length() + 2, path.length() - 2)
                : null;
    }

    private static String lines(@Nullable Map<String, String> map) {
        StringBuilder b = new StringBuilder();
        if (map != null) {
            new TreeMap<>(map).forEach((k, v) -> {
                b.append(b.isEmpty() ? "" : "\n").append(k).append('=');
                quote(v, b);
            });
        }
        return b.toString();
    }

    /** In double quotes; what cannot be printed is escaped as in C. */
    private static void quote(String v, StringBuilder b) {
        b.append('"');
        v.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> b.append("\\\"");
                case '\\' -> b.append("\\\\");
                case '\n' -> b.append("\\n");
                case '\r' -> b.append("\\r");
                case '\t' -> b.append("\\t");
                default -> {
                    if (c < 32 || c == 127) {
                        b.append(String.format("\\x%02x", c));
                    } else {
                        b.appendCodePoint(c);
                    }
                }
            }
        });
        b.append('"');
    }

    static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }
}
