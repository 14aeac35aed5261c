// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.oci.SpecError;
import io.sandjar.oci.SpecReader;
import io.sandjar.runsc.cgroups.CgroupError;
import io.sandjar.runsc.cgroups.Cgroups;
import io.sandjar.runsc.cgroups.Limits;
import io.sandjar.runsc.cgroups.PodTotals;
import io.sandjar.runsc.cgroups.ResourceLimits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code runsc update}: other limits for a container that runs. */
final class UpdateCommand extends RunscCommand {
    private static final int MAX_BYTES = 1 << 20;

    private static final Option[] OPTIONS = {
        Option.one("resources", "FILE", "-f", "a file with linux.resources of the runtime-spec, - for standard input")
                .or("r"),
        Option.one("blkio-weight", "N", "", "share of block devices, 10 to 1000"),
        Option.one("cpu-period", "MICROSECONDS", "", "period of the quota"),
        Option.one("cpu-quota", "MICROSECONDS", "", "CPU time in each period"),
        Option.one("cpu-burst", "MICROSECONDS", "", "CPU time that may be saved up for later"),
        Option.one("cpu-share", "N", "", "share of the CPUs, 1024 is usual").or("cpu-shares"),
        Option.one("cpu-rt-period", "MICROSECONDS", "", "period of the real-time limit"),
        Option.one("cpu-rt-runtime", "MICROSECONDS", "", "real-time CPU time in each period"),
        Option.one("cpuset-cpus", "LIST", "", "CPUs, for example 0-3,5"),
        Option.one("cpuset-mems", "LIST", "", "memory nodes"),
        Option.one("memory", "BYTES", "", "limit of memory; -1 for none").or("m"),
        Option.one("memory-reservation", "BYTES", "", "what it is cut down to when the host needs memory"),
        Option.one("memory-swap", "BYTES", "", "limit of memory and swap together; -1 for none"),
        Option.one("kernel-memory", "BYTES", "", "accepted"),
        Option.one("kernel-memory-tcp", "BYTES", "", "accepted"),
        Option.one("pids-limit", "N", "", "processes and threads; -1 for no limit"),
        Option.one("cpu-idle", "0|1", "", "whether it runs only when nobody else wants to"),
        Option.one("l3-cache-schema", "TEXT", "", "accepted"),
        Option.one("mem-bw-schema", "TEXT", "", "accepted"),
    };

    @Override
    String name() {
        return "update";
    }

    @Override
    String summary() {
        return "changes the limits of a container that runs";
    }

    @Override
    String usage() {
        return "[--resources FILE | OPTION...] ID";
    }

    @Override
    Option[] options() {
        return OPTIONS.clone();
    }

    @Override
    String details() {
        return """
            What is not given stays as it is. Sizes may end with k, m or g. For the sandbox of a pod whose totals runsc enforces,
            memory and CPU are those of the whole pod.
              runsc update --memory 256m --memory-swap 256m web
              echo '{"pids": {"limit": 100}}' | runsc update -r - web
            """;
    }

    @Override
    int run(Arguments args) {
        if (args.words().size() != 1) {
            throw new UsageError("which container?", "write runsc update --memory 256m ID");
        }
        ContainerDir container = ContainerDir.open(globals, args.words().get(0));
        if (!container.running()) {
            throw new Failure(1, "container " + container.id() + " is not running", "");
        }
        Cgroups groups = container.cgroups();
        String file = args.value("resources");
        Limits limits = file == null ? new Limits() : read(file);
        if (file == null) {
            options(args, limits);
        }
        limits.devices.clear(); // as in runc: the rules of the start stay
        try {
            String pod = container.read(PodTotals.NAME);
            if (pod == null) {
                groups.apply(limits);
            } else {
                PodTotals.apply(groups, Cgroups.load(pod), limits);
            }
        } catch (CgroupError e) {
            throw new Failure(1, e.text(), e.hint());
        }
        for (String note : groups.notes()) {
            globals.log().debug(note);
        }
        return OK;
    }

    private static Limits read(String file) {
        int fd = file.equals("-") ? 0 : Sys.openat(Sys.AT_FDCWD, file, O.O_RDONLY, 0);
        if (fd < 0) {
            throw new Failure(1, "cannot open " + file + ": " + ErrnoText.of(fd), "");
        }
        byte[] text = new byte[8192];
        int n = 0;
        long r = 1;
        while (r > 0 && n < MAX_BYTES) {
            text = n == text.length ? Arrays.copyOf(text, n * 2) : text;
            r = Sys.read(fd, text, n, text.length - n, -1);
            n += (int) Math.max(0, r);
        }
        try {
            return ResourceLimits.of(SpecReader.readResources(Arrays.copyOf(text, n)));
        } catch (SpecError e) {
            throw new Failure(1, (file.equals("-") ? "standard input" : file) + ": " + e.getMessage(), "");
        }
    }

    private static void options(Arguments args, Limits l) {
        l.blkioWeight = small(args, "blkio-weight");
        l.cpuPeriod = number(args, "cpu-period");
        l.cpuQuota = number(args, "cpu-quota");
        l.cpuBurst = number(args, "cpu-burst");
        l.cpuShares = number(args, "cpu-share");
        l.cpuRtPeriod = number(args, "cpu-rt-period");
        l.cpuRtRuntime = number(args, "cpu-rt-runtime");
        l.cpus = args.value("cpuset-cpus");
        l.mems = args.value("cpuset-mems");
        l.memoryLimit = size(args, "memory");
        l.memoryReservation = size(args, "memory-reservation");
        l.memorySwap = size(args, "memory-swap");
        l.pids = number(args, "pids-limit");
        l.cpuIdle = number(args, "cpu-idle");
    }

    private static @Nullable Long size(Arguments args, String option) {
        String text = args.value(option);
        if (text == null || text.isEmpty()) {
            return null;
        }
        return text.equals("-1") ? -1 : Values.size("--" + option, text);
    }

    private static @Nullable Integer small(Arguments args, String option) {
        Long n = number(args, option);
        return n == null ? null : (int) Math.max(0, Math.min(n, 65535));
    }

    private static @Nullable Long number(Arguments args, String option) {
        String text = args.value(option);
        if (text == null || text.isEmpty()) {
            return null;
        }
        long n = text.startsWith("-") ? -Values.number(text.substring(1)) : Values.number(text);
        if (n == (text.startsWith("-") ? 1 : -1) && !text.equals("-1")) {
            throw new UsageError("--" + option + ": \"" + text + "\" is not a number", "");
        }
        return n;
    }
}
