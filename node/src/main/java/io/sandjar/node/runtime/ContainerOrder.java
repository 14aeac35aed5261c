// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a runtime needs to make a container.
 *
 * @param id unique on this machine
 * @param sandboxId the pod sandbox it belongs to; equal to id for the pod sandbox itself
 * @param bundle directory with config.json
 * @param log file for the output in CRI form, null for none
 * @param overlay2 how changes of the root are kept, in runsc's words; null: they go to the root directory
 * @param cgroupsPath as in config.json; null: no control groups are made
 * @param network null: as config.json says; else host or none, for a runtime with a network of its own
 */
public record ContainerOrder(
        String id,
        String sandboxId,
        Path bundle,
        @Nullable Path log,
        LogRotation rotation,
        boolean terminal,
        boolean stdin,
        @Nullable String overlay2,
        @Nullable String cgroupsPath,
        @Nullable String network) {}
