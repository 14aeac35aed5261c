// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A digest: an algorithm and its result in lower-case hexadecimal digits. Made only by way of a check, so it may be
 * used as part of a path.
 */
public final class Digest {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA512 = Pattern.compile("[0-9a-f]{128}");

    private final String algorithm;
    private final String hex;

    private Digest(String algorithm, String hex) {
        this.algorithm = algorithm;
        this.hex = hex;
    }

    public static boolean valid(String text) {
        return text.startsWith("sha256:")
                ? SHA256.matcher(text.substring(7)).matches()
                : text.startsWith("sha512:")
                        && SHA512.matcher(text.substring(7)).matches();
    }

    /** @param what had this text, for the message */
    public static Digest parse(String text, String what) throws ImageException {
        if (!valid(text)) {
            String shown = text.length() > 160 ? text.substring(0, 160) + "..." : text;
            throw new ImageException(
                    Kind.MALFORMED, what + ": \"" + shown + "\" is not a digest (sha256: and 64 digits)", "");
        }
        return new Digest(text.substring(0, 6), text.substring(7));
    }

    public static Digest of(byte[] data) {
        return finish("sha256", hasher("sha256").digest(data));
    }

    public static Digest finish(String algorithm, byte[] result) {
        return new Digest(algorithm, HexFormat.of().formatHex(result));
    }

    /** A new computation of the same kind. */
    public MessageDigest hasher() {
        return hasher(algorithm);
    }

    public static MessageDigest hasher(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals("sha512") ? "SHA-512" : "SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has both
        }
    }

    public String algorithm() {
        return algorithm;
    }

    public String hex() {
        return hex;
    }

    /** "sha256:" and twelve digits, for messages. */
    public String brief() {
        return algorithm + ":" + hex.substring(0, 12);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Digest d && d.hex.equals(hex) && d.algorithm.equals(algorithm);
    }

    @Override
    public int hashCode() {
        return Objects.hash(algorithm, hex);
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }
}
