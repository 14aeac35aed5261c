// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a container and its monitor have on the host (node/src/main/c/monitor.c): control is the monitor's socket,
 * pid the container's process, exit how it ended, started that somebody had it started, sandbox the id of its pod sandbox.
 */
final class ContainerDir {
    /** A monitor answers when the runtime's create has ended; one that hangs must not hold a pod for ever. */
    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(2);

    private final Path dir;

    ContainerDir(Path dir) {
        this.dir = dir;
    }

    Path path() {
        return dir;
    }

    Path file(String name) {
        return dir.resolve(name);
    }

    boolean exists() {
        return Files.isDirectory(dir);
    }

    void make(String sandboxId) throws IOException {
        Files.createDirectories(
                dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(file("sandbox"), sandboxId);
    }

    String read(String name) {
        try {
            return Files.readString(file(name), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return "";
        }
    }

    int number(String name) {
        try {
            return Integer.parseInt(read(name));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Nullable
    ExitStatus exit() {
        String text;
        try {
            text = Files.readString(file("exit"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return null;
        }
        int code = 137;
        int signal = 0;
        boolean oom = false;
        boolean lost = false;
        Instant when = Instant.EPOCH;
        for (String line : text.lines().toList()) {
            int blank = line.indexOf(' ');
            String value = blank < 0 ? "" : line.substring(blank + 1).strip();
            try {
                switch (blank < 0 ? "" : line.substring(0, blank)) {
                    case "code" -> code = Integer.parseInt(value);
                    case "signal" -> signal = Integer.parseInt(value);
                    case "oom" -> oom = value.equals("1");
                    case "lost" -> lost = value.equals("1");
                    case "finished" -> {
                        long nanos = Long.parseLong(value);
                        when = Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
                    }
                    default -> {}
                }
            } catch (NumberFormatException e) {
                return ExitStatus.lost(Instant.now());
            }
        }
        return new ExitStatus(code, signal, when, oom, lost);
    }

    /** Notes how it ended, as the monitor does; for a runtime that tells us. The first word stands. */
    void leave(ExitStatus exit) throws IOException {
        if (!exists() || Files.exists(file("exit"))) {
            return;
        }
        Instant at = exit.finishedAt();
        String text = "code " + exit.code() + "\nsignal " + exit.signal() + "\nfinished " + at.getEpochSecond()
                + String.format(Locale.ROOT, "%09d", at.getNano()) + "\noom " + (exit.outOfMemory() ? 1 : 0) + "\nlost "
                + (exit.lost() ? 1 : 0) + "\n";
        Path fresh = Files.createTempFile(dir, "exit", ".new");
        try (FileChannel c = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            c.write(StandardCharsets.ISO_8859_1.encode(text));
            c.force(true);
        }
        Files.move(fresh, file("exit"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** A connection to the monitor; null if there is none any more. */
    @Nullable
    SocketChannel connect() throws IOException {
        if (!Files.exists(file("control"))) {
            return null;
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(file("control")));
            return channel;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            channel.close();
            return null;
        }
    }

    boolean monitored() {
        try (SocketChannel c = connect()) {
            return c != null;
        } catch (IOException e) {
            return false;
        }
    }

    /** Lets who writes the log begin a fresh file. {@code writer} is what that is called, for people. */
    void reopenLog(String id, String writer) throws RuntimeFailure {
        try {
            String answer = ask("reopen");
            if (!answer.equals("ok")) {
                throw new RuntimeFailure(answer.isEmpty() ? "container " + id + " has ended" : answer);
            }
        } catch (IOException e) {
            throw new RuntimeFailure("cannot reach the " + writer + " of container " + id, e);
        }
    }

    /** Ids of all containers that have a directory below this one, containers before their sandboxes. */
    static List<String> list(Path containers) {
        List<String> members = new ArrayList<>();
        List<String> sandboxes = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(containers)) {
            for (Path p : all) {
                String id = p.getFileName().toString();
                (new ContainerDir(p).read("sandbox").equals(id) ? sandboxes : members).add(id);
            }
        } catch (IOException e) {
            return List.of();
        }
        members.addAll(sandboxes);
        return members;
    }

    /** Says a word to the monitor; its answer, or the empty string if it ended meanwhile or has none for too long. */
    String ask(String word) throws IOException {
        Thread watchdog = null;
        try (SocketChannel c = connect()) {
            if (c == null) {
                return "";
            }
            watchdog = Thread.startVirtualThread(() -> closeAfter(c, ANSWER_LIMIT));
            c.write(ByteBuffer.wrap((word + "\n").getBytes(StandardCharsets.ISO_8859_1)));
            ByteBuffer answer = ByteBuffer.allocate(256);
            while (c.read(answer) > 0 && answer.get(answer.position() - 1) != '\n') {
                // not all of it yet
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1).strip();
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            return "";
        } finally {
            if (watchdog != null) {
                watchdog.interrupt();
            }
        }
    }

    private static void closeAfter(SocketChannel c, Duration limit) {
        try {
            Thread.sleep(limit);
            c.close();
        } catch (InterruptedException | IOException e) {
            // it was answered
        }
    }

    /** Waits until the monitor has ended. */
    void awaitEnd() throws InterruptedException {
        try (SocketChannel c = connect()) {
            if (c == null) {
                return;
            }
            ByteBuffer nothing = ByteBuffer.allocate(64);
            while (c.read(nothing) >= 0) {
                nothing.clear();
            }
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw new InterruptedException();
        } catch (IOException e) {
            // reset: it has ended
        }
    }

    void remove() throws IOException {
        if (!Files.exists(dir)) {
            return;
        }
        Files.walkFileTree(dir, new SimpleFileVisitor<Path>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path d, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(d);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
