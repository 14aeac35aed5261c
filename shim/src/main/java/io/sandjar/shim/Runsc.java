// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.oci.Json;
import io.sandjar.oci.JsonObject;
import io.sandjar.oci.SpecError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verbs of the OCI runtime for one container. What the runtime says of an error becomes the error. */
final class Runsc {
    private final Programs programs;
    private final TaskOptions options;
    private final Path bundle;
    private final String id;
    private final Path root;
    private final boolean debug;

    Runsc(Programs programs, TaskOptions options, Path bundle, String id, boolean debug) {
        this.programs = programs;
        this.options = options;
        this.bundle = bundle;
        this.id = id;
        this.debug = debug;
        root = Path.of(options.root());
    }

    TaskOptions options() {
        return options;
    }

    /** Where the runtime keeps the container's state. */
    Path directory() {
        return root.resolve(id);
    }

    /** Where the pid of a container's first process goes. */
    static Path pidFile(Path bundle) {
        return bundle.resolve("init.pid");
    }

    /** Makes the container; its first process waits. Gives the pid that stands for it. */
    int create(Stdio io, @Nullable String console) {
        Path pidFile = pidFile(bundle);
        List<String> words = verb("create", "create");
        words.add("--bundle");
        words.add(bundle.toString());
        words.add("--pid-file");
        words.add(pidFile.toString());
        if (console != null) {
            words.add("--console-socket");
            words.add(console);
        }
        words.add(id);
        remove(pidFile);
        good("create", run("create", words, io), null);
        return pid(pidFile);
    }

    void start() {
        simple("start");
    }

    /** Sends a signal to the first process; false when there is none any more. */
    boolean kill(int signal, boolean all) {
        List<String> words = verb("kill", "kill");
        if (all) {
            words.add("--all");
        }
        words.add(id);
        words.add(Integer.toString(signal));
        Programs.Ended end = programs.run(words, null, null);
        String why = end.status() == 0 ? "" : why("kill", end);
        if (why.contains("not running") || why.contains("already finished") || why.contains("does not exist")) {
            return false;
        }
        if (end.status() != 0) {
            throw Failure.unknown(why);
        }
        return true;
    }

    /** Starts a process more; it runs when this returns its pid. */
    int exec(Path process, Path pidFile, Stdio io, @Nullable String console, String log) {
        List<String> words = verb("exec", log);
        words.add("--process");
        words.add(process.toString());
        words.add("--detach");
        words.add("--pid-file");
        words.add(pidFile.toString());
        if (console != null) {
            words.add("--tty");
            words.add("--console-socket");
            words.add(console);
        }
        words.add(id);
        remove(pidFile);
        good("exec", run(log, words, io), log);
        return pid(pidFile);
    }

    void pause() {
        simple("pause");
    }

    void resume() {
        simple("resume");
    }

    void update(byte[] resources) {
        List<String> words = verb("update", "update");
        words.add("--resources");
        words.add("-");
        words.add(id);
        good("update", programs.run(words, resources, null), null);
    }

    /** Host pids of the container's processes. */
    List<Integer> pids() {
        List<String> words = verb("ps", "ps");
        words.add("--format");
        words.add("json");
        words.add(id);
        Programs.Ended end = programs.run(words, null, null);
        good("ps", end, null);
        ArrayList<Integer> pids = new ArrayList<>();
        int n = -1;
        for (int i = 0; i < end.output().length(); i++) {
            char c = end.output().charAt(i);
            if (c >= '0' && c <= '9') {
                n = Math.max(n, 0) * 10 + c - '0';
            } else if (n >= 0) {
                pids.add(n);
                n = -1;
            }
        }
        return pids;
    }

    /** Removes what is left; with force it need not have stopped, nor exist. */
    void delete(boolean force) {
        List<String> words = verb("delete", "delete");
        if (force) {
            words.add("--force");
        }
        words.add(id);
        Programs.Ended end = programs.run(words, null, null);
        if (end.status() != 0) {
            String why = why("delete", end);
            if (!why.contains("does not exist")) {
                throw Failure.unknown(why);
            }
        }
    }

    private void simple(String verb) {
        List<String> words = verb(verb, verb);
        words.add(id);
        good(verb, programs.run(words, null, null), null);
    }

    private List<String> verb(String verb, String log) {
        ArrayList<String> words = new ArrayList<>();
        words.add(options.binary());
        words.add("--root");
        words.add(root.toString());
        words.add("--log");
        words.add(log(log).toString());
        words.add("--log-format");
        words.add("json");
        if (debug) {
            words.add("--debug");
        }
        words.addAll(options.flags());
        words.add(verb);
        return words;
    }

    /** Each verb has a log of its own, since several run at once. */
    private Path log(String name) {
        return bundle.resolve("log-" + name + ".json");
    }

    private Programs.Ended run(String log, List<String> words, Stdio io) {
        remove(log(log));
        return programs.run(words, null, io);
    }

    private void good(String verb, Programs.Ended end, @Nullable String log) {
        String name = log == null ? verb : log;
        if (end.status() != 0) {
            throw Failure.unknown("OCI runtime " + verb + " failed: " + why(name, end));
        }
        warnings(name);
        if (!debug) {
            remove(log(name));
        }
    }

    /** The last error of the log, else what was printed. */
    private String why(String log, Programs.Ended end) {
        String found = "";
        for (JsonObject entry : entries(log)) {
            if (entry.string("level").equals("error")) {
                found = Utf8.text(entry.string("msg"));
            }
        }
        remove(log(log));
        if (found.isEmpty()) {
            found = end.output().strip();
        }
        return found.isEmpty() ? options.binary() + " ended with status " + end.status() : found;
    }

    private void warnings(String log) {
        for (JsonObject entry : entries(log)) {
            if (entry.string("level").equals("warning")) {
                Log.warning(id + ": " + Utf8.text(entry.string("msg")));
            }
        }
    }

    private List<JsonObject> entries(String log) {
        ArrayList<JsonObject> all = new ArrayList<>();
        if (!Files.exists(log(log))) {
            return all; // there was nothing to say
        }
        try {
            for (String line :
                    Files.readString(log(log), StandardCharsets.ISO_8859_1).split("\n")) {
                if (!line.isEmpty()) {
                    all.add(Json.object(line.getBytes(StandardCharsets.ISO_8859_1)));
                }
            }
        } catch (IOException | SpecError e) {
            Log.debug("nothing to be had from " + log(log) + ": " + e.getMessage());
        }
        return all;
    }

    private int pid(Path file) {
        try {
            return Integer.parseInt(Files.readString(file).strip());
        } catch (IOException | NumberFormatException e) {
            throw Failure.unknown(options.binary() + " left no pid in " + file);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            Log.debug("cannot remove " + file + ": " + e.getMessage());
        }
    }
}
