// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sandjar.imagestore.Tars;
import io.sandjar.imagestore.content.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry on the loopback address that behaves as badly as a test wants it to. */
public final class FakeRegistry implements AutoCloseable {
    /** How it wants to be logged in at. */
    public enum Auth {
        NONE,
        BASIC,
        TOKEN
    }

    private final HttpServer server;
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, String> types = new ConcurrentHashMap<>();
    public final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    public final Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
    public volatile Auth auth = Auth.NONE;
    public volatile String retryAfter = "";
    public volatile int failStatus = 503;
    public volatile int breakAfter = -1;
    public volatile boolean ranges = true;
    public volatile boolean corrupt;
    public volatile boolean stall;
    public volatile String redirectTo = "";
    public final AtomicInteger tokens = new AtomicInteger();

    public FakeRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    public Digest blob(byte[] data) {
        Digest d = Digest.of(data);
        blobs.put(d.toString(), data);
        return d;
    }

    public Digest manifest(String name, String tag, String type, String text) {
        byte[] b = text.getBytes(StandardCharsets.UTF_8);
        Digest d = Digest.of(b);
        for (String t : List.of(tag, d.toString())) {
            manifests.put(name + " " + t, b);
            types.put(name + " " + t, type);
        }
        return d;
    }

    /** An image of gzipped layers: its manifest's digest. */
    public Digest image(String name, String tag, byte[]... tars) {
        List<String> diffIds = new ArrayList<>();
        List<String> layers = new ArrayList<>();
        for (byte[] tar : tars) {
            byte[] z = Tars.gzip(tar);
            diffIds.add("\"" + Digest.of(tar) + "\"");
            layers.add("{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"" + blob(z)
                    + "\",\"size\":" + z.length + "}");
        }
        byte[] config =
                ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2026-01-02T03:04:05Z\",\"config\":{"
                                + "\"Env\":[\"A=1\"],\"Cmd\":[\"/bin/x\"],\"User\":\"7\",\"ExposedPorts\":{\"80/tcp\":{}},"
                                + "\"Labels\":{\"k\":\"v\"}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                                + String.join(",", diffIds) + "]}}")
                        .getBytes(StandardCharsets.UTF_8);
        return manifest(
                name,
                tag,
                "application/vnd.oci.image.manifest.v1+json",
                "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\""
                        + blob(config) + "\",\"size\":" + config.length + "},\"layers\":[" + String.join(",", layers)
                        + "]}");
    }

    /** The next requests for a path that has this in it fail. */
    public void fail(String part, int times) {
        failures.put(part, new AtomicInteger(times));
    }

    public long count(String part) {
        synchronized (requests) {
            return requests.stream().filter(r -> r.contains(part)).count();
        }
    }

    private void handle(HttpExchange x) throws IOException {
        try (x) {
            String path = x.getRequestURI().getPath();
            String query = x.getRequestURI().getQuery();
            String given = x.getRequestHeaders().getFirst("Authorization");
            String range = x.getRequestHeaders().getFirst("Range");
            requests.add(path + (range == null ? "" : " " + range) + (given == null ? "" : " auth"));
            for (Map.Entry<String, AtomicInteger> f : failures.entrySet()) {
                if (path.contains(f.getKey()) && f.getValue().getAndDecrement() > 0) {
                    if (!retryAfter.isEmpty()) {
                        x.getResponseHeaders().add("Retry-After", retryAfter);
                    }
                    answer(x, failStatus, "{\"errors\":[{\"code\":\"X\",\"message\":\"not now\"}]}".getBytes());
                    return;
                }
            }
            if (path.equals("/token")) {
                token(x, query, given);
                return;
            }
            if (path.startsWith("/elsewhere/")) {
                if (given != null) {
                    answer(x, 400, "credentials are not for here".getBytes());
                    return;
                }
                blob(x, path.substring(11), range);
                return;
            }
            if (!allowed(x, given)) {
                return;
            }
            serve(x, path, range);
        }
    }

    private void token(HttpExchange x, String query, String given) throws IOException {
        String user = "Basic " + Base64.getEncoder().encodeToString("joe:secret".getBytes());
        if (!user.equals(given)) {
            answer(x, 401, "{}".getBytes());
        } else {
            tokens.incrementAndGet();
            answer(x, 200, ("{\"token\":\"tok-" + query.contains("scope=repository:") + "\"}").getBytes());
        }
    }

    private boolean allowed(HttpExchange x, String given) throws IOException {
        String want = switch (auth) {
            case NONE -> null;
            case BASIC -> "Basic " + Base64.getEncoder().encodeToString("joe:secret".getBytes());
            case TOKEN -> "Bearer tok-true";
        };
        if (want == null || want.equals(given)) {
            return true;
        }
        x.getResponseHeaders()
                .add(
                        "WWW-Authenticate",
                        auth == Auth.BASIC
                                ? "Basic realm=\"here, there\""
                                : "Bearer realm=\"http://" + host()
                                        + "/token\",service=\"s\",scope=\"repository:a/b:pull\"");
        answer(x, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}".getBytes());
        return false;
    }

    private void serve(HttpExchange x, String path, String range) throws IOException {
        int m = path.indexOf("/manifests/");
        int b = path.indexOf("/blobs/");
        if (m > 0) {
            String key = path.substring(4, m) + " " + path.substring(m + 11);
            byte[] data = manifests.get(key);
            if (data == null) {
                answer(
                        x,
                        404,
                        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}".getBytes());
                return;
            }
            x.getResponseHeaders().add("Content-Type", types.get(key));
            answer(x, 200, data);
        } else if (b > 0 && !redirectTo.isEmpty()) {
            x.getResponseHeaders().add("Location", redirectTo + "/elsewhere/" + path.substring(b + 7));
            answer(x, 307, new byte[0]);
        } else if (b > 0) {
            blob(x, path.substring(b + 7), range);
        } else {
            answer(x, 404, new byte[0]);
        }
    }

    private void blob(HttpExchange x, String digest, String range) throws IOException {
        byte[] data = blobs.get(digest);
        if (data == null) {
            answer(x, 404, new byte[0]);
            return;
        }
        if (corrupt && data.length > 1000) {
            data = data.clone();
            data[data.length / 2] ^= 1;
        }
        int from = 0;
        if (range != null && ranges) {
            from = Integer.parseInt(range.substring(6, range.indexOf('-')));
            x.getResponseHeaders().add("Content-Range", "bytes " + from + "-" + (data.length - 1) + "/" + data.length);
        }
        x.sendResponseHeaders(from > 0 ? 206 : 200, data.length - from);
        byte[] rest = Arrays.copyOfRange(data, from, data.length);
        try (OutputStream out = x.getResponseBody()) {
            if (breakAfter >= 0 && rest.length > breakAfter) {
                out.write(rest, 0, breakAfter);
                out.flush();
                if (stall) {
                    Thread.sleep(5000);
                }
                throw new IOException("broken on purpose");
            }
            out.write(rest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange x, int status, byte[] body) throws IOException {
        x.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            try (OutputStream out = x.getResponseBody()) {
                out.write(body);
            }
        }
    }
}
