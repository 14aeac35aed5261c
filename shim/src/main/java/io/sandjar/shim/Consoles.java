// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Sockets at which the runtime hands over a terminal's master; the supervisor listens there. */
final class Consoles {
    /** What a socket's address can hold. */
    private static final int MAX_PATH = 107;

    private final Orders orders;
    private final Path directory;
    private final AtomicInteger next = new AtomicInteger();

    Consoles(Orders orders, Path directory) {
        this.orders = orders;
        this.directory = directory;
    }

    /** The socket for a process. */
    String open(TaskProcess p) {
        String socket = directory
                .resolve("tty" + ProcessHandle.current().pid() + "." + next.incrementAndGet())
                .toString();
        if (socket.length() > MAX_PATH) {
            throw Failure.unknown("the path " + socket + " is too long for a socket");
        }
        orders.console(p.name(), socket, p.io);
        return socket;
    }

    /** The socket has done its work. */
    void opened(String socket) {
        try {
            Files.deleteIfExists(Path.of(socket));
        } catch (IOException e) {
            Log.debug("cannot remove " + socket + ": " + e.getMessage());
        }
    }
}
