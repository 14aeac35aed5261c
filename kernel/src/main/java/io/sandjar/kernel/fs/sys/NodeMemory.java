// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import static io.sandjar.abi.Errno.*;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.vfs.Caller;
import java.util.Set;

/** node0/meminfo: all memory of the machine, which is the host's (meminfo in /proc), in the order of that file. */
final class NodeMemory extends SysText {
    private static final int NUMBER_COLUMN = 24;

    /** What Linux tells of the whole machine only, or under another name. */
    private static final Set<String> ELSEWHERE = Set.of(
            "MemAvailable",
            "Buffers",
            "Cached",
            "SwapTotal",
            "SwapFree",
            "Zswap",
            "Zswapped",
            "CommitLimit",
            "Committed_AS",
            "VmallocTotal",
            "VmallocUsed",
            "VmallocChunk",
            "Percpu",
            "HardwareCorrupted",
            "Hugepagesize",
            "Hugetlb",
            "HugePages_Rsvd",
            "DirectMap4k",
            "DirectMap2M",
            "DirectMap1G",
            "CmaTotal",
            "CmaFree",
            "Balloon",
            "Unaccepted",
            "GPUActive",
            "GPUReclaim");

    NodeMemory(PseudoFs fs) {
        super(fs, "");
    }

    @Override
    protected int text(Caller c, StringBuilder out) {
        String host = HostFiles.memory();
        if (host == null) {
            return -EIO;
        }
        for (String line : host.split("\n")) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon);
            if (name.isEmpty() || ELSEWHERE.contains(name)) {
                continue;
            }
            out.append("Node 0 ").append(line).append('\n');
            if (name.equals("MemFree")) {
                figure(out, "MemUsed", kilobytes(host, "MemTotal") - kilobytes(host, "MemFree"));
            } else if (name.equals("Writeback")) {
                figure(out, "FilePages", kilobytes(host, "Cached") + kilobytes(host, "Buffers"));
            }
        }
        return 0;
    }

    private static void figure(StringBuilder out, String name, long kilobytes) {
        String number = Long.toString(kilobytes);
        out.append("Node 0 ").append(name).append(':');
        for (int i = name.length() + 1 + number.length(); i < NUMBER_COLUMN; i++) {
            out.append(' ');
        }
        out.append(number).append(" kB\n");
    }

    /** A figure of meminfo; 0 when it is not there. */
    static long kilobytes(String meminfo, String name) {
        int at = meminfo.startsWith(name + ":") ? 0 : meminfo.indexOf("\n" + name + ":") + 1;
        if (at == 0 && !meminfo.startsWith(name + ":")) {
            return 0;
        }
        int from = at + name.length() + 1;
        while (from < meminfo.length() && meminfo.charAt(from) == ' ') {
            from++;
        }
        return Math.max(0, CgroupView.number(meminfo.substring(from)));
    }
}
