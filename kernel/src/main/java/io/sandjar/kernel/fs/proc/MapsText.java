// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.mm.MappedNames;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Stub;

/**
 * maps and smaps: the host's list of a guest's mappings without the stub's own, and with the guest's names of files.
 * The host's /proc is the only place that knows: it made the mappings.
 */
final class MapsText {
    /** Column at which the host writes names. */
    private static final int NAME_COLUMN = 73;

    /** What of the address space is the stub's: its slots, then its image. */
    private static final long HIDDEN_END = Stub.BASE + 0x1000000L;

    private final MappedNames names;

    MapsText(MappedNames names) {
        this.names = names;
    }

    void write(ProcView v, String file, StringBuilder out) {
        String host = HostProc.file(v, file);
        if (host != null) {
            translate(host, out);
        }
    }

    /** From the host's text to the guest's. */
    void translate(String host, StringBuilder out) {
        boolean shown = true;
        for (int at = 0; at < host.length(); ) {
            int end = host.indexOf('\n', at);
            if (end < 0) {
                end = host.length();
            }
            if (isHeader(host, at, end)) {
                shown = header(host.substring(at, end), out);
            } else if (shown) {
                out.append(host, at, end).append('\n');
            }
            at = end + 1;
        }
    }

    /** A line that begins with an address; the others begin with a capital letter. */
    private static boolean isHeader(String s, int at, int end) {
        return end > at && (s.charAt(at) < 'A' || s.charAt(at) >= 'a');
    }

    private boolean header(String line, StringBuilder out) {
        int dash = line.indexOf('-');
        long start = Long.parseUnsignedLong(line, 0, dash, 16);
        String[] f = line.split(" +", 6);
        String name = f.length > 5 ? f[5] : "";
        if (start >= Stub.SLOTS_BASE && start < HIDDEN_END && !name.equals("[heap]")) {
            return false;
        }
        if (!name.startsWith("/")) {
            out.append(line).append('\n');
            return true;
        }
        String guest = names.name(Long.parseLong(f[4]));
        int from = out.length();
        for (int i = 0; i < 5; i++) {
            out.append(f[i]).append(' ');
        }
        String shown = guest != null ? guest : name.startsWith("/memfd:sandjar") ? "" : name;
        if (!shown.isEmpty()) {
            while (out.length() - from < NAME_COLUMN) {
                out.append(' ');
            }
            out.append(shown);
        }
        out.append('\n');
        return true;
    }
}
