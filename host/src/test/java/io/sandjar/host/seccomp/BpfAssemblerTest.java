// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sandjar.host.seccomp.BpfAssembler.Label;
import org.junit.jupiter.api.Test;

/** Labels and distances. */
final class BpfAssemblerTest {
    @Test
    void jumpsReachAnyDistance() {
        for (int filler : new int[] {0, 1, 250, 252, 253, 254, 255, 256, 257, 600, 2000}) {
            BpfAssembler bpf = new BpfAssembler();
            Label five = new Label();
            Label six = new Label();
            Label other = new Label();
            bpf.load(0);
            bpf.ifEqual(5, five, null);
            bpf.ifEqual(6, six, other);
            for (int i = 0; i < filler; i++) {
                bpf.and(0);
            }
            bpf.place(other);
            bpf.ret(1);
            bpf.place(five);
            bpf.ret(55);
            for (int i = 0; i < filler / 2; i++) {
                bpf.and(0);
            }
            bpf.place(six);
            bpf.ret(66);
            BpfInterpreter program = new BpfInterpreter(bpf.assemble());
            assertEquals(55, program.run(5, 0, 0));
            assertEquals(66, program.run(6, 0, 0));
            assertEquals(1, program.run(7, 0, 0));
        }
    }

    @Test
    void comparesUnsigned() {
        BpfAssembler bpf = new BpfAssembler();
        Label yes = new Label();
        bpf.load(0);
        bpf.ifGreater(0x7fffffff, yes, null);
        bpf.ret(0);
        bpf.place(yes);
        bpf.ret(1);
        BpfInterpreter program = new BpfInterpreter(bpf.assemble());
        assertEquals(1, program.run(-1, 0, 0));
        assertEquals(0, program.run(0x7fffffff, 0, 0));
    }

    @Test
    void refusesWhatCannotRun() {
        BpfAssembler unplaced = new BpfAssembler();
        unplaced.jump(new Label());
        assertThrows(IllegalStateException.class, unplaced::assemble);

        BpfAssembler backwards = new BpfAssembler();
        Label label = new Label();
        backwards.place(label);
        backwards.load(0);
        backwards.jump(label);
        assertThrows(IllegalStateException.class, backwards::assemble);

        BpfAssembler longer = new BpfAssembler();
        for (int i = 0; i <= BpfAssembler.MAX_INSTRUCTIONS; i++) {
            longer.ret(0);
        }
        assertThrows(IllegalStateException.class, longer::assemble);
    }
}
