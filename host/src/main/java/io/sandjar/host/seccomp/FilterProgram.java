// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import io.sandjar.abi.Errno;
import io.sandjar.host.seccomp.BpfAssembler.Label;
import java.util.ArrayList;
import java.util.List;

/**
 * The BPF program of a filter table.
 *
 * <p>It checks the architecture, compares the number with the few frequent calls, and then searches a balanced tree of
 * the other calls that have rules; a number that is not in it gets the default. Behind the tree stand the rules of each
 * call, and at the end one return instruction per action.
 */
final class FilterProgram {
    // struct seccomp_data
    static final int DATA_NR = 0;
    static final int DATA_ARCH = 4;
    static final int DATA_IP = 8;
    static final int DATA_ARGS = 16;

    static final int AUDIT_ARCH_X86_64 = 0xc000003e;

    /** Numbers from here on are those of the x32 interface, or negative. */
    static final int X32_BIT = 0x40000000;

    private final FilterTable table;
    private final long stubStart;
    private final long stubLast;
    private final BpfAssembler bpf = new BpfAssembler();
    private final List<Integer> actions = new ArrayList<>();
    private final List<Label> returns = new ArrayList<>();

    FilterProgram(FilterTable table, long stubStart, long stubEnd) {
        this.table = table;
        this.stubStart = stubStart;
        this.stubLast = stubEnd - 1;
        if (Long.compareUnsigned(stubStart, stubLast) > 0) {
            throw new IllegalArgumentException("no stub text");
        }
    }

    byte[] assemble() {
        int[] calls = table.calls();
        Label[] bodies = new Label[calls.length];
        for (int i = 0; i < calls.length; i++) {
            bodies[i] = new Label();
        }
        bpf.load(DATA_ARCH);
        bpf.ifEqual(AUDIT_ARCH_X86_64, null, returning(table.foreignAction()));
        bpf.load(DATA_NR);
        for (int call : table.frequent()) {
            bpf.ifEqual(call, bodies[indexOf(calls, call)], null);
        }
        bpf.ifAtLeast(X32_BIT, returning(table.foreignAction()), null);
        search(calls, bodies, 0, calls.length);
        for (int i = 0; i < calls.length; i++) {
            bpf.place(bodies[i]);
            body(calls[i]);
        }
        for (int i = 0; i < actions.size(); i++) {
            bpf.place(returns.get(i));
            bpf.ret(actions.get(i));
        }
        return bpf.assemble();
    }

    private static int indexOf(int[] calls, int call) {
        for (int i = 0; i < calls.length; i++) {
            if (calls[i] == call) {
                return i;
            }
        }
        throw new IllegalArgumentException("a frequent call without rules: " + call);
    }

    /** Finds the number in the accumulator among calls[from..to). */
    private void search(int[] calls, Label[] bodies, int from, int to) {
        if (to - from <= 2) {
            for (int i = from; i < to; i++) {
                bpf.ifEqual(calls[i], bodies[i], null);
            }
            bpf.jump(returning(table.defaultAction()));
            return;
        }
        int middle = (from + to) / 2;
        Label upper = new Label();
        bpf.ifAtLeast(calls[middle], upper, null);
        search(calls, bodies, from, middle);
        bpf.place(upper);
        search(calls, bodies, middle, to);
    }

    private void body(int nr) {
        List<Rule> forGuest = table.rulesFor(nr, false);
        List<Rule> forStub = table.rulesFor(nr, true);
        if (forStub.size() != forGuest.size() || traps(forGuest)) {
            int same = sameForBoth(forGuest, forStub);
            for (Rule rule : forGuest.subList(0, same)) {
                rule(rule, rule.action());
            }
            forGuest = forGuest.subList(same, forGuest.size());
            Label guest = new Label();
            ifOutsideStub(guest);
            rules(forStub.subList(same, forStub.size()), true);
            bpf.place(guest);
        }
        rules(forGuest, false);
    }

    /** How many of the first rules need not know where the call comes from. */
    private static int sameForBoth(List<Rule> forGuest, List<Rule> forStub) {
        int n = 0;
        while (n < forGuest.size()
                && n < forStub.size()
                && forGuest.get(n) == forStub.get(n)
                && forGuest.get(n).action() != Action.TRAP
                && forGuest.get(n).conditions().length > 0) {
            n++;
        }
        return n;
    }

    private static boolean traps(List<Rule> rules) {
        for (Rule rule : rules) {
            if (rule.action() == Action.TRAP) {
                return true;
            }
        }
        return false;
    }

    private void rules(List<Rule> rules, boolean stub) {
        for (Rule rule : rules) {
            boolean trap = stub && rule.action() == Action.TRAP;
            rule(rule, trap ? Action.errno(Errno.ENOSYS) : rule.action());
            if (rule.conditions().length == 0) {
                return;
            }
        }
        bpf.jump(returning(table.defaultAction()));
    }

    /** Goes on when the rule does not apply. */
    private void rule(Rule rule, int action) {
        Label holds = returning(action);
        Label fails = new Label();
        for (Condition condition : rule.conditions()) {
            condition(condition, fails);
        }
        bpf.jump(holds);
        bpf.place(fails);
    }

    /** Goes on when the condition holds. */
    private void condition(Condition condition, Label fails) {
        int low = DATA_ARGS + 8 * condition.arg();
        Label holds = new Label();
        long[] values = condition.values();
        if (!condition.wide()) {
            loadMasked(low, (int) condition.mask());
        }
        for (int i = 0; i < values.length; i++) {
            boolean last = i == values.length - 1;
            Label next = last ? fails : new Label();
            if (condition.wide()) {
                loadMasked(low + 4, (int) (condition.mask() >>> 32));
                bpf.ifEqual((int) (values[i] >>> 32), null, next);
                loadMasked(low, (int) condition.mask());
            }
            bpf.ifEqual((int) values[i], holds, next);
            if (!last) {
                bpf.place(next);
            }
        }
        bpf.place(holds);
    }

    private void loadMasked(int offset, int mask) {
        bpf.load(offset);
        if (mask != 0xffffffff) {
            bpf.and(mask);
        }
    }

    /** Goes on when the instruction pointer lies in the stub's text. */
    private void ifOutsideStub(Label outside) {
        int startHigh = (int) (stubStart >>> 32);
        int lastHigh = (int) (stubLast >>> 32);
        bpf.load(DATA_IP + 4);
        if (startHigh == lastHigh) {
            bpf.ifEqual(startHigh, null, outside);
            bpf.load(DATA_IP);
            bpf.ifAtLeast((int) stubStart, null, outside);
            bpf.ifGreater((int) stubLast, outside, null);
            return;
        }
        Label inside = new Label();
        Label notFirst = new Label();
        Label notLast = new Label();
        bpf.ifEqual(startHigh, null, notFirst);
        bpf.load(DATA_IP);
        bpf.ifAtLeast((int) stubStart, inside, outside);
        bpf.place(notFirst);
        bpf.ifEqual(lastHigh, null, notLast);
        bpf.load(DATA_IP);
        bpf.ifGreater((int) stubLast, outside, inside);
        bpf.place(notLast);
        bpf.ifGreater(startHigh, null, outside);
        bpf.ifGreater(lastHigh, outside, inside);
        bpf.place(inside);
    }

    /** The label of the instruction that returns an action. */
    private Label returning(int action) {
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i) == action) {
                return returns.get(i);
            }
        }
        Label label = new Label();
        actions.add(action);
        returns.add(label);
        return label;
    }
}
