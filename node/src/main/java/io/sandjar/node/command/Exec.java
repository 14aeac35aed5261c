// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code sandjar exec}: a command in a container. The agent tells how the runtime does it; the native program that started this
 * JVM becomes that command, so that the terminal, signals and the exit status are its own.
 */
final class Exec extends Command {
    static final String OPTIONS = "i/stdin t/tty c/container= q/quiet pod-running-timeout=";

    Exec(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        List<String> words = args.words();
        List<String> command = args.rest();
        if (words.isEmpty()) {
            throw args.usage("pod or type/name must be specified");
        }
        if (command == null || words.size() > 1) {
            throw args.usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead");
        }
        if (command.isEmpty()) {
            throw args.usage("you must specify at least one command for the container");
        }
        String name = pod(words.getFirst());
        Object pod = agent.get(Resource.of("pods").path(namespace(), name));
        String container = args.get("container", "");
        if (container.isEmpty() && pod != null) {
            container = Logs.first(pod, terminal);
        }
        boolean stdin = args.on("stdin");
        boolean tty = args.on("tty");
        if (tty && !stdin) {
            terminal.error("Unable to use a TTY without standard input: add -i");
            tty = false;
        } else if (tty && !terminal.isTerminal(0)) {
            terminal.error("Unable to use a TTY - input is not a terminal or the right kind of file");
            tty = false;
        }
        return become(plan(agent, terminal, namespace(), name, container, command, stdin, tty), terminal);
    }

    /** The words that run a command in a container, as the agent tells them. */
    static List<String> plan(
            Agent agent,
            Terminal terminal,
            String namespace,
            String pod,
            String container,
            List<String> command,
            boolean stdin,
            boolean tty) {
        Object answer = agent.json(
                "POST",
                "/apis/sandjar.io/v1/namespaces/" + Agent.escape(namespace) + "/pods/" + Agent.escape(pod) + "/exec",
                Json.of("container", container, "command", command, "tty", tty, "stdin", stdin),
                Agent.JSON);
        List<String> words = new ArrayList<>();
        if (!stdin) {
            words.add("stdin=null");
        }
        for (Object word : Json.list(answer, "argv")) {
            words.add(String.valueOf(word));
        }
        return words;
    }

    /** Hands the words over to the native program, which runs them in its place when this JVM has ended. */
    static int become(List<String> words, Terminal terminal) {
        String descriptor = terminal.environment().get("SANDJAR_PLAN");
        if (descriptor == null) {
            return spawn(words);
        }
        try (OutputStream out =
                new FileOutputStream(descriptor.startsWith("/") ? descriptor : "/proc/self/fd/" + descriptor)) {
            StringBuilder plan = new StringBuilder();
            for (String word : words) {
                plan.append(word).append('\0');
            }
            out.write(utf8(plan.toString()));
        } catch (IOException e) {
            throw new CommandException("error: cannot hand the command over: " + Agent.reason(e));
        }
        return 0;
    }

    /** Without the native program, as in tests: a child, which does for everything but job control. */
    private static int spawn(List<String> words) {
        List<String> command = words.getFirst().equals("stdin=null") ? words.subList(1, words.size()) : words;
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        if (command != words) {
            builder.redirectInput(new java.io.File("/dev/null"));
        }
        try {
            return builder.start().waitFor();
        } catch (IOException e) {
            throw new CommandException("error: " + Agent.reason(e), 126);
        } catch (InterruptedException e) {
            throw new CommandException("error: interrupted", 130);
        }
    }
}
