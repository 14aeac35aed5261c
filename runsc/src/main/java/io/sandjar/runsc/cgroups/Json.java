// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

/** JSON text of figures, built from left to right: numbers are unsigned, empty parts are the caller's business. */
final class Json {
    private final StringBuilder out = new StringBuilder();
    private boolean first = true;

    Json open(String name, char bracket) {
        name(name);
        out.append(bracket);
        first = true;
        return this;
    }

    Json close(char bracket) {
        out.append(bracket);
        first = false;
        return this;
    }

    Json number(String name, long n) {
        name(name);
        out.append(Long.toUnsignedString(n));
        return this;
    }

    /** Left out when it is 0. */
    Json some(String name, long n) {
        return n == 0 ? this : number(name, n);
    }

    Json text(String name, String s) {
        name(name);
        string(s);
        return this;
    }

    private void name(String name) {
        if (!first) {
            out.append(',');
        }
        first = false;
        if (!name.isEmpty()) {
            string(name);
            out.append(':');
        }
    }

    private void string(String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
