// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Credentials in the form of ~/.docker/config.json. Of the user's own file helper programs are asked too; never of
 * others (an image pull secret must not make this machine run something).
 */
final class Credentials {
    /**
     * What one registry is told.
     *
     * @param token for its token server instead of a password; may be empty
     */
    record Login(String user, String password, String token) {}

    private static final long HELPER_SECONDS = 20;

    private final List<Json> configs = new ArrayList<>();
    private final @Nullable Json own;

    /** @param own the user's own file; null or not there: none */
    Credentials(List<String> texts, @Nullable Path own) throws ImageException {
        for (String t : texts) {
            configs.add(Json.parse(t.getBytes(StandardCharsets.UTF_8), "image pull secret"));
        }
        this.own = own == null ? null : load(own);
    }

    private static @Nullable Json load(Path file) throws ImageException {
        try {
            return Files.isReadable(file) ? Json.parse(Files.readAllBytes(file), file.toString()) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Where the user's own file lies. */
    static @Nullable Path ownFile() {
        String dir = System.getenv("DOCKER_CONFIG");
        if (dir != null && !dir.isEmpty()) {
            return Path.of(dir, "config.json");
        }
        String home = System.getProperty("user.home");
        return home == null || home.isEmpty() || home.equals("?") ? null : Path.of(home, ".docker", "config.json");
    }

    /** All that may fit, the best first. Empty: be anonymous. */
    List<Login> of(String host, String repository) throws ImageException {
        List<Login> all = new ArrayList<>();
        for (Json c : configs) {
            add(c, host, repository, all);
        }
        if (own != null) {
            add(own, host, repository, all);
            if (all.isEmpty()) {
                helper(own, host, all);
            }
        }
        return all;
    }

    private static void add(Json config, String host, String repository, List<Login> all) throws ImageException {
        // the older form has the registries at its top
        boolean old = !config.has("auths") && !config.has("credHelpers") && !config.has("credsStore");
        Json auths = old ? config : config.object("auths");
        String best = null;
        for (String key : keys(config, old)) {
            if (fits(key, host, repository)
                    && (best == null || normal(key).length() > normal(best).length())) {
                best = key;
            }
        }
        if (best != null) {
            Login l = login(auths.object(best));
            if (l != null) {
                all.add(l);
            }
        }
    }

    private static List<String> keys(Json config, boolean old) throws ImageException {
        if (!old) {
            return config.keys("auths");
        }
        JsonObject o = JsonParser.parseString(config.toString()).getAsJsonObject();
        return o.keySet().stream().filter(k -> o.get(k).isJsonObject()).toList();
    }

    static String normal(String key) {
        String k = key.replaceFirst("^https?://", "");
        while (k.endsWith("/")) {
            k = k.substring(0, k.length() - 1);
        }
        if (k.endsWith("/v1") || k.endsWith("/v2")) {
            k = k.substring(0, k.length() - 3);
        }
        return k.equals("index.docker.io") || k.equals("registry-1.docker.io") ? "docker.io" : k;
    }

    /** Whether a key ("host", "host/path", "*.host") means a repository. */
    static boolean fits(String key, String host, String repository) {
        String k = normal(key);
        int slash = k.indexOf('/');
        String keyHost = slash < 0 ? k : k.substring(0, slash);
        String path = slash < 0 ? "" : k.substring(slash + 1);
        String[] a = keyHost.split("\\.", -1);
        String[] b = host.split("\\.", -1);
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (!a[i].equals("*") && !a[i].equals(b[i])) {
                return false;
            }
        }
        return path.isEmpty() || repository.equals(path) || repository.startsWith(path + "/");
    }

    private static @Nullable Login login(Json entry) throws ImageException {
        String user = entry.text("username");
        String password = entry.text("password");
        String auth = entry.text("auth");
        String token = entry.text("identitytoken");
        if (!auth.isEmpty()) {
            try {
                String text = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
                int colon = text.indexOf(':');
                if (colon > 0) {
                    user = text.substring(0, colon);
                    password = text.substring(colon + 1).replaceFirst("\0+$", "");
                }
            } catch (IllegalArgumentException e) {
                throw new ImageException(
                        Kind.UNAUTHORIZED,
                        entry.what() + ": \"auth\" is not base64",
                        "write it anew with docker login",
                        e);
            }
        }
        return user.isEmpty() && token.isEmpty() ? null : new Login(user, password, token);
    }

    private static void helper(Json config, String host, List<Login> all) throws ImageException {
        String key = host.equals("docker.io") ? "https://index.docker.io/v1/" : host;
        String name = config.map("credHelpers").getOrDefault(host, config.text("credsStore"));
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            return;
        }
        try {
            Process p = new ProcessBuilder("docker-credential-" + name, "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var in = p.getOutputStream()) {
                in.write(key.getBytes(StandardCharsets.UTF_8));
            }
            Thread reaper = Thread.ofVirtual().start(() -> {
                try {
                    if (!p.waitFor(HELPER_SECONDS, TimeUnit.SECONDS)) {
                        p.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    p.destroyForcibly();
                }
            });
            byte[] out = p.getInputStream().readNBytes(1 << 16);
            int status = p.waitFor();
            reaper.join();
            if (status == 0) {
                Json j = Json.parse(out, "docker-credential-" + name);
                String user = j.text("Username");
                String secret = j.text("Secret");
                all.add(user.equals("<token>") ? new Login("", "", secret) : new Login(user, secret, ""));
            }
        } catch (IOException e) {
            return; // no such program: as if there were no credentials, as docker does
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(Kind.INTERRUPTED, "interrupted while docker-credential-" + name + " ran", "");
        }
    }
}
