// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Logging in at a registry, as its challenge wants it: by password at the registry itself, or by a token that its token
 * server gives for one repository.
 */
final class Login {
    private static final int MAX_ANSWER = 1 << 20;

    private final Http http;
    private final Credentials credentials;
    private final String host;
    private final String repository;

    /** What was agreed on with each endpoint, by its host. */
    private final Map<String, String> headers = new ConcurrentHashMap<>();

    Login(Http http, Credentials credentials, String host, String repository) {
        this.http = http;
        this.credentials = credentials;
        this.host = host;
        this.repository = repository;
    }

    /** What to send to an endpoint now; null: nothing. */
    @Nullable
    String header(Endpoint e) {
        return headers.get(e.key());
    }

    /**
     * Answers a challenge.
     *
     * @param attempt 0 for the first; further ones try other credentials
     * @return whether there was something to try
     */
    boolean answer(Endpoint e, List<String> challenges, int attempt) throws IOException, ImageException {
        List<Credentials.Login> logins = credentials.of(e.host(), repository);
        if (attempt > Math.max(0, logins.size() - 1)) {
            return false;
        }
        Credentials.Login l = logins.isEmpty() ? null : logins.get(attempt);
        for (String text : challenges) {
            Challenge c = Challenge.parse(text);
            if (c != null && c.scheme().equals("bearer")) {
                try {
                    headers.put(e.key(), "Bearer " + token(e, c, l));
                    return true;
                } catch (ImageException x) {
                    if (x.kind() == Kind.UNAUTHORIZED && attempt + 1 < logins.size()) {
                        return answer(e, challenges, attempt + 1);
                    }
                    throw x;
                }
            }
            if (c != null
                    && c.scheme().equals("basic")
                    && l != null
                    && !l.user().isEmpty()) {
                headers.put(e.key(), Http.basic(l.user(), l.password()));
                return true;
            }
        }
        return false;
    }

    private String token(Endpoint e, Challenge c, Credentials.@Nullable Login l) throws IOException, ImageException {
        URI realm;
        try {
            realm = URI.create(c.get("realm"));
        } catch (IllegalArgumentException x) {
            throw new IOException("the registry names no token server");
        }
        boolean tls = "https".equals(realm.getScheme());
        if (realm.getHost() == null || !tls && !"http".equals(realm.getScheme())) {
            throw new IOException("the registry names no token server");
        }
        if (!tls && l != null && "https".equals(e.base().getScheme())) {
            throw new IOException("the registry wants the password to be sent over plain http to " + realm.getHost());
        }
        String scope = c.get("scope").isEmpty() ? "repository:" + repository + ":pull" : c.get("scope");
        String query = "service=" + encode(c.get("service")) + "&scope=" + encode(scope);
        String form = null;
        Map<String, String> send = Map.of("Accept", "application/json");
        if (l != null && !l.token().isEmpty()) {
            form = "grant_type=refresh_token&client_id=sandjar&refresh_token=" + encode(l.token()) + "&" + query;
        } else if (l != null) {
            send = Map.of("Accept", "application/json", "Authorization", Http.basic(l.user(), l.password()));
            query += "&account=" + encode(l.user());
        }
        URI to = form != null ? realm : URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + query);
        try (Http.Answer a = http.send(to, send, form, e.insecure())) {
            byte[] text = a.read(MAX_ANSWER, "what the token server of " + host + " says");
            if (a.status() == 401 || a.status() == 403) {
                throw new ImageException(
                        Kind.UNAUTHORIZED,
                        realm.getHost() + " refuses "
                                + (l == null ? "anybody without credentials" : "\"" + l.user() + "\"") + " for " + host
                                + "/" + repository,
                        RegistryClient.LOGIN_ADVICE);
            }
            if (a.status() != 200) {
                throw new StatusException(a.status(), a.header("retry-after"), "token server " + realm.getHost());
            }
            Json j = Json.parse(text, "what the token server of " + host + " says");
            String token = j.text("token").isEmpty() ? j.text("access_token") : j.text("token");
            if (token.isEmpty() || !token.chars().allMatch(x -> x > ' ' && x < 0x7f)) {
                throw new IOException("the token server " + realm.getHost() + " gives no token");
            }
            return token;
        }
    }

    private static String encode(String s) {
        return URLEncoder.encode(s, StandardCharsets.UTF_8);
    }
}
