// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.mm.MappedNames;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.task.Stub;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * maps, smaps and numa_maps: the host's list of a guest's mappings without the stub's own, and with the guest's names of files.
 * The host's /proc is the only place that knows: it made the mappings.
 */
final class MapsText {
    /** Column at which the host writes names. */
    private static final int NAME_COLUMN = 73;

    /** What of the address space is the stub's: its slots, then its image. */
    static final long HIDDEN_END = Stub.BASE + 0x1000000L;

    private static final String[] NONE = {};
    private static final String FILE = "file=";

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

    /** Whether a mapping that starts there is the stub's. */
    private static boolean hidden(long start, String name) {
        return start >= Stub.SLOTS_BASE && start < HIDDEN_END && !name.equals("[heap]");
    }

    /** The guest's name of a file that the host's list names; empty for memory without a name. @param ino its number */
    private String shown(String name, String ino) {
        String guest = names.name(Long.parseLong(ino));
        return guest != null ? guest : name.startsWith("/memfd:sandjar") ? "" : name;
    }

    private boolean header(String line, StringBuilder out) {
        int dash = line.indexOf('-');
        long start = Long.parseUnsignedLong(line, 0, dash, 16);
        String[] f = line.split(" +", 6);
        String name = f.length > 5 ? f[5] : "";
        if (hidden(start, name)) {
            return false;
        }
        if (!name.startsWith("/")) {
            out.append(line).append('\n');
            return true;
        }
        int from = out.length();
        for (int i = 0; i < 5; i++) {
            out.append(f[i]).append(' ');
        }
        String shown = shown(name, f[4]);
        if (!shown.isEmpty()) {
            while (out.length() - from < NAME_COLUMN) {
                out.append(' ');
            }
            out.append(shown);
        }
        out.append('\n');
        return true;
    }

    /** A mapping of a file. @param range its addresses as in the host's list, without zeros before them @param name the guest's */
    record Mapping(String range, String name, boolean writable, boolean shared) {
        String start() {
            return range.substring(0, range.indexOf('-'));
        }
    }

    /** The mappings of files that have a name. */
    List<Mapping> ofFiles(ProcView v) {
        String host = HostProc.file(v, "maps");
        ArrayList<Mapping> all = new ArrayList<>();
        for (String line : host == null ? NONE : host.split("\n")) {
            String[] f = line.split(" +", 6);
            if (f.length == 6 && f[5].startsWith("/")) {
                int dash = f[0].indexOf('-');
                long start = Long.parseUnsignedLong(f[0], 0, dash, 16);
                String name = hidden(start, f[5]) ? "" : shown(f[5], f[4]);
                if (!name.isEmpty()) {
                    long end = Long.parseUnsignedLong(f[0], dash + 1, f[0].length(), 16);
                    String range = Long.toHexString(start) + "-" + Long.toHexString(end);
                    all.add(new Mapping(range, name, f[1].charAt(1) == 'w', f[1].charAt(3) == 's'));
                }
            }
        }
        return all;
    }

    /** numa_maps: a line for each mapping, which names files by their path alone. */
    void numa(ProcView v, StringBuilder out) {
        String host = HostProc.file(v, "numa_maps");
        HashMap<String, String> files = new HashMap<>();
        for (Mapping m : ofFiles(v)) {
            files.put(m.start(), m.name());
        }
        for (String line : host == null ? NONE : host.split("\n")) {
            String[] words = line.split(" ");
            String start = Long.toHexString(Long.parseUnsignedLong(words[0], 16));
            if (hidden(Long.parseUnsignedLong(start, 16), line.contains(" heap") ? "[heap]" : "")) {
                continue;
            }
            for (int i = 0; i < words.length; i++) {
                String word = words[i];
                if (word.startsWith(FILE)) {
                    String name = files.get(start);
                    if (name == null) {
                        continue;
                    }
                    out.append(' ').append(FILE);
                    Fields.escaped(out, name);
                } else {
                    out.append(i == 0 ? "" : " ").append(word);
                }
            }
            out.append('\n');
        }
    }
}
