// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** Where the fields of a manifest stand in its file. */
final class Positions {
    static final Positions NONE = new Positions("");

    private final String file;
    private final Map<String, Mark> marks = new HashMap<>();

    Positions(String file) {
        this.file = file;
    }

    void put(String path, @Nullable Mark mark) {
        if (mark != null) {
            marks.put(path, mark);
        }
    }

    Problem problem(String path, String message, boolean fatal) {
        return problem(path, path, message, fatal);
    }

    /** A problem at a field; if the field is not there, at the nearest one around it. */
    Problem problem(String at, String path, String message, boolean fatal) {
        for (String p = at; ; p = parent(p)) {
            Mark mark = marks.get(p);
            if (mark != null) {
                return new Problem(file, mark.getLine() + 1, mark.getColumn() + 1, path, message, fatal);
            }
            if (p.isEmpty()) {
                return new Problem(file, 0, 0, path, message, fatal);
            }
        }
    }

    static String parent(String path) {
        int dot = path.lastIndexOf('.');
        int bracket = path.lastIndexOf('[');
        int cut = Math.max(dot, bracket);
        return cut <= 0 ? "" : path.substring(0, cut);
    }

    /** The positions below an item of a List, with paths from there. */
    Positions below(String prefix) {
        Positions inner = new Positions(file);
        marks.forEach((path, mark) -> {
            if (path.equals(prefix)) {
                inner.marks.put("", mark);
            } else if (path.startsWith(prefix + ".")) {
                inner.marks.put(path.substring(prefix.length() + 1), mark);
            }
        });
        return inner;
    }
}
