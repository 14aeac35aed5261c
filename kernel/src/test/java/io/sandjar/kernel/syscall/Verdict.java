// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Nr;
import io.sandjar.host.seccomp.FilterTable;
import io.sandjar.host.seccomp.FilterText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What becomes of one system call: from its handler's annotation and from the filter that it passes before. */
record Verdict(int nr, String name, Kind kind, boolean byHost, String note, String family) {
    enum Kind {
        FULL,
        PARTIAL,
        REFUSED,
        NONE
    }

    /** As the page shows it. */
    String verdict() {
        return byHost && kind == Kind.FULL ? "full, by the host" : kind.name().toLowerCase(Locale.ROOT);
    }

    /** All calls of Linux by number. */
    static Verdict[] all() throws IOException {
        String[][] handlers = handlers();
        ArrayList<Verdict> all = new ArrayList<>();
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            String name = Nr.name(nr);
            if (name != null) {
                all.add(of(nr, name, handlers[nr]));
            }
        }
        return all.toArray(new Verdict[0]);
    }

    private static Verdict of(int nr, String name, String @Nullable [] handler) {
        String filter = FilterText.guestSummary(FilterTable.strict(), nr);
        boolean alone = FilterText.endsInFilter(FilterTable.strict(), nr);
        boolean allows = filter.startsWith("ALLOW");
        String note = handler == null ? "" : handler[3];
        if (!filter.isEmpty()) {
            String part = filter.equals("ALLOW") ? "" : filter.replace("ALLOW", "by the host");
            note = note.isEmpty() ? part : part.isEmpty() ? note : note + "; " + part;
        }
        Kind kind;
        if (alone) {
            kind = !allows ? Kind.REFUSED : filter.contains("; E") ? Kind.PARTIAL : Kind.FULL;
        } else if (handler != null) {
            kind = Kind.valueOf(handler[2]);
        } else {
            kind = allows ? Kind.PARTIAL : Kind.NONE;
        }
        return new Verdict(nr, name, kind, alone && allows, note, family(handler));
    }

    /** The class of the handler without "Calls". */
    private static String family(String @Nullable [] handler) {
        if (handler == null) {
            return "(filter alone)";
        }
        String type = handler[4].substring(handler[4].lastIndexOf('.') + 1);
        return type.endsWith("Calls") ? type.substring(0, type.length() - 5) : type;
    }

    /** Lines of the processor's list by call number. */
    private static String[][] handlers() throws IOException {
        String[][] handlers = new String[Nr.MAX + 1][];
        try (InputStream in = Syscall.class.getResourceAsStream("compat.tsv")) {
            if (in != null) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                    String[] fields = line.split("\t", -1);
                    if (!fields[2].equals("-")) {
                        handlers[Integer.parseInt(fields[0])] = fields;
                    }
                }
            }
        }
        return handlers;
    }
}
