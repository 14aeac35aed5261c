// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.sandjar.node.runtime.ExitStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** From how a process ended to what a container's status says about it. */
final class Termination {
    private static final int MAX_MESSAGE = 4096;
    private static final int MAX_LOG_BYTES = 2048;
    private static final int MAX_LOG_LINES = 80;

    private Termination() {}

    static Path messageFile(Work work, ContainerRecord r) {
        return work.dir().resolve("termination").resolve(r.name).resolve(Integer.toString(r.attempt));
    }

    static ExitInfo info(Work work, Container c, ContainerRecord r, ExitStatus exit, boolean outOfMemory) {
        String reason = exit.lost()
                ? "ContainerStatusUnknown"
                : outOfMemory ? "OOMKilled" : exit.code() == 0 ? "Completed" : "Error";
        String message = exit.lost()
                ? "The container could not be located when the pod was looked at"
                : message(work, c, r, exit.code());
        Instant begin = r.startedAt;
        Instant end = begin != null && exit.finishedAt().isBefore(begin) ? begin : exit.finishedAt();
        return new ExitInfo(r.id, exit.code(), exit.signal(), reason, message, begin, end);
    }

    private static String message(Work work, Container c, ContainerRecord r, int code) {
        String text = tail(messageFile(work, r), MAX_MESSAGE, false);
        if (text.isEmpty() && code != 0 && "FallbackToLogsOnError".equals(c.getTerminationMessagePolicy())) {
            String log = tail(work.logFile(r.name, r.attempt), 8 * MAX_LOG_BYTES, true);
            StringBuilder plain = new StringBuilder();
            List<String> lines = log.lines().toList();
            for (String line : lines.subList(Math.max(0, lines.size() - MAX_LOG_LINES), lines.size())) {
                LogRecord record = LogRecord.parse(line);
                if (record != null) {
                    plain.append(record.text()).append(record.whole() ? "\n" : "");
                }
            }
            text = plain.substring(Math.max(0, plain.length() - MAX_LOG_BYTES));
        }
        return text;
    }

    /** The end of a regular file (the container may have put something else there). */
    private static String tail(Path file, int bytes, boolean fromEnd) {
        if (!Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long size = in.length();
            byte[] text = new byte[(int) Math.min(size, bytes)];
            in.seek(fromEnd ? size - text.length : 0);
            in.readFully(text);
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
