// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlTable;

/**
 * containerd 1.x and 2.x. Its configuration has three spellings of the table of handlers, by the `version` in the file, and a table of the
 * wrong spelling is ignored without a word. So the file is read, the right table is added, and containerd itself is asked (config dump)
 * whether exactly our handler came to what it had before.
 */
class Containerd extends CriEngine {
    private static final Pattern VERSION = Pattern.compile("\\bv?(\\d+)\\.(\\d+)\\.\\d+");
    /** What a setting that is not there means; podsandbox is how containerd makes pods if nothing is said. */
    private static final Set<String> NOTHING = Set.of("", "0", "false", "[]", "null", "podsandbox");

    private static final Duration ASK = Duration.ofSeconds(20);

    Containerd(Setup setup) {
        super(setup);
    }

    @Override
    String name() {
        return "containerd";
    }

    @Override
    String service() {
        return "containerd";
    }

    Path file() {
        return setup.config() != null ? setup.config() : setup.at("/etc/containerd/config.toml");
    }

    Path optionsFile() {
        return setup.at("/etc/containerd/" + setup.handler() + ".toml");
    }

    @Override
    Path socket() {
        if (setup.socket() != null) return setup.socket();
        TomlTable config = Toml.parse(FileChange.read(file()), file());
        Object address = config.get(List.of("grpc", "address"));
        return Path.of(address instanceof String s && !s.isEmpty() ? s : "/run/containerd/containerd.sock");
    }

    @Nullable
    Path program() {
        return Shell.find(setup.engineProgram() == null ? "containerd" : setup.engineProgram());
    }

    @Override
    @Nullable
    String found() {
        Path program = program();
        if (program == null) return null;
        Shell.Result result = Shell.run(ASK, program.toString(), "--version");
        Matcher m = VERSION.matcher(result.text());
        return result.ok() && m.find() ? m.group() : null;
    }

    private int major() {
        String version = found();
        return version == null
                ? 1
                : Integer.parseInt(version.replaceFirst("^v", "").split("\\.")[0]);
    }

    /** The names of the table that holds the handlers. */
    static List<String> runtimes(long version) {
        if (version >= 3) return List.of("plugins", "io.containerd.cri.v1.runtime", "containerd", "runtimes");
        if (version == 2) return List.of("plugins", "io.containerd.grpc.v1.cri", "containerd", "runtimes");
        return List.of("plugins", "cri", "containerd", "runtimes");
    }

    private long version(@Nullable String text, TomlTable config) {
        Object version = config.get(List.of("version"));
        if (version instanceof Long n) return n;
        return text == null || text.isBlank() ? major() >= 2 ? 3 : 2 : 1;
    }

    /** The handler's table, with the marks of nobody. */
    String body(long version, boolean whole, boolean first) {
        StringBuilder b = new StringBuilder();
        if (whole) b.append("version = ").append(version).append("\n\n");
        StringBuilder table = new StringBuilder();
        for (String name : runtimes(version)) {
            if (!table.isEmpty()) table.append('.');
            table.append(name.indexOf('.') >= 0 ? Toml.quote(name) : name);
        }
        if (first) {
            b.append(
                    "# The first handler in a file replaces those that containerd has by itself, so that this one is named, too.\n");
            b.append('[').append(table).append(".runc]\n  runtime_type = \"io.containerd.runc.v2\"\n");
        }
        table.append('.').append(bare(setup.handler()));
        b.append('[').append(table).append("]\n");
        b.append("  runtime_type = \"io.containerd.runsc.v1\"\n");
        b.append("  runtime_path = ").append(Toml.quote(setup.shim())).append('\n');
        b.append("  pod_annotations = [\"io.sandjar.*\"]\n");
        b.append("  [").append(table).append(".options]\n");
        b.append("    TypeUrl = \"io.containerd.runsc.v1.options\"\n");
        b.append("    ConfigPath = ")
                .append(Toml.quote("/etc/containerd/" + setup.handler() + ".toml"))
                .append('\n');
        return b.toString();
    }

    private static String bare(String name) {
        return name.matches("[A-Za-z0-9_-]+") ? name : Toml.quote(name);
    }

    @Override
    List<FileChange> install() {
        String text = FileChange.read(file());
        TomlTable config = Toml.parse(text, file());
        refuseDisabled(config);
        String others = text == null ? null : Block.without(text, file().toString());
        long version = version(others, Toml.parse(others, file()));
        List<String> path = new ArrayList<>(runtimes(version));
        path.add(setup.handler());
        boolean ours = Block.isIn(text);
        Path dropIn = dropIn(config);
        boolean first = version <= 2 && Toml.parse(others, file()).get(runtimes(version)) == null;
        if (config.get(path) != null && !ours && !setup.replace()) {
            throw new Problem(
                    file() + " has a handler \"" + setup.handler() + "\" that is not Sandjar's",
                    "choose another name with --handler=NAME, or take that one out of the file");
        }
        List<FileChange> changes = new ArrayList<>();
        changes.add(options());
        if (dropIn != null && !ours) {
            String before = FileChange.read(dropIn);
            changes.add(
                    new FileChange(dropIn, before, Block.with(before, body(version, true, false), dropIn.toString())));
        } else {
            String after =
                    Block.with(text, body(version, others == null || others.isBlank(), first), file().toString());
            Toml.parse(after, file());
            changes.add(new FileChange(file(), text, after));
        }
        return changes;
    }

    private void refuseDisabled(TomlTable config) {
        if (config.get(List.of("disabled_plugins")) instanceof TomlArray disabled) {
            for (int i = 0; i < disabled.size(); i++) {
                if (disabled.get(i) instanceof String s
                        && (s.equals("cri") || s.startsWith("io.containerd.grpc.v1.cri"))) {
                    throw new Problem(
                            "containerd's CRI plugin is switched off: " + file() + " has disabled_plugins = "
                                    + disabled.toJson(),
                            "take " + s
                                    + " out of that list if Kubernetes is to use this containerd (Docker's package puts it"
                                    + " there); for Docker, use --engine=docker");
                }
            }
        }
    }

    /** Our file in a directory whose *.toml the configuration imports; null where it imports none, or containerd is too old to merge. */
    private @Nullable Path dropIn(TomlTable config) {
        if (major() < 2 || !(config.get(List.of("imports")) instanceof TomlArray imports)) return null;
        for (int i = 0; i < imports.size(); i++) {
            if (imports.get(i) instanceof String glob && glob.endsWith("/*.toml") && glob.startsWith("/")) {
                return setup.at(glob.substring(0, glob.length() - "*.toml".length()) + "50-sandjar-" + setup.handler()
                        + ".toml");
            }
        }
        return null;
    }

    final FileChange options() {
        StringBuilder b = new StringBuilder();
        b.append("# Options of the runtime handler ")
                .append(setup.handler())
                .append(", see containerd-shim-runsc-v1(8).\n");
        b.append("binary_name = ").append(Toml.quote(setup.runsc())).append('\n');
        if (!setup.options().isEmpty()) {
            b.append("\n[runsc_config]\n");
            for (Map.Entry<String, String> e : setup.options().entrySet()) {
                b.append("  ")
                        .append(Toml.quote(e.getKey()))
                        .append(" = ")
                        .append(Toml.quote(e.getValue()))
                        .append('\n');
            }
        }
        String before = FileChange.read(optionsFile());
        return new FileChange(
                optionsFile(),
                before,
                Block.with(
                        Block.isIn(before) ? before : null,
                        b.toString(),
                        optionsFile().toString()));
    }

    /** The shim reads the options for each pod. */
    @Override
    boolean needsRestart(FileChange change) {
        return !change.file().equals(optionsFile());
    }

    @Override
    List<FileChange> uninstall() {
        List<FileChange> changes = new ArrayList<>();
        List<Path> files = new ArrayList<>(List.of(file(), optionsFile()));
        Path dropIn = dropIn(Toml.parse(FileChange.read(file()), file()));
        if (dropIn != null) files.add(dropIn);
        for (Path file : files) {
            String text = FileChange.read(file);
            if (text != null && Block.isIn(text))
                changes.add(new FileChange(file, text, Block.without(text, file.toString())));
        }
        return changes;
    }

    /** Asks containerd for the configuration that it would have, before and after: nothing else may have changed. */
    @Override
    void examine(List<FileChange> changes) {
        Path program = program();
        if (program == null) return;
        Map<String, String> before = dump(program, changes, false);
        Map<String, String> after = dump(program, changes, true);
        if (before == null || after == null) return;
        String mark = "/containerd/runtimes/" + setup.handler() + "/";
        boolean there = false;
        for (String key : after.keySet()) there |= key.contains(mark);
        for (Map.Entry<String, String> e : before.entrySet()) {
            String now = after.getOrDefault(e.getKey(), "");
            boolean same = now.equals(e.getValue()) || (now.isEmpty() && NOTHING.contains(e.getValue()));
            if (!same && !e.getKey().contains(mark) && !e.getKey().equals("/imports")) {
                throw new Problem(
                        "containerd would lose a setting: "
                                + e.getKey().substring(1).replace('/', '.') + " = " + e.getValue(),
                        "nothing was changed; please report this with your " + file());
            }
        }
        boolean wanted = changes.stream().anyMatch(c -> Block.isIn(c.after()));
        if (wanted && !there) {
            throw new Problem(
                    "containerd would ignore the handler in " + file(),
                    "nothing was changed; does the file's `version` belong to this containerd (" + found() + ")?");
        }
    }

    // In a directory of its own, with the drop-in beside the main file, since imports are named by absolute paths.
    private @Nullable Map<String, String> dump(Path program, List<FileChange> changes, boolean after) {
        try {
            Path dir = Files.createTempDirectory("sandjar-containerd");
            try {
                String main = FileChange.read(file());
                String extra = null;
                for (FileChange c : changes) {
                    if (c.file().equals(file())) main = after ? c.after() : c.before();
                    else if (!c.file().equals(optionsFile())) extra = after ? c.after() : c.before();
                }
                Path copy = dir.resolve("config.toml");
                String text = main == null ? "" : main;
                if (extra != null) {
                    Path dropIn = dir.resolve("extra.toml");
                    Files.writeString(dropIn, extra);
                    text = text.replaceFirst(
                            "(?m)^(\\s*imports\\s*=\\s*\\[)", "$1" + Matcher.quoteReplacement("\"" + dropIn + "\", "));
                }
                Files.writeString(copy, text);
                Shell.Result result = Shell.run(ASK, program.toString(), "--config", copy.toString(), "config", "dump");
                if (!result.ok()) {
                    throw new Problem(
                            "containerd does not accept " + (after ? "the new configuration" : file()) + ":\n"
                                    + Texts.indent(result.text()),
                            "nothing was changed");
                }
                String toml = result.text().replaceAll("(?m)^time=\".*$", ""); // its log
                return Toml.flat(Toml.parse(toml, Path.of("containerd config dump")));
            } finally {
                Files.deleteIfExists(dir.resolve("config.toml"));
                Files.deleteIfExists(dir.resolve("extra.toml"));
                Files.deleteIfExists(dir);
            }
        } catch (IOException e) {
            throw new Problem("cannot examine the configuration: " + Texts.of(e), "is there room in /tmp?", e);
        }
    }
}
