// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import io.sandjar.abi.Bytes;

/** Runs a seccomp program on a struct seccomp_data, with the checks that the kernel makes when it loads one. */
final class BpfInterpreter {
    private final byte[] program;
    private final int length;

    /** Instructions that the last run executed. */
    int steps;

    BpfInterpreter(byte[] program) {
        this.program = program;
        this.length = program.length / 8;
        if (program.length % 8 != 0 || length == 0 || length > 4096) {
            throw new IllegalArgumentException("program of " + program.length + " bytes");
        }
        check();
    }

    int run(int nr, int arch, long ip, long... args) {
        byte[] data = new byte[64];
        Bytes.put32(data, 0, nr);
        Bytes.put32(data, 4, arch);
        Bytes.put64(data, 8, ip);
        for (int i = 0; i < args.length; i++) {
            Bytes.put64(data, 16 + 8 * i, args[i]);
        }
        int a = 0;
        steps = 0;
        for (int pc = 0; ; pc++) {
            int k = k(pc);
            steps++;
            switch (code(pc)) {
                case 0x20 -> a = Bytes.i32(data, k);
                case 0x54 -> a &= k;
                case 0x05 -> pc += k;
                case 0x15 -> pc += a == k ? jt(pc) : jf(pc);
                case 0x25 -> pc += Integer.compareUnsigned(a, k) > 0 ? jt(pc) : jf(pc);
                case 0x35 -> pc += Integer.compareUnsigned(a, k) >= 0 ? jt(pc) : jf(pc);
                case 0x06 -> {
                    return k;
                }
                default -> throw new IllegalStateException("code " + code(pc));
            }
        }
    }

    private void check() {
        for (int pc = 0; pc < length; pc++) {
            switch (code(pc)) {
                case 0x20 -> require(k(pc) >= 0 && k(pc) <= 60 && k(pc) % 4 == 0, pc);
                case 0x54, 0x06 -> require(jt(pc) == 0 && jf(pc) == 0, pc);
                case 0x05 -> require(k(pc) >= 0 && pc + 1 + k(pc) < length, pc);
                case 0x15, 0x25, 0x35 -> require(pc + 1 + Math.max(jt(pc), jf(pc)) < length, pc);
                default -> require(false, pc);
            }
        }
        require(code(length - 1) == 0x06, length - 1);
    }

    private void require(boolean condition, int pc) {
        if (!condition) {
            throw new IllegalArgumentException("instruction " + pc + " would be refused: code " + code(pc));
        }
    }

    private int code(int pc) {
        return Bytes.u16(program, pc * 8);
    }

    private int jt(int pc) {
        return Bytes.u8(program, pc * 8 + 2);
    }

    private int jf(int pc) {
        return Bytes.u8(program, pc * 8 + 3);
    }

    private int k(int pc) {
        return Bytes.i32(program, pc * 8 + 4);
    }
}
