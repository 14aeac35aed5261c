// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of pods on disk: DIR/UID/checkpoint.json, replaced in one step. */
final class Checkpoints {
    private static final String FILE = "checkpoint.json";

    private static final Gson GSON = new GsonBuilder()
            .registerTypeAdapter(Instant.class, new TypeAdapter<Instant>() {
                @Override
                public void write(JsonWriter out, @Nullable Instant value) throws IOException {
                    out.value(value == null ? null : value.toString());
                }

                @Override
                public @Nullable Instant read(JsonReader in) throws IOException {
                    if (in.peek() == JsonToken.NULL) {
                        in.nextNull();
                        return null;
                    }
                    try {
                        return Instant.parse(in.nextString());
                    } catch (DateTimeParseException e) {
                        throw new JsonParseException(e);
                    }
                }
            })
            .create();

    private final Path dir;

    Checkpoints(Path dir) {
        this.dir = dir;
    }

    Path podDir(String uid) {
        return dir.resolve(uid);
    }

    /** Returns when it is on the disk. */
    void save(PodRecord record) throws IOException {
        Path pod = podDir(record.uid);
        Files.createDirectories(pod);
        Path fresh = pod.resolve(FILE + ".new");
        byte[] text = GSON.toJson(record).getBytes(StandardCharsets.UTF_8);
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (ByteBuffer b = ByteBuffer.wrap(text); b.hasRemaining(); ) {
                out.write(b);
            }
            out.force(true);
        }
        Files.move(fresh, pod.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel d = FileChannel.open(pod)) {
            d.force(true);
        }
    }

    String text(PodRecord record) {
        return GSON.toJson(record);
    }

    @Nullable
    PodRecord load(String uid) {
        try {
            PodRecord r = GSON.fromJson(Files.readString(podDir(uid).resolve(FILE)), PodRecord.class);
            return r != null && r.version == PodRecord.VERSION && r.uid.equals(uid) ? r : null;
        } catch (IOException | JsonParseException e) {
            return null;
        }
    }

    /** All that can be read. A pod's directory without a record is of a pod for which nothing was begun. */
    List<PodRecord> loadAll() {
        List<PodRecord> all = new ArrayList<>();
        try (DirectoryStream<Path> pods = Files.newDirectoryStream(dir)) {
            for (Path p : pods) {
                PodRecord r = load(p.getFileName().toString());
                if (r != null) {
                    all.add(r);
                }
            }
        } catch (IOException e) {
            return all;
        }
        return all;
    }
}
