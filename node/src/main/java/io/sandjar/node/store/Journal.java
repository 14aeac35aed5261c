// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.sandjar.node.Log;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The store on the disk: a snapshot of all objects and a journal of the changes since. {@code snapshot-N} holds what was
 * there when {@code journal-N} began. A record that was not written to its end (power, kill -9) is cut off when the store
 * is opened: nobody was told that it had been kept. Files are 0600, because secrets are in them.
 */
final class Journal implements AutoCloseable {
    private static final long LARGE = 4L << 20;
    private static final byte[] SNAPSHOT_END = {'e', 'n', 'd'};

    /** How bytes reach the disk; tests have disks that fail. */
    interface Disk {
        void write(FileChannel channel, ByteBuffer bytes) throws IOException;

        void force(FileChannel channel) throws IOException;

        Disk REAL = new Disk() {
            @Override
            public void write(FileChannel channel, ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }

            @Override
            public void force(FileChannel channel) throws IOException {
                channel.force(false);
            }
        };
    }

    private final Path directory;
    private final Disk disk;
    private final FileChannel lockFile;
    private final Reserve reserve;
    private FileChannel channel;
    private long number;
    private long good;
    private long snapshotBytes;
    private boolean damaged;
    private long retryAt;

    private Journal(Path directory, Disk disk, FileChannel lockFile, long number, FileChannel channel, long good)
            throws IOException {
        this.directory = directory;
        this.disk = disk;
        this.lockFile = lockFile;
        this.reserve = new Reserve(directory);
        this.number = number;
        this.channel = channel;
        this.good = good;
        Path snapshot = file("snapshot", number);
        snapshotBytes = Files.exists(snapshot) ? Files.size(snapshot) : 0;
    }

    /** Opens the journal and hands over all that is in it, in order. */
    static Journal open(Path directory, Disk disk, Consumer<Records.Entry> each) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        FileChannel lockFile = channel(directory.resolve("lock"));
        try {
            lock(directory, lockFile);
            TreeMap<Long, Path> snapshots = numbered(directory, "snapshot-");
            TreeMap<Long, Path> journals = numbered(directory, "journal-");
            long first = 0;
            var snapshot = snapshots.lastEntry();
            if (snapshot != null) {
                first = snapshot.getKey();
                if (!readSnapshot(snapshot.getValue(), each)) {
                    throw new IOException(snapshot.getValue()
                            + " is damaged: the disk lost bytes that it had promised to keep. A backup of " + directory
                            + " helps; or, to go on with an empty store, move that directory away");
                }
            }
            long last = Math.max(first, journals.isEmpty() ? 0 : journals.lastKey());
            long good = 0;
            for (long n = first; n <= last; n++) {
                Path file = directory.resolve(name("journal", n));
                good = Files.exists(file) ? replay(file, n == last, each) : 0;
            }
            FileChannel channel = channel(directory.resolve(name("journal", last)));
            channel.truncate(good);
            channel.position(good);
            syncDirectory(directory);
            Journal journal = new Journal(directory, disk, lockFile, last, channel, good);
            journal.removeOld(first);
            return journal;
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    private static void lock(Path directory, FileChannel lockFile) throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            if (lock != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // this process has it open
        }
        throw new IOException("the store in " + directory + " is in use by another agent");
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static boolean readSnapshot(Path file, Consumer<Records.Entry> each) throws IOException {
        List<Records.Entry> entries = new ArrayList<>();
        byte[] bytes = Files.readAllBytes(file);
        int end = Records.read(ByteBuffer.wrap(bytes), entries::add);
        boolean whole = bytes.length - end == SNAPSHOT_END.length
                && ByteBuffer.wrap(bytes, end, SNAPSHOT_END.length).equals(ByteBuffer.wrap(SNAPSHOT_END));
        if (whole) {
            entries.forEach(each);
        }
        return whole;
    }

    private static long replay(Path file, boolean last, Consumer<Records.Entry> each) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int good = Records.read(ByteBuffer.wrap(bytes), each);
        if (good < bytes.length) {
            if (!last) {
                throw new IOException(
                        file + " is damaged at byte " + good + " and later changes follow in another file");
            }
            Log.debug("store: " + (bytes.length - good) + " bytes of an unfinished change were cut off " + file);
        }
        return good;
    }

    private static TreeMap<Long, Path> numbered(Path directory, String prefix) throws IOException {
        TreeMap<Long, Path> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{1,18}")) {
                    found.put(Long.parseLong(name.substring(prefix.length())), file);
                }
            }
        }
        return found;
    }

    private static String name(String prefix, long number) {
        return String.format("%s-%08d", prefix, number);
    }

    private Path file(String prefix, long number) {
        return directory.resolve(name(prefix, number));
    }

    /** Appends changes; if wanted they are on the disk when this returns. After an exception none of them is. */
    void append(Collection<Write> writes, boolean force) throws IOException {
        mend();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (Write w : writes) {
                Records.write(
                        out,
                        w.version(),
                        w.key(),
                        w.after() == null ? null : w.after().json());
            }
        }
        try {
            write(bytes.toByteArray(), force);
            reserve.keep();
        } catch (IOException e) {
            damaged = true;
            try {
                mend();
                if (noSpace(e) && reserve.spend(writes)) {
                    damaged = true; // until it is written
                    write(bytes.toByteArray(), force);
                    damaged = false;
                    return;
                }
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void write(byte[] bytes, boolean force) throws IOException {
        disk.write(channel, ByteBuffer.wrap(bytes));
        if (force) {
            disk.force(channel);
        }
        good += bytes.length;
    }

    /** Cuts off what a failed write left. Until that works nothing can be written. */
    private void mend() throws IOException {
        if (damaged) {
            channel.truncate(good);
            channel.position(good);
            disk.force(channel);
            damaged = false;
        }
    }

    /** Begins a new journal with a snapshot when the present one is long. If that fails the present one goes on. */
    void compact(Collection<Stored> objects, long version) {
        if (good < LARGE || good < 2 * snapshotBytes || good < retryAt) {
            return;
        }
        try {
            snapshot(objects, version);
        } catch (IOException e) {
            retryAt = good + LARGE;
            Log.warn("the store could not be made smaller in " + directory + "; it goes on growing", e);
        }
    }

    void snapshot(Collection<Stored> objects, long version) throws IOException {
        long next = number + 1;
        Path temporary = directory.resolve("snapshot.new");
        Files.deleteIfExists(temporary);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            Records.write(out, version, null, null);
            for (Stored s : objects) {
                if (Records.kept(s.key().kind())) {
                    Records.write(out, s.version(), s.key(), s.json());
                }
            }
            out.write(SNAPSHOT_END);
        }
        FileChannel fresh = null;
        try (FileChannel c = channel(temporary)) {
            disk.write(c, ByteBuffer.wrap(bytes.toByteArray()));
            disk.force(c);
            fresh = channel(file("journal", next));
            fresh.truncate(0);
            disk.force(fresh);
            Files.move(temporary, file("snapshot", next), StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(directory);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            if (fresh != null && !Files.exists(file("snapshot", next))) {
                fresh.close();
                Files.deleteIfExists(file("journal", next));
            }
            throw e;
        }
        channel.close();
        channel = fresh;
        number = next;
        good = 0;
        retryAt = 0;
        snapshotBytes = bytes.size();
        removeOld(next);
    }

    private void removeOld(long first) throws IOException {
        for (String prefix : List.of("snapshot-", "journal-")) {
            for (Path file : numbered(directory, prefix).headMap(first).values()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel d = FileChannel.open(directory, StandardOpenOption.READ)) {
            d.force(true);
        }
    }

    long length() {
        return good;
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        try (FileChannel l = lockFile;
                FileChannel c = channel) {
            if (l.isOpen() && !damaged) {
                disk.force(c);
            }
        }
    }

    /** Whether an error means that there is no room. */
    static boolean noSpace(IOException e) {
        @Nullable String text = e.getMessage();
        return text != null
                && (text.contains("No space left") || text.contains("quota exceeded") || text.contains("too large"));
    }
}
