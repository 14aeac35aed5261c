// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image is made of.
 *
 * @param digest of the manifest itself
 * @param layers the lowest first
 */
public record Manifest(Digest digest, Descriptor config, List<Descriptor> layers) {
    /** Media types to be asked for. */
    public static final String ACCEPT = "application/vnd.oci.image.index.v1+json,"
            + "application/vnd.oci.image.manifest.v1+json,"
            + "application/vnd.docker.distribution.manifest.list.v2+json,"
            + "application/vnd.docker.distribution.manifest.v2+json";

    public static final int MAX_BYTES = 4 << 20;
    private static final int MAX_LAYERS = 500;
    private static final int MAX_DEPTH = 4;

    public Manifest {
        layers = List.copyOf(layers);
    }

    /** Where a document comes from by its digest. */
    public interface Documents {
        byte[] get(Descriptor d) throws ImageException;
    }

    /**
     * Reads a manifest; of an index, the one for this kind of machine.
     *
     * @param what the image, for messages
     */
    public static Manifest read(byte[] text, String what, Documents more) throws ImageException {
        return read(text, what, more, 0);
    }

    private static Manifest read(byte[] text, String what, Documents more, int depth) throws ImageException {
        Json j = Json.parse(text, what + ": manifest");
        if (j.has("manifests")) {
            if (depth == MAX_DEPTH) {
                throw new ImageException(Kind.MALFORMED, what + ": lists of images in lists of images", "");
            }
            Descriptor d = choose(j, what);
            return read(more.get(d), what, more, depth + 1);
        }
        if (j.number("schemaVersion", 2) == 1) {
            throw new ImageException(
                    Kind.MALFORMED,
                    what + ": its manifest has the form of Docker before 1.10 (schema 1)",
                    "push it again with a tool of this decade");
        }
        if (!j.has("config") || !j.has("layers")) {
            throw new ImageException(Kind.MALFORMED, what + ": its manifest has no configuration or no layers", "");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (Json l : j.objects("layers")) {
            Descriptor d = l.descriptor();
            if (!d.mediaType().isEmpty() && !d.mediaType().contains("tar")) {
                throw new ImageException(
                        Kind.MALFORMED,
                        what + ": has something of type " + d.mediaType() + ", so it is no image to be run",
                        "");
            }
            if (d.mediaType().contains("encrypted")) {
                throw new ImageException(
                        Kind.MALFORMED, what + ": its layers are encrypted", "decrypt it first (skopeo)");
            }
            layers.add(d);
        }
        if (layers.size() > MAX_LAYERS) {
            throw new ImageException(Kind.TOO_LARGE, what + ": more than " + MAX_LAYERS + " layers", "");
        }
        return new Manifest(Digest.of(text), j.object("config").descriptor(), layers);
    }

    /** The entry for Linux on x86-64; the plainest if there are several. */
    private static Descriptor choose(Json index, String what) throws ImageException {
        List<Json> all = index.objects("manifests");
        Json best = null;
        int bestRank = 0;
        List<String> there = new ArrayList<>();
        for (Json m : all) {
            Json p = m.object("platform");
            String os = p.text("os");
            String machine = p.text("architecture");
            String variant = p.text("variant");
            int rank = os.equals("linux") && machine.equals("amd64")
                    ? switch (variant) {
                        case "" -> 4;
                        case "v1" -> 3;
                        case "v2" -> 2;
                        default -> 1;
                    }
                    : os.isEmpty() && machine.isEmpty() && all.size() == 1 ? 1 : 0;
            if (rank > bestRank) {
                best = m;
                bestRank = rank;
            }
            if (!os.equals("unknown") && !os.isEmpty()) {
                there.add(os + "/" + machine + (variant.isEmpty() ? "" : "/" + variant));
            }
        }
        if (best == null) {
            throw new ImageException(
                    Kind.PLATFORM,
                    what + ": not for linux/amd64" + (there.isEmpty() ? "" : ", only for " + String.join(", ", there)),
                    "choose an image that is built for x86-64");
        }
        return best.descriptor();
    }

    /**
     * Diff-ids of a configuration, one for each layer.
     *
     * @param what the image, for messages
     */
    public List<Digest> diffIds(Json configuration, String what) throws ImageException {
        String os = configuration.text("os");
        String machine = configuration.text("architecture");
        boolean fits = (os.isEmpty() || os.equals("linux")) && (machine.isEmpty() || machine.equals("amd64"));
        if (!fits) {
            throw new ImageException(
                    Kind.PLATFORM,
                    what + ": is for " + os + "/" + machine + ", not for linux/amd64",
                    "choose an image that is built for x86-64");
        }
        List<Digest> all = new ArrayList<>();
        for (String d : configuration.object("rootfs").texts("diff_ids")) {
            all.add(Digest.parse(d, what + ": diff_ids"));
        }
        if (all.size() != layers.size()) {
            throw new ImageException(
                    Kind.MALFORMED,
                    what + ": " + layers.size() + " layers, but " + all.size() + " of them in its configuration",
                    "");
        }
        return all;
    }
}
