// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code sandjar do} was asked for, checked as far as it can be without looking at the file system. */
final class DoOptions {
    static final Option[] TABLE = {
        Option.one(
                "rootfs",
                "DIR",
                "-d",
                "host directory that the guest sees as / (default: /); what it writes there\n"
                        + "stays in memory and is gone at the end"),
        Option.many(
                "volume",
                "SRC:DST[:ro]",
                "-d",
                "host file or directory SRC shown at DST, written through to the host\n"
                        + "unless :ro; may be repeated"),
        Option.many(
                "tmpfs",
                "DST[:SIZE]",
                "",
                "empty directory in memory at DST, at most SIZE (512k, 64m, 2g); may be\n" + "repeated"),
        Option.one(
                "disk",
                "SIZE",
                "",
                "how much the guest may write outside of volumes: changes of the root, /tmp and\n"
                        + "the working directory together, names and attributes included (default: half\n"
                        + "of the memory for each)"),
        Option.many(
                "env",
                "NAME[=VALUE]",
                "-e",
                "sets a variable of the guest; may be repeated. It gets your environment\n"
                        + "otherwise (env -i sandjar do ... gives it an empty one)"),
        Option.one("workdir", "DIR", "-d", "where the command starts (default: the current directory)"),
        Option.one(
                "user",
                "UID[:GID]",
                "-u",
                "who the guest is: numbers, or names of the guest's /etc/passwd and\n" + "/etc/group (default: you)"),
        Option.one("hostname", "NAME", "", "the guest's host name (default: sandjar)"),
        Option.one(
                "network",
                "none|host",
                "-W 'none host'",
                "none: a loopback device of its own (default); host: the host's network"),
        Option.flag(
                "net-raw",
                "raw and packet sockets on the guest's own network, for its root: ping,\n" + "traceroute, tcpdump"),
        Option.one(
                "memory",
                "SIZE",
                "",
                "most memory that the guest's processes may have together (64m, 2g); who wants\n" + "more is killed"),
        Option.one("cpus", "NUMBER", "", "most CPU time, in CPUs: 0.5 is half of one"),
        Option.one("pids", "NUMBER", "", "most processes and threads of the guest"),
        Option.optional(
                "strace",
                "CALL,...",
                "prints system calls to stderr as strace does; only these, or file, network, ..."),
        Option.flag("stats", "prints at the end what the guest called and what is missing"),
        Option.one(
                "timeout",
                "DURATION",
                "",
                "ends the guest after 30s, 5m, 1h: SIGTERM, 5 seconds later SIGKILL; the\n"
                        + "exit status is then 124"),
        Option.flag("quiet", "no messages of Sandjar's own but errors"),
    };

    private static final long LEAST_MEMORY = 2 << 20;

    static final String DETAILS = """
        The guest sees the host's root directory, read-only below an overlay in memory: it may write anywhere and nothing
        of it reaches the host but in a --volume. /tmp, /proc, /dev and /sys are its own. The command is found in the
        guest's PATH.

        Exit status: the guest's own; 128+n if signal n killed it; 127 no such command; 126 the command cannot be executed;
        124 --timeout; 125 Sandjar failed (wrong option, the host lacks something: see sandjar doctor).

        Examples:
          sandjar do -- sh -c 'uname -a; id; ps; ls /'
          sandjar do bash                                   an interactive shell
          sandjar do --volume $PWD:$PWD make                may change this directory, nothing else
          sandjar do --volume ~/src:/src:ro --workdir /src --user 1000 -- ./configure
          sandjar do --rootfs ./alpine --env HOME=/root -- /bin/sh -l
          curl -s https://example.org/install.sh | sandjar do --timeout 1m --strace=execve,connect sh
          sandjar do --network host -- curl -s https://example.org
          sandjar do --memory 256m --cpus 0.5 --pids 100 --timeout 10s -- ./solution
        """;

    record Volume(String source, String target, boolean readOnly) {}

    /** @param size bytes, 0 for no limit of its own */
    record Tmpfs(String target, long size) {}

    final String rootfs;
    final List<Volume> volumes = new ArrayList<>();
    final List<Tmpfs> tmpfs = new ArrayList<>();

    /** Bytes; 0 for no limit of its own. */
    final long disk;

    final List<String> env;
    final @Nullable String workdir;
    final @Nullable String user;
    final String hostname;
    final boolean hostNetwork;
    final boolean rawSockets;

    /** Bytes, 0 for no limit. */
    final long memory;

    /** CPUs, 0 for no limit. */
    final double cpus;

    /** 0 for no limit. */
    final long pids;

    final boolean strace;

    /** Names of the calls to trace; empty for all. */
    final List<String> straceCalls;

    final boolean stats;
    final boolean quiet;

    /** 0 for none. */
    final long timeoutNanos;

    final List<String> command;

    DoOptions(Arguments a, @Nullable String hostWorkingDirectory) {
        String base = hostWorkingDirectory == null ? "/" : hostWorkingDirectory;
        rootfs = Values.absolute(a.value("rootfs", "/"), base);
        for (String v : a.values("volume")) {
            volumes.add(volume(v, base));
        }
        for (String t : a.values("tmpfs")) {
            tmpfs.add(tmpfs(t));
        }
        String size = a.value("disk");
        disk = size == null ? 0 : Values.size("--disk", size);
        env = a.values("env");
        for (String e : env) {
            if (e.isEmpty() || e.charAt(0) == '=') {
                throw new UsageError("--env: \"" + e + "\" has no name", "write --env NAME=VALUE");
            }
        }
        String most = a.value("memory");
        memory = most == null ? 0 : Values.size("--memory", most);
        if (most != null && memory < LEAST_MEMORY) {
            throw new UsageError("--memory: " + most + " is too little for a process", "write at least 2m");
        }
        String share = a.value("cpus");
        cpus = share == null ? 0 : Values.cpus("--cpus", share);
        String tasks = a.value("pids");
        pids = tasks == null ? 0 : Values.number(tasks);
        if (tasks != null && pids <= 0) {
            throw new UsageError("--pids: \"" + tasks + "\" is not a number of processes", "write 1 or more");
        }
        workdir = a.value("workdir");
        if (workdir != null && !workdir.startsWith("/")) {
            throw new UsageError(
                    "--workdir: " + workdir + " is not absolute", "it is a path of the guest, write /" + workdir);
        }
        user = a.value("user");
        if (user != null && (user.isEmpty() || user.startsWith(":"))) {
            throw new UsageError("--user: no user given", "write --user 1000, --user 1000:1000 or --user nobody");
        }
        hostname = hostname(a.value("hostname", "sandjar"));
        String network = a.value("network", "none");
        hostNetwork = network.equals("host");
        if (!hostNetwork && !network.equals("none")) {
            throw new UsageError(
                    "--network: \"" + network + "\" is not there",
                    "write --network none (loopback only) or --network host");
        }
        rawSockets = a.has("net-raw");
        strace = a.has("strace");
        straceCalls = words(a.value("strace", ""));
        stats = a.has("stats");
        quiet = a.has("quiet");
        String timeout = a.value("timeout");
        timeoutNanos = timeout == null ? 0 : Values.duration("--timeout", timeout);
        command = a.words();
        if (command.isEmpty()) {
            throw new UsageError("no command given", "write sandjar do [OPTION]... [--] COMMAND [ARGUMENT]...");
        }
    }

    private static Volume volume(String text, String base) {
        String rest = text;
        boolean readOnly = text.endsWith(":ro");
        if (readOnly || text.endsWith(":rw")) {
            rest = text.substring(0, text.length() - 3);
        }
        int colon = rest.indexOf(':');
        if (colon <= 0 || colon == rest.length() - 1) {
            throw new UsageError(
                    "--volume: \"" + text + "\" lacks a side", "write --volume SRC:DST or SRC:DST:ro, e.g. $PWD:/src");
        }
        String target = rest.substring(colon + 1);
        if (!target.startsWith("/")) {
            throw new UsageError("--volume: the guest's path " + target + " is not absolute", "write SRC:/" + target);
        }
        return new Volume(Values.absolute(rest.substring(0, colon), base), Values.absolute(target, "/"), readOnly);
    }

    private static Tmpfs tmpfs(String text) {
        int colon = text.indexOf(':');
        String target = colon < 0 ? text : text.substring(0, colon);
        if (!target.startsWith("/")) {
            throw new UsageError("--tmpfs: \"" + text + "\" is not absolute", "write --tmpfs /DIR or /DIR:64m");
        }
        String size = colon < 0 ? "" : text.substring(colon + 1);
        if (size.startsWith("size=")) { // as docker writes it
            size = size.substring(5);
        }
        return new Tmpfs(Values.absolute(target, "/"), colon < 0 ? 0 : Values.size("--tmpfs", size));
    }

    private static String hostname(String name) {
        if (name.isEmpty() || name.length() > 64 || name.indexOf('/') >= 0) {
            throw new UsageError("--hostname: \"" + name + "\" is no host name", "1 to 64 letters, digits, - and .");
        }
        return name;
    }

    private static List<String> words(String text) {
        ArrayList<String> all = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int end = text.indexOf(',', from);
            if (end < 0) {
                end = text.length();
            }
            if (end > from) {
                all.add(text.substring(from, end));
            }
            from = end + 1;
        }
        return all;
    }

    /** The guest's environment: the user's, with what --env changes. */
    List<String> environment(List<String> users) {
        ArrayList<String> all = new ArrayList<>(users);
        for (String e : env) {
            int equals = e.indexOf('=');
            if (equals < 0) {
                continue; // the user's own value, as docker has it: it is there already
            }
            String prefix = e.substring(0, equals + 1);
            int at = all.size();
            for (int i = all.size() - 1; i >= 0; i--) {
                if (all.get(i).startsWith(prefix)) {
                    at = i;
                    all.remove(i);
                }
            }
            all.add(at, e);
        }
        return all;
    }
}
