// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The node agent behind its socket: requests in Kubernetes' shapes, errors as kubectl words them. */
final class Agent {
    static final String JSON = "application/json";
    static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    static final String MERGE = "application/merge-patch+json";

    private final String socket;
    private final Terminal terminal;

    Agent(String socket, Terminal terminal) {
        this.socket = socket;
        this.terminal = terminal;
    }

    /** The socket of the user's own agent. */
    static String socketByDefault(Map<String, String> environment, boolean root) {
        String named = environment.get("SANDJAR_KUBELET");
        if (named != null && !named.isEmpty()) {
            return named.startsWith("unix://") ? named.substring(7) : named;
        }
        if (root) {
            return "/run/sandjar/kubelet.sock";
        }
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime == null || runtime.isEmpty()) {
            return "/tmp/sandjar-" + Terminal.uid() + "/kubelet.sock";
        }
        return runtime + "/sandjar/kubelet.sock";
    }

    /** Sends a request and gives the answer if it is a good one; the caller closes it. */
    Http open(String method, String target, byte @Nullable [] body, String... headers) {
        Http http = null;
        try {
            http = Http.connect(socket);
            http.request(method, target, body, headers);
            for (String warning : http.header("Warning")) {
                warn(warning);
            }
            if (http.status() / 100 == 2 || http.status() == 101) {
                return http;
            }
            CommandException error = failure(http);
            http.close();
            throw error;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            if (http != null) {
                http.close();
            }
            throw unreachable(e, http != null);
        }
    }

    private CommandException unreachable(Exception e, boolean connected) {
        String start =
                "\nStart it with `sandjar kubelet` (see sandjar kubelet --help), or name the socket of a running one"
                        + " with --server=PATH or SANDJAR_KUBELET.";
        if (!connected && (e instanceof SocketException || e instanceof ClosedChannelException)) {
            String text = String.valueOf(e.getMessage());
            if (text.contains("ermission denied")) {
                return new CommandException("error: you may not use the node agent at " + socket
                        + ": it belongs to another user.\nRun the command as that user (root: with sudo),"
                        + " or start an agent of your own: sandjar kubelet");
            }
            if (text.contains("No such file") || text.contains("refused")) {
                return new CommandException(
                        "The connection to the node agent at " + socket + " was refused - is it running?" + start);
            }
        }
        return new CommandException("error: the node agent at " + socket + ": " + reason(e) + (connected ? "" : start));
    }

    static String reason(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** The text of: 299 - "text". */
    private void warn(String header) {
        int from = header.indexOf('"');
        int to = header.lastIndexOf('"');
        String text = from >= 0 && to > from ? header.substring(from + 1, to) : header;
        terminal.error("Warning: " + unquoted(text));
    }

    private static String unquoted(String text) {
        return text.indexOf('\\') < 0 ? text : text.replace("\\\"", "\"").replace("\\\\", "\\");
    }

    private static CommandException failure(Http http) throws IOException {
        String text = new String(http.body().readAllBytes(), StandardCharsets.UTF_8);
        Object status = null;
        if (text.startsWith("{")) {
            try {
                status = Json.parse(text);
            } catch (RuntimeException e) {
                // then it is shown as it is
            }
        }
        String message = Json.text(status, "message");
        if (message.isEmpty()) {
            message = text.isBlank() ? "the agent answered " + http.status() + " without saying why" : text.strip();
        }
        String reason = Json.text(status, "reason");
        int code = http.status();
        if (reason.isEmpty() || code == 400 && reason.equals("BadRequest")) {
            return new CommandException(
                    "Error from server" + (reason.isEmpty() ? "" : " (" + reason + ")") + ": " + message, exit(code));
        }
        if (reason.equals("Invalid")) {
            return new CommandException("The " + invalid(message), exit(code));
        }
        return new CommandException("Error from server (" + reason + "): " + message, exit(code));
    }

    /** `Pod "x" is invalid: ...` comes with the group behind the kind: kubectl leaves it out. */
    private static String invalid(String message) {
        int quote = message.indexOf(" \"");
        int dot = message.indexOf('.');
        return dot > 0 && dot < quote ? message.substring(0, dot) + message.substring(quote) : message;
    }

    /** All failures end a command with 1; NOT_FOUND tells the caller that nothing was there. */
    private static int exit(int code) {
        return code == 404 ? NOT_FOUND : code == 409 ? CONFLICT : 1;
    }

    static final int NOT_FOUND = 1 + 256 * 4;
    static final int CONFLICT = 1 + 256 * 9;

    static boolean notFound(CommandException e) {
        return e.status() == NOT_FOUND;
    }

    @Nullable
    Object get(String target) {
        return json("GET", target, null, JSON);
    }

    @Nullable
    Object json(String method, String target, @Nullable Object body, String contentType) {
        byte[] bytes = body == null ? null : Json.write(body).getBytes(StandardCharsets.UTF_8);
        Http http = bytes == null
                ? open(method, target, null, "Accept", JSON)
                : open(method, target, bytes, "Accept", JSON, "Content-Type", contentType);
        return whole(http);
    }

    /** The answer as JSON; closes it. */
    @Nullable
    Object whole(Http http) {
        try {
            return Json.next(reader(http.body()));
        } catch (IOException e) {
            throw unreachable(e, true);
        } finally {
            http.close();
        }
    }

    static JsonReader reader(InputStream in) {
        JsonReader reader = new JsonReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        reader.setStrictness(Strictness.LENIENT); // many values, one behind the other
        return reader;
    }

    CommandException broken(IOException e) {
        return unreachable(e, true);
    }

    /** The objects of a list, each with its kind as single ones have it. */
    List<Object> list(Resource resource, String namespace, String query) {
        Object list = get(resource.path(namespace) + query);
        List<Object> found = new ArrayList<>();
        for (Object item : Json.list(list, "items")) {
            if (item != null) {
                found.add(typed(item, resource));
            }
        }
        return found;
    }

    static Object typed(Object item, Resource resource) {
        Map<String, @Nullable Object> map = Json.map(item);
        map.putIfAbsent("apiVersion", resource.apiVersion);
        map.putIfAbsent("kind", resource.kind);
        return map;
    }

    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            int c = b & 0xff;
            if (c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '.'
                    || c == '_'
                    || c == '~') {
                out.append((char) c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }

    /** A query: name, value, name, value; empty values are left out. */
    static String query(String... pairs) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            if (!pairs[i + 1].isEmpty()) {
                out.append(out.isEmpty() ? '?' : '&')
                        .append(pairs[i])
                        .append('=')
                        .append(escape(pairs[i + 1]));
            }
        }
        return out.toString();
    }
}
