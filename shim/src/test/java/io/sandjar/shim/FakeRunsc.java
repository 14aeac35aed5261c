// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Does what the runtime's verbs leave on disk, and notes how it was called. */
final class FakeRunsc implements Programs {
    final List<List<String>> calls = new ArrayList<>();
    final List<String> inputs = new ArrayList<>();
    final AtomicInteger nextPid = new AtomicInteger(1000);

    /** By verb: what goes wrong. */
    volatile String failing = "";

    volatile String reason = "";
    volatile @Nullable Runnable beforeEnd;

    String path(Path directory) {
        return directory.resolve("runsc").toString();
    }

    @Override
    public Ended run(List<String> words, byte @Nullable [] input, @Nullable Stdio io) {
        synchronized (calls) {
            calls.add(List.copyOf(words));
            inputs.add(input == null ? "" : new String(input, StandardCharsets.UTF_8));
        }
        String verb = verb(words);
        Runnable hook = beforeEnd;
        if (hook != null) {
            hook.run();
        }
        try {
            if (verb.equals(failing)) {
                Files.writeString(
                        Path.of(after(words, "--log")),
                        "{\"level\":\"error\",\"msg\":\"" + reason + "\",\"time\":\"x\"}\n");
                return new Ended(1, "something else");
            }
            if (verb.equals("create") || verb.equals("exec")) {
                Files.writeString(Path.of(after(words, "--pid-file")), "" + nextPid.getAndIncrement());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Ended(0, verb.equals("ps") ? "[7,8]\n" : "");
    }

    static String verb(List<String> words) {
        if (words.get(0).equals("helper")) {
            return words.get(1);
        }
        return words.get(words.indexOf("--log-format") + 2 + (words.contains("--debug") ? 1 : 0) + flags(words));
    }

    private static int flags(List<String> words) {
        int n = 0;
        for (String w : words) {
            if (w.startsWith("--") && w.contains("=")) {
                n++;
            }
        }
        return n;
    }

    private static String after(List<String> words, String option) {
        return words.get(words.indexOf(option) + 1);
    }

    /** The verbs in order. */
    List<String> verbs() {
        synchronized (calls) {
            ArrayList<String> all = new ArrayList<>();
            for (List<String> call : calls) {
                all.add(verb(call));
            }
            return all;
        }
    }

    List<String> last(String verb) {
        synchronized (calls) {
            for (int i = calls.size() - 1; i >= 0; i--) {
                if (verb(calls.get(i)).equals(verb)) {
                    return calls.get(i);
                }
            }
        }
        throw new AssertionError("no " + verb);
    }

    String input(String verb) {
        synchronized (calls) {
            for (int i = calls.size() - 1; i >= 0; i--) {
                if (verb(calls.get(i)).equals(verb)) {
                    return inputs.get(i);
                }
            }
        }
        throw new AssertionError("no " + verb);
    }
}
