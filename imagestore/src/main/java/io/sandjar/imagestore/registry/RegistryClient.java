// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.imagestore.content.Blobs;
import io.sandjar.imagestore.content.Descriptor;
import io.sandjar.imagestore.content.Digest;
import io.sandjar.imagestore.content.Json;
import io.sandjar.imagestore.content.Manifest;
import io.sandjar.imagestore.reference.Reference;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One repository of a registry (distribution-spec 1.1), asked by way of its mirrors first. */
public final class RegistryClient {
    static final String LOGIN_ADVICE =
            "log in (docker login), or give the pod an image pull secret; check the name: registries say the same of"
                    + " images that do not exist";

    private static final int MAX_DOCUMENT = 8 << 20;

    private final Reference reference;
    private final StoreOptions store;
    private final Http http;
    private final List<Endpoint> endpoints;
    private final Login login;

    /** The endpoint that knew the image: blobs are fetched there first. */
    private volatile int best;

    /** Endpoints that have answered: from then on their failures are failures and not a reason to doubt the address. */
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    public RegistryClient(Reference reference, PullOptions options, StoreOptions store, Http http)
            throws ImageException {
        this.reference = reference;
        this.store = store;
        this.http = http;
        this.endpoints = endpoints(reference.host(), options, store);
        Path own = store.dockerConfig() != null ? store.dockerConfig() : Credentials.ownFile();
        this.login = new Login(
                http, new Credentials(options.dockerConfigs(), own), reference.host(), reference.repository());
    }

    private static List<Endpoint> endpoints(String host, PullOptions options, StoreOptions store)
            throws ImageException {
        List<Endpoint> all = new ArrayList<>();
        for (String m : store.mirrors().getOrDefault(host, List.of())) {
            String text = m.contains("://") ? m : "https://" + m;
            text = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            try {
                URI base = URI.create(text);
                boolean plain = "http".equals(base.getScheme());
                String itsHost = base.getPort() > 0 ? base.getHost() + ":" + base.getPort() : base.getHost();
                if (itsHost != null) {
                    all.add(new Endpoint(base, itsHost, plain || insecure(itsHost, options), true, false));
                    continue;
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw new ImageException(Kind.INVALID_REFERENCE, "mirror \"" + m + "\" of " + host + " is no address", "");
        }
        boolean insecure = insecure(host, options);
        String real = host.equals("docker.io") ? "registry-1.docker.io" : host;
        // on this machine plain HTTP is what is to be expected, elsewhere it is the exception
        boolean plainFirst = Hosts.isThisMachine(host);
        if (insecure && plainFirst) {
            all.add(new Endpoint(URI.create("http://" + real), host, true, false, false));
        }
        all.add(new Endpoint(URI.create("https://" + real), host, insecure, false, !insecure || plainFirst));
        if (insecure && !plainFirst) {
            all.add(new Endpoint(URI.create("http://" + real), host, true, false, true));
        }
        return all;
    }

    private static boolean insecure(String host, PullOptions options) {
        return Hosts.isThisMachine(host)
                || options.insecureRegistries().contains(host)
                || options.insecureRegistries().contains(Hosts.withoutPort(host))
                || options.insecureRegistries().stream().anyMatch(n -> Hosts.inNetwork(Hosts.withoutPort(host), n));
    }

    /** The image's manifest. */
    public Manifest manifest() throws ImageException {
        byte[] first = document("/manifests/" + reference.target(), reference.digest(), Manifest.MAX_BYTES);
        topDigest = Digest.of(first).toString();
        return Manifest.read(
                first,
                reference.toString(),
                d -> document("/manifests/" + d.digest(), d.digest().toString(), Manifest.MAX_BYTES));
    }

    private volatile String topDigest = "";

    /** The digest that the reference led to, of an index perhaps; known after {@link #manifest}. */
    public String topDigest() {
        return topDigest;
    }

    /** A small blob. */
    public byte[] small(Descriptor d) throws ImageException {
        return document("/blobs/" + d.digest(), d.digest().toString(), MAX_DOCUMENT);
    }

    private byte[] document(String path, String digest, int most) throws ImageException {
        return anywhere(path, -1, (e, a) -> {
            byte[] text = a.read(most, reference + path);
            String promised = digest.isEmpty() ? a.header("docker-content-digest") : digest;
            if (Digest.valid(promised)) {
                Digest d = Digest.parse(promised, "registry");
                Digest is = Digest.finish(d.algorithm(), d.hasher().digest(text));
                if (!is.equals(d)) {
                    throw new ImageException(
                            Kind.DIGEST_MISMATCH,
                            "what was fetched for " + promised + " has the digest " + is,
                            "the registry or something on the way changes what it passes on");
                }
            }
            return text;
        });
    }

    /** Where a layer comes from. */
    public Blobs.Source layer(Descriptor d) {
        return new Layer(d);
    }

    private final class Layer implements Blobs.Source {
        private final Descriptor d;
        private final Attempts attempts;

        Layer(Descriptor d) {
            this.d = d;
            this.attempts = new Attempts(store, reference + " " + d.digest().brief(), store.retries());
        }

        @Override
        public Opened open(long from) throws ImageException {
            return anywhere("/blobs/" + d.digest(), from, (e, a) -> {
                long begins = a.status() == 206 ? begin(a.header("content-range")) : 0;
                if (begins != from && begins != 0) {
                    throw new IOException("the registry sends another part than it was asked for");
                }
                return new Opened(a.body(), begins);
            });
        }

        @Override
        public boolean again(IOException broken, boolean progress) throws ImageException {
            if (progress) {
                attempts.progress();
            }
            attempts.pause(broken);
            return true;
        }
    }

    /** Where "bytes 5-9/10" begins; -1 if that cannot be told. */
    private static long begin(String range) {
        String r = range.strip();
        int dash = r.indexOf('-');
        try {
            return r.startsWith("bytes ") && dash > 0
                    ? Long.parseLong(r.substring(6, dash).strip())
                    : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** What is done with an answer. One that is not closed is kept open by the result. */
    private interface Use<T> {
        T of(Endpoint e, Http.Answer a) throws IOException, ImageException;
    }

    /**
     * Asks the endpoints one after the other.
     *
     * @param from where a blob is to begin; the result then owns the answer. -1: a document
     */
    private <T> T anywhere(String path, long from, Use<T> use) throws ImageException {
        ImageException failure = null;
        for (int i = 0; i < endpoints.size(); i++) {
            int n = (best + i) % endpoints.size();
            Endpoint e = endpoints.get(n);
            if (!e.mirror() && heardOther(e)) {
                continue; // it speaks the other protocol
            }
            try {
                T result = at(e, path, from, use);
                best = n;
                return result;
            } catch (ImageException x) {
                if (x.kind() == Kind.INTERRUPTED) {
                    throw x;
                }
                failure = choose(failure, x);
            }
        }
        if (failure == null) {
            throw new AssertionError(path);
        }
        throw failure;
    }

    private boolean heardOther(Endpoint e) {
        for (Endpoint o : endpoints) {
            if (!o.mirror() && o != e && heard.contains(o.key())) {
                return true;
            }
        }
        return false;
    }

    /** The failure to be told: that of the registry itself, and of its two protocols the one that it speaks. */
    private static ImageException choose(@Nullable ImageException before, ImageException now) {
        if (before == null) {
            return now;
        }
        ImageException told = unheard(now) && !unheard(before) ? before : now;
        ImageException other = told == now ? before : now;
        told.addSuppressed(other);
        return told;
    }

    /** Whether nobody answered. */
    private static boolean unheard(ImageException e) {
        return e.getCause() instanceof IOException && !(e.getCause() instanceof StatusException);
    }

    private <T> T at(Endpoint e, String path, long from, Use<T> use) throws ImageException {
        String what = reference.toString();
        Attempts attempts = new Attempts(store, what, e.mirror() ? 0 : store.retries());
        int logins = 0;
        long begin = from;
        while (true) {
            try {
                Http.Answer a = http.send(
                        URI.create(e.base() + "/v2/" + reference.repository() + path),
                        headers(e, path, begin),
                        null,
                        e.insecure());
                boolean kept = false;
                try {
                    if (a.status() != 400) { // what servers of https say to plain http
                        heard.add(e.key());
                    }
                    if (a.status() == 200 || a.status() == 206 && begin > 0) {
                        T result = use.of(e, a);
                        kept = from >= 0;
                        return result;
                    }
                    if (a.status() == 416 && begin > 0) {
                        begin = 0;
                        continue;
                    }
                    if (a.status() == 401
                            && login.answer(e, a.response().headers().allValues("www-authenticate"), logins++)) {
                        continue;
                    }
                    throw refusal(a, e, path);
                } finally {
                    if (!kept) {
                        a.close();
                    }
                }
            } catch (IOException x) {
                if (!e.last() && !heard.contains(e.key())) {
                    throw attempts.words(x);
                }
                attempts.pause(x);
            }
        }
    }

    private Map<String, String> headers(Endpoint e, String path, long begin) {
        Map<String, String> all = new HashMap<>();
        if (path.startsWith("/manifests/")) {
            all.put("Accept", Manifest.ACCEPT);
        }
        if (begin > 0) {
            all.put("Range", "bytes=" + begin + "-");
        }
        String header = login.header(e);
        if (header != null) {
            all.put("Authorization", header);
        }
        return all;
    }

    private IOException refusal(Http.Answer a, Endpoint e, String path) throws ImageException {
        String said = said(a);
        String at = e.mirror() ? " (mirror " + e.host() + ")" : "";
        switch (a.status()) {
            case 401, 403 ->
                throw new ImageException(
                        Kind.UNAUTHORIZED, reference + at + ": the registry refuses: " + said, LOGIN_ADVICE);
            case 404 ->
                throw new ImageException(
                        Kind.NOT_FOUND,
                        path.startsWith("/blobs/")
                                ? reference + at + ": the registry lacks a part of it (" + path.substring(7, 26) + ")"
                                : reference + at + ": no such image: " + said,
                        "check the name and the tag");
            default -> {
                return new StatusException(a.status(), a.header("retry-after"), e.host() + " (" + said + ")");
            }
        }
    }

    /** What a registry says in its error document. */
    private static String said(Http.Answer a) {
        try {
            String text = new String(a.body().readNBytes(4096), StandardCharsets.UTF_8);
            List<Json> errors =
                    Json.parse(text.getBytes(StandardCharsets.UTF_8), "error").objects("errors");
            if (!errors.isEmpty()) {
                String m = errors.getFirst().text("message");
                String s = m.isEmpty() ? errors.getFirst().text("code") : m;
                return s.length() > 200 ? s.substring(0, 200) : s.replaceAll("\\p{Cntrl}", " ");
            }
        } catch (IOException | ImageException e) {
            return "status " + a.status();
        }
        return "status " + a.status();
    }
}
