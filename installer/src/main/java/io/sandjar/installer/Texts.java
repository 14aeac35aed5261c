// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Words for people. */
final class Texts {
    private Texts() {}

    static String of(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied";
            case NoSuchFileException missing -> "no such file or directory";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    static String count(int n, String one) {
        return n + " " + one + (n == 1 ? "" : one.endsWith("x") ? "es" : "s");
    }

    static String indent(String text) {
        return text.strip().indent(4).stripTrailing();
    }
}
