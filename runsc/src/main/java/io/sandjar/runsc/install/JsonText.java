// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.install;

import io.sandjar.runsc.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text with the places of its values. A file that somebody laid out by hand is edited at those places; reading it
 * into a tree and writing that would change every line.
 */
final class JsonText {
    private static final int MAX_DEPTH = 100;

    /** A value: from its first character to behind its last. */
    static final class Value {
        final int start;
        int end;

        /** Members of an object, in order; empty for everything else. */
        final List<Member> members = new ArrayList<>();

        Value(int start) {
            this.start = start;
        }

        @Nullable
        Member member(String name) {
            for (Member m : members) {
                if (m.name.equals(name)) {
                    return m;
                }
            }
            return null;
        }
    }

    /** A member of an object; {@code start} is where its name begins. */
    record Member(String name, int start, Value value) {}

    private final String text;
    private final String file;
    private int at;

    private JsonText(String text, String file) {
        this.text = text;
        this.file = file;
    }

    /**
     * Reads a whole text, strictly.
     *
     * @param file for messages
     */
    static Value read(String text, String file) {
        JsonText t = new JsonText(text, file);
        t.blank();
        Value v = t.value(0);
        t.blank();
        if (t.at < text.length()) {
            throw t.wrong("something follows the end");
        }
        return v;
    }

    private Failure wrong(String what) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < at && i < text.length(); i++) {
            column = text.charAt(i) == '\n' ? 1 : column + 1;
            line += text.charAt(i) == '\n' ? 1 : 0;
        }
        return new Failure(
                1, file + ": line " + line + ", column " + column + ": " + what, "the file was left as it is");
    }

    private void blank() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() {
        if (at >= text.length()) {
            throw wrong("the text ends too early");
        }
        return text.charAt(at);
    }

    private Value value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("too deep");
        }
        Value v = new Value(at);
        switch (next()) {
            case '{' -> object(v, depth);
            case '[' -> array(depth);
            case '"' -> string();
            default -> word();
        }
        v.end = at;
        return v;
    }

    private void object(Value v, int depth) {
        at++;
        blank();
        if (next() == '}') {
            at++;
            return;
        }
        while (true) {
            int start = at;
            if (next() != '"') {
                throw wrong("expected a name in double quotes");
            }
            String name = string();
            if (v.member(name) != null) {
                at = start;
                throw wrong("\"" + name + "\" is given twice");
            }
            blank();
            if (next() != ':') {
                throw wrong("expected a colon");
            }
            at++;
            blank();
            v.members.add(new Member(name, start, value(depth + 1)));
            blank();
            char c = next();
            if (c != ',' && c != '}') {
                throw wrong("expected a comma or the end of the object");
            }
            at++;
            if (c == '}') {
                return;
            }
            blank();
        }
    }

    private void array(int depth) {
        at++;
        blank();
        if (next() == ']') {
            at++;
            return;
        }
        while (true) {
            value(depth + 1);
            blank();
            char c = next();
            if (c != ',' && c != ']') {
                throw wrong("expected a comma or the end of the list");
            }
            at++;
            if (c == ']') {
                return;
            }
            blank();
        }
    }

    private String string() {
        StringBuilder b = new StringBuilder();
        at++;
        while (true) {
            char c = next();
            if (c < ' ') {
                throw wrong("a string is not closed");
            }
            at++;
            if (c == '"') {
                return b.toString();
            }
            b.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        char c = next();
        int plain = "\"\\/bfnrt".indexOf(c);
        if (plain >= 0) {
            at++;
            return "\"\\/\b\f\n\r\t".charAt(plain);
        }
        if (c != 'u' || at + 5 > text.length()) {
            throw wrong("unknown escape");
        }
        try {
            int n = Integer.parseInt(text.substring(at + 1, at + 5), 16);
            at += 5;
            return (char) n;
        } catch (NumberFormatException e) {
            throw wrong("unknown escape");
        }
    }

    /** A number or one of the three words. */
    private void word() {
        int start = at;
        while (at < text.length() && " \t\r\n,:]}[{\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String w = text.substring(start, at);
        if (!w.equals("true") && !w.equals("false") && !w.equals("null") && !number(w)) {
            at = start;
            throw wrong(w.isEmpty() ? "expected a value" : "\"" + w + "\" is no value");
        }
    }

    private static boolean number(String w) {
        if (w.isEmpty() || "+.".indexOf(w.charAt(0)) >= 0 || w.endsWith("d") || w.endsWith("f")) {
            return false;
        }
        for (int i = 0; i < w.length(); i++) {
            if ("0123456789+-.eE".indexOf(w.charAt(i)) < 0) {
                return false;
            }
        }
        try {
            Double.parseDouble(w);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** The text without blanks between its parts: what it says. */
    static String bare(String text) {
        StringBuilder b = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\' && i + 1 < text.length()) {
                b.append(c).append(text.charAt(++i));
                continue;
            }
            quoted ^= c == '"';
            if (quoted || " \t\r\n".indexOf(c) < 0) {
                b.append(c);
            }
        }
        return b.toString();
    }
}
