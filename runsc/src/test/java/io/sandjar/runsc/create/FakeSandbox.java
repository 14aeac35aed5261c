// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.O;
import io.sandjar.host.Fds;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The other side of a control socket: remembers what it is asked and answers as it is told. */
final class FakeSandbox implements AutoCloseable {
    private final Path dir;
    private final int listener;
    private final Thread thread;
    private final String[] answers;

    /** Words of every request, without labels where there were descriptors. */
    final List<List<String>> requests = new ArrayList<>();

    /** Descriptors by label. */
    final Map<String, Integer> got = new LinkedHashMap<>();

    /** @param answers records of every answer; none: it hangs up */
    FakeSandbox(Path dir, String... answers) {
        this.dir = dir;
        this.answers = answers;
        int dirfd = Sys.openat(Sys.AT_FDCWD, dir.toString(), O.O_PATH, 0);
        listener = Fds.listen(dirfd, "sandbox.sock", 8);
        Sys.close(dirfd);
        if (listener < 0) {
            throw new IllegalStateException("listen: " + listener);
        }
        thread = new Thread(this::serve);
        thread.start();
    }

    private void serve() {
        int fd;
        while ((fd = Fds.accept(listener)) >= 0) {
            request(fd);
            for (String a : answers) {
                Fds.send(fd, a.getBytes(StandardCharsets.ISO_8859_1), a.length());
            }
            Sys.close(fd);
        }
    }

    private void request(int fd) {
        byte[] record = new byte[Fds.MAX_RECORD];
        int[] fds = new int[Fds.MAX_FDS];
        int[] count = new int[1];
        while (true) {
            int n = Fds.receive(fd, record, fds, count);
            if (n <= 0) {
                return;
            }
            String text = new String(record, 0, n - 1, StandardCharsets.ISO_8859_1);
            ArrayList<String> words = new ArrayList<>(List.of(text.split("\0", -1)));
            if (count[0] > 0) {
                String[] labels = words.remove(words.size() - 1).split(",");
                if (labels.length != count[0]) {
                    throw new IllegalStateException(labels.length + " labels, " + count[0] + " descriptors");
                }
                for (int i = 0; i < labels.length; i++) {
                    got.put(labels[i], fds[i]);
                }
            }
            if (!words.get(0).equals("fds")) {
                synchronized (requests) {
                    requests.add(words);
                }
                return;
            }
        }
    }

    @Override
    public void close() throws InterruptedException, IOException {
        Files.delete(dir.resolve("sandbox.sock"));
        Fds.shutdown(listener);
        thread.join();
        Sys.close(listener);
        for (int fd : got.values()) {
            Sys.close(fd);
        }
    }
}
