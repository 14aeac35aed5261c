// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sandjar run}: a pod with one container, from an image. */
final class Run extends Command {
    static final String OPTIONS =
            "image= env= port= restart= labels= l/-labels= command rm i/stdin t/tty attach image-pull-policy="
                    + " dry-run? o/output= annotations= runtime-class= privileged pod-running-timeout= q/quiet limits= grace-period=";

    Run(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    @Override
    int run() {
        if (args.words().isEmpty()) {
            throw args.usage("NAME is required for run");
        }
        String image = args.get("image", "");
        if (image.isEmpty()) {
            throw args.usage("required flag(s) \"image\" not set");
        }
        if (args.on("privileged")) {
            throw new CommandException(
                    "error: --privileged: a pod that is to be privileged is written as a manifest, so that it is seen");
        }
        boolean interactive = args.on("stdin") || args.on("tty") || args.on("attach");
        if (args.on("rm") && !interactive) {
            throw new CommandException("error: --rm should only be used for attached containers: add -i or -it");
        }
        Map<String, @Nullable Object> pod = pod(image, interactive);
        if (args.has("dry-run")) {
            String output = args.get("output", "");
            terminal.print(
                    output.isEmpty()
                            ? "pod/" + args.words().getFirst() + " created (dry run)\n"
                            : Get.render(pod, output, true, true));
            return 0;
        }
        Resource pods = Resource.of("pods");
        agent.json("POST", pods.path(namespace()), pod, Agent.JSON);
        String name = args.words().getFirst();
        if (!interactive) {
            String output = args.get("output", "");
            if (output.isEmpty()) {
                terminal.line("pod/" + name + " created");
            } else if (agent.get(pods.path(namespace(), name)) instanceof Object made) {
                terminal.print(Get.render(made, output, false, true));
            }
            return 0;
        }
        return interactive(name);
    }

    private Map<String, @Nullable Object> pod(String image, boolean interactive) {
        String name = args.words().getFirst();
        List<String> words =
                new ArrayList<>(args.words().subList(1, args.words().size()));
        List<String> rest = args.rest();
        if (rest != null) {
            words.addAll(rest);
        }
        Map<String, @Nullable Object> container = Json.of("name", name, "image", image);
        if (!interactive && !words.isEmpty()) {
            container.put(args.on("command") ? "command" : "args", words);
        }
        if (interactive) { // the container waits; the command runs in it with the user's terminal
            container.put("command", List.of("sleep", "2147483647"));
        }
        List<Object> env = new ArrayList<>();
        for (String variable : args.all("env")) {
            int equals = variable.indexOf('=');
            if (equals <= 0) {
                throw new CommandException("error: invalid env: " + variable + ": write NAME=VALUE");
            }
            env.add(Json.of("name", variable.substring(0, equals), "value", variable.substring(equals + 1)));
        }
        if (!env.isEmpty()) {
            container.put("env", env);
        }
        if (args.has("port")) {
            container.put("ports", List.of(Json.of("containerPort", args.number("port", 0))));
        }
        if (args.has("image-pull-policy")) {
            container.put("imagePullPolicy", args.get("image-pull-policy", ""));
        }
        if (args.has("limits")) {
            container.put("resources", Json.of("limits", pairs("limits")));
        }
        Map<String, @Nullable Object> metadata = Json.of("name", name, "namespace", namespace());
        metadata.put("labels", args.has("labels") ? pairs("labels") : Json.of("run", name));
        if (args.has("annotations")) {
            metadata.put("annotations", pairs("annotations"));
        }
        Map<String, @Nullable Object> spec = Json.of("containers", List.of(container));
        String restart = args.get("restart", "Always");
        if (!restart.equals("Always") && !restart.equals("OnFailure") && !restart.equals("Never")) {
            throw new CommandException(
                    "error: invalid restart policy: " + restart + ": write Always, OnFailure or Never");
        }
        spec.put("restartPolicy", args.on("rm") ? "Never" : restart);
        if (args.has("runtime-class")) {
            spec.put("runtimeClassName", args.get("runtime-class", ""));
        }
        return Json.of("apiVersion", "v1", "kind", "Pod", "metadata", metadata, "spec", spec);
    }

    private Map<String, @Nullable Object> pairs(String option) {
        Map<String, @Nullable Object> found = Json.of();
        for (String value : args.all(option)) {
            for (String pair : split(value, ',')) {
                int equals = pair.indexOf('=');
                if (equals <= 0) {
                    throw new CommandException(
                            "error: invalid value of --" + option + ": " + pair + ": write NAME=VALUE");
                }
                found.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return found;
    }

    /** The pod waits, and the command is run in it as exec does. */
    private int interactive(String name) {
        List<String> command =
                new ArrayList<>(args.words().subList(1, args.words().size()));
        List<String> rest = args.rest();
        if (rest != null) {
            command.addAll(rest);
        }
        if (command.isEmpty()) {
            command.add("/bin/sh");
        }
        String path = Resource.of("pods").path(namespace(), name);
        try {
            ready(name, path);
        } catch (CommandException e) {
            remove(path);
            throw e;
        }
        boolean tty = args.on("tty") && terminal.isTerminal(0);
        List<String> words = Exec.plan(agent, terminal, namespace(), name, name, command, args.on("stdin"), tty);
        if (!args.on("rm")) {
            return Exec.become(words, terminal);
        }
        // with --rm the pod has to be removed behind the command: a shell stays that does it
        List<String> both = new ArrayList<>();
        if (words.getFirst().equals("stdin=null")) {
            both.add(words.removeFirst());
        }
        String program = System.getProperty("sandjar.home", "") + "/bin/sandjar";
        both.add("/bin/sh");
        both.add("-c");
        both.add(
                "trap : INT TERM HUP; n=$1 s=$2 p=$3 x=$4; shift 4; \"$@\"; e=$?; \"$x\" delete pod \"$p\" -n \"$n\" --server=\"$s\""
                        + " --now --wait=false; exit $e");
        both.add("sandjar");
        both.add(namespace());
        both.add(Main.socket(args, terminal));
        both.add(name);
        both.add(program);
        both.addAll(words);
        return Exec.become(both, terminal);
    }

    private void ready(String name, String path) {
        long patience = Time.parseDuration(args.get("pod-running-timeout", "60s"));
        long end = terminal.nowMillis() + (patience < 0 ? 60_000 : patience);
        while (true) {
            Object pod = agent.get(path);
            String phase = Json.text(pod, "status", "phase");
            if (phase.equals("Running")) {
                return;
            }
            for (Object status : Json.list(pod, "status", "containerStatuses")) {
                String reason = Json.text(status, "state", "waiting", "reason");
                if (reason.startsWith("Err")
                        || reason.endsWith("Error")
                        || reason.endsWith("BackOff")
                        || reason.startsWith("Invalid")) {
                    throw new CommandException("error: pod " + name + ": " + reason + ": "
                            + Json.text(status, "state", "waiting", "message"));
                }
            }
            if (phase.equals("Failed") || phase.equals("Succeeded") || terminal.nowMillis() > end) {
                throw new CommandException("error: pod " + name + " did not come up: it is "
                        + (phase.isEmpty() ? "Pending" : phase) + " " + Json.text(pod, "status", "message"));
            }
            terminal.sleep(30);
        }
    }

    private void remove(String path) {
        if (args.on("rm")) {
            agent.json(
                    "DELETE",
                    path,
                    Json.of("kind", "DeleteOptions", "apiVersion", "v1", "gracePeriodSeconds", 1),
                    Agent.JSON);
        }
    }
}
