// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.nio.charset.StandardCharsets;

/** Strings of two kinds: the OCI library's have one char for each byte, those of protobuf and of Java's files are Unicode. */
final class Utf8 {
    private Utf8() {}

    /** Of bytes. */
    static String text(String bytes) {
        return ascii(bytes) ? bytes : new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** One char for each byte. */
    static String bytes(String text) {
        return ascii(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static boolean ascii(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
