// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Nr;
import io.sandjar.host.Netns;
import io.sandjar.host.Sys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Runs a test on a thread of its own in a network namespace of its own: the machine's network is never touched. */
final class FreshNamespace {
    private static final long LIMIT_MILLIS = 60_000;

    private FreshNamespace() {}

    interface Body {
        void run() throws Exception;
    }

    static void run(Body body) throws Exception {
        Assumptions.assumeTrue(Sys.call(Nr.geteuid, 0) == 0, "needs root: network namespaces");
        @Nullable Throwable[] failure = new Throwable[1];
        boolean[] entered = new boolean[1];
        Thread t = Thread.ofPlatform().name("fresh namespace").start(() -> {
            try {
                if (Netns.leave() != 0) {
                    return;
                }
                entered[0] = true;
                try (Links links = Links.here()) {
                    Links.Link lo = links.find("lo");
                    if (lo != null) {
                        links.up(lo.index());
                    }
                }
                body.run();
            } catch (Throwable e) {
                failure[0] = e;
            }
        });
        t.join(LIMIT_MILLIS);
        if (t.isAlive()) {
            t.interrupt();
            throw new AssertionError("still running after a minute");
        }
        Assumptions.assumeTrue(entered[0], "this process may not make network namespaces");
        if (failure[0] instanceof Exception e) {
            throw e;
        }
        if (failure[0] instanceof Error e) {
            throw e;
        }
    }

    /** A directory that is removed afterwards with what the network leaves in it, namespaces first. */
    static void clean(Path dir) throws Exception {
        if (!Files.exists(dir)) {
            return;
        }
        Path netns = dir.resolve("run/netns");
        if (Files.isDirectory(netns)) {
            try (var files = Files.newDirectoryStream(netns)) {
                files.forEach(f -> Netns.remove(f.toString()));
            }
        }
        try (var all = Files.walk(dir)) {
            for (Path p : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        }
    }
}
