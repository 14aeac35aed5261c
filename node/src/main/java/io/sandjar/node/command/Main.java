// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The commands' program: the verb is the first word. */
public final class Main {
    private static final String[] REFUSED = {
        "attach",
                "a container's streams belong to its log: sandjar logs -f POD shows them, sandjar exec -it POD -- sh opens a shell",
        "cp",
                "copy with tar through exec: tar cf - FILE | sandjar exec -i POD -- tar xf - -C /DIR,"
                        + " and back: sandjar exec POD -- tar cf - -C /DIR . | tar xf -",
        "expose",
                "there are no services: pods are reached by their IP (sandjar get pods -o wide), hostPort or sandjar port-forward",
        "edit", "change the manifest and apply it again: sandjar get TYPE NAME -o yaml >FILE, sandjar apply -f FILE",
        "patch", "change the manifest and apply it again; sandjar scale changes replicas",
        "replace", "sandjar apply -f FILE replaces what the file describes",
        "label", "change the manifest and apply it again",
        "annotate", "change the manifest and apply it again",
        "explain", "the fields are Kubernetes' own: https://kubernetes.io/docs/reference/kubernetes-api/",
        "cluster-info", "there is no cluster: sandjar get nodes shows this machine, sandjar version the agent",
        "drain", "stop the agent, or delete the pods: sandjar delete pods --all -A",
        "cordon", "there is one node; nothing else could take its pods",
    };

    private Main() {}

    public static void main(String[] words) {
        Terminal terminal = new Terminal(
                new FileInputStream(FileDescriptor.in),
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, java.nio.charset.StandardCharsets.UTF_8),
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), false, java.nio.charset.StandardCharsets.UTF_8),
                System.getenv());
        int status = words.length == 1 && words[0].equals("--train") ? Training.run() : run(words, terminal);
        terminal.out().flush();
        if (status != 0) {
            Runtime.getRuntime().halt(status);
        }
    }

    /** Carries a command out; its exit status. */
    static int run(String[] words, Terminal terminal) {
        try {
            if (words.length == 0 || words[0].equals("help") || words[0].equals("--help") || words[0].equals("-h")) {
                terminal.print(Help.of(words.length > 1 ? words[1] : ""));
                return 0;
            }
            return command(words[0], words, terminal);
        } catch (CommandException e) {
            if (!e.text().isEmpty()) {
                terminal.error(e.text());
            }
            return e.status() & 255;
        }
    }

    private static int command(String verb, String[] words, Terminal terminal) {
        for (int i = 0; i < REFUSED.length; i += 2) {
            if (REFUSED[i].equals(verb)) {
                throw new CommandException("error: sandjar " + verb + " is not there: " + REFUSED[i + 1]);
            }
        }
        String spec = options(verb);
        Args args = Args.parse(verb, spec, words, 1);
        if (args.on("help")) {
            terminal.print(Help.of(verb));
            return 0;
        }
        Agent agent = new Agent(socket(args, terminal), terminal);
        return create(verb, args, terminal, agent).run();
    }

    private static String options(String verb) {
        return switch (verb) {
            case "get" -> Get.OPTIONS;
            case "describe" -> Describe.OPTIONS;
            case "logs" -> Logs.OPTIONS;
            case "exec" -> Exec.OPTIONS;
            case "apply", "create" -> Apply.OPTIONS;
            case "delete" -> Delete.OPTIONS;
            case "scale" -> Scale.OPTIONS;
            case "rollout" -> Rollout.OPTIONS;
            case "top" -> Top.OPTIONS;
            case "events" -> Events.OPTIONS;
            case "wait" -> WaitFor.OPTIONS;
            case "run" -> Run.OPTIONS;
            case "images", "pull", "rmi" -> Images.OPTIONS;
            case "port-forward" -> PortForward.OPTIONS;
            case "version" -> Information.VERSION_OPTIONS;
            case "api-resources" -> Information.RESOURCES_OPTIONS;
            default ->
                throw new CommandException(
                        "error: unknown command \"" + verb + "\" for \"sandjar\"\nRun 'sandjar --help' for usage.");
        };
    }

    private static Command create(String verb, Args args, Terminal terminal, Agent agent) {
        return switch (verb) {
            case "get" -> new Get(args, terminal, agent);
            case "describe" -> new Describe(args, terminal, agent);
            case "logs" -> new Logs(args, terminal, agent);
            case "exec" -> new Exec(args, terminal, agent);
            case "apply", "create" -> new Apply(args, terminal, agent);
            case "delete" -> new Delete(args, terminal, agent);
            case "scale" -> new Scale(args, terminal, agent);
            case "rollout" -> new Rollout(args, terminal, agent);
            case "top" -> new Top(args, terminal, agent);
            case "events" -> new Events(args, terminal, agent);
            case "wait" -> new WaitFor(args, terminal, agent);
            case "run" -> new Run(args, terminal, agent);
            case "images", "pull", "rmi" -> new Images(args, terminal, agent);
            case "port-forward" -> new PortForward(args, terminal, agent);
            default -> new Information(args, terminal, agent);
        };
    }

    /** The agent's socket: what was said, the environment, or the user's own. */
    static String socket(Args args, Terminal terminal) {
        String said = args.value("server");
        if (said == null) {
            Map<String, String> environment = terminal.environment();
            return Agent.socketByDefault(environment, Terminal.uid() == 0);
        }
        if (said.startsWith("http://") || said.startsWith("https://")) {
            throw new CommandException(
                    "error: --server=" + said + ": the agent listens on a UNIX socket; name its path,"
                            + " as --server=/run/sandjar/kubelet.sock. For a real cluster use kubectl.");
        }
        return said.startsWith("unix://") ? said.substring(7) : said;
    }

    /** All verbs, in the order of the help. */
    static List<String> verbs() {
        List<String> verbs = new ArrayList<>();
        for (String verb : Help.VERBS) {
            verbs.add(verb);
        }
        return verbs;
    }
}
