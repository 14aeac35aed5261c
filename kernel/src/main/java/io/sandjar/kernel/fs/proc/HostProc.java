// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.task.ProcView;
import org.jspecify.annotations.Nullable;

/**
 * The host's figures about a guest process: CPU time, memory, faults. They are the host's to know, because memory and
 * CPU are its business; the files are read by number from the host's /proc and only figures are taken from them.
 */
final class HostProc {
    private static final String[] NONE = {};

    /** Fields of the host's stat file by their number in proc(5); empty when there is none. */
    private final String[] fields;

    private HostProc(String[] fields) {
        this.fields = fields;
    }

    /** The figures of a process, or of one thread. */
    static HostProc of(ProcView v, boolean thread) {
        if (!v.alive || v.hostPid == 0) {
            return new HostProc(NONE);
        }
        String text = HostFiles.procText(v.hostPid + (thread ? "/task/" + v.hostTid : "") + "/stat");
        int end = text == null ? -1 : text.lastIndexOf(')');
        return text == null || end < 0
                ? new HostProc(NONE)
                : new HostProc(text.substring(end + 2).split(" "));
    }

    /** A number by its position in proc(5), where 3 is the state. */
    long field(int n) {
        return n - 3 < fields.length ? Long.parseLong(fields[n - 3].strip()) : 0;
    }

    char state() {
        return fields.length == 0 ? 'S' : fields[0].charAt(0);
    }

    /** User and system time in clock ticks. */
    long userTicks() {
        return field(14);
    }

    long systemTicks() {
        return field(15);
    }

    /** Writes to a file of the host's /proc; whether it could. @param name below /proc */
    static boolean write(ProcView v, String name, String text) {
        return v.alive && v.hostTid != 0 && HostFiles.writeProc(name, text) == 0;
    }

    /** Text of a file of the host's directory of the process; null when it is gone. */
    static @Nullable String file(ProcView v, String name) {
        return v.alive && v.hostPid != 0 ? HostFiles.procText(v.hostPid + "/" + name) : null;
    }
}
