// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the CRI from scripts. One process answers many calls, because a shell that started a JVM for each would wait for little else.
 *
 * <p>A line is a method and its request, {@code RunPodSandbox {"config":{...},"runtimeHandler":"runsc"}}; the answer is a line {@code ok
 * {...}} or {@code error CODE text}. A line that begins with {@code >FILE} has its answer written to that file (a FIFO, say) as soon as it
 * is there, so that several callers may wait at the same time; the others are answered in order on standard output.
 */
public final class Main {
    private static final String USAGE = """
            Usage: io.sandjar.cri.Main [--timeout SECONDS] SOCKET [METHOD [JSON] | --from FILE]
              SOCKET METHOD JSON   one call: prints the answer; status 1 when it is an error
              SOCKET               reads lines '[>FILE ]METHOD JSON' from standard input until its end
              SOCKET --from FILE   the same from a FIFO, until a line 'quit'
            Methods: %s
            """;

    private final CriClient client;

    private Main(CriClient client) {
        this.client = client;
    }

    public static void main(String[] args) throws IOException {
        int at = 0;
        Duration timeout = Duration.ofMinutes(2);
        if (args.length > 1 && args[0].equals("--timeout")) {
            timeout = Duration.ofSeconds(Long.parseLong(args[1]));
            at = 2;
        }
        if (args.length <= at || args[at].startsWith("-") || args.length > at + 3) {
            System.err.printf(USAGE, String.join(" ", CriMethods.byName().keySet()));
            System.exit(2);
        }
        boolean good;
        try (CriClient client = CriClient.of(Path.of(args[at])).withTimeout(timeout)) {
            Main main = new Main(client);
            if (args.length == at + 1) good = main.lines(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            else if (args[at + 1].equals("--from"))
                good = main.lines(new FileReader(args[at + 2], StandardCharsets.UTF_8));
            else {
                String answer = main.answer(args[at + 1] + " " + (args.length > at + 2 ? args[at + 2] : "{}"));
                good = answer.startsWith("ok ");
                if (good) System.out.println(answer.substring(3));
                else System.err.println(answer);
            }
        }
        System.exit(good ? 0 : 1);
    }

    private boolean lines(Reader from) throws IOException {
        boolean good = true;
        try (BufferedReader reader = new BufferedReader(from)) {
            for (String line = reader.readLine(); line != null && !line.equals("quit"); line = reader.readLine()) {
                if (line.isBlank()) continue;
                if (line.startsWith(">") && line.indexOf(' ') > 0) {
                    String request = line;
                    Thread.ofVirtual().start(() -> elsewhere(request));
                } else {
                    String answer = answer(line);
                    good &= answer.startsWith("ok ");
                    System.out.println(answer);
                }
            }
        }
        return good;
    }

    private void elsewhere(String line) {
        int blank = line.indexOf(' ');
        Path file = Path.of(line.substring(1, blank));
        String answer = answer(line.substring(blank + 1)) + "\n";
        try {
            Files.writeString(file, answer, StandardOpenOption.WRITE);
        } catch (IOException e) {
            System.err.println("the answer cannot be written to " + file + ": " + e);
        }
    }

    /** What a line METHOD JSON gets for an answer. */
    private String answer(String line) {
        int blank = line.indexOf(' ');
        String name = blank < 0 ? line : line.substring(0, blank);
        @Nullable
        MethodDescriptor<? extends MessageLite, ? extends MessageLite> method =
                CriMethods.byName().get(name);
        if (method == null) return "error INVALID_ARGUMENT '" + name + "' is no method of the CRI that is known here";
        try {
            JsonObject json = blank < 0
                    ? new JsonObject()
                    : JsonParser.parseString(line.substring(blank + 1)).getAsJsonObject();
            return "ok " + MessageJson.of(call(method, json));
        } catch (CriException e) {
            return "error " + e.code() + " " + oneLine(e.getMessage());
        } catch (JsonParseException | IllegalArgumentException | IllegalStateException e) {
            return "error INVALID_ARGUMENT " + oneLine(e.getMessage());
        }
    }

    private <Q extends MessageLite, R extends MessageLite> R call(MethodDescriptor<Q, R> method, JsonObject json)
            throws CriException {
        MethodDescriptor.PrototypeMarshaller<Q> marshaller =
                (MethodDescriptor.PrototypeMarshaller<Q>) method.getRequestMarshaller();
        Q prototype = marshaller.getMessagePrototype();
        if (prototype == null) throw new IllegalStateException(method.getFullMethodName() + " has no prototype");
        @SuppressWarnings("unchecked") // a builder makes messages of its own kind
        Q request = (Q) MessageJson.parse(json, prototype);
        return client.call(method, request);
    }

    private static String oneLine(@Nullable String text) {
        return text == null ? "" : text.replace('\n', ' ').replace('\r', ' ');
    }
}
