// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

/** The pod's network cannot be made now: the message of a FailedCreatePodSandBox event. Trying again may help. */
public final class NetworkException extends Exception {
    private static final long serialVersionUID = 1;

    public NetworkException(String message) {
        super(message);
    }
}
