// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import io.sandjar.abi.Nr;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of a profile in the order in which they are tried: for each call the first rule that holds decides, and the
 * default action where none does.
 *
 * <p>Rules for the stub's text come first for calls from there; then the others hold as they do for guest code, except
 * that a trap becomes ENOSYS: a signal raised inside the stub's own signal handler would not end well.
 */
public final class FilterTable {
    /**
     * The number of the call by which the stub rings for the kernel: epoll_ctl_old, which Linux never had on x86-64 and which
     * profiles of container engines let through. A number that they do not know they would answer themselves.
     */
    public static final int DOORBELL = Nr.epoll_ctl_old;

    private final Rule[] rules;
    private final int[] frequent;
    private final int defaultAction;
    private final int foreignAction;

    /**
     * @param frequent calls whose rules the program looks for first
     * @param defaultAction of every call without a rule that holds
     * @param foreignAction of every call by another architecture's interface
     */
    FilterTable(Rule[] rules, int[] frequent, int defaultAction, int foreignAction) {
        this.rules = rules;
        this.frequent = frequent;
        this.defaultAction = defaultAction;
        this.foreignAction = foreignAction;
    }

    /** The profile that every guest runs under. */
    public static FilterTable strict() {
        return StrictProfile.TABLE;
    }

    /**
     * The same for where another filter holds already, such as that of a container around us: calls that such filters refuse are
     * traps, because a trap comes before a refusal, and the kernel gets to see them.
     */
    public static FilterTable strictBeneath() {
        return StrictProfile.BENEATH;
    }

    /**
     * The profile of the kernel's own JVM.
     *
     * @param internet with internet sockets of the host
     * @param unix with UNIX sockets of the host
     * @param self its process
     */
    public static FilterTable kernel(boolean internet, boolean unix, int self) {
        return KernelProfile.table(internet, unix, self);
    }

    /** The program of a table without rules for a stub. */
    public byte[] assemble() {
        return assemble(0, 1);
    }

    /**
     * The program for a stub whose text lies from stubStart to stubEnd (exclusive), as an array of struct sock_filter.
     * The host gives a filter the address behind the system call instruction, so text must not end with one.
     */
    public byte[] assemble(long stubStart, long stubEnd) {
        return new FilterProgram(this, stubStart, stubEnd).assemble();
    }

    /**
     * Whether the host deals with a call from guest code by itself: it carries it out or refuses it, and nobody of ours
     * sees it.
     */
    public boolean leavesToHost(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
        int action = guestAction(nr, a0, a1, a2, a3, a4, a5);
        return action != Action.TRAP && action != Action.USER_NOTIF;
    }

    private int guestAction(int nr, long a0, long a1, long a2, long a3, long a4, long a5) {
        if (nr < 0 || nr >= FilterProgram.X32_BIT) {
            return foreignAction;
        }
        for (Rule rule : rules) {
            if (!rule.stubOnly() && rule.isAbout(nr)) {
                boolean holds = true;
                for (Condition c : rule.conditions()) {
                    long arg = switch (c.arg()) {
                        case 0 -> a0;
                        case 1 -> a1;
                        case 2 -> a2;
                        case 3 -> a3;
                        case 4 -> a4;
                        default -> a5;
                    };
                    holds &= c.holds(arg);
                }
                if (holds) {
                    return rule.action();
                }
            }
        }
        return defaultAction;
    }

    int defaultAction() {
        return defaultAction;
    }

    int foreignAction() {
        return foreignAction;
    }

    /** Calls whose rules the program looks for before it searches. */
    int[] frequent() {
        return frequent;
    }

    /** Every call that a rule is about, in ascending order. */
    int[] calls() {
        int max = 0;
        for (Rule rule : rules) {
            for (int call : rule.calls()) {
                max = Math.max(max, call);
            }
        }
        boolean[] seen = new boolean[max + 1];
        int count = 0;
        for (Rule rule : rules) {
            for (int call : rule.calls()) {
                count += seen[call] ? 0 : 1;
                seen[call] = true;
            }
        }
        int[] calls = new int[count];
        for (int call = max; call >= 0; call--) {
            if (seen[call]) {
                calls[--count] = call;
            }
        }
        return calls;
    }

    List<Rule> rules() {
        return List.of(rules);
    }

    /** The rules that are tried for a call from one origin, in order. */
    List<Rule> rulesFor(int nr, boolean stub) {
        List<Rule> found = new ArrayList<>();
        if (stub) {
            for (Rule rule : rules) {
                if (rule.stubOnly() && rule.isAbout(nr)) {
                    found.add(rule);
                }
            }
        }
        for (Rule rule : rules) {
            if (!rule.stubOnly() && rule.isAbout(nr)) {
                found.add(rule);
            }
        }
        return found;
    }
}
