// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code sandjar apply} and {@code create}: manifests go to the agent as they are, which knows what is in them. */
final class Apply extends Command {
    static final String OPTIONS =
            "f/filename= R/recursive dry-run? o/output= k/kustomize= server-side force-conflicts field-manager="
                    + " validate? wait timeout= prune all l/selector= overwrite save-config record";
    private static final int LARGEST = 16 << 20;

    Apply(Args args, Terminal terminal, Agent agent) {
        super(args, terminal, agent);
    }

    /** An object that a file describes. */
    static final class Item {
        final Resource resource;
        final String namespace;
        final String name;

        Item(Resource resource, String namespace, String name) {
            this.resource = resource;
            this.namespace = namespace;
            this.name = name;
        }
    }

    @Override
    int run() {
        if (!args.words().isEmpty()) {
            if (args.command().equals("create")) {
                throw args.usage(
                        "objects are created from manifests only: sandjar create -f FILE (a pod: sandjar run NAME --image=IMAGE)");
            }
            throw args.usage("Unexpected args: " + args.words());
        }
        refuse(
                "prune",
                "delete what is not wanted any more with `sandjar delete -f`; what lies in the agent's --pod-manifest-path is"
                        + " deleted with its file");
        refuse(
                "kustomize",
                "make the manifests with kustomize and pipe them: kustomize build DIR | sandjar apply -f -");
        if (args.has("output") && !args.get("output", "").equals("name")) {
            String format = args.get("output", "");
            if (!format.equals("yaml") && !format.equals("json")) {
                throw args.usage("unable to match a printer suitable for the output format \"" + format
                        + "\", allowed formats are: json,name,yaml");
            }
        }
        String dry = args.has("dry-run") ? args.get("dry-run", "") : "none";
        if (dry.isEmpty() || dry.equals("true")) {
            dry = "client";
        }
        if (!dry.equals("none") && !dry.equals("client") && !dry.equals("server")) {
            throw args.usage("Invalid dry-run value (" + dry + "). Must be \"none\", \"server\", or \"client\".");
        }
        int status = 0;
        List<Object> objects = new ArrayList<>();
        String suffix = dry.equals("none") ? "" : dry.equals("server") ? " (server dry run)" : " (dry run)";
        for (Path file : files()) {
            Object result = send(file, args.command().equals("create") ? "create" : "apply", !dry.equals("none"));
            for (Object item : Json.list(result, "items")) {
                String named = named(item);
                if (args.get("output", "").equals("name")) {
                    terminal.line(named);
                } else if (args.has("output")) {
                    Object object = Json.at(item, "object");
                    objects.add(object == null ? new Object() : object);
                } else {
                    terminal.line(named + " " + Json.text(item, "operation") + suffix);
                }
            }
            status |= problems(result);
        }
        if (!objects.isEmpty()) {
            Object shown = objects.size() == 1
                    ? objects.getFirst()
                    : Json.of("apiVersion", "v1", "kind", "List", "metadata", Json.of(), "items", objects);
            terminal.print(Get.render(shown, args.get("output", ""), false, true));
        }
        return status;
    }

    private void refuse(String option, String instead) {
        if (args.has(option)) {
            throw new CommandException("error: --" + option + " is not there: " + instead);
        }
    }

    private static String named(Object item) {
        String group = Json.text(item, "group");
        return Resource.lower(Json.text(item, "kind")) + (group.isEmpty() ? "" : "." + group) + "/"
                + Json.text(item, "name");
    }

    private int problems(Object result) {
        for (Object warning : Json.list(result, "warnings")) {
            terminal.error("Warning: " + warning);
        }
        int status = 0;
        for (Object error : Json.list(result, "errors")) {
            terminal.error("error: " + error);
            status = 1;
        }
        return status;
    }

    /** What the files of -f describe; nothing is changed. */
    List<Item> resolve() {
        List<Item> found = new ArrayList<>();
        int status = 0;
        for (Path file : files()) {
            Object result = send(file, "resolve", false);
            status |= problems(result);
            for (Object item : Json.list(result, "items")) {
                found.add(new Item(
                        Resource.ofKind(Json.text(item, "kind")),
                        Json.text(item, "namespace"),
                        Json.text(item, "name")));
            }
        }
        if (status != 0) {
            throw new CommandException("", status);
        }
        return found;
    }

    private Object send(Path file, String action, boolean dryRun) {
        boolean standardInput = file.toString().equals("-");
        byte[] bytes;
        try {
            if (standardInput) {
                bytes = terminal.in().readNBytes(LARGEST + 1);
            } else {
                bytes = Files.size(file) > LARGEST ? new byte[LARGEST + 1] : Files.readAllBytes(file);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (bytes.length > LARGEST) {
            throw new CommandException("error: " + file + " is larger than 16 MiB, which no manifest is");
        }
        String query = Agent.query(
                "namespace",
                namespace(),
                "file",
                standardInput ? "standard input" : file.toString(),
                "action",
                action,
                "dryRun",
                dryRun ? "All" : "",
                "namespaceGiven",
                args.has("namespace") ? "true" : "");
        Object result = agent.whole(agent.open(
                "POST",
                "/apis/sandjar.io/v1/apply" + query,
                bytes,
                "Content-Type",
                "application/yaml",
                "Accept",
                Agent.JSON));
        return result == null ? Json.of() : result;
    }

    private static CommandException unreadable(Path file, IOException e) {
        return new CommandException(
                e instanceof NoSuchFileException
                        ? "error: the path \"" + file + "\" does not exist"
                        : "error: cannot read " + file + ": " + Agent.reason(e));
    }

    /** The files of -f, directories taken apart, in the order of their names. */
    private List<Path> files() {
        List<String> names = new ArrayList<>();
        for (String value : args.all("filename")) {
            names.addAll(split(value, ','));
        }
        if (names.isEmpty()) {
            throw args.usage("must specify one of -f: a file, a directory, or - for standard input");
        }
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            if (name.startsWith("http://") || name.startsWith("https://")) {
                throw new CommandException(
                        "error: " + name + ": manifests are not fetched from the network. Look at it first:"
                                + " curl -fsSL " + name + " | tee manifest.yaml, then sandjar apply -f manifest.yaml");
            }
            Path path = Path.of(name);
            if (name.equals("-")) {
                files.add(path);
            } else if (Files.isDirectory(path)) {
                int before = files.size();
                directory(path, files);
                if (files.size() == before) {
                    throw new CommandException(
                            "error: error reading [" + name + "]: recognized file extensions are [.json .yaml .yml]");
                }
            } else if (Files.exists(path)) {
                files.add(path);
            } else {
                throw new CommandException("error: the path \"" + name + "\" does not exist");
            }
        }
        return files;
    }

    private void directory(Path directory, List<Path> files) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                int at = found.size();
                while (at > 0 && found.get(at - 1).compareTo(entry) > 0) {
                    at--;
                }
                found.add(at, entry);
            }
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
        for (Path entry : found) {
            String name = entry.getFileName().toString();
            if (Files.isDirectory(entry)) {
                if (args.on("recursive")) {
                    directory(entry, files);
                }
            } else if (!name.startsWith(".")
                    && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))) {
                files.add(entry);
            }
        }
    }
}
