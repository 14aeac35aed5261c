// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.abi.Errno;
import io.sandjar.host.Epoll;
import io.sandjar.host.Fds;
import java.util.HashMap;
import java.util.List;

/**
 * The control socket of a sandbox. One thread accepts and reads; a request that may take time gets a thread of its own
 * for as long as it runs, and one that waits for a process holds none. Whatever a client sends, it gets an answer in
 * words or is hung up on; the sandbox goes on.
 */
final class ControlServer implements Runnable {
    /** Carries requests out. */
    interface Handler {
        /** Whether {@link #handle} is quick enough for the server's own thread. */
        boolean quick(String verb);

        /**
         * Answers a request, now or later; its end is {@link Connection#end}.
         *
         * @throws Refusal with the answer
         */
        void handle(Connection c, List<String> words);

        /** The launcher at descriptor 4 has sent something; the server goes on. */
        void launcher();
    }

    /** More clients than that are turned away. */
    private static final int MAX_CLIENTS = 512;

    /** Records of descriptors before a request. */
    private static final int MAX_RECORDS = 64;

    private static final int STACK = 512 * 1024;

    private final int listener;
    private final int launcher;
    private final Handler handler;
    private final Log log;
    private final Epoll epoll = new Epoll();
    private final HashMap<Integer, Connection> clients = new HashMap<>();
    private final int owner;
    private final byte[] record = new byte[Fds.MAX_RECORD];
    private final int[] fds = new int[Fds.MAX_FDS];
    private final int[] count = new int[1];

    /**
     * @param listener the listening socket
     * @param launcher another socket to listen to, or -1
     */
    ControlServer(int listener, int launcher, Handler handler, Log log) {
        this.listener = listener;
        this.launcher = launcher;
        this.handler = handler;
        this.log = log;
        int[] peer = new int[3];
        owner = Fds.peer(listener, peer) == 0 ? peer[1] : 0;
        epoll.add(listener);
        if (launcher >= 0) {
            epoll.add(launcher);
        }
    }

    /** Serves until the listener is shut down. */
    @Override
    public void run() {
        int[] ready = new int[Epoll.BATCH];
        while (true) {
            int n = epoll.await(ready);
            if (n < 0) {
                log.line("control socket: epoll: " + Errno.name(-n));
                return;
            }
            for (int i = 0; i < n; i++) {
                int fd = ready[i];
                try {
                    if (fd == listener) {
                        if (!accept()) {
                            return;
                        }
                    } else if (fd == launcher) {
                        handler.launcher();
                    } else {
                        Connection c = clients.get(fd);
                        if (c != null) {
                            input(c);
                        }
                    }
                } catch (RuntimeException | Error e) { // a bug of ours must not end the sandbox
                    log.bug("control socket", e);
                }
            }
        }
    }

    private boolean accept() {
        int fd = Fds.accept(listener);
        if (fd < 0) {
            pause(); // no descriptor is free, perhaps
            return fd != -Errno.EINVAL; // shut down
        }
        int[] peer = new int[3];
        Connection c = new Connection(fd);
        if (Fds.peer(fd, peer) != 0 || (peer[1] != 0 && peer[1] != owner)) {
            c.error("permission denied: the sandbox belongs to another user");
            c.end(1);
            c.close();
        } else if (clients.size() >= MAX_CLIENTS) {
            c.error("too many clients at the control socket of the sandbox");
            c.end(1);
            c.close();
        } else {
            clients.put(fd, c);
            epoll.add(fd);
        }
        return true;
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            // nobody interrupts this thread
        }
    }

    private void input(Connection c) {
        int n = Fds.receive(c.fd, record, fds, count);
        if (n == 0 || (n < 0 && n != -Errno.EMSGSIZE && n != -Errno.EMFILE)) {
            clients.remove(c.fd);
            epoll.remove(c.fd);
            c.close();
            Connection.Follower f = c.follower();
            if (f != null) {
                f.gone(c);
            }
            return;
        }
        if (n < 0) {
            c.error(n == -Errno.EMFILE ? "too many open files in the sandbox" : "malformed request: it is too long");
            c.end(1);
            return;
        }
        if (c.busy) {
            discard();
            follow(c, n);
            return;
        }
        try {
            request(c, Words.of(record, n));
        } catch (Refusal e) {
            discard();
            refused(c, e);
        } catch (RuntimeException | Error e) {
            bug(c, e);
        }
    }

    /** Closes descriptors of the last record that nobody has taken over. */
    private void discard() {
        for (int i = 0; i < count[0]; i++) {
            io.sandjar.host.Sys.close(fds[i]);
        }
        count[0] = 0;
    }

    private void request(Connection c, List<String> words) {
        String verb = words.get(0);
        int n = count[0];
        if (verb.equals("fds")) {
            if (words.size() != 2 || ++c.records > MAX_RECORDS) {
                throw new Refusal("malformed request: fds");
            }
            count[0] = 0;
            c.donated.add(Words.list(words.get(1)), fds, n);
            return;
        }
        if (n > 0) {
            count[0] = 0;
            c.donated.add(Words.list(words.get(words.size() - 1)), fds, n);
        }
        c.busy = true;
        if (handler.quick(verb)) {
            carryOut(c, words);
        } else {
            Thread t = new Thread(null, () -> carryOut(c, words), "request-" + verb, STACK);
            t.setDaemon(true);
            t.start();
        }
    }

    private void carryOut(Connection c, List<String> words) {
        try {
            handler.handle(c, words);
        } catch (Refusal e) {
            refused(c, e);
        } catch (RuntimeException | Error e) {
            bug(c, e);
        } finally {
            c.donated.close();
        }
    }

    private static void refused(Connection c, Refusal e) {
        c.error(e.text());
        c.end(e.status());
    }

    private void bug(Connection c, Throwable e) {
        log.bug("request", e);
        c.error("internal error of the sandbox: " + e);
        c.end(1);
    }

    /** A record on a request that is under way. */
    private void follow(Connection c, int n) {
        Connection.Follower f = c.follower();
        if (f == null) {
            return;
        }
        if (record[0] == 'W') {
            f.resized();
        } else if (record[0] == 'K') {
            int end = n > 1 && record[n - 1] == 0 ? n - 1 : n;
            int signo = Words.number(new String(record, 0, end, java.nio.charset.StandardCharsets.ISO_8859_1), 1);
            if (signo > 0 && signo <= 64) {
                f.signal(signo);
            }
        }
    }
}
