// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import io.sandjar.runsc.cgroups.Cgroups.Group;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a container uses, as JSON in the shape of runc's {@code events --stats}: engines and people read that one. The
 * same names serve v1 and v2; what a host does not count is 0 or left out.
 */
public final class Figures {
    private static final long TICK_NANOS = 10_000_000;
    private static final long NO_LIMIT = -1; // as unsigned: the largest number

    private final Cgroups groups;
    private final String root;
    private final Json j = new Json();

    private Figures(Cgroups groups, String root) {
        this.groups = groups;
        this.root = root;
    }

    /** One event of type "stats". */
    public static String event(Cgroups groups, String root, String id) {
        return new Json().open("", '{').text("type", "stats").text("id", id) + ",\"data\":" + data(groups, root) + "}";
    }

    /** An event without figures, such as "oom". */
    public static String event(String type, String id) {
        return new Json()
                .open("", '{')
                .text("type", type)
                .text("id", id)
                .close('}')
                .toString();
    }

    /** The object of all figures. */
    public static String data(Cgroups groups, String root) {
        Figures f = new Figures(groups, root);
        f.j.open("", '{');
        f.cpu();
        f.cpuset();
        f.memory();
        f.pids();
        f.blkio();
        f.hugePages();
        f.j.open("intel_rdt", '{').close('}').close('}');
        return f.j.toString();
    }

    /** How often the host killed something in the group for want of memory; -1 when it does not say. */
    public static long oomKills(Cgroups groups) {
        Group g = groups.find("memory");
        if (g == null) {
            return -1;
        }
        return field(readGuests(g, Settings.v2(g) ? "memory.events" : "memory.oom_control"), "oom_kill", -1);
    }

    private void cpu() {
        Group acct = groups.find("cpuacct");
        Group cpu = groups.find("cpu");
        String stat = read(cpu, "cpu.stat");
        boolean v2 = cpu != null && Settings.v2(cpu);
        j.open("cpu", '{').open("usage", '{');
        if (v2) {
            j.some("total", field(stat, "usage_usec", 0) * 1000);
            j.number("kernel", field(stat, "system_usec", 0) * 1000);
            j.number("user", field(stat, "user_usec", 0) * 1000);
        } else {
            cpuV1(acct);
        }
        j.close('}').open("throttling", '{');
        j.some("periods", field(stat, "nr_periods", 0));
        j.some("throttledPeriods", field(stat, "nr_throttled", 0));
        j.some("throttledTime", v2 ? field(stat, "throttled_usec", 0) * 1000 : field(stat, "throttled_time", 0));
        j.close('}').close('}');
    }

    private void cpuV1(@Nullable Group acct) {
        j.some("total", number(acct, "cpuacct.usage", 0));
        String each = read(acct, "cpuacct.usage_percpu");
        if (!each.isEmpty()) {
            numbers("percpu", Text.words(each), 0, 1);
        }
        String all = read(acct, "cpuacct.usage_all"); // lines "cpu user system" under a heading
        List<String> table = Text.words(all);
        if (table.size() > 3) {
            numbers("percpu_kernel", table, 5, 3);
            numbers("percpu_user", table, 4, 3);
        }
        String stat = read(acct, "cpuacct.stat");
        j.number("kernel", field(stat, "system", 0) * TICK_NANOS);
        j.number("user", field(stat, "user", 0) * TICK_NANOS);
    }

    private void numbers(String name, List<String> words, int from, int step) {
        j.open(name, '[');
        for (int i = from; i < words.size(); i += step) {
            j.number("", Text.number(words.get(i), 0));
        }
        j.close(']');
    }

    private void cpuset() {
        Group g = groups.find("cpuset");
        j.open("cpuset", '{');
        set("cpus", g, "cpuset.cpus");
        j.number("cpu_exclusive", number(g, "cpuset.cpu_exclusive", 0));
        set("mems", g, "cpuset.mems");
        j.number("mem_hardwall", number(g, "cpuset.mem_hardwall", 0));
        j.number("mem_exclusive", number(g, "cpuset.mem_exclusive", 0));
        j.number("memory_migrate", number(g, "cpuset.memory_migrate", 0));
        j.number("memory_spread_page", number(g, "cpuset.memory_spread_page", 0));
        j.number("memory_spread_slab", number(g, "cpuset.memory_spread_slab", 0));
        j.number("memory_pressure", number(g, "cpuset.memory_pressure", 0));
        j.number("sched_load_balance", number(g, "cpuset.sched_load_balance", 0));
        long level = number(g, "cpuset.sched_relax_domain_level", 0);
        j.number("sched_relax_domain_level", Math.max(0, level));
        j.close('}');
    }

    /** A list like "0-3,5" as numbers. */
    private void set(String name, @Nullable Group g, String file) {
        String text = read(g, file).strip();
        if (text.isEmpty()) {
            return;
        }
        j.open(name, '[');
        for (String part : Text.split(text, ',')) {
            int dash = part.indexOf('-');
            long from = Text.number(dash < 0 ? part : part.substring(0, dash), 0);
            long to = dash < 0 ? from : Text.number(part.substring(dash + 1), from);
            for (long n = from; n <= to && n - from < 8192; n++) {
                j.number("", n);
            }
        }
        j.close(']');
    }

    private void memory() {
        Group g = groups.find("memory");
        String stat = readGuests(g, "memory.stat");
        j.open("memory", '{');
        if (g != null && Settings.v2(g)) {
            memoryV2(g, stat);
        } else {
            j.some("cache", field(stat, "cache", 0));
            entry("usage", g, "memory");
            entry("swap", g, "memory.memsw");
            entry("kernel", g, "memory.kmem");
            entry("kernelTCP", g, "memory.kmem.tcp");
        }
        List<String> words = Text.words(stat);
        if (words.size() > 1) {
            j.open("raw", '{');
            for (int i = 0; i + 1 < words.size(); i += 2) {
                j.number(words.get(i), Text.number(words.get(i + 1), 0));
            }
            j.close('}');
        }
        j.close('}');
    }

    private void entry(String name, @Nullable Group g, String prefix) {
        entry(
                name,
                numberGuests(g, prefix + ".limit_in_bytes", 0),
                numberGuests(g, prefix + ".usage_in_bytes", 0),
                numberGuests(g, prefix + ".max_usage_in_bytes", 0),
                numberGuests(g, prefix + ".failcnt", 0));
    }

    private void entry(String name, long limit, long usage, long max, long failures) {
        j.open(name, '{')
                .number("limit", limit)
                .some("usage", usage)
                .some("max", max)
                .number("failcnt", failures);
        j.close('}');
    }

    /** As v1 counts: swap is memory and swap together. */
    private void memoryV2(Group g, String stat) {
        j.some("cache", field(stat, "file", 0));
        long limit = numberGuests(g, "memory.max", NO_LIMIT);
        long usage = numberGuests(g, "memory.current", 0);
        long failures = field(readGuests(g, "memory.events"), "max", 0);
        entry("usage", limit, usage, numberGuests(g, "memory.peak", 0), failures);
        long swapLimit = numberGuests(g, "memory.swap.max", NO_LIMIT);
        long both = limit == NO_LIMIT || swapLimit == NO_LIMIT ? NO_LIMIT : limit + swapLimit;
        entry("swap", both, usage + numberGuests(g, "memory.swap.current", 0), 0, 0);
        entry("kernel", 0, 0, 0, 0);
        entry("kernelTCP", 0, 0, 0, 0);
    }

    private void pids() {
        Group g = groups.find("pids");
        long limit = numberGuests(g, "pids.max", 0);
        j.open("pids", '{')
                .some("current", numberGuests(g, "pids.current", 0))
                .some("limit", limit)
                .close('}');
    }

    private void blkio() {
        j.open("blkio", '{');
        Group g = groups.find("blkio");
        if (g != null && !Settings.v2(g)) {
            blkioV1("ioServiceBytesRecursive", g, "io_service_bytes");
            blkioV1("ioServicedRecursive", g, "io_serviced");
        } else if (g != null) {
            ioV2("ioServiceBytesRecursive", read(g, "io.stat"), "rbytes", "wbytes", "dbytes");
            ioV2("ioServicedRecursive", read(g, "io.stat"), "rios", "wios", "dios");
        }
        j.close('}');
    }

    private void blkioV1(String name, Group g, String file) {
        String text = read(g, "blkio.bfq." + file + "_recursive");
        if (text.indexOf(':') < 0) {
            text = read(g, "blkio.throttle." + file + "_recursive");
        }
        if (text.indexOf(':') < 0) {
            text = read(g, "blkio.throttle." + file);
        }
        if (text.indexOf(':') < 0) {
            return;
        }
        j.open(name, '[');
        for (String line : Text.lines(text)) {
            List<String> w = Text.words(line); // "8:0 Read 4096"
            if (w.size() == 3) {
                device(w.get(0), w.get(1), Text.number(w.get(2), 0));
            }
        }
        j.close(']');
    }

    private void ioV2(String name, String text, String read, String write, String discard) {
        if (text.indexOf(':') < 0) {
            return;
        }
        j.open(name, '[');
        for (String line : Text.lines(text)) {
            List<String> w = Text.words(line); // "8:0 rbytes=1 wbytes=2 ..."
            for (int i = 1; i < w.size(); i++) {
                int equals = w.get(i).indexOf('=');
                String key = equals < 0 ? "" : w.get(i).substring(0, equals);
                String op =
                        key.equals(read) ? "Read" : key.equals(write) ? "Write" : key.equals(discard) ? "Discard" : "";
                if (!op.isEmpty()) {
                    device(w.get(0), op, Text.number(w.get(i).substring(equals + 1), 0));
                }
            }
        }
        j.close(']');
    }

    private void device(String device, String op, long value) {
        int colon = device.indexOf(':');
        if (colon > 0) {
            j.open("", '{').some("major", Text.number(device.substring(0, colon), 0));
            j.some("minor", Text.number(device.substring(colon + 1), 0))
                    .text("op", op)
                    .some("value", value)
                    .close('}');
        }
    }

    private void hugePages() {
        Group g = groups.find("hugetlb");
        j.open("hugetlb", '{');
        for (String name : Files.directories(root + "/sys/kernel/mm/hugepages")) {
            String size = pageSize(name);
            String file = "hugetlb." + size;
            if (g == null || size.isEmpty()) {
                continue;
            }
            boolean v2 = Settings.v2(g);
            String usage = read(g, file + (v2 ? ".current" : ".usage_in_bytes"));
            if (usage.isEmpty()) {
                continue;
            }
            j.open(size, '{').some("usage", Text.number(usage.strip(), 0));
            j.some("max", v2 ? 0 : number(g, file + ".max_usage_in_bytes", 0));
            j.number("failcnt", v2 ? field(read(g, file + ".events"), "max", 0) : number(g, file + ".failcnt", 0));
            j.close('}');
        }
        j.close('}');
    }

    /** "hugepages-2048kB" is "2MB". */
    static String pageSize(String directory) {
        if (!directory.startsWith("hugepages-") || !directory.endsWith("kB")) {
            return "";
        }
        long kb = Text.number(directory.substring(10, directory.length() - 2), 0);
        return kb >= 1 << 20 ? (kb >> 20) + "GB" : kb >= 1 << 10 ? (kb >> 10) + "MB" : kb + "KB";
    }

    private static String read(@Nullable Group g, String file) {
        String s = g == null ? null : Files.read(g.path() + "/" + file);
        return s == null ? "" : s;
    }

    /** Memory and pids are the guests' alone. */
    private static String readGuests(@Nullable Group g, String file) {
        String s = g == null ? null : Files.read(Cgroups.guests(g) + "/" + file);
        return s == null ? "" : s;
    }

    private static long numberGuests(@Nullable Group g, String file, long otherwise) {
        return number(readGuests(g, file), otherwise);
    }

    private static long number(@Nullable Group g, String file, long otherwise) {
        return number(read(g, file), otherwise);
    }

    private static long number(String text, long otherwise) {
        String s = text.strip();
        return s.isEmpty() ? otherwise : Text.number(s, otherwise);
    }

    /** A number out of lines "name number". */
    static long field(String text, String name, long otherwise) {
        for (String line : Text.lines(text)) {
            int blank = line.indexOf(' ');
            if (blank == name.length() && line.startsWith(name)) {
                return Text.number(line.substring(blank + 1).strip(), otherwise);
            }
        }
        return otherwise;
    }
}
