// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.util.List;
import java.util.Locale;

/** Numbers of signals by their names, for STOPSIGNAL. */
final class Signals {
    static final int KILL = 9;
    static final int TERM = 15;

    private static final List<String> NAMES = List.of(
            "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
            "PROF", "WINCH", "IO", "PWR", "SYS");

    private Signals() {}

    /** The number of SIGTERM, TERM, 15, RTMIN+3; SIGTERM for what is none. */
    static int number(String text) {
        String t = text.strip().toUpperCase(Locale.ROOT);
        String name = t.startsWith("SIG") ? t.substring(3) : t;
        try {
            if (name.startsWith("RTMIN")) {
                return 34 + (name.length() == 5 ? 0 : Integer.parseInt(name.substring(6)));
            }
            if (name.startsWith("RTMAX")) {
                return 64 - (name.length() == 5 ? 0 : Integer.parseInt(name.substring(6)));
            }
            if (!name.isEmpty() && Character.isDigit(name.charAt(0))) {
                int n = Integer.parseInt(name);
                return n > 0 && n <= 64 ? n : TERM;
            }
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return TERM;
        }
        int n = NAMES.indexOf(name);
        return n > 0 ? n : TERM;
    }
}
