// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Nr;
import io.sandjar.host.Fds;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The control server with real sockets and a handler that does next to nothing. */
@Timeout(20)
class ControlServerTest {
    @TempDir
    Path dir = Path.of("");

    private int listener;
    private Thread thread = new Thread();
    private final Fake handler = new Fake();

    @BeforeEach
    void serve() {
        int dirfd = Sys.openat(Sys.AT_FDCWD, dir.toString(), 0200000, 0);
        listener = Fds.listen(dirfd, "s", 16);
        Sys.close(dirfd);
        assertTrue(listener >= 0);
        thread = new Thread(new ControlServer(listener, -1, handler, new Log(false)));
        thread.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        Fds.shutdown(listener);
        thread.join();
        Sys.close(listener);
    }

    /** Waits, echoes, fails. */
    private static final class Fake implements ControlServer.Handler {
        final BlockingQueue<Connection> waiting = new LinkedBlockingQueue<>();
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final CountDownLatch slow = new CountDownLatch(1);

        @Override
        public boolean quick(String verb) {
            return !verb.equals("slow");
        }

        @Override
        public void handle(Connection c, List<String> words) {
            switch (words.get(0)) {
                case "echo" -> {
                    c.out(words.get(1));
                    c.end(0);
                }
                case "labels" -> {
                    StringBuilder b = new StringBuilder();
                    for (String l : c.donated.beginningWith("")) {
                        b.append(l).append(' ');
                    }
                    c.out(b.toString());
                    c.end(0);
                }
                case "refuse" -> throw new Refusal(7, "no");
                case "bug" -> throw new IllegalStateException("boom");
                case "slow" -> {
                    try {
                        slow.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    c.end(3);
                }
                case "wait" -> {
                    c.follow(new Connection.Follower() {
                        @Override
                        public void resized() {
                            heard.add("resized");
                        }

                        @Override
                        public void signal(int signo) {
                            heard.add("signal " + signo);
                        }

                        @Override
                        public void gone(Connection gone) {
                            heard.add("gone");
                        }
                    });
                    waiting.add(c);
                }
                default -> throw new Refusal("unknown");
            }
        }

        @Override
        public void launcher() {}
    }

    private int connect() {
        int fd = Fds.connect(dir + "/s");
        assertTrue(fd >= 0, () -> "connect: " + fd);
        return fd;
    }

    private static void send(int fd, byte[] record, int... fds) {
        assertEquals(record.length, Fds.send(fd, record, record.length, fds, fds.length));
    }

    private static byte[] words(String... words) {
        return (String.join("\0", words) + "\0").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> answers(int fd) {
        ArrayList<String> all = new ArrayList<>();
        byte[] data = new byte[Fds.MAX_RECORD];
        int[] fds = new int[Fds.MAX_FDS];
        int[] count = new int[1];
        while (true) {
            int n = Fds.receive(fd, data, fds, count);
            if (n <= 0) {
                Sys.close(fd);
                return all;
            }
            all.add(new String(data, 0, n, StandardCharsets.ISO_8859_1));
        }
    }

    private List<String> ask(byte[] record, int... fds) {
        int fd = connect();
        send(fd, record, fds);
        return answers(fd);
    }

    @Test
    void answersAndHangsUp() {
        assertEquals(List.of("Ohello", "X0"), ask(words("echo", "hello")));
        assertEquals(List.of("Eno", "X7"), ask(words("refuse")));
        assertEquals(List.of("Eunknown", "X1"), ask(words("what", "is", "that")));
    }

    @Test
    void malformedRecordsGetASentence() {
        assertEquals("X1", ask(new byte[] {1, 2, 3}).get(1));
        assertEquals("X1", ask(new byte[] {'e', 'c', 'h', 'o'}).get(1));
        assertEquals("X1", ask(new byte[] {0}).get(1));
        assertEquals("X1", ask(new byte[65]).get(1));
        assertEquals("X1", ask(new byte[65536]).get(1));
        assertEquals("X1", ask(words("echo")).get(1)); // a bug of the handler
        assertEquals(List.of("Ostill there", "X0"), ask(words("echo", "still there")));
    }

    @Test
    void aBugEndsTheRequestAlone() {
        assertEquals("X1", ask(words("bug")).get(1));
        assertEquals(List.of("Ox", "X0"), ask(words("echo", "x")));
    }

    @Test
    void longTextComesInPieces() {
        String text = "x".repeat(60000);
        List<String> a = ask(words("echo", text));
        assertEquals(3, a.size());
        assertEquals(text, a.get(0).substring(1) + a.get(1).substring(1));
    }

    @Test
    void descriptorsByLabel() throws IOException {
        int before = openFiles();
        int fd = connect();
        send(fd, words("fds", "a,b"), 0, 1);
        send(fd, words("fds", "c"), 2);
        send(fd, words("labels", "id", "d"), 0);
        assertEquals(List.of("Oa b c d ", "X0"), answers(fd));
        assertEquals("X1", ask(words("fds", "a,b"), 0).get(1));
        assertEquals("X1", ask(words("labels", "id", "a"), 0, 1).get(1));
        assertEquals("X1", ask(new byte[] {1}, 0, 1).get(1));
        assertAllClosed(before);
    }

    @Test
    void manyDescriptors() throws IOException {
        int before = openFiles();
        int fd = connect();
        int[] many = new int[Fds.MAX_FDS];
        StringBuilder labels = new StringBuilder("x0");
        for (int i = 1; i < many.length; i++) {
            labels.append(",x").append(i);
        }
        for (int i = 0; i < 8; i++) {
            send(fd, words("fds", labels.toString()), many);
        }
        send(fd, words("labels"));
        assertEquals(8 * many.length, answers(fd).get(0).split(" ", -1).length - 1);
        int gone = connect();
        send(gone, words("fds", "a"), 0);
        Sys.close(gone);
        assertAllClosed(before);
    }

    @Test
    void aRequestThatTakesTimeHoldsNobodyUp() {
        int slow = connect();
        send(slow, words("slow"));
        assertEquals(List.of("Ox", "X0"), ask(words("echo", "x")));
        handler.slow.countDown();
        assertEquals(List.of("X3"), answers(slow));
    }

    @Test
    void furtherRecordsReachWhoFollows() throws InterruptedException {
        int fd = connect();
        send(fd, words("wait", "id"));
        Connection c = handler.waiting.poll(5, TimeUnit.SECONDS);
        send(fd, new byte[] {'W'});
        send(fd, new byte[] {'K', '1', '5'});
        send(fd, new byte[] {'K', '9', 0});
        send(fd, new byte[] {'K'});
        send(fd, new byte[] {'K', '9', '9', '9', '9'});
        send(fd, new byte[] {'?'});
        send(fd, words("echo", "not now"));
        send(fd, new byte[] {'W'});
        assertEquals("resized", handler.heard.poll(5, TimeUnit.SECONDS));
        assertEquals("signal 15", handler.heard.poll(5, TimeUnit.SECONDS));
        assertEquals("signal 9", handler.heard.poll(5, TimeUnit.SECONDS));
        assertEquals("resized", handler.heard.poll(5, TimeUnit.SECONDS));
        assertTrue(c != null);
        c.end(137);
        c.end(1);
        assertEquals(List.of("X137"), answers(fd));
        assertEquals("gone", handler.heard.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void aClientThatDiesIsForgotten() throws InterruptedException {
        int fd = connect();
        send(fd, words("wait", "id"));
        Connection c = handler.waiting.poll(5, TimeUnit.SECONDS);
        Sys.close(fd);
        assertEquals("gone", handler.heard.poll(5, TimeUnit.SECONDS));
        assertTrue(c != null);
        c.out("nobody hears");
        c.end(0);
        assertEquals(List.of("Ox", "X0"), ask(words("echo", "x")));
    }

    private static int openFiles() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return (int) list.count();
        }
    }

    private static void assertAllClosed(int before) throws IOException {
        int now = openFiles();
        for (int i = 0; i < 100 && now > before; i++) {
            Sys.call(Nr.sched_yield, 0);
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
            now = openFiles();
        }
        assertEquals(before, now);
    }
}
