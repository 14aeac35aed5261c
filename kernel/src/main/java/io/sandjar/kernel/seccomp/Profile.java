// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container's profile: rules by the names of calls. They mean what they mean with runc and libseccomp: names that are not
 * known are skipped, a rule that says what the default says anyway is no rule, a rule without comparisons outweighs those
 * with some for the same call, and calls newer than every call that the profile names fail with ENOSYS, so that C libraries
 * fall back to the older ones.
 */
public final class Profile implements Filter {
    /** A rule without a verdict of its own. */
    private static final int NONE = 0x7ffe0000;

    /** Comparisons of an argument, in the specification's order of names. */
    public static final int NE = 0;

    public static final int LT = 1;
    public static final int LE = 2;
    public static final int EQ = 3;
    public static final int GE = 4;
    public static final int GT = 5;
    public static final int MASKED_EQ = 6;

    /**
     * A comparison.
     *
     * @param value unsigned; the mask for MASKED_EQ
     * @param second what is left after the mask
     */
    public record Comparison(int argument, int operator, long value, long second) {
        boolean holds(long[] args) {
            long a = args[argument];
            return switch (operator) {
                case NE -> a != value;
                case LT -> Long.compareUnsigned(a, value) < 0;
                case LE -> Long.compareUnsigned(a, value) <= 0;
                case EQ -> a == value;
                case GE -> Long.compareUnsigned(a, value) >= 0;
                case GT -> Long.compareUnsigned(a, value) > 0;
                default -> (a & value) == second;
            };
        }
    }

    private static final class Conditional {
        final Comparison[] all;
        final int verdict;
        final @Nullable Conditional next;

        Conditional(Comparison[] all, int verdict, @Nullable Conditional next) {
            this.all = all;
            this.verdict = verdict;
            this.next = next;
        }

        boolean holds(long[] args) {
            for (Comparison c : all) {
                if (!c.holds(args)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final int otherwise;
    private final int[] plain = new int[512];
    private final @Nullable Conditional[] conditional = new @Nullable Conditional[512];
    private final HashMap<String, Integer> numbers = new HashMap<>(1024);
    private int newest = -1;
    private boolean newerMissing;

    /** @param otherwise the verdict on calls without a rule */
    public Profile(int otherwise) {
        this.otherwise = otherwise;
        for (int nr = 0; nr < plain.length; nr++) {
            plain[nr] = NONE;
            String name = Nr.name(nr);
            if (name != null) {
                numbers.put(name, nr);
            }
        }
    }

    /**
     * Adds a rule; earlier ones come first. Of two comparisons of one argument either is enough, as runc has it.
     *
     * @return the names that are no calls of x86-64
     */
    public List<String> add(List<String> names, int verdict, Comparison[] comparisons) {
        ArrayList<String> unknown = new ArrayList<>();
        boolean separate = twice(comparisons);
        for (int i = 0; i < names.size(); i++) {
            Integer nr = numbers.get(names.get(i));
            if (nr == null) {
                unknown.add(names.get(i));
                continue;
            }
            newest = Math.max(newest, nr);
            if (verdict == otherwise) {
                continue;
            }
            if (comparisons.length == 0) {
                if (plain[nr] == NONE) {
                    plain[nr] = verdict;
                }
            } else if (separate) {
                for (Comparison c : comparisons) {
                    conditional[nr] = append(conditional[nr], new Comparison[] {c}, verdict);
                }
            } else {
                conditional[nr] = append(conditional[nr], comparisons, verdict);
            }
        }
        return unknown;
    }

    private static boolean twice(Comparison[] comparisons) {
        int seen = 0;
        for (Comparison c : comparisons) {
            int bit = 1 << c.argument;
            if ((seen & bit) != 0) {
                return true;
            }
            seen |= bit;
        }
        return false;
    }

    private static Conditional append(@Nullable Conditional to, Comparison[] all, int verdict) {
        return to == null
                ? new Conditional(all, verdict, null)
                : new Conditional(to.all, to.verdict, append(to.next, all, verdict));
    }

    /** The filter made of the rules so far. The profile must not be changed afterwards. */
    public SeccompFilter filter() {
        int action = otherwise & Verdict.ACTION;
        newerMissing = action != Verdict.ALLOW
                && action != Verdict.LOG
                && otherwise != (Verdict.ERRNO | Errno.ENOSYS)
                && newest >= 0;
        numbers.clear();
        return new SeccompFilter(this, null);
    }

    @Override
    public int verdict(int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5) {
        if (newerMissing && Integer.compareUnsigned(nr, newest) > 0) {
            return Verdict.ERRNO | Errno.ENOSYS;
        }
        if (nr < 0 || nr >= plain.length) {
            return otherwise;
        }
        if (plain[nr] != NONE) {
            return plain[nr];
        }
        if (conditional[nr] != null) {
            long[] args = {a0, a1, a2, a3, a4, a5};
            for (Conditional c = conditional[nr]; c != null; c = c.next) {
                if (c.holds(args)) {
                    return c.verdict;
                }
            }
        }
        return otherwise;
    }

    @Override
    public boolean always(int nr) {
        return plain[nr] == Verdict.ALLOW
                || (plain[nr] == NONE && conditional[nr] == null && verdict(nr, 0, 0, 0, 0, 0, 0, 0) == Verdict.ALLOW);
    }

    /** Small: it stands for a program that searches by number. */
    @Override
    public int length() {
        return 64;
    }
}
