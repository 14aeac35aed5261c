// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Docker: an entry below "runtimes" in daemon.json, written by `runsc install`, which leaves the rest of that file as it is. */
final class Docker extends Engine {
    private static final Duration ASK = Duration.ofSeconds(30);

    Docker(Setup setup) {
        super(setup);
    }

    @Override
    String name() {
        return "docker";
    }

    @Override
    String service() {
        return "docker";
    }

    @Override
    @Nullable
    String found() {
        if (Shell.find(setup.engineProgram() == null ? "dockerd" : setup.engineProgram()) == null) return null;
        Shell.Result result =
                Shell.run(ASK, setup.engineProgram() == null ? "dockerd" : setup.engineProgram(), "--version");
        return result.ok()
                ? result.firstLine().replaceFirst("^Docker version ", "").replaceFirst(",.*", "")
                : null;
    }

    private Path file() {
        return setup.config() != null ? setup.config() : setup.at("/etc/docker/daemon.json");
    }

    @Override
    List<FileChange> install() {
        return edit("install");
    }

    @Override
    List<FileChange> uninstall() {
        return FileChange.read(file()) == null ? List.of() : edit("uninstall");
    }

    private List<FileChange> edit(String verb) {
        try {
            Path dir = Files.createTempDirectory("sandjar-docker");
            Path copy = dir.resolve("daemon.json");
            try {
                String before = FileChange.read(file());
                if (before != null) Files.writeString(copy, before);
                List<String> words = new ArrayList<>(List.of(
                        Programs.home().resolve("bin/runsc").toString(),
                        verb,
                        "--runtime=" + setup.handler(),
                        "--config_file=" + copy));
                if (setup.replace()) words.add("--clobber");
                if (verb.equals("install")) words.add("--program=" + setup.runsc());
                if (verb.equals("install") && !setup.options().isEmpty()) {
                    words.add("--");
                    setup.options().forEach((k, v) -> words.add("--" + k + "=" + v));
                }
                Shell.Result result = Shell.run(ASK, words, Map.of());
                if (!result.ok()) {
                    throw new Problem(
                            "runsc " + verb + ": " + result.text().strip().replace(copy.toString(), file().toString()),
                            "nothing was changed");
                }
                String after = FileChange.read(copy);
                return List.of(new FileChange(file(), before, after == null || after.isBlank() ? null : after));
            } finally {
                try (var list = Files.list(dir)) {
                    for (Path p : list.toList()) Files.delete(p);
                }
                Files.delete(dir);
            }
        } catch (IOException e) {
            throw new Problem("cannot work on a copy of " + file() + ": " + Texts.of(e), "is there room in /tmp?", e);
        }
    }

    /** A reload with no runtimes in the file changes none of those it has. */
    @Override
    boolean forgets() {
        return false;
    }

    /** Docker reads its runtimes again on a signal; containers go on. */
    @Override
    @Nullable
    String restartCommand() {
        if (setup.restartCommand() != null) return setup.restartCommand();
        String pid = FileChange.read(Path.of("/var/run/docker.pid"));
        if (pid != null && pid.strip().matches("[0-9]+")) return "kill -HUP " + pid.strip();
        return super.restartCommand();
    }

    private Shell.Result docker(String... words) {
        List<String> all = new ArrayList<>(List.of("docker"));
        if (setup.socket() != null) all.addAll(List.of("--host", "unix://" + setup.socket()));
        all.addAll(List.of(words));
        return Shell.run(Duration.ofMinutes(2), all, Map.of());
    }

    @Override
    @Nullable
    Boolean offersHandler() {
        if (!setup.live() || Shell.find("docker") == null) return null;
        Shell.Result result = docker("info", "--format", "{{json .Runtimes}}");
        if (!result.ok()) return null;
        try {
            JsonElement runtimes = JsonParser.parseString(result.firstLine());
            return runtimes instanceof JsonObject o && o.has(setup.handler());
        } catch (JsonParseException e) {
            return null;
        }
    }

    @Override
    boolean answers(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        do {
            if (docker("version", "--format", "{{.Server.Version}}").ok()) return true;
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        } while (System.nanoTime() < end);
        return false;
    }

    @Override
    List<String> users() {
        if (!setup.live() || Shell.find("docker") == null) return List.of();
        Shell.Result ids = docker("ps", "-q", "--no-trunc");
        if (!ids.ok() || ids.text().isBlank()) return List.of();
        List<String> words = new ArrayList<>(List.of("inspect", "--format", "{{.HostConfig.Runtime}} {{.Name}}"));
        ids.text().lines().forEach(words::add);
        return docker(words.toArray(String[]::new))
                .text()
                .lines()
                .filter(line -> line.startsWith(setup.handler() + " "))
                .map(line -> line.substring(setup.handler().length() + 1))
                .toList();
    }

    @Override
    void drain() {
        for (String name : users()) {
            Shell.Result result = docker("rm", "--force", name.replaceFirst("^/", ""));
            if (!result.ok())
                throw new Problem(
                        "cannot remove container " + name + ": " + result.text().strip(), "docker rm --force " + name);
        }
    }

    @Override
    String selfTest() {
        String image = "sandjar.io/selftest:" + setup.version().replaceAll("[^A-Za-z0-9_.-]", "-");
        try (TestImage test = TestImage.make(setup)) {
            Shell.Result loaded = docker("import", test.rootTar().toString(), image);
            if (!loaded.ok())
                throw new Problem("docker import: " + loaded.text().strip(), "is there room for images?");
            try {
                Shell.Result run = docker(
                        "run", "--rm", "--runtime", setup.handler(), "--network", "none", image, "/bin/uname", "-a");
                if (!run.ok()) {
                    throw new Problem(
                            "a container with --runtime " + setup.handler() + " failed with status " + run.status()
                                    + ":\n" + Texts.indent(run.text()),
                            "sandjar doctor tells what this machine lacks");
                }
                return run.firstLine();
            } finally {
                docker("rmi", "--force", image);
            }
        }
    }
}
