// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.reference;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.Digest;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A registry reference in full: what Docker makes of the short forms ("debian" is docker.io/library/debian:latest).
 *
 * @param host of the registry, perhaps with a port
 * @param tag empty when there is only a digest
 * @param digest empty when there is none; it counts, whatever the tag
 */
public record Reference(String host, String repository, String tag, String digest) {
    private static final Pattern HOST = Pattern.compile(
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?");
    private static final Pattern PART = Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final int MAX_NAME = 255;

    /** Reads a reference as Docker and Kubernetes do. */
    public static Reference parse(String text) throws ImageException {
        String rest = text;
        String digest = "";
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
            if (!Digest.valid(digest)) {
                throw wrong(text, "what follows \"@\" is not a digest (sha256: and 64 digits)");
            }
        }
        String tag = "";
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
            if (!TAG.matcher(tag).matches()) {
                throw wrong(
                        text, "the tag \"" + tag + "\" may have letters, digits, \"_\", \".\" and \"-\", at most 128");
            }
        }
        String host = "docker.io";
        int slash = rest.indexOf('/');
        if (slash > 0 && isHost(rest.substring(0, slash))) {
            host = rest.substring(0, slash);
            rest = rest.substring(slash + 1);
        }
        if (host.equals("index.docker.io")) {
            host = "docker.io";
        }
        if (host.equals("docker.io") && rest.indexOf('/') < 0) {
            rest = "library/" + rest;
        }
        check(text, host, rest);
        return new Reference(host, rest, tag.isEmpty() && digest.isEmpty() ? "latest" : tag, digest);
    }

    private static boolean isHost(String first) {
        return first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    private static void check(String text, String host, String repository) throws ImageException {
        if (!HOST.matcher(host).matches()) {
            throw wrong(text, "\"" + host + "\" is not the name of a host");
        }
        if (host.length() + repository.length() > MAX_NAME) {
            throw wrong(text, "it is longer than " + MAX_NAME + " characters");
        }
        for (String part : repository.split("/", -1)) {
            if (!PART.matcher(part).matches()) {
                throw wrong(
                        text,
                        part.equals(part.toLowerCase(Locale.ROOT))
                                ? "\"" + part + "\" is not a part of a repository's name"
                                : "the repository's name must be in lower case");
            }
        }
    }

    private static ImageException wrong(String text, String why) {
        String shown = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        return new ImageException(
                Kind.INVALID_REFERENCE,
                "image \"" + shown + "\": " + why,
                "write [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST], such as debian:12 or ghcr.io/a/b:1.2");
    }

    /** The whole of it. */
    @Override
    public String toString() {
        return name() + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
    }

    /** Host and repository. */
    public String name() {
        return host + "/" + repository;
    }

    /** What a registry is asked for: the digest, or else the tag. */
    public String target() {
        return digest.isEmpty() ? tag : digest;
    }
}
