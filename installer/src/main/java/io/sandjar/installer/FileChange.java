// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One file's text before and after; null where there is no file. */
record FileChange(
        Path file, @Nullable String before, @Nullable String after) {
    boolean isNothing() {
        return before == null ? after == null : before.equals(after);
    }

    FileChange reversed() {
        return new FileChange(file, after, before);
    }

    /** As diff -u prints it. */
    String diff() {
        List<String> old = before == null ? List.of() : before.lines().toList();
        List<String> young = after == null ? List.of() : after.lines().toList();
        List<String> lines = UnifiedDiffUtils.generateUnifiedDiff(
                before == null ? "/dev/null" : file.toString(),
                after == null ? "/dev/null" : file.toString(),
                old,
                DiffUtils.diff(old, young),
                3);
        return String.join("\n", lines) + (lines.isEmpty() ? "" : "\n");
    }

    /** Writes the text after, whole or not at all: another name, fsync, rename. The mode of a file that is there stays. */
    void apply() {
        try {
            if (after == null) {
                Files.deleteIfExists(file);
                return;
            }
            Path real = Files.exists(file) ? file.toRealPath() : file;
            Path directory = real.getParent();
            if (directory == null) throw new IOException(real + " has no directory");
            Files.createDirectories(directory);
            Path fresh = directory.resolve("." + real.getFileName() + ".sandjar");
            Set<PosixFilePermission> mode = Files.exists(real)
                    ? Files.getPosixFilePermissions(real)
                    : PosixFilePermissions.fromString("rw-r--r--");
            Files.writeString(fresh, after);
            Files.setPosixFilePermissions(fresh, mode);
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    "cannot write " + file + ": " + Texts.of(e),
                    "run it as root, and look for a full or read-only disk",
                    e);
        }
    }

    static @Nullable String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : null;
        } catch (IOException e) {
            throw new Problem("cannot read " + file + ": " + Texts.of(e), "run it as root", e);
        }
    }

    static String sha256(@Nullable String text) {
        if (text == null) return "absent";
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
