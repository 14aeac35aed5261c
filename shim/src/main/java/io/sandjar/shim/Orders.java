// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the supervisor is told to do with streams, terminals and memory groups, each under the name of a process: the
 * container's id, for an exec followed by a slash and the exec's id.
 */
final class Orders {
    private static final long PATIENCE_SECONDS = 10;
    private static final long FLUSH_SECONDS = 2;

    private final Link link;

    /** By name; one order of a name is under way at a time. */
    private final HashMap<String, CompletableFuture<String>> waiting = new HashMap<>();

    Orders(Link link) {
        this.link = link;
    }

    /**
     * Opens the FIFOs for as long as the process lives, so that neither side sees an end when the other starts again.
     *
     * @return where the process's streams are to go
     */
    Stdio keep(String name, Stdio io) {
        String answer = ask(name, PATIENCE_SECONDS, "keep", name, io.word(0), io.word(1), io.word(2));
        if (answer.equals("ok")) {
            return io;
        }
        if (answer.startsWith("ok\0")) { // a log driver is in between
            String[] paths = answer.split("\0", -1);
            return io.through(paths[1], paths.length > 2 ? paths[2] : "");
        }
        throw Failure.unknown("the streams of " + name + " cannot be opened: " + reason(answer));
    }

    /** Waits for a terminal's master at a socket and carries what passes through it. */
    void console(String name, String socket, Stdio io) {
        String answer = ask(name, PATIENCE_SECONDS, "console", name, socket, io.word(0), io.word(1));
        if (!answer.equals("ok")) {
            throw Failure.unknown("the terminal of " + name + " cannot be set up: " + reason(answer));
        }
    }

    /** Ends what keep or console began, after all output has got out. */
    void drop(String name) {
        ask(name, FLUSH_SECONDS, "drop", name);
    }

    void resize(String name, int width, int height) {
        link.order("resize", name, Integer.toString(width), Integer.toString(height));
    }

    void closeInput(String name) {
        link.order("closeio", name);
    }

    void watchMemory(String name, String directory) {
        link.order("oom", name, directory);
    }

    void quit() {
        link.order("quit");
    }

    private static String reason(String answer) {
        return answer.startsWith("error ") ? answer.substring(6) : answer;
    }

    /** What the supervisor said after the name. */
    private String ask(String name, long seconds, String... words) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        synchronized (waiting) {
            waiting.put(name, answer);
        }
        try {
            link.order(words);
            return answer.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "no answer to \"" + words[0] + "\" after " + seconds + " s";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (ExecutionException e) {
            return String.valueOf(e.getMessage());
        } finally {
            synchronized (waiting) {
                waiting.remove(name, answer);
            }
        }
    }

    /** The supervisor's word: "NAME ok", with NUL and two paths after it when a log driver is in between, or "NAME error TEXT". */
    void answered(String text) {
        int space = text.indexOf(' ');
        String name = space < 0 ? text : text.substring(0, space);
        String rest = space < 0 ? "" : text.substring(space + 1);
        CompletableFuture<String> answer;
        synchronized (waiting) {
            answer = waiting.get(name);
        }
        if (answer != null) {
            answer.complete(rest);
        }
    }
}
