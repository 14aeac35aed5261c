// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.install;

import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.host.Sys;
import io.sandjar.runsc.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code install} and {@code uninstall} for Docker. The file as it was before the first change is kept beside it; when
 * uninstalling leads back to what it said, that very file comes back and nothing of ours remains.
 */
public final class DockerInstall {
    private static final String DEFAULT_PID_FILE = "/var/run/docker.pid";
    private static final String DEFAULT_FILE = "/etc/docker/daemon.json";
    private static final String BACKUP = ".before-sandjar-";

    private final Path file;
    private final boolean dryRun;
    private final boolean existed;
    private final String text;
    private final StringBuilder report = new StringBuilder();

    /** @param config the configuration file; null: Docker's usual one */
    public DockerInstall(@Nullable String config, boolean dryRun) {
        this.file = real(Path.of(config == null ? DEFAULT_FILE : config));
        this.dryRun = dryRun;
        this.existed = Files.exists(file);
        this.text = existed ? read(file) : "";
    }

    private static Path real(Path p) {
        try {
            return p.toRealPath();
        } catch (IOException e) {
            return p.toAbsolutePath();
        }
    }

    /** Puts the runtime in; what was done, in words. */
    public String install(String name, String program, List<String> args, boolean clobber) {
        DaemonJson json = new DaemonJson(file.toString(), text);
        String after = json.with(name, program, args, clobber);
        if (existed && after.equals(text)) {
            return file + ": runtime " + name + " is there already\n";
        }
        if (dryRun) {
            return diff(text, after);
        }
        if (existed && backup() == null) {
            Path copy = sibling(BACKUP
                    + Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace(":", ""));
            write(copy, text);
            report.append("kept the file as it was: ").append(copy).append('\n');
        }
        write(file, after);
        report.append(file)
                .append(": runtime ")
                .append(name)
                .append(" is ")
                .append(program)
                .append('\n');
        reload(json);
        return report.toString();
    }

    /** Takes the runtime out; what was done, in words. */
    public String uninstall(String name, boolean clobber) {
        DaemonJson json = new DaemonJson(file.toString(), text);
        if (!json.has(name)) {
            return file + ": there is no runtime " + name + "\n";
        }
        if (!json.ours(name) && !clobber) {
            throw new Failure(
                    1, file + ": runtime \"" + name + "\" is not of this program", "--clobber removes it all the same");
        }
        Path copy = backup();
        String before = copy == null ? "{}\n" : read(copy);
        String after = json.without(name, !new DaemonJson(String.valueOf(copy), before).hasRuntimes());
        boolean back = JsonText.bare(after).equals(JsonText.bare(before));
        if (dryRun) {
            return diff(text, back && copy != null ? before : after);
        }
        if (back && copy == null && new DaemonJson(file.toString(), after).isEmpty()) {
            delete(file); // it was made by install
        } else if (back && copy != null) {
            write(file, before);
            delete(copy);
        } else {
            write(file, after);
            if (copy != null) {
                report.append("the file as it was before is still there: ")
                        .append(copy)
                        .append('\n');
            }
        }
        report.append(file).append(": runtime ").append(name).append(" is removed\n");
        reload(json);
        return report.toString();
    }

    private Path sibling(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** The copy of the file from before the first change. */
    private @Nullable Path backup() {
        Path dir = file.getParent();
        String prefix = file.getFileName() + BACKUP;
        if (dir == null || !Files.isDirectory(dir)) {
            return null;
        }
        try (Stream<Path> all = Files.list(dir)) {
            return all.filter(p -> p.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private String read(Path p) {
        try {
            return new String(Files.readAllBytes(p), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Whole or not at all, with the mode of the file that it replaces. */
    private void write(Path to, String content) {
        Path temporary = sibling(".sandjar-tmp");
        try {
            Path dir = file.getParent();
            if (dir != null) {
                Files.createDirectories(dir);
            }
            Files.deleteIfExists(temporary);
            Files.write(
                    temporary,
                    content.getBytes(StandardCharsets.ISO_8859_1),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            if (existed) {
                Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(file));
            }
            Files.move(temporary, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new Failure(1, to + ": it cannot be replaced at once", "");
        } catch (IOException e) {
            delete(temporary);
            throw failed(e);
        }
    }

    private static void delete(Path p) {
        try {
            Files.deleteIfExists(p);
        } catch (IOException e) {
            // it stays
        }
    }

    private Failure failed(IOException e) {
        return new Failure(1, file + ": " + e, "");
    }

    /** A running daemon reads its file again at SIGHUP. */
    private void reload(DaemonJson json) {
        String pidFile = json.string("pidfile");
        if (pidFile == null && !file.equals(real(Path.of(DEFAULT_FILE)))) {
            report.append("tell its dockerd: kill -HUP PID\n");
            return;
        }
        String digits = Sys.readText(pidFile == null ? DEFAULT_PID_FILE : pidFile);
        int pid;
        try {
            pid = digits == null ? 0 : Integer.parseInt(digits.strip());
        } catch (NumberFormatException e) {
            pid = 0;
        }
        String comm = pid <= 1 ? null : Sys.readText("/proc/" + pid + "/comm");
        if (comm == null || !comm.strip().equals("dockerd")) {
            report.append("dockerd does not run; it will read the file when it starts\n");
        } else if (Processes.kill(pid, Sig.SIGHUP) == 0) {
            report.append("dockerd (").append(pid).append(") reads the file again\n");
        } else {
            report.append("dockerd could not be told: kill -HUP ").append(pid).append('\n');
        }
    }

    /** What changes, line by line. */
    private String diff(String before, String after) {
        if (before.equals(after)) {
            return "";
        }
        List<String> a = before.lines().toList();
        List<String> b = after.lines().toList();
        int head = 0;
        while (head < Math.min(a.size(), b.size()) && a.get(head).equals(b.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < Math.min(a.size(), b.size()) - head
                && a.get(a.size() - 1 - tail).equals(b.get(b.size() - 1 - tail))) {
            tail++;
        }
        int from = Math.max(0, head - 3);
        int context = Math.min(3, tail);
        ArrayList<String> lines = new ArrayList<>();
        lines.add("--- " + (existed ? file : "/dev/null"));
        lines.add("+++ " + file);
        lines.add("@@ -" + (a.isEmpty() ? 0 : from + 1) + "," + (a.size() - tail + context - from) + " +" + (from + 1)
                + "," + (b.size() - tail + context - from) + " @@");
        for (int i = from; i < head; i++) {
            lines.add(" " + a.get(i));
        }
        for (int i = head; i < a.size() - tail; i++) {
            lines.add("-" + a.get(i));
        }
        for (int i = head; i < b.size() - tail; i++) {
            lines.add("+" + b.get(i));
        }
        for (int i = a.size() - tail; i < a.size() - tail + context; i++) {
            lines.add(" " + a.get(i));
        }
        return String.join("\n", lines) + "\n";
    }
}
