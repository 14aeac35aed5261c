// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The flags before the verb. They are runc's and those of gVisor's runsc that have a meaning here; the native program has
 * taken away the others.
 */
final class Globals {
    static final Option[] TABLE = {
        Option.one("root", "DIR", "-d", "where the state of containers is kept"),
        Option.one("log", "FILE", "-f", "where errors are written too"),
        Option.one("log-format", "text|json", "-W 'text json'", "how"),
        Option.flag("debug", "write more to the logs"),
        Option.one("debug-log", "PATH", "-f", "the kernel's own log"),
        Option.flag("systemd-cgroup", "cgroupsPath is of the form slice:prefix:name"),
        Option.flag("rootless", "run without the host's root"),
        Option.flag("ignore-cgroups", "make no control groups"),
        Option.one("network", "sandbox|host|none", "-W 'sandbox host none'", "what network guests have"),
        Option.one("overlay2", "WHERE", "", "where writes to the root go: none, root:memory, root:self, root:dir=DIR"),
        Option.flag("overlay", "as --overlay2 all:memory"),
        Option.one("host-uds", "WHICH", "-W 'none open create all'", "UNIX sockets of the host that guests may use"),
        Option.one("host-fifo", "none|open", "-W 'none open'", "FIFOs of the host that guests may use"),
        Option.one("file-access", "WHICH", "-W 'exclusive shared'", "accepted"),
        Option.one("file-access-mounts", "WHICH", "-W 'exclusive shared'", "accepted"),
        Option.flag("strace", "log the guests' system calls"),
        Option.flag("net-raw", "raw and packet sockets for guests with CAP_NET_RAW, on the sandbox's own network"),
        Option.flag("allow-flag-override", "accepted"),
    };

    static final Globals NONE = new Globals(Arguments.parse(TABLE, List.of(), 0));

    private final Arguments given;
    private final EngineLog log;

    private Globals(Arguments given) {
        this.given = given;
        this.log = new EngineLog(
                given.value("log"), given.value("log-format", "text").equals("json"), given.has("debug"));
    }

    static Globals parse(List<String> args) {
        return new Globals(Arguments.parse(TABLE, args, 0));
    }

    /** Those among a runtime verb's own: the native program puts them behind the verb. */
    static Globals of(Arguments given) {
        return new Globals(given);
    }

    /** A verb's table with these flags in it. */
    static Option[] and(Option[] own) {
        Option[] all = Arrays.copyOf(own, own.length + TABLE.length);
        System.arraycopy(TABLE, 0, all, own.length, TABLE.length);
        return all;
    }

    /** How many words of the command line these are. */
    int count(List<String> args) {
        return args.size() - given.words().size();
    }

    /** The verb, these flags, and what follows the verb. */
    List<String> verbFirst(List<String> args) {
        int flags = count(args);
        if (flags == args.size()) {
            return List.of();
        }
        ArrayList<String> all = new ArrayList<>(args);
        all.remove(flags);
        all.add(0, args.get(flags));
        return all;
    }

    /** Those that the native program needs when it is called again, as words. */
    List<String> forwarded() {
        ArrayList<String> all = new ArrayList<>();
        for (String name : new String[] {"root", "log", "log-format"}) {
            String v = given.value(name);
            if (v != null) {
                all.add("--" + name + "=" + v);
            }
        }
        if (given.has("debug")) {
            all.add("--debug");
        }
        return all;
    }

    EngineLog log() {
        return log;
    }

    boolean has(String name) {
        return given.has(name);
    }

    @Nullable
    String value(String name) {
        return given.value(name);
    }

    String value(String name, String otherwise) {
        return given.value(name, otherwise);
    }
}
