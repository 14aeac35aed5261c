// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import io.sandjar.abi.Bytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Assembles classic BPF as seccomp takes it: forward jumps to labels, of any distance.
 *
 * <p>A conditional jump has eight bits for each distance. One that does not reach is followed by unconditional jumps,
 * which have 32. As that moves everything behind it, distances are computed again until nothing changes; jumps only ever
 * grow, so it ends.
 */
final class BpfAssembler {
    /** The kernel's limit (BPF_MAXINSNS). */
    static final int MAX_INSTRUCTIONS = 4096;

    static final int LD_W_ABS = 0x20;
    static final int ALU_AND_K = 0x54;
    static final int JMP_JA = 0x05;
    static final int JMP_JEQ_K = 0x15;
    static final int JMP_JGT_K = 0x25;
    static final int JMP_JGE_K = 0x35;
    static final int RET_K = 0x06;

    private static final int REACH = 255;

    /** A place in the program; jumps go only to labels that are placed further on. */
    static final class Label {
        private int index = -1;
    }

    private int size;
    private int[] codes = new int[256];
    private int[] operands = new int[256];
    private @Nullable Label[] yes = new Label[256];
    private @Nullable Label[] no = new Label[256];

    void load(int offset) {
        add(LD_W_ABS, offset, null, null);
    }

    void and(int mask) {
        add(ALU_AND_K, mask, null, null);
    }

    void ret(int action) {
        add(RET_K, action, null, null);
    }

    void jump(Label to) {
        add(JMP_JA, 0, to, null);
    }

    /** Jumps when the accumulator equals the value; a null label stands for the next instruction. */
    void ifEqual(int value, @Nullable Label yes, @Nullable Label no) {
        add(JMP_JEQ_K, value, yes, no);
    }

    /** Unsigned comparison. */
    void ifAtLeast(int value, @Nullable Label yes, @Nullable Label no) {
        add(JMP_JGE_K, value, yes, no);
    }

    /** Unsigned comparison. */
    void ifGreater(int value, @Nullable Label yes, @Nullable Label no) {
        add(JMP_JGT_K, value, yes, no);
    }

    void place(Label label) {
        if (label.index >= 0) {
            throw new IllegalStateException("label placed twice");
        }
        label.index = size;
    }

    private void add(int code, int operand, @Nullable Label yesLabel, @Nullable Label noLabel) {
        if (size == codes.length) {
            codes = Arrays.copyOf(codes, size * 2);
            operands = Arrays.copyOf(operands, size * 2);
            yes = Arrays.copyOf(yes, size * 2);
            no = Arrays.copyOf(no, size * 2);
        }
        codes[size] = code;
        operands[size] = operand;
        yes[size] = yesLabel;
        no[size] = noLabel;
        size++;
    }

    /** The program as an array of struct sock_filter. */
    byte[] assemble() {
        boolean[] yesFar = new boolean[size];
        boolean[] noFar = new boolean[size];
        int[] at = new int[size + 1];
        boolean changed = true;
        while (changed) {
            for (int i = 0; i < size; i++) {
                at[i + 1] = at[i] + 1 + (yesFar[i] ? 1 : 0) + (noFar[i] ? 1 : 0);
            }
            changed = false;
            for (int i = 0; i < size; i++) {
                if (codes[i] != JMP_JA && isJump(codes[i])) {
                    changed |= grow(yesFar, i, distance(at, i, yes[i]));
                    changed |= grow(noFar, i, distance(at, i, no[i]));
                }
            }
        }
        if (at[size] > MAX_INSTRUCTIONS) {
            throw new IllegalStateException("a filter of " + at[size] + " instructions is too long");
        }
        return encode(at, yesFar, noFar);
    }

    private byte[] encode(int[] at, boolean[] yesFar, boolean[] noFar) {
        byte[] out = new byte[at[size] * 8];
        for (int i = 0; i < size; i++) {
            int here = at[i];
            if (!isJump(codes[i])) {
                put(out, here, codes[i], 0, 0, operands[i]);
            } else if (codes[i] == JMP_JA) {
                put(out, here, JMP_JA, 0, 0, distance(at, i, yes[i]));
            } else {
                int extra = here + 1;
                int jt = distance(at, i, yes[i]);
                int jf = distance(at, i, no[i]);
                if (yesFar[i]) {
                    put(out, extra, JMP_JA, 0, 0, here + jt - extra);
                    jt = extra - here - 1;
                    extra++;
                }
                if (noFar[i]) {
                    put(out, extra, JMP_JA, 0, 0, here + jf - extra);
                    jf = extra - here - 1;
                }
                put(out, here, codes[i], jt, jf, operands[i]);
            }
        }
        return out;
    }

    /** Instructions to skip from instruction i to a label; a null label is what follows the jumps that belong to i. */
    private static int distance(int[] at, int i, @Nullable Label to) {
        if (to == null) {
            return at[i + 1] - at[i] - 1;
        }
        if (to.index <= i) {
            throw new IllegalStateException(to.index < 0 ? "label not placed" : "jump backwards");
        }
        return at[to.index] - at[i] - 1;
    }

    private static boolean grow(boolean[] far, int i, int distance) {
        if (far[i] || distance <= REACH) {
            return false;
        }
        far[i] = true;
        return true;
    }

    private static boolean isJump(int code) {
        return (code & 7) == JMP_JA;
    }

    private static void put(byte[] out, int index, int code, int jt, int jf, int k) {
        int at = index * 8;
        Bytes.put16(out, at, code);
        Bytes.put8(out, at + 2, jt);
        Bytes.put8(out, at + 3, jf);
        Bytes.put32(out, at + 4, k);
    }
}
