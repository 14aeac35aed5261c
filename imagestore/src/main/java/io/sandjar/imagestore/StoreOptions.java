// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a whole store.
 *
 * @param mirrors hosts ("docker.io") and the base addresses ("https://mirror.local/prefix") that are asked before them
 * @param maxImageBytes most bytes of one image's unpacked files
 * @param maxImageEntries most files of one image
 * @param stallTimeout how long a registry may say nothing
 * @param retries how often a failed request is repeated
 * @param retryDelay before the first repetition; doubled for each further one
 * @param parallelDownloads layers of an image that are fetched at the same time
 * @param dockerConfig the user's own credentials; null: $DOCKER_CONFIG/config.json or ~/.docker/config.json
 * @param demoProgram the one program of sandjar.io/demo; null: beside the native library
 */
public record StoreOptions(
        Map<String, List<String>> mirrors,
        long maxImageBytes,
        long maxImageEntries,
        Duration stallTimeout,
        int retries,
        Duration retryDelay,
        int parallelDownloads,
        @Nullable Path dockerConfig,
        @Nullable Path demoProgram) {
    public static final StoreOptions DEFAULT = new StoreOptions(
            Map.of(), 64L << 30, 4_000_000, Duration.ofSeconds(60), 5, Duration.ofSeconds(1), 3, null, null);

    public StoreOptions {
        mirrors = Map.copyOf(mirrors);
    }
}
