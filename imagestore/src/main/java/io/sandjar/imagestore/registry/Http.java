// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.StoreOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Requests over HTTP. Redirects are followed here and not by the JDK, because credentials are for the first host only
 * (blobs are fetched from a storage service that must not see them, and that answers 400 if it does).
 */
public final class Http implements AutoCloseable {
    private static final int MAX_REDIRECTS = 10;
    private static final Duration CONNECT = Duration.ofSeconds(15);

    private final StoreOptions options;
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();
    private final EnvironmentProxies proxies = new EnvironmentProxies(System.getenv());
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("registry-clock").factory());

    public Http(StoreOptions options) {
        this.options = options;
        if (System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
            System.setProperty("jdk.http.auth.tunneling.disabledSchemes", ""); // proxies with a password
        }
    }

    /** An answer; its body is to be closed. */
    record Answer(int status, HttpResponse<InputStream> response, InputStream body) implements AutoCloseable {
        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The body of a small document. */
        byte[] read(int most, String what) throws IOException, ImageException {
            byte[] all = body.readNBytes(most + 1);
            if (all.length > most) {
                throw new ImageException(Kind.MALFORMED, what + " is larger than " + (most >> 10) + " KiB", "");
            }
            return all;
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    private HttpClient client(URI uri, boolean insecure) throws IOException {
        boolean tls = "https".equals(uri.getScheme());
        String host = uri.getPort() > 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
        String key = tls ? (insecure ? "insecure " : "") + host : "plain";
        HttpClient c = clients.get(key);
        if (c == null) {
            HttpClient.Builder b = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(min(CONNECT, options.stallTimeout()))
                    .proxy(proxies);
            b.executor(Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("registry-", 0).factory()));
            if (tls) {
                b.sslContext(Trust.forHost(host, insecure));
            }
            URI proxy = proxies.proxy(uri);
            if (proxy != null && proxy.getUserInfo() != null) {
                b.authenticator(proxyLogin(proxy.getUserInfo()));
            }
            c = b.build();
            HttpClient other = clients.putIfAbsent(key, c);
            if (other != null) {
                c.shutdownNow();
                c = other;
            }
        }
        return c;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Authenticator proxyLogin(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        char[] password =
                colon < 0 ? new char[0] : userInfo.substring(colon + 1).toCharArray();
        return new Authenticator() {
            @Override
            protected @Nullable PasswordAuthentication getPasswordAuthentication() {
                return getRequestorType() == RequestorType.PROXY ? new PasswordAuthentication(user, password) : null;
            }
        };
    }

    /**
     * Sends a request and follows where it leads.
     *
     * @param form body of a POST; null: GET
     * @param insecure whether certificates are not checked and plain HTTP is fine
     */
    Answer send(URI uri, Map<String, String> headers, @Nullable String form, boolean insecure)
            throws IOException, ImageException {
        URI at = uri;
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            boolean sameHost = at.getHost().equals(uri.getHost()) && at.getPort() == uri.getPort();
            Answer a = once(at, headers, form, insecure, sameHost);
            if (a.status != 301 && a.status != 302 && a.status != 303 && a.status != 307 && a.status != 308) {
                return a;
            }
            String to = a.header("location");
            a.close();
            at = follow(at, to, insecure);
        }
        throw new IOException("more than " + MAX_REDIRECTS + " redirects");
    }

    private static URI follow(URI from, String to, boolean insecure) throws IOException {
        URI next;
        try {
            next = from.resolve(to.replace(" ", "%20"));
        } catch (IllegalArgumentException e) {
            throw new IOException("a redirect to something that is no address", e);
        }
        boolean tls = "https".equals(next.getScheme());
        boolean plain = "http".equals(next.getScheme());
        if (to.isEmpty() || next.getHost() == null || !tls && !plain) {
            throw new IOException("a redirect to something that is no address");
        }
        if (plain && "https".equals(from.getScheme()) && !insecure) {
            throw new IOException("a redirect from https to plain http (" + next.getHost() + ")");
        }
        return next;
    }

    private Answer once(URI uri, Map<String, String> headers, @Nullable String form, boolean insecure, boolean login)
            throws IOException, ImageException {
        HttpRequest.Builder b = HttpRequest.newBuilder(uri).timeout(options.stallTimeout());
        b.header("User-Agent", "sandjar");
        headers.forEach((k, v) -> {
            if (login || !k.equals("Authorization")) {
                b.header(k, v);
            }
        });
        if (form != null) {
            b.header("Content-Type", "application/x-www-form-urlencoded");
            b.POST(HttpRequest.BodyPublishers.ofString(form));
        }
        try {
            HttpResponse<InputStream> r =
                    client(uri, insecure).send(b.build(), HttpResponse.BodyHandlers.ofInputStream());
            return new Answer(r.statusCode(), r, new StallGuard(r.body(), options.stallTimeout(), clock));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(Kind.INTERRUPTED, "interrupted while waiting for " + uri.getHost(), "", e);
        }
    }

    static String basic(String user, String password) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        clock.shutdownNow();
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
