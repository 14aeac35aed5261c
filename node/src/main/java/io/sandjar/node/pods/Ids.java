// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of containers for runtimes. They follow from the pod, the container and the attempt, so that the same decision made
 * again after a crash names the same container.
 */
final class Ids {
    private Ids() {}

    static String container(String podUid, String name, int attempt) {
        return digest(podUid + "/" + name + "/" + attempt);
    }

    static String sandbox(String podUid, int attempt) {
        return digest(podUid + "//" + attempt);
    }

    private static String digest(String text) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
