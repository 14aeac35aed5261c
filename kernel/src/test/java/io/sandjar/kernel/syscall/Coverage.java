// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which programs of conformance/c check which system calls. A call is checked where {@code ERR(call(...), errno)} stands,
 * by its own name, through {@code syscall(SYS_call, ...)}, through a helper of the same file that does nothing else, or by
 * the name that the C library gives it. What a program checks in another way it says in a line {@code covers: call call}.
 * Calls that cannot fail are checked where they are made.
 */
final class Coverage {
    private static final Pattern HELPER = Pattern.compile(
            "static [\\w ]+[ *](\\w+)\\([^)]*\\)\\s*\\{\\s*return\\s+(?:\\([^)]*\\)\\s*)?syscall\\((?:SYS|__NR)_(\\w+)");
    private static final Pattern ERROR =
            Pattern.compile("ERR\\(\\s*(?:\\([^()]*\\)\\s*)?(\\w+)(\\((?:SYS|__NR)_(\\w+))?");
    private static final Pattern WANTED = Pattern.compile(",\\s*(E[A-Z0-9]+)\\)");
    private static final int LONGEST_CHECK = 300;
    private static final Pattern MADE = Pattern.compile("\\b(\\w+)\\((?:(?:SYS|__NR)_(\\w+))?");
    private static final Pattern COVERS = Pattern.compile("\\bcovers: ([\\w ]+)");

    private static final Set<String> NEVER_FAIL = Set.of(
            ("sync getpid gettid getppid getuid geteuid getgid getegid getpgrp umask alarm sched_yield setfsuid setfsgid exit"
                            + " exit_group set_tid_address rt_sigreturn munlockall time pause munlock")
                    .split(" "));

    /** What the C library makes of a function of another name. */
    private static final Map<String, String> LIBC = Map.ofEntries(
            Map.entry("open", "openat"),
            Map.entry("stat", "newfstatat"),
            Map.entry("lstat", "newfstatat"),
            Map.entry("fstatat", "newfstatat"),
            Map.entry("pread", "pread64"),
            Map.entry("pwrite", "pwrite64"),
            Map.entry("fork", "clone"),
            Map.entry("wait", "wait4"),
            Map.entry("waitpid", "wait4"),
            Map.entry("wait3", "wait4"),
            Map.entry("getrlimit", "prlimit64"),
            Map.entry("setrlimit", "prlimit64"),
            Map.entry("prlimit", "prlimit64"),
            Map.entry("select", "pselect6"),
            Map.entry("pselect", "pselect6"),
            Map.entry("nanosleep", "clock_nanosleep"),
            Map.entry("eventfd", "eventfd2"),
            Map.entry("signalfd", "signalfd4"),
            Map.entry("mknod", "mknodat"),
            Map.entry("mkfifo", "mknodat"),
            Map.entry("mkfifoat", "mknodat"),
            Map.entry("fexecve", "execveat"),
            Map.entry("execv", "execve"),
            Map.entry("execl", "execve"),
            Map.entry("execlp", "execve"),
            Map.entry("execvp", "execve"),
            Map.entry("send", "sendto"),
            Map.entry("recv", "recvfrom"),
            Map.entry("sigaction", "rt_sigaction"),
            Map.entry("signal", "rt_sigaction"),
            Map.entry("sigprocmask", "rt_sigprocmask"),
            Map.entry("sigpending", "rt_sigpending"),
            Map.entry("sigsuspend", "rt_sigsuspend"),
            Map.entry("sigtimedwait", "rt_sigtimedwait"),
            Map.entry("sigwaitinfo", "rt_sigtimedwait"),
            Map.entry("sigqueue", "rt_sigqueueinfo"),
            Map.entry("mq_send", "mq_timedsend"),
            Map.entry("mq_receive", "mq_timedreceive"),
            Map.entry("mq_getattr", "mq_getsetattr"),
            Map.entry("mq_setattr", "mq_getsetattr"),
            Map.entry("utime", "utimensat"),
            Map.entry("futimens", "utimensat"),
            Map.entry("adjtimex", "clock_adjtime"),
            Map.entry("umount", "umount2"),
            Map.entry("klogctl", "syslog"),
            Map.entry("tcgetattr", "ioctl"),
            Map.entry("posix_fadvise", "fadvise64"),
            Map.entry("getdents", "getdents64"));

    private Coverage() {}

    /** Names of programs by the name of the call. */
    static Map<String, List<String>> of(Path directory) throws IOException {
        Map<String, List<String>> all = new TreeMap<>();
        List<Path> sources;
        try (Stream<Path> files = Files.list(directory)) {
            sources = files.filter(f -> f.toString().endsWith(".c")).sorted().toList();
        }
        for (Path source : sources) {
            String program = source.getFileName().toString().replace(".c", "");
            for (String call : calls(Files.readString(source))) {
                all.computeIfAbsent(call, c -> new ArrayList<>()).add(program);
            }
        }
        return all;
    }

    /** The errors that the programs of a directory want, by the name of the call. */
    static Map<String, Set<String>> errors(Path directory) throws IOException {
        Map<String, Set<String>> all = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path source : files.filter(f -> f.toString().endsWith(".c")).toList()) {
                errors(Files.readString(source), all);
            }
        }
        return all;
    }

    private static Set<String> errors(String source, Map<String, Set<String>> all) {
        Map<String, String> helpers = new HashMap<>();
        for (Matcher m = HELPER.matcher(source); m.find(); ) {
            helpers.put(m.group(1), m.group(2));
        }
        Set<String> calls = new TreeSet<>();
        Matcher wanted = WANTED.matcher(source);
        for (Matcher m = ERROR.matcher(source); m.find(); ) {
            String made = m.group(1);
            String name = m.group(3) != null
                    ? m.group(3)
                    : helpers.containsKey(made) ? helpers.get(made) : LIBC.getOrDefault(made, made);
            calls.add(name);
            wanted.region(m.end(), Math.min(m.end() + LONGEST_CHECK, source.length()));
            if (wanted.find()) {
                all.computeIfAbsent(name, n -> new TreeSet<>()).add(wanted.group(1));
            }
        }
        return calls;
    }

    static Set<String> calls(String source) {
        Set<String> calls = errors(source, new TreeMap<>());
        for (Matcher m = MADE.matcher(source); m.find(); ) {
            String name = m.group(2) != null ? m.group(2) : m.group(1);
            if (NEVER_FAIL.contains(name)) {
                calls.add(name);
            }
        }
        for (Matcher m = COVERS.matcher(source); m.find(); ) {
            calls.addAll(List.of(m.group(1).strip().split(" +")));
        }
        return calls;
    }
}
