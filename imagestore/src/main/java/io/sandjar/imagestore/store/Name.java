// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.demo.DemoImage;
import io.sandjar.imagestore.reference.Reference;
import java.nio.file.Path;

/**
 * A name of an image, understood.
 *
 * @param kind where it comes from
 * @param full the name in full: two that mean the same are equal
 * @param path of a directory or file; empty for registries
 * @param tag of one image among several in a layout or archive
 */
record Name(Kinds kind, String full, Path path, String tag) {
    /** Where images come from. */
    enum Kinds {
        REGISTRY,
        LAYOUT,
        OCI_ARCHIVE,
        DOCKER_ARCHIVE,
        DIRECTORY,
        DEMO
    }

    static Name parse(String text) throws ImageException {
        if (text.isBlank() || text.length() > 4096 || text.indexOf('\0') >= 0) {
            throw new ImageException(Kind.INVALID_REFERENCE, "an image's name is empty or too long", "");
        }
        for (Kinds k : Kinds.values()) {
            String prefix = prefix(k);
            if (!prefix.isEmpty() && text.startsWith(prefix)) {
                return local(k, prefix, text.substring(prefix.length()));
            }
        }
        Reference r = Reference.parse(text);
        if (r.name().equals(DemoImage.NAME)) {
            return new Name(Kinds.DEMO, DemoImage.NAME + ":latest", Path.of(""), "");
        }
        return new Name(Kinds.REGISTRY, r.toString(), Path.of(""), "");
    }

    private static String prefix(Kinds k) {
        return switch (k) {
            case LAYOUT -> "oci:";
            case OCI_ARCHIVE -> "oci-archive:";
            case DOCKER_ARCHIVE -> "docker-archive:";
            case DIRECTORY -> "dir:";
            default -> "";
        };
    }

    private static Name local(Kinds k, String prefix, String rest) throws ImageException {
        String path = rest.startsWith("//") ? rest.substring(1) : rest;
        String tag = "";
        if (k != Kinds.DIRECTORY) {
            int colon = path.indexOf(':'); // what follows may have colons of its own
            if (colon >= 0) {
                tag = path.substring(colon + 1);
                path = path.substring(0, colon);
            }
        }
        if (path.isEmpty()) {
            throw new ImageException(Kind.INVALID_REFERENCE, "\"" + prefix + rest + "\" names no file", "");
        }
        Path p = Path.of(path).toAbsolutePath().normalize();
        return new Name(k, prefix + p + (tag.isEmpty() ? "" : ":" + tag), p, tag);
    }
}
