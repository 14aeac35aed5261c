// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.host.Scratch;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.LoneTask;
import io.sandjar.kernel.task.Task;

/** Any call with any arguments, printed: two bytes are the number, one for each argument says what it is, the rest is memory. */
public final class TraceFuzz {
    private static final Kernel KERNEL = new Kernel();
    private static final Task TASK = LoneTask.make(KERNEL);
    private static int printed;
    private static long answer;
    private static final Strace STRACE =
            new Strace(KERNEL, t -> answer, CallFilter.all(), line -> printed += line.length());

    private TraceFuzz() {}

    private static long argument(Scratch s, byte[] data, int i) {
        int b = data[i];
        return switch (b & 7) {
            case 0 -> b >> 3;
            case 1 -> b;
            case 2 -> s.address + Scratch.SIZE - (b & 0xff);
            case 3 -> 1L << (b >> 2 & 63);
            default -> s.address + (b & 0xff);
        };
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 9) {
            return;
        }
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, data, 9, Math.min(data.length - 9, 4096));
            TASK.nr = ((data[0] & 0xff) << 8 | data[1] & 0xff) % 480;
            TASK.a0 = argument(s, data, 2);
            TASK.a1 = argument(s, data, 3);
            TASK.a2 = argument(s, data, 4);
            TASK.a3 = argument(s, data, 5);
            TASK.a4 = argument(s, data, 6);
            TASK.a5 = argument(s, data, 7);
            answer = data[8];
            printed = 0;
            STRACE.call(TASK);
            if (printed > 200_000) {
                throw new AssertionError(printed + " characters");
            }
        } finally {
            s.give();
        }
    }
}
