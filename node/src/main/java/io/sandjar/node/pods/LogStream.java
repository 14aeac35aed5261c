// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.sandjar.node.server.NodeOperations.LogOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A container's log as plain text, oldest first, from the file and those that were rotated from it. Followed, it waits at the end
 * and goes on in the new file after a rotation, until the container has ended.
 */
final class LogStream extends InputStream {
    private static final long POLL_MILLIS = 100;
    private static final int BLOCK = 64 << 10;

    private final Path file;
    private final LogOptions options;
    private final BooleanSupplier live;
    private final Deque<Path> older = new ArrayDeque<>();
    private @Nullable RandomAccessFile in;
    private @Nullable Object key;
    private byte[] raw = new byte[BLOCK];
    private int used;
    private byte[] ready = new byte[0];
    private int at;
    private boolean lineOpen;
    private long left;
    private volatile boolean closed;

    /** @param live whether the container may still write */
    LogStream(Path file, LogOptions options, BooleanSupplier live) throws IOException {
        this.file = file;
        this.options = options;
        this.live = live;
        this.left = options.limitBytes() == null ? Long.MAX_VALUE : options.limitBytes();
        for (int i = 1; Files.exists(rotated(i)); i++) {
            older.addFirst(rotated(i));
        }
        skipToTail();
    }

    private Path rotated(int i) {
        return file.resolveSibling(file.getFileName() + "." + i);
    }

    /** Counts from the end and opens the file in which the first wanted line begins. */
    private void skipToTail() throws IOException {
        Long wanted = options.tailLines();
        if (wanted == null) {
            return;
        }
        if (wanted == 0) {
            older.clear();
            open(file);
            RandomAccessFile f = in;
            if (f != null) {
                f.seek(f.length());
            }
            return;
        }
        List<Path> all = new ArrayList<>(older);
        all.add(file);
        long missing = wanted;
        for (int i = all.size() - 1; i >= 0; i--) {
            long[] found = lineFromEnd(all.get(i), missing);
            missing -= found[1];
            if (missing <= 0 || i == 0) {
                older.clear();
                older.addAll(all.subList(i + 1, all.size() - (i == all.size() - 1 ? 0 : 1)));
                open(all.get(i));
                RandomAccessFile f = in;
                if (f != null) {
                    f.seek(found[0]);
                }
                return;
            }
        }
    }

    /** Where so many lines before the end begin, and how many were found: parts of a line count once. */
    private static long[] lineFromEnd(Path path, long wanted) throws IOException {
        Deque<Long> starts = new ArrayDeque<>();
        long count = 0;
        try (RandomAccessFile f = new RandomAccessFile(path.toFile(), "r")) {
            byte[] block = new byte[BLOCK];
            long offset = 0;
            long start = 0;
            boolean begins = true;
            StringBuilder head = new StringBuilder();
            for (int n; (n = f.read(block)) > 0; offset += n) {
                for (int i = 0; i < n; i++) {
                    if (block[i] != '\n') {
                        if (head.length() < 48) {
                            head.append((char) (block[i] & 255));
                        }
                        continue;
                    }
                    LogRecord r = LogRecord.parse(head + " ");
                    if (begins) {
                        starts.addLast(start);
                        count++;
                        if (starts.size() > wanted) {
                            starts.removeFirst();
                        }
                    }
                    begins = r == null || r.whole();
                    head.setLength(0);
                    start = offset + i + 1;
                }
            }
        } catch (java.io.FileNotFoundException e) {
            return new long[] {0, 0};
        }
        return new long[] {starts.isEmpty() ? 0 : starts.getFirst(), Math.min(count, wanted)};
    }

    private void open(Path path) throws IOException {
        closeFile();
        used = 0;
        try {
            in = new RandomAccessFile(path.toFile(), "r");
            key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (java.io.FileNotFoundException | java.nio.file.NoSuchFileException e) {
            in = null;
        }
    }

    private void closeFile() throws IOException {
        RandomAccessFile f = in;
        in = null;
        if (f != null) {
            f.close();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (left <= 0) {
            return -1;
        }
        while (at == ready.length) {
            if (closed || !fill()) {
                return -1;
            }
        }
        int n = (int) Math.min(Math.min(length, ready.length - at), left);
        System.arraycopy(ready, at, to, offset, n);
        at += n;
        left -= n;
        return n;
    }

    @Override
    public int available() {
        return ready.length - at;
    }

    /** More text, or waits for it; false at the end. */
    private boolean fill() throws IOException {
        if (in == null) {
            open(older.isEmpty() ? file : older.removeFirst());
        }
        boolean mayGrow = options.follow() && live.getAsBoolean(); // asked before the file is read to its end
        RandomAccessFile f = in;
        if (f != null) {
            if (used == raw.length) {
                raw = java.util.Arrays.copyOf(raw, raw.length * 2);
            }
            int n = f.read(raw, used, raw.length - used);
            if (n > 0) {
                used += n;
                convert();
                return true;
            }
            if (!older.isEmpty() || !isCurrent()) {
                closeFile();
                return true; // the next file
            }
        }
        if (!mayGrow) {
            return false;
        }
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        return true;
    }

    /** Whether what is read is what is written to. */
    private boolean isCurrent() {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey() instanceof Object k && k.equals(key);
        } catch (IOException e) {
            return true;
        }
    }

    private void convert() {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        int start = 0;
        for (int i = 0; i < used; i++) {
            if (raw[i] == '\n') {
                line(new String(raw, start, i - start, StandardCharsets.ISO_8859_1), out);
                start = i + 1;
            }
        }
        System.arraycopy(raw, start, raw, 0, used - start);
        used -= start;
        ready = out.toByteArray();
        at = 0;
    }

    private void line(String text, java.io.ByteArrayOutputStream out) {
        LogRecord r = LogRecord.parse(text);
        if (r == null || !wanted(r)) {
            return;
        }
        if (options.timestamps() && !lineOpen) {
            out.writeBytes((r.time() + " ").getBytes(StandardCharsets.ISO_8859_1));
        }
        out.writeBytes(r.text().getBytes(StandardCharsets.ISO_8859_1));
        if (r.whole()) {
            out.write('\n');
        }
        lineOpen = !r.whole();
    }

    private boolean wanted(LogRecord r) {
        Instant since = options.since();
        if (since == null) {
            return true;
        }
        try {
            return !Instant.parse(r.time()).isBefore(since);
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        closeFile();
    }
}
