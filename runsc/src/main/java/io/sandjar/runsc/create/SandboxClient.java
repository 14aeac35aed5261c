// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Errno;
import io.sandjar.host.Fds;
import io.sandjar.host.Sys;
import io.sandjar.runsc.ErrnoText;
import io.sandjar.runsc.Failure;
import java.nio.charset.StandardCharsets;

/** One request to a sandbox over its control socket, and the answer. */
final class SandboxClient {
    /** So many descriptors go with one record. */
    private static final int BATCH = 200;

    private final String socket;
    private final StringBuilder out = new StringBuilder();
    private final StringBuilder errors = new StringBuilder();
    private final int[] none = new int[Fds.MAX_FDS];

    SandboxClient(String socket) {
        this.socket = socket;
    }

    /** What came for standard output. */
    String out() {
        return out.toString();
    }

    /** What came for standard error. */
    String errors() {
        return errors.toString().strip();
    }

    /**
     * Asks and waits for the end of the answer.
     *
     * @param words verb, id, arguments; the labels of the descriptors are added where there are any
     * @return the status
     */
    int ask(Gifts gifts, String... words) {
        int fd = Fds.connect(socket);
        if (fd < 0) {
            throw new Failure(
                    1,
                    "the sandbox cannot be reached: " + socket + ": "
                            + (fd == -Errno.ECONNREFUSED ? "it has ended" : ErrnoText.of(fd)),
                    "");
        }
        try {
            int from = 0;
            int n = gifts.count();
            while (n - from > BATCH) {
                send(fd, gifts, from, from + BATCH, "fds");
                from += BATCH;
            }
            send(fd, gifts, from, n, words);
            return answer(fd);
        } finally {
            Sys.close(fd);
        }
    }

    private static void send(int fd, Gifts gifts, int from, int to, String... words) {
        StringBuilder b = new StringBuilder();
        for (String w : words) {
            b.append(w).append('\0');
        }
        if (from < to || words[0].equals("create")) {
            b.append(gifts.labels(from, to)).append('\0');
        }
        byte[] record = b.toString().getBytes(StandardCharsets.ISO_8859_1);
        int[] fds = new int[to - from];
        for (int i = from; i < to; i++) {
            fds[i - from] = gifts.fd(i);
        }
        int r = Fds.send(fd, record, record.length, fds, fds.length);
        if (r < 0) {
            throw new Failure(1, "the sandbox does not take the request: " + ErrnoText.of(r), "");
        }
    }

    private int answer(int fd) {
        byte[] record = new byte[Fds.MAX_RECORD];
        int[] count = new int[1];
        while (true) {
            int n = Fds.receive(fd, record, none, count);
            for (int i = 0; i < count[0]; i++) {
                Sys.close(none[i]);
            }
            if (n <= 0) {
                throw new Failure(
                        1,
                        "the sandbox has ended" + (errors().isEmpty() ? "" : ": " + errors()),
                        "its own log says why: --debug --debug-log=FILE");
            }
            String text = new String(record, 1, n - 1, StandardCharsets.ISO_8859_1);
            switch (record[0]) {
                case 'O' -> out.append(text);
                case 'E' -> errors.append(text).append('\n');
                case 'X' -> {
                    return number(text);
                }
                default -> {} // of a later version
            }
        }
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
