// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import io.sandjar.abi.Nr;

/** The filter table as text for people: for SECURITY.md and for the compatibility page. Nothing else loads it. */
public final class FilterText {
    /** The whole table in Markdown, in the order in which the rules are tried. */
    public static String markdown(FilterTable table) {
        StringBuilder s = new StringBuilder();
        s.append("From the stub's text, before the rules below:\n\n");
        rows(s, table, true);
        s.append("\nFrom anywhere (from the stub's text a TRAP is ENOSYS instead):\n\n");
        rows(s, table, false);
        s.append("\nEvery other call, and every call whose conditions do not hold: ");
        s.append(Action.text(table.defaultAction())).append(".\n");
        s.append("Other architectures and the x32 interface: ENOSYS for every call.\n");
        return s.toString();
    }

    /** A table without rules for a stub, in Markdown. */
    public static String plainMarkdown(FilterTable table) {
        StringBuilder s = new StringBuilder();
        rows(s, table, false);
        s.append("\nEvery other call, every call whose conditions do not hold, and every call by another\n");
        s.append("architecture's interface: ")
                .append(Action.text(table.defaultAction()))
                .append(".\n");
        return s.toString();
    }

    private static void rows(StringBuilder s, FilterTable table, boolean stubOnly) {
        s.append("| action | calls | only when | why |\n|---|---|---|---|\n");
        for (Rule rule : table.rules()) {
            if (rule.stubOnly() == stubOnly) {
                s.append("| ").append(Action.text(rule.action())).append(" | ");
                for (int i = 0; i < rule.calls().length; i++) {
                    s.append(i == 0 ? "`" : " `").append(name(rule.calls()[i])).append('`');
                }
                s.append(" | ")
                        .append(conditions(rule))
                        .append(" | ")
                        .append(rule.why())
                        .append(" |\n");
            }
        }
    }

    /**
     * What the filter does with a call of guest code before the kernel hears of it, such as {@code ALLOW when fd is -1};
     * empty where the call simply reaches the kernel.
     */
    public static String guestSummary(FilterTable table, int nr) {
        StringBuilder s = new StringBuilder();
        for (Rule rule : table.rulesFor(nr, false)) {
            if (rule.action() == Action.USER_NOTIF || rule.action() == Action.TRAP) {
                continue;
            }
            s.append(s.isEmpty() ? "" : "; ").append(Action.text(rule.action()));
            if (rule.conditions().length != 0) {
                s.append(" when ").append(conditions(rule));
            }
            if (rule.action() != Action.ALLOW) {
                s.append(" (").append(rule.why()).append(')');
            }
        }
        return s.toString();
    }

    /** True when no such call of guest code ever reaches the kernel. */
    public static boolean endsInFilter(FilterTable table, int nr) {
        for (Rule rule : table.rulesFor(nr, false)) {
            if (rule.conditions().length == 0) {
                return rule.action() != Action.USER_NOTIF && rule.action() != Action.TRAP;
            }
            if (rule.action() == Action.USER_NOTIF || rule.action() == Action.TRAP) {
                return false;
            }
        }
        return false;
    }

    private static String conditions(Rule rule) {
        StringBuilder s = new StringBuilder();
        for (Condition condition : rule.conditions()) {
            s.append(s.isEmpty() ? "" : "; ").append(condition.text());
        }
        return s.toString();
    }

    private static String name(int nr) {
        String name = nr == FilterTable.DOORBELL ? "doorbell" : Nr.name(nr);
        return name != null ? name : Integer.toString(nr);
    }

    private FilterText() {}
}
