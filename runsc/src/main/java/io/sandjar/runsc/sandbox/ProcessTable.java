// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.oci.JsonOut;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The processes of a container by their numbers inside, as ps(1) shows them. */
final class ProcessTable {
    private static final int MAX_COMMAND = 4096;

    private ProcessTable() {}

    static String json(List<ProcView> all) {
        JsonOut o = new JsonOut("").array();
        for (ProcView v : all) {
            o.add(v.pid);
        }
        return o.endArray().text();
    }

    static String text(List<ProcView> all) {
        StringBuilder b = new StringBuilder("UID        PID  PPID S CMD\n");
        for (ProcView v : all) {
            String uid = v.creds == null ? "0" : Integer.toUnsignedString(v.creds.uid());
            b.append(uid);
            pad(b, 8 - uid.length());
            right(b, v.pid, 6);
            right(b, v.ppid, 6);
            b.append(' ').append(state(v)).append(' ').append(command(v)).append('\n');
        }
        return b.toString();
    }

    private static char state(ProcView v) {
        return v.state == ThreadGroup.State.ZOMBIE
                ? 'Z'
                : v.state == ThreadGroup.State.STOPPED ? 'T' : v.parked ? 'S' : 'R';
    }

    private static void right(StringBuilder b, int n, int width) {
        String s = Integer.toString(n);
        pad(b, width - s.length());
        b.append(s);
    }

    private static void pad(StringBuilder b, int n) {
        for (int i = 0; i < n; i++) {
            b.append(' ');
        }
    }

    /** The arguments, or the name in brackets when they cannot be read. */
    private static String command(ProcView v) {
        String args = arguments(v.mem, v.argStart, v.argEnd);
        return args == null || args.isEmpty() ? "[" + v.comm + "]" : args;
    }

    private static @Nullable String arguments(@Nullable UserMemory mem, long from, long to) {
        int n = (int) Math.min(to - from, MAX_COMMAND);
        if (mem == null || n <= 0) {
            return null;
        }
        byte[] data = new byte[n];
        if (mem.read(from, data) < 0) {
            return null;
        }
        int end = n;
        while (end > 0 && data[end - 1] == 0) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            if (data[i] >= 0 && data[i] < ' ') {
                data[i] = ' ';
            }
        }
        return new String(data, 0, end, StandardCharsets.ISO_8859_1);
    }
}
