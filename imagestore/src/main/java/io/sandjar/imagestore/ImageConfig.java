// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.util.List;
import java.util.Map;

/**
 * What an image says about how it wants to be run. Empty strings and lists: it says nothing.
 *
 * @param env NAME=VALUE
 * @param user name or number, perhaps with ":group"
 * @param volumes directories
 * @param exposedPorts "80/tcp"
 * @param stopSignal name or number
 */
public record ImageConfig(
        List<String> env,
        List<String> entrypoint,
        List<String> cmd,
        String user,
        String workingDir,
        List<String> volumes,
        List<String> exposedPorts,
        String stopSignal,
        Map<String, String> labels) {
    public static final ImageConfig EMPTY =
            new ImageConfig(List.of(), List.of(), List.of(), "", "", List.of(), List.of(), "", Map.of());

    public ImageConfig {
        env = List.copyOf(env);
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        volumes = List.copyOf(volumes);
        exposedPorts = List.copyOf(exposedPorts);
        labels = Map.copyOf(labels);
    }
}
