// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import com.google.protobuf.Any;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.RuntimeOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An order in the words of the Task service. */
final class ProviderOrder {
    private ProviderOrder() {}

    static CreateRequest request(ContainerOrder order, ContainerDir dir, ProviderOptions options) {
        CreateRequest.Builder r = CreateRequest.newBuilder()
                .setId(order.id())
                .setBundle(order.bundle().toString())
                .setTerminal(order.terminal())
                .setOptions(Any.newBuilder()
                        .setTypeUrl("runtimeoptions.v1.Options")
                        .setValue(RuntimeOptions.newBuilder()
                                .setTypeUrl("io.containerd.runsc.v1.options")
                                .setConfigBody(toml(order, options.root()))
                                .build()
                                .toByteString()));
        if (order.stdin()) {
            r.setStdin(dir.file("in").toString());
        }
        String logger = logger(order, dir, options.monitor());
        r.setStdout(logger);
        if (!order.terminal()) {
            r.setStderr(logger);
        }
        return r.build();
    }

    /** Flags of runsc, as in the driver without a provider. */
    private static String toml(ContainerOrder order, Path root) {
        StringBuilder text = new StringBuilder("root = " + quoted(root.toString()) + "\n[runsc_config]\n");
        if (order.overlay2() != null) {
            text.append("overlay2 = ").append(quoted(order.overlay2())).append('\n');
        }
        if (order.network() != null) {
            text.append("network = ").append(quoted(order.network())).append('\n');
        }
        if (order.cgroupsPath() == null) {
            text.append("ignore-cgroups = true\n");
        }
        return text.toString();
    }

    private static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** A program that the provider starts and that outlives us: it writes the log. */
    private static String logger(ContainerOrder order, ContainerDir dir, Path monitor) {
        StringBuilder uri = new StringBuilder("binary://" + escaped(monitor.toString()) + "?--logger");
        uri.append("&--dir=").append(escaped(dir.path().toString()));
        Path log = order.log();
        if (log != null) {
            uri.append("&--log=").append(escaped(log.toString()));
            uri.append("&--log-max=").append(order.rotation().maxBytes());
            uri.append("&--log-files=").append(order.rotation().maxFiles());
        }
        if (order.stdin()) {
            uri.append("&--stdin");
        }
        return uri.toString();
    }

    private static String escaped(String s) {
        StringBuilder out = new StringBuilder();
        for (byte b : s.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z'
                    || b >= '0' && b <= '9'
                    || b == '/'
                    || b == '.'
                    || b == '_'
                    || b == '-';
            out.append(
                    plain
                            ? String.valueOf((char) b)
                            : "%" + Character.forDigit(b >> 4 & 15, 16) + Character.forDigit(b & 15, 16));
        }
        return out.toString();
    }
}
