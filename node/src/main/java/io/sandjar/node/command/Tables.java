// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tables as the agent renders them, and as they are printed: which columns, what is added, how wide. */
final class Tables {
    private final boolean wide;
    private final boolean namespaces;
    private final boolean labels;
    private final List<String> labelColumns;
    private final String prefix;
    private int[] widths = new int[0];
    private List<@Nullable Object> known = new ArrayList<>();

    /**
     * @param wide with the columns that are shown by -o wide
     * @param namespaces with a column NAMESPACE
     * @param labels with a column LABELS
     * @param labelColumns labels that get a column
     * @param prefix what stands before names, as pod/
     */
    Tables(boolean wide, boolean namespaces, boolean labels, List<String> labelColumns, String prefix) {
        this.wide = wide;
        this.namespaces = namespaces;
        this.labels = labels;
        this.labelColumns = labelColumns;
        this.prefix = prefix;
    }

    /** The rows of a table with its head, if any. */
    String print(@Nullable Object table, boolean head) {
        List<@Nullable Object> columns = Json.list(table, "columnDefinitions");
        if (columns.isEmpty()) { // a watch tells them once
            columns = known;
        }
        known = columns;
        List<List<String>> lines = new ArrayList<>();
        if (head) {
            lines.add(head(columns));
        }
        for (Object row : Json.list(table, "rows")) {
            lines.add(row(columns, row));
        }
        return align(lines);
    }

    private List<String> head(List<@Nullable Object> columns) {
        List<String> line = new ArrayList<>();
        if (namespaces) {
            line.add("NAMESPACE");
        }
        for (Object column : columns) {
            if (shown(column)) {
                line.add(Json.text(column, "name").toUpperCase(java.util.Locale.ROOT));
            }
        }
        for (String label : labelColumns) {
            line.add(label.substring(label.lastIndexOf('/') + 1).toUpperCase(java.util.Locale.ROOT));
        }
        if (labels) {
            line.add("LABELS");
        }
        return line;
    }

    private List<String> row(List<@Nullable Object> columns, @Nullable Object row) {
        Map<String, @Nullable Object> own = Json.map(row, "object", "metadata", "labels");
        List<@Nullable Object> cells = Json.list(row, "cells");
        List<String> line = new ArrayList<>();
        if (namespaces) {
            line.add(Json.text(row, "object", "metadata", "namespace"));
        }
        for (int i = 0; i < cells.size(); i++) {
            if (i >= columns.size() || shown(columns.get(i))) {
                line.add((i == 0 ? prefix : "") + oneLine(JsonPath.text(cells.get(i))));
            }
        }
        for (String label : labelColumns) {
            Object value = own.get(label);
            line.add(value == null ? "" : value.toString());
        }
        if (labels) {
            line.add(labels(own));
        }
        return line;
    }

    private boolean shown(@Nullable Object column) {
        return wide || Json.number(column, 0, "priority") == 0;
    }

    /** What a program wrote into a message does not reach the terminal as it is. */
    static String oneLine(String cell) {
        for (int i = 0; i < cell.length(); i++) {
            if (cell.charAt(i) < ' ' || cell.charAt(i) == 0x7f) {
                StringBuilder out = new StringBuilder(cell);
                for (int j = i; j < out.length(); j++) {
                    if (out.charAt(j) < ' ' || out.charAt(j) == 0x7f) {
                        out.setCharAt(j, ' ');
                    }
                }
                return out.toString();
            }
        }
        return cell;
    }

    static String labels(Map<String, @Nullable Object> labels) {
        if (labels.isEmpty()) {
            return "<none>";
        }
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(labels).entrySet()) {
            out.append(out.isEmpty() ? "" : ",").append(e.getKey()).append('=').append(e.getValue());
        }
        return out.toString();
    }

    /** In columns; rows that come later keep the width of what was printed. */
    private String align(List<List<String>> lines) {
        for (List<String> line : lines) {
            if (line.size() > widths.length) {
                widths = java.util.Arrays.copyOf(widths, line.size());
            }
            for (int i = 0; i < line.size(); i++) {
                String cell = line.get(i);
                widths[i] = Math.max(widths[i], Math.max(6, cell.codePointCount(0, cell.length()) + 3));
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                String cell = line.get(i);
                out.append(cell);
                if (i < line.size() - 1) {
                    for (int w = cell.codePointCount(0, cell.length()); w < widths[i]; w++) {
                        out.append(' ');
                    }
                }
            }
            out.append('\n');
        }
        return out.toString();
    }
}
