// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A container's root directory on this machine.
 *
 * @param rootfs for config.json's root.path
 * @param overlay2 value for runsc's flag --overlay2; null: no such flag, the root is the container's own and is written
 */
public record Root(Path rootfs, @Nullable String overlay2) {}
