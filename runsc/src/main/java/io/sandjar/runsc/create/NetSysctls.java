// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.runsc.EngineLog;
import io.sandjar.runsc.ErrnoText;
import io.sandjar.runsc.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * The spec's {@code linux.sysctl} that belong to the network: set in the container's network namespace, which is one of
 * the host's. The others are the kernel's own business.
 */
final class NetSysctls {
    private static final int CLONE_NEWNET = 0x40000000;

    /** What the kernel decides for its guests, and for that needs open on the host. */
    private static final Set<String> OURS = Set.of("net/ipv4/ip_unprivileged_port_start", "net/ipv4/ping_group_range");

    private NetSysctls() {}

    /** With {@code --network=host} the engine's settings would be the host's. */
    static void leaveOut(Map<String, String> sysctl, EngineLog log) {
        for (String key : sysctl.keySet()) {
            if (net(key)) {
                log.warning("linux.sysctl: " + key + ": left out, the network is the host's");
            }
        }
    }

    static void apply(Map<String, String> sysctl, int launcher) {
        boolean any = false;
        for (String key : sysctl.keySet()) {
            any |= net(key);
        }
        if (!any) {
            return;
        }
        int own = Sys.openat(Sys.AT_FDCWD, "/proc/thread-self/ns/net", 0, 0);
        int other = Sys.openat(Sys.AT_FDCWD, "/proc/" + launcher + "/ns/net", 0, 0);
        try {
            check(own, "network namespace");
            check(other, "network namespace of the container");
            if (same(own, other)) {
                throw new Failure(1, "linux.sysctl: net.*: the container has no network namespace of its own", "");
            }
            check((int) Sys.call(Nr.setns, other, CLONE_NEWNET, 0), "network namespace of the container");
            try {
                for (Map.Entry<String, String> e : sysctl.entrySet()) {
                    if (net(e.getKey())) {
                        write(e.getKey(), e.getValue());
                    }
                }
            } finally {
                Sys.call(Nr.setns, own, CLONE_NEWNET, 0);
            }
        } finally {
            Sys.close(own);
            Sys.close(other);
        }
    }

    private static boolean net(String key) {
        String k = file(key);
        return k.startsWith("net/") && !OURS.contains(k);
    }

    private static boolean same(int a, int b) {
        HostStat x = new HostStat();
        HostStat y = new HostStat();
        return HostFs.statx(a, "", x) == 0 && HostFs.statx(b, "", y) == 0 && x.sameFile(y);
    }

    private static void check(int r, String what) {
        if (r < 0) {
            throw new Failure(1, "linux.sysctl: " + what + ": " + ErrnoText.of(r), "");
        }
    }

    private static void write(String key, String value) {
        String path = "/proc/sys/" + file(key);
        int fd = path.contains("/../") ? -2 : Sys.openat(Sys.AT_FDCWD, path, O.O_WRONLY, 0);
        long r = fd;
        if (fd >= 0) {
            byte[] b = value.getBytes(StandardCharsets.ISO_8859_1);
            r = Sys.write(fd, b, 0, b.length, -1);
            Sys.close(fd);
        }
        if (r < 0) {
            throw new Failure(1, "linux.sysctl: " + key + "=" + value + ": " + ErrnoText.of((int) r), "");
        }
    }

    /** Dots are slashes and slashes are dots, as sysctl(8) has it, unless the first of them is a slash. */
    static String file(String key) {
        int dot = key.indexOf('.');
        int slash = key.indexOf('/');
        if (slash >= 0 && (dot < 0 || slash < dot)) {
            return key;
        }
        return key.replace('/', '\0').replace('.', '/').replace('\0', '.');
    }
}
