// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.sandjar.node.runtime.RuntimeDriver;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Requests and connections of probes and hooks. */
interface HttpCheck {
    /** A pod that is not reachable from the host: the check is made by a program in its sandbox. */
    record Inside(RuntimeDriver driver, String sandboxId) {}

    Actions.Result get(@Nullable Inside inside, String host, int port, HTTPGetAction action, Duration limit)
            throws InterruptedException;

    Actions.Result connect(@Nullable Inside inside, String host, int port, Duration limit) throws InterruptedException;
}
