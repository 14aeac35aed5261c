// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Our own shim, started as containerd does it. It is one for all pods of an agent and build; an agent of another build starts
 * another one, and older containers stay with theirs.
 */
final class ShimProvider implements Provider {
    /** The namespace that its containers have. */
    static final String NAMESPACE = "sandjar";

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int OUTPUT = 16 << 10;

    /** sockaddr_un has room for 107; the names of sockets have 64. */
    private static final int MAX_DIRECTORY = 107 - 65;

    private final Path program;
    private final Path runDir;

    /** @param program containerd-shim-runsc-v1 */
    ShimProvider(Path program, Path runDir) {
        this.program = program;
        this.runDir = runDir;
    }

    private Map<String, String> env() {
        Map<String, String> env = new HashMap<>();
        env.put("TTRPC_ADDRESS", ""); // nobody hears events: the agent asks with Wait
        env.put("SANDJAR_SHIM_STATE", runDir.resolve("shim").toString());
        Path sockets = runDir.resolve("s");
        if (sockets.toString().length() <= MAX_DIRECTORY) {
            env.put("SANDJAR_SHIM_SOCKETS", sockets.toString());
        }
        return env;
    }

    private HostCommand.Outcome run(String action, String id, Path bundle) throws RuntimeFailure, InterruptedException {
        List<String> words = new ArrayList<>(List.of(program.toString(), "-namespace", NAMESPACE, "-address"));
        words.add(runDir.resolve("provider.sock").toString());
        words.addAll(List.of("-id", id, "-bundle", bundle.toString(), action));
        try {
            return HostCommand.run(words, env(), LIMIT, OUTPUT);
        } catch (IOException e) {
            throw new RuntimeFailure("cannot run " + program + ": " + e.getMessage(), e);
        }
    }

    @Override
    public TaskCalls open(String id, Path bundle) throws RuntimeFailure, InterruptedException {
        HostCommand.Outcome outcome = run("start", id, bundle);
        String said = outcome.output().strip();
        if (outcome.status() != 0 || !said.startsWith("unix://")) {
            throw new RuntimeFailure("the runtime provider " + program + " did not start: "
                    + (said.isEmpty() ? "it said nothing for " + LIMIT.toSeconds() + " s" : said));
        }
        return new TaskCalls(said, TaskCalls.V3);
    }

    @Override
    public void clear(String id, Path bundle) throws RuntimeFailure, InterruptedException {
        HostCommand.Outcome outcome = run("delete", id, bundle);
        if (outcome.status() != 0) {
            throw new RuntimeFailure("cannot remove what is left of container " + id + ": "
                    + outcome.output().strip());
        }
    }
}
