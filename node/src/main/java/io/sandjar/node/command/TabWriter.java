// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;

/**
 * Text in columns that are as wide as what stands in them: cells end with a tab, and a column is a run of lines that have a cell
 * there. The same rule as Go's text/tabwriter, since people compare with kubectl's output and scripts read it.
 */
final class TabWriter {
    private final int minWidth;
    private final int padding;
    private final List<String[]> lines = new ArrayList<>();

    TabWriter(int minWidth, int padding) {
        this.minWidth = minWidth;
        this.padding = padding;
    }

    /** The writer that kubectl prints tables with. */
    static TabWriter table() {
        return new TabWriter(6, 3);
    }

    /** The writer of kubectl describe. */
    static TabWriter description() {
        return new TabWriter(0, 2);
    }

    /** Adds text of one or more lines, each ended by a line feed. */
    void add(String text) {
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\n', from);
            if (end < 0) {
                end = text.length();
            }
            lines.add(cells(text.substring(from, end)));
            from = end + 1;
        }
    }

    private static String[] cells(String line) {
        int count = 1;
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '\t') {
                count++;
            }
        }
        String[] cells = new String[count];
        int from = 0;
        for (int i = 0; i < count - 1; i++) {
            int tab = line.indexOf('\t', from);
            cells[i] = line.substring(from, tab);
            from = tab + 1;
        }
        cells[count - 1] = line.substring(from);
        return cells;
    }

    /** The text that was added, in columns. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        format(out, new ArrayList<>(), 0, lines.size());
        return out.toString();
    }

    /** Writes lines FROM to TO; WIDTHS are the columns that are settled. */
    private void format(StringBuilder out, List<Integer> widths, int from, int to) {
        int column = widths.size();
        int written = from;
        for (int line = from; line < to; line++) {
            if (column >= lines.get(line).length - 1) {
                continue;
            }
            write(out, widths, written, line);
            int end = line;
            int width = minWidth;
            boolean allEmpty = true;
            while (end < to && column < lines.get(end).length - 1) {
                String cell = lines.get(end)[column];
                width = Math.max(width, width(cell) + padding);
                allEmpty &= cell.isEmpty();
                end++;
            }
            widths.add(allEmpty && minWidth == 0 ? 0 : width);
            format(out, widths, line, end);
            widths.removeLast();
            written = end;
            line = end - 1;
        }
        write(out, widths, written, to);
    }

    private void write(StringBuilder out, List<Integer> widths, int from, int to) {
        for (int line = from; line < to; line++) {
            String[] cells = lines.get(line);
            for (int i = 0; i < cells.length; i++) {
                out.append(cells[i]);
                if (i < widths.size()) {
                    for (int blank = width(cells[i]); blank < widths.get(i); blank++) {
                        out.append(' ');
                    }
                }
            }
            out.append('\n');
        }
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
