// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Files of the store's own that are whole or not there, whatever happens to the process or the machine. */
public final class WholeFile {
    private static final AtomicLong SERIAL = new AtomicLong();

    private WholeFile() {}

    /** Writes beside it, flushes, renames, flushes the directory. */
    public static void write(Path file, byte[] data) throws ImageException {
        Path parent = file.toAbsolutePath().getParent();
        Path next = file.resolveSibling(".new-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet());
        try {
            try (FileChannel out = FileChannel.open(next, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer b = ByteBuffer.wrap(data);
                while (b.hasRemaining()) {
                    out.write(b);
                }
                out.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            if (parent != null) {
                flushDirectory(parent);
            }
        } catch (IOException e) {
            try {
                Files.deleteIfExists(next);
            } catch (IOException more) {
                e.addSuppressed(more);
            }
            throw failed("write " + file, e);
        }
    }

    /** What a file holds; null if it is not there. */
    public static byte @Nullable [] read(Path file) throws ImageException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw failed("read " + file, e);
        }
    }

    public static void flushDirectory(Path dir) throws IOException {
        try (FileChannel d = FileChannel.open(dir, StandardOpenOption.READ)) {
            d.force(true);
        }
    }

    /** What an error of Java's files means for the store. */
    public static ImageException failed(String what, IOException e) {
        String m = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (m.contains("No space left") || m.contains("Disk quota exceeded")) {
            return new ImageException(
                    Kind.NO_SPACE,
                    what + ": no space left on the disk",
                    "free some space or remove images (sandjar rmi), then try again; nothing half-made stays",
                    e);
        }
        return new ImageException(Kind.STORE, what + ": " + m, "", e);
    }
}
