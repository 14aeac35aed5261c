// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user's process hands to the guest: arguments, environment, working directory, ids. Read from the host as
 * bytes (ISO-8859-1), since the JVM's own view of them depends on the locale and loses what it cannot decode.
 */
final class HostSide {
    /** Set by the launcher for the JVM, not the user's. */
    private static final String JVM_VARIABLE = "_JAVA_SR_SIGNUM=";

    private HostSide() {}

    /** The program's arguments as bytes. */
    static List<String> arguments(String[] decoded) {
        if (!ascii(decoded)) {
            String raw = Sys.readText("/proc/self/cmdline");
            if (raw != null) {
                List<String> all = split(raw);
                if (all.size() >= decoded.length) {
                    return all.subList(all.size() - decoded.length, all.size());
                }
            }
        }
        return List.of(decoded);
    }

    private static boolean ascii(String[] words) {
        for (String w : words) {
            for (int i = 0; i < w.length(); i++) {
                if (w.charAt(i) >= 128) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The environment, NAME=VALUE. */
    static List<String> environment() {
        String raw = Sys.readText("/proc/self/environ");
        List<String> all = raw == null ? new ArrayList<>() : split(raw);
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).startsWith(JVM_VARIABLE) || all.get(i).startsWith(DoLimits.VARIABLE)) {
                all.remove(i);
            }
        }
        return all;
    }

    /** Strings that each end with NUL. */
    static List<String> split(String text) {
        ArrayList<String> all = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf('\0', from);
            if (end < 0) {
                end = text.length();
            }
            all.add(text.substring(from, end));
            from = end + 1;
        }
        return all;
    }

    /** The working directory; null when it is gone or out of reach. */
    static @Nullable String workingDirectory() {
        Scratch s = Scratch.take();
        try {
            long n = Sys.call(Nr.getcwd, s.address, 4096, 0);
            String path = n <= 1 ? "" : s.getString(0, (int) n - 1);
            return path.startsWith("/") ? path : null;
        } finally {
            s.give();
        }
    }

    /** A path as seen from here, from the root on. */
    static String absolute(String path) {
        if (path.startsWith("/")) {
            return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        }
        String here = workingDirectory();
        String base = here == null || here.equals("/") ? "" : here;
        return path.equals(".") || path.isEmpty() ? (base.isEmpty() ? "/" : base) : base + "/" + path;
    }

    static int uid() {
        return (int) Sys.call(Nr.geteuid, 0);
    }

    static int gid() {
        return (int) Sys.call(Nr.getegid, 0);
    }

    /** Supplementary groups. */
    static int[] groups() {
        Scratch s = Scratch.take();
        try {
            int n = (int) Math.max(0, Sys.call(Nr.getgroups, Scratch.SIZE / 4, s.address, 0));
            int[] groups = new int[n];
            for (int i = 0; i < n; i++) {
                groups[i] = s.buf.getInt(4 * i);
            }
            return groups;
        } finally {
            s.give();
        }
    }

    /** The umask. From here on it is 0: the guest's own mask decides about files that it makes in volumes. */
    static int takeUmask() {
        return (int) Sys.call(Nr.umask, 0);
    }

    /**
     * Ends the program by the system call itself. The JVM's own way would wait 300 ms for the threads that sit in
     * native calls (receivers, the reader of signals); it is needed where the JVM has something to write at its end,
     * such as the AOT configuration in the build's training run.
     */
    static void end(int status) {
        if (!Boolean.getBoolean("sandjar.slowEnd")) {
            Sys.call(Nr.exit_group, status);
        }
        Runtime.getRuntime().halt(status);
    }
}
