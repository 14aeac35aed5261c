// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was done to an engine, so that it can be taken back: /var/lib/sandjar/installer/ENGINE.json, and beside it the files as they
 * were before the first change.
 */
final class Record {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** A file that was changed: its hash before the first change (or "absent") and after the last. */
    static final class Entry {
        String file = "";
        String before = "";
        String after = "";

        @Nullable
        String backup;
    }

    String engine = "";
    String handler = "";
    String version = "";
    String program = "";
    List<Entry> files = new ArrayList<>();
    List<String> nodes = new ArrayList<>();

    private static Path directory(Path root) {
        return root.resolve("var/lib/sandjar/installer");
    }

    static @Nullable Record load(Path root, String engine) {
        String text = FileChange.read(directory(root).resolve(engine + ".json"));
        if (text == null) return null;
        try {
            Record record = GSON.fromJson(text, Record.class);
            if (record != null) return record;
        } catch (JsonSyntaxException e) {
            // falls through
        }
        throw new Problem(
                directory(root).resolve(engine + ".json") + " is damaged",
                "remove it, and the block between the marks BEGIN sandjar and END sandjar from the engine's configuration, by hand");
    }

    static List<String> engines(Path root) {
        Path directory = directory(root);
        if (!Files.isDirectory(directory)) return List.of();
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(p -> p.getFileName().toString())
                    .filter(n -> n.endsWith(".json"))
                    .map(n -> n.substring(0, n.length() - 5))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new Problem("cannot list " + directory + ": " + Texts.of(e), "run it as root", e);
        }
    }

    /** Notes a change that is about to be made, and keeps the original once. */
    void note(Path root, FileChange change) {
        Entry entry = null;
        for (Entry e : files) {
            if (e.file.equals(change.file().toString())) entry = e;
        }
        if (entry == null) {
            entry = new Entry();
            entry.file = change.file().toString();
            entry.before = FileChange.sha256(change.before());
            if (change.before() != null) {
                String name = engine + "-" + change.file().getFileName() + ".before";
                new FileChange(directory(root).resolve(name), null, change.before()).apply();
                entry.backup = name;
            }
            files.add(entry);
        }
        entry.after = FileChange.sha256(change.after());
    }

    void save(Path root) {
        try {
            Path directory = directory(root);
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
        } catch (IOException e) {
            throw new Problem("cannot make " + directory(root) + ": " + Texts.of(e), "run it as root", e);
        }
        new FileChange(directory(root).resolve(engine + ".json"), null, GSON.toJson(this) + "\n").apply();
    }

    void remove(Path root) {
        for (Entry e : files) {
            if (e.backup != null) new FileChange(directory(root).resolve(e.backup), "", null).apply();
        }
        new FileChange(directory(root).resolve(engine + ".json"), "", null).apply();
        try {
            Files.deleteIfExists(directory(root));
            Path above = directory(root).getParent();
            if (above != null) Files.deleteIfExists(above);
        } catch (IOException e) {
            // another engine's record, or the node agent's data, are still there
        }
    }
}
