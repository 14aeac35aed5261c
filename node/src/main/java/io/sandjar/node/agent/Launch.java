// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import io.sandjar.node.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The agent as a process: options, foreground or background, its end by a signal. */
public final class Launch {
    private static final String DETACHED = "SANDJAR_DETACHED";
    private static final int USAGE = 1;
    private static final int DETACH_SECONDS = 60;

    private Launch() {}

    /** Runs until a signal comes; the exit status. */
    public static int run(List<String> words, Map<String, String> env, boolean root) {
        if (words.contains("--train")) {
            return Training.run();
        }
        try {
            AgentOptions options = AgentOptions.parse(words, env, root);
            if (options.help) {
                System.out.print(AgentOptions.HELP);
                return 0;
            }
            Log.debug(options.debug);
            if (options.detach && !env.containsKey(DETACHED)) {
                return detach(options);
            }
            if (env.containsKey(DETACHED)) {
                Sys.call(Nr.setsid, 0);
            }
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                end.countDown();
                try {
                    ended.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            try (KubeletAgent agent = KubeletAgent.start(
                    options, Path.of(System.getProperty("sandjar.home", "/usr/lib/sandjar")), root)) {
                end.await();
                Log.info("the agent of " + agent.rootDir() + " ends; its pods go on");
            } finally {
                ended.countDown();
            }
            return 0;
        } catch (UsageException | UncheckedIOException e) {
            System.err.println("sandjar kubelet: " + e.getMessage());
            return USAGE;
        } catch (InterruptedException e) {
            return USAGE;
        }
    }

    /** Starts the same again in a session of its own, with a log, and waits until its socket answers. */
    private static int detach(AgentOptions options) throws UsageException, InterruptedException {
        Path log = options.rootDir.resolve("kubelet.log");
        try {
            Files.createDirectories(options.rootDir);
            List<String> command = new ArrayList<>();
            String line = Sys.readText("/proc/self/cmdline");
            for (String w : (line == null ? "" : line).split("\0", -1)) {
                command.add(w);
            }
            command.removeLast();
            command.set(0, Path.of("/proc/self/exe").toRealPath().toString());
            ProcessBuilder b = new ProcessBuilder(command);
            b.environment().put(DETACHED, "1");
            b.redirectInput(Path.of("/dev/null").toFile());
            b.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            b.redirectErrorStream(true);
            long before = Files.exists(log) ? Files.size(log) : 0;
            Process p = b.start();
            for (int i = 0; i < DETACH_SECONDS * 10; i++) {
                if (p.waitFor(100, TimeUnit.MILLISECONDS)) {
                    byte[] all = Files.readAllBytes(log);
                    System.err.write(all, (int) before, all.length - (int) before);
                    System.err.flush();
                    return p.exitValue() == 0 ? USAGE : p.exitValue();
                }
                if (answers(options.socket())) {
                    System.out.println("the agent is ready (process " + p.pid() + ", log " + log + ")");
                    return 0;
                }
            }
            throw new UsageException("the agent (process " + p.pid() + ") does not answer after " + DETACH_SECONDS
                    + " seconds; its log is " + log);
        } catch (IOException e) {
            throw new UsageException("cannot start the agent in the background: " + e);
        }
    }

    private static boolean answers(Path socket) {
        try (SocketChannel c = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return c.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }
}
