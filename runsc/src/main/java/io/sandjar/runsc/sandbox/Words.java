// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The text of a request: strings that each end with NUL. Bytes are kept as ISO-8859-1. */
final class Words {
    /** More than any request has. */
    private static final int MAX = 64;

    private Words() {}

    /** @throws Refusal when the record is not made of strings */
    static List<String> of(byte[] record, int length) {
        if (length == 0 || record[length - 1] != 0) {
            throw new Refusal("malformed request: it does not end with a zero byte");
        }
        ArrayList<String> words = new ArrayList<>(4);
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (record[i] == 0) {
                if (words.size() == MAX) {
                    throw new Refusal("malformed request: more than " + MAX + " words");
                }
                words.add(new String(record, from, i - from, StandardCharsets.ISO_8859_1));
                from = i + 1;
            }
        }
        return words;
    }

    /** A list with commas between its words; empty for the empty string. */
    static List<String> list(String text) {
        ArrayList<String> all = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf(',', from);
            if (end < 0) {
                end = text.length();
            }
            all.add(text.substring(from, end));
            from = end + 1;
        }
        return all;
    }

    /** A decimal number of at most nine digits, or -1. */
    static int number(String text, int from) {
        if (from >= text.length() || text.length() - from > 9) {
            return -1;
        }
        int n = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + c - '0';
        }
        return n;
    }
}
