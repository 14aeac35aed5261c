// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.runsc.cgroups.Cgroups;
import io.sandjar.runsc.cgroups.Figures;
import java.util.concurrent.locks.LockSupport;

/** {@code runsc events}: what a container uses, from its control groups. */
final class EventsCommand extends RunscCommand {
    private static final long LOOK_NANOS = 100_000_000;

    private static final Option[] OPTIONS = {
        Option.flag("stats", "print the figures once and end"),
        Option.one("interval", "TIME", "", "time between figures (default 5s)"),
        Option.one("format", "json", "-W json", "accepted: the figures are JSON"),
    };

    @Override
    String name() {
        return "events";
    }

    @Override
    String summary() {
        return "shows what a container uses, and when it runs out of memory";
    }

    @Override
    String usage() {
        return "[--stats] [--interval TIME] ID";
    }

    @Override
    Option[] options() {
        return OPTIONS.clone();
    }

    @Override
    String details() {
        return """
            Each line is a JSON object: of type "stats" with the figures of the container's control groups, or of type "oom"
            when the host killed a process of it for want of memory. It ends with the container.
            """;
    }

    @Override
    int run(Arguments args) {
        if (args.words().size() != 1) {
            throw new UsageError("which container?", "write runsc events --stats ID");
        }
        long interval = Values.duration("--interval", args.value("interval", "5s"));
        if (interval <= 0) {
            throw new UsageError("--interval: must be more than 0", "");
        }
        ContainerDir container = ContainerDir.open(globals, args.words().get(0));
        Cgroups groups = container.cgroups();
        if (!container.running()) {
            throw new Failure(1, "container " + container.id() + " is not running", "");
        }
        if (args.has("stats")) {
            Out.out(Figures.event(groups, "", container.id()) + "\n");
            return OK;
        }
        follow(container, groups, interval);
        return OK;
    }

    /** The host tells of its kills only by a number that grows, which is looked at often. */
    private static void follow(ContainerDir container, Cgroups groups, long interval) {
        long kills = Figures.oomKills(groups);
        long next = System.nanoTime() + interval;
        while (true) {
            boolean running = container.running();
            long now = Figures.oomKills(groups);
            if (now > kills && kills >= 0) {
                Out.out(Figures.event("oom", container.id()) + "\n");
            }
            kills = Math.max(kills, now);
            if (!running) {
                return;
            }
            if (System.nanoTime() - next >= 0) {
                next += interval;
                Out.out(Figures.event(groups, "", container.id()) + "\n");
            }
            LockSupport.parkNanos(Math.min(LOOK_NANOS, Math.max(1, next - System.nanoTime())));
        }
    }
}
