// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runtime programs that an earlier JVM started and did not see the end of. They became children of the supervisor, and what
 * they make is as good as if we had started them; to begin anew while they work would be a race.
 */
final class Unfinished {
    private static final long PATIENCE_MILLIS = 20_000;
    private static final long PAUSE_MILLIS = 10;

    private final long supervisor;

    Unfinished(int supervisor) {
        this.supervisor = supervisor;
    }

    /** Waits for the program that writes this pid file; then gives what it wrote, 0 when it made nothing. */
    int await(Path pidFile) {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (true) {
            int made = pid(pidFile);
            List<ProcessHandle> working = working(pidFile, made);
            if (working.isEmpty()) {
                return pid(pidFile);
            }
            if (System.nanoTime() > end) {
                Log.warning(
                        "a runtime of the time before is still at work after " + PATIENCE_MILLIS + " ms: " + pidFile);
                working.forEach(ProcessHandle::destroyForcibly);
                return 0;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return 0;
            }
        }
    }

    /** Whether the process lives and is a container's or an exec's. */
    boolean lives(int pid) {
        return ProcessHandle.of(pid)
                .flatMap(ProcessHandle::parent)
                .filter(p -> p.pid() == supervisor)
                .isPresent();
    }

    /** The process that the file names has the same command line, since it is a fork of the program. */
    private List<ProcessHandle> working(Path pidFile, int made) {
        String words = "\0--pid-file\0" + Utf8.bytes(pidFile.toString()) + "\0";
        return ProcessHandle.of(supervisor).stream()
                .flatMap(ProcessHandle::children)
                .filter(p -> p.pid() != made && commandLine(p.pid()).contains(words))
                .toList();
    }

    /** A character for each byte. */
    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static int pid(Path file) {
        try {
            return Integer.parseInt(Files.readString(file).strip());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
