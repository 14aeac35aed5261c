// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the server asks the pods' room for: logs, processes in containers, figures, images. Errors are StoreExceptions. */
public interface NodeOperations {
    /**
     * How to show a log.
     *
     * @param container its name
     * @param follow go on as long as the container writes; the stream ends when it does
     * @param previous the log of the container before its last restart
     * @param timestamps each line begins with its time
     * @param tailLines only so many of the last lines
     * @param since only lines from then on
     * @param limitBytes only so many bytes
     */
    record LogOptions(
            String container,
            boolean follow,
            boolean previous,
            boolean timestamps,
            @Nullable Long tailLines,
            @Nullable Instant since,
            @Nullable Long limitBytes) {}

    /**
     * A command to run in a container.
     *
     * @param container its name
     * @param command the words
     * @param tty with a terminal
     * @param stdin whether it reads
     */
    record ExecRequest(String container, List<String> command, boolean tty, boolean stdin) {}

    /**
     * The command line on the host that runs it (the client executes that itself).
     *
     * @param command the words, the first an absolute path
     * @param environment what to set
     * @param workingDirectory where
     */
    record ExecPlan(List<String> command, Map<String, String> environment, String workingDirectory) {}

    /**
     * Figures of a container.
     *
     * @param container its name
     * @param cpuNanos time used since its start
     * @param cpuNanoCores use now, in billionths of a core; -1 if not known yet
     * @param memoryBytes in use without reclaimable cache (working set)
     * @param memoryLimitBytes limit, or -1
     * @param pids processes, or -1
     * @param startedAt when
     */
    record ContainerStats(
            String container,
            long cpuNanos,
            long cpuNanoCores,
            long memoryBytes,
            long memoryLimitBytes,
            long pids,
            @Nullable Instant startedAt) {}

    /** The log as plain lines; reading waits when it is followed; closing it ends that. */
    InputStream logs(Pod pod, LogOptions options) throws IOException;

    ExecPlan exec(Pod pod, ExecRequest request);

    /** Figures of the containers that run, or none. */
    List<ContainerStats> stats(Pod pod);

    /** Images on this node, as JSON-like maps: id, names, sizeBytes, createdAt. */
    List<Map<String, Object>> images();

    /** Pulls an image; progress lines go to the consumer. */
    Map<String, Object> pull(String reference, java.util.function.Consumer<String> progress);

    /** Removes an image that no container uses. */
    void removeImage(String reference);

    /** A node without a runtime, for tests of the server. */
    NodeOperations NONE = new NoOperations();
}
