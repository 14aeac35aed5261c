// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.runsc.create.CreateRequest;
import io.sandjar.runsc.create.Creation;
import io.sandjar.runsc.create.Launch;
import io.sandjar.runsc.create.Overlay;

/** {@code runsc create}: the host's part of it; the native program has made launcher and sandbox. */
final class CreateCommand extends RunscCommand {
    static final Option[] OPTIONS = {
        Option.one("bundle", "DIR", "-d", "where config.json is; this directory otherwise")
                .or("b"),
        Option.one("pid-file", "FILE", "-f", "gets the pid of the container"),
        Option.one("console-socket", "SOCKET", "-f", "gets the terminal's master"),
        Option.one("preserve-fds", "N", "", "hand on descriptors 3 to 2+N"),
        Option.flag("detach", "of run: do not wait for its end").or("d"),
        Option.flag("keep", "of run: do not delete it at its end"),
        Option.flag("no-pivot", "accepted"),
        Option.flag("no-new-keyring", "accepted"),
        Option.flag("no-subreaper", "accepted"),
        Option.one("user-log", "FILE", "-f", "accepted"),
        Option.one("pidfd-socket", "SOCKET", "-f", "accepted"),
        Option.many("pass-fd", "FD", "", "accepted"),
        Option.one("exec-fd", "FD", "", "accepted"),
    };

    @Override
    String name() {
        return "create";
    }

    @Override
    String summary() {
        return "makes a container from a bundle, ready to start";
    }

    @Override
    String usage() {
        return "[OPTION]... ID";
    }

    @Override
    Option[] options() {
        return OPTIONS;
    }

    @Override
    String details() {
        return "";
    }

    @Override
    int run(Arguments args) {
        if (args.words().isEmpty()) {
            throw new UsageError("which container?", "write runsc create --bundle DIR ID");
        }
        CreateRequest request = request(args);
        Launch launch = Launch.of(HostSide.environment());
        if (launch == null) {
            Creation.check(request.bundle()); // the native program found something wrong with it
            throw new Failure(1, "nothing was launched for this container", "the program to call is bin/runsc");
        }
        new Creation(request, launch).run();
        return OK;
    }

    private CreateRequest request(Arguments args) {
        String overlay = globals.value("overlay2", globals.has("overlay") ? "root:memory" : "none");
        String fds = args.value("preserve-fds", "0");
        int preserve = (int) Math.min(1000, Values.number(fds));
        if (preserve < 0) {
            throw new UsageError("--preserve-fds: \"" + fds + "\" is not a number", "write how many");
        }
        return new CreateRequest(
                args.words().get(0),
                HostSide.absolute(args.value("bundle", ".")),
                args.value("pid-file"),
                preserve,
                globals.has("systemd-cgroup"),
                globals.has("rootless") || HostSide.uid() != 0,
                globals.has("ignore-cgroups"),
                globals.value("network", "sandbox"),
                Overlay.of(overlay),
                globals.value("host-uds", "none"),
                globals.has("strace"),
                HostSide.uid(),
                globals.log());
    }
}
