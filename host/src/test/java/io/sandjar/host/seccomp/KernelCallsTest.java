// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.abi.Nr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The kernel's list against the source: every host call that a class makes is on the list, or is one of those that are
 * made before the JVM is confined; and every call on the list that the JVM does not need is made by some class.
 */
final class KernelCallsTest {
    /** Host calls of the source: the wrappers' first argument, or a choice between two. */
    private static final Pattern CALL = Pattern.compile(
            "(?:Native\\.sys|Sys\\.call|Sys\\.callWithPath|callWithPath|HostFs\\.nameCall|nameCall|getAddress|withAddress)"
                    + "\\(\\s*(?:[\\w.() ]+\\?\\s*Nr\\.(\\w+)\\s*:\\s*)?Nr\\.(\\w+)");

    /** Any number outside the annotation of a handler. */
    private static final Pattern MENTION = Pattern.compile("(?<!@Syscall\\(nr = )\\bNr\\.(\\w+)");

    /** Where every number that is mentioned is a host call. */
    private static final Pattern HOST_SIDE =
            Pattern.compile("sandjar/host/|/fs/hostdir/|/fs/stdio/|/fs/memfd/|/net/host/|/runsc/sandbox/");

    /** System calls of native.c. */
    private static final Pattern NATIVE = Pattern.compile("\\bSYS_(\\w+)");

    /** Made before the JVM is confined, or by commands whose JVM serves no guest. */
    private static final Set<String> BEFORE = Set.of(
            "seccomp",
            "pidfd_open",
            "pidfd_getfd",
            "openat",
            "open_tree",
            "mount_setattr",
            "socketpair",
            "bind",
            "connect",
            "listen",
            "socket",
            "landlock_create_ruleset",
            "timerfd_create",
            "timerfd_settime",
            "fchdir",
            "getcwd",
            "getgroups",
            "umask",
            // the node agent's: networks, volumes and roots of pods
            "fsconfig",
            "fsmount",
            "fsopen",
            "mount",
            "move_mount",
            "setns",
            "umount2",
            "unshare");

    @Test
    void everyCallOfTheSourceIsOnTheList() throws IOException {
        FilterTable table = FilterTable.kernel(true, true, 1);
        Set<String> missing = new TreeSet<>();
        for (String name : calls(false)) {
            int nr = number(name);
            if (nr >= 0 && table.rulesFor(nr, false).isEmpty() && !BEFORE.contains(name)) {
                missing.add(name);
            }
        }
        assertEquals(Set.of(), missing, "add them to KernelProfile with a reason, or to BEFORE here");
    }

    @Test
    void everyCallOnTheListIsMadeSomewhere() throws IOException {
        Set<String> made = calls(true);
        List<Rule> rules = FilterTable.kernel(true, true, 1).rules();
        Set<String> unused = new TreeSet<>();
        for (Rule rule : rules.subList(KernelProfile.JVM.length, rules.size())) {
            for (int nr : rule.calls()) {
                String name = Nr.name(nr);
                if (!made.contains(name)) {
                    unused.add(name);
                }
            }
        }
        assertEquals(Set.of(), unused, "nobody makes these calls: take them from KernelProfile");
    }

    private static int number(String name) {
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            if (name.equals(Nr.name(nr))) {
                return nr;
            }
        }
        return -1;
    }

    /** Numbers of calls in the source: those that are surely made, or all that are mentioned. */
    private static Set<String> calls(boolean mentioned) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String dir : new String[] {"host", "kernel", "runsc"}) {
            try (Stream<Path> files = Files.walk(root().resolve(dir + "/src/main/java"))) {
                for (Path file : files.toList()) {
                    String path = file.toString();
                    if (!path.endsWith(".java") || path.contains("/seccomp/") || path.contains("/trace/")) {
                        continue;
                    }
                    boolean hostSide = HOST_SIDE.matcher(path).find();
                    if (!mentioned && path.contains("/runsc/") && !hostSide) {
                        continue; // the command line: before confinement, or in a JVM without guests
                    }
                    names(mentioned || hostSide ? MENTION : CALL, Files.readString(file), names);
                }
            }
        }
        names(NATIVE, Files.readString(root().resolve("host/src/main/c/native.c")), names);
        return names;
    }

    private static void names(Pattern p, String text, Set<String> names) {
        Matcher m = p.matcher(text);
        while (m.find()) {
            for (int g = 1; g <= m.groupCount(); g++) {
                if (m.group(g) != null) {
                    names.add(m.group(g));
                }
            }
        }
    }

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("mvnw"))) {
            at = at.getParent();
        }
        return at;
    }
}
