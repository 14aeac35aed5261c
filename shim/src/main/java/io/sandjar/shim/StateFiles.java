// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.oci.Json;
import io.sandjar.oci.JsonObject;
import io.sandjar.oci.JsonOut;
import io.sandjar.oci.SpecError;
import io.sandjar.shim.TaskProcess.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks' states on disk, one file for each, so that a JVM that was killed finds everything again: written aside, flushed,
 * renamed. A task that was deleted leaves its answer for a while, because the same Delete may come again.
 */
final class StateFiles {
    private static final String END = ".json";
    private static final String GONE = ".deleted";

    private final Path directory;

    StateFiles(Path directory) {
        this.directory = directory;
    }

    /** Writes what is now; nothing, when the task is no more. */
    void save(Task t) {
        synchronized (t) {
            if (!t.gone) {
                write(t.id + END, json(t));
            }
        }
    }

    /** The task is no more; a repeated Delete finds its answer. */
    void deleted(Task t) {
        JsonOut j = new JsonOut("").object();
        process(j, t.init);
        write(t.id + GONE, j.end().bytes());
        forget(t);
    }

    /** The task never came to be. */
    void forget(Task t) {
        synchronized (t) {
            t.gone = true;
            try {
                Files.deleteIfExists(directory.resolve(t.id + END));
            } catch (IOException e) {
                Log.warning("cannot remove the state of " + t.id + ": " + e.getMessage());
            }
        }
    }

    /** The first process of a task that was deleted; null: not known. */
    @Nullable
    TaskProcess gone(String id) {
        Path file = directory.resolve(id + GONE);
        try {
            if (!Files.exists(file)) {
                return null;
            }
            return process(id, Json.object(Files.readAllBytes(file)));
        } catch (IOException | SpecError e) {
            Log.warning("cannot read " + file + ": " + e.getMessage());
            return null;
        }
    }

    void forgetGone(String id) {
        try {
            Files.deleteIfExists(directory.resolve(id + GONE));
        } catch (IOException e) {
            Log.debug("cannot remove the answer of " + id + ": " + e.getMessage());
        }
    }

    private void write(String name, byte[] text) {
        Path file = directory.resolve(name);
        Path aside = directory.resolve("." + name + "." + Thread.currentThread().threadId());
        try {
            Files.createDirectories(directory);
            try (FileChannel out = FileChannel.open(
                    aside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer b = ByteBuffer.wrap(text);
                while (b.hasRemaining()) {
                    out.write(b);
                }
                out.force(true);
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Failure.unknown("cannot write the state " + file + ": " + Reasons.of(e));
        }
    }

    private static byte[] json(Task t) {
        TaskOptions o = t.runsc.options();
        JsonOut j = new JsonOut("").object();
        j.put("version", 1)
                .put("id", t.id)
                .put("bundle", Utf8.bytes(t.bundle.toString()))
                .put("pid", t.init.pid())
                .put("complete", t.complete)
                .put("mounted", t.mounted)
                .put("paused", t.paused())
                .put("oomTold", t.memory.told())
                .put("binary", Utf8.bytes(o.binary()))
                .put("root", Utf8.bytes(o.root()));
        j.array("flags");
        for (String flag : o.flags()) {
            j.add(Utf8.bytes(flag));
        }
        j.endArray().object("init");
        process(j, t.init);
        j.end().array("execs");
        for (TaskProcess p : t.execs()) {
            j.object();
            process(j, p);
            j.end();
        }
        return j.endArray().end().bytes();
    }

    private static void process(JsonOut j, TaskProcess p) {
        j.putIfAny("execId", p.execId)
                .put("phase", p.phase().name())
                .put("pid", p.pid())
                .put("stdin", Utf8.bytes(p.io.stdin()))
                .put("stdout", Utf8.bytes(p.io.stdout()))
                .put("stderr", Utf8.bytes(p.io.stderr()))
                .put("terminal", p.io.terminal())
                .put("exitStatus", p.exitStatus())
                .put("exitedNanos", p.exitedNanos())
                .put("exitTold", p.exitTold);
    }

    /** How a task's runtime is made, when a file says its options. */
    interface RunscMaker {
        Runsc make(TaskOptions options, Path bundle, String id);
    }

    /** All tasks of an earlier JVM. */
    List<Task> load(RunscMaker maker) {
        ArrayList<Task> all = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return all;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + END)) {
            for (Path file : files) {
                if (file.getFileName().toString().startsWith(".")) {
                    continue;
                }
                try {
                    all.add(task(Json.object(Files.readAllBytes(file)), maker));
                } catch (IOException | SpecError | IllegalArgumentException e) {
                    Log.error("the state " + file + " cannot be read; its container is not known any more: "
                            + e.getMessage());
                }
            }
        } catch (IOException e) {
            Log.error("cannot list " + directory + ": " + e.getMessage());
        }
        return all;
    }

    private static Task task(JsonObject o, RunscMaker maker) {
        String id = o.string("id");
        Path bundle = Path.of(Utf8.text(o.string("bundle")));
        ArrayList<String> flags = new ArrayList<>();
        for (String flag : o.strings("flags")) {
            flags.add(Utf8.text(flag));
        }
        TaskOptions options = new TaskOptions(Utf8.text(o.string("binary")), Utf8.text(o.string("root")), flags);
        JsonObject init = o.object("init");
        if (id.isEmpty() || init == null) {
            throw new IllegalArgumentException("no id or no first process");
        }
        TaskProcess first = process(id, init);
        Task t = new Task(id, bundle, maker.make(options, bundle, id), first.io, o.bool("mounted"));
        copy(first, t.init);
        t.complete = o.bool("complete");
        t.paused(o.bool("paused"));
        t.memory.restore(o.number("oomTold", 0));
        for (JsonObject exec : o.objects("execs")) {
            t.add(process(id, exec));
        }
        return t;
    }

    private static void copy(TaskProcess from, TaskProcess to) {
        to.restore(from.phase(), from.pid(), from.exitStatus(), from.exitedNanos(), from.exitTold);
    }

    private static TaskProcess process(String id, JsonObject o) {
        Stdio io = new Stdio(
                Utf8.text(o.string("stdin")),
                Utf8.text(o.string("stdout")),
                Utf8.text(o.string("stderr")),
                o.bool("terminal"));
        TaskProcess p = new TaskProcess(id, o.string("execId"), io);
        p.restore(
                Phase.valueOf(o.string("phase")),
                o.integer("pid", 0, Integer.MAX_VALUE, 0),
                o.integer("exitStatus", 0, 255, 0),
                o.number("exitedNanos", 0),
                o.bool("exitTold"));
        return p;
    }

    /** Answers that nobody will ask for again, because nothing of the time before is repeated. */
    void sweep() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        ArrayList<Path> old = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + GONE)) {
            for (Path file : files) {
                old.add(file);
            }
            for (Path file : old) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            Log.debug("nothing to sweep in " + directory + ": " + e.getMessage());
        }
    }
}
