// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.runsc.UsageError;
import org.jspecify.annotations.Nullable;

/**
 * Where writes to the root go, from {@code --overlay2}: to the host's directory, to memory, or to a directory of their
 * own beside the root ("self") or elsewhere.
 *
 * @param medium none, memory, self or dir
 * @param directory of "dir"; else empty
 * @param size limit in bytes; 0: none
 * @param owners whether the root's files have their owners in attributes, because an ordinary user unpacked them
 */
public record Overlay(String medium, String directory, long size, boolean owners) {
    /** The annotation of a container that limits what it may write to its root. */
    public static final String DISK = "io.sandjar.disk";

    public static final Overlay NONE = new Overlay("none", "", 0, false);

    /** @param text of the option; null if it was not given */
    public static Overlay of(@Nullable String text) {
        if (text == null || text.isEmpty() || text.equals("none")) {
            return NONE;
        }
        int colon = text.indexOf(':');
        String scope = colon < 0 ? "" : text.substring(0, colon);
        String rest = text.substring(colon + 1);
        if (scope.equals("all")) {
            throw new UsageError(
                    "--overlay2=" + text + ": mounts cannot be overlaid",
                    "write root:" + rest + ", and make mounts read-only that must not change");
        }
        boolean owners = rest.endsWith(",owners=stored");
        if (owners) {
            rest = rest.substring(0, rest.length() - ",owners=stored".length());
        }
        long size = 0;
        int comma = rest.indexOf(",size=");
        if (comma >= 0) {
            size = size(rest.substring(comma + 6), text);
            rest = rest.substring(0, comma);
        }
        String medium = rest.startsWith("dir=/") ? "dir" : rest;
        boolean known =
                medium.equals("dir") || medium.equals("memory") || medium.equals("self") || medium.equals("none");
        if (!scope.equals("root") || !known) {
            throw wrong(text);
        }
        return new Overlay(medium, medium.equals("dir") ? rest.substring(4) : "", size, owners);
    }

    /** The limit in bytes, where the annotation {@link #DISK} has a say. */
    public long withDisk(@Nullable String annotation) {
        if (annotation == null) {
            return size;
        }
        if (medium.equals("none")) {
            throw new UsageError(
                    DISK + "=" + annotation + ": the root is written through to the host",
                    "limit it there, or use --overlay2=root:memory or root:self");
        }
        long disk = size(annotation, annotation);
        return size == 0 ? disk : Math.min(size, disk);
    }

    private static long size(String digits, String text) {
        int shift = switch (digits.isEmpty() ? ' ' : digits.charAt(digits.length() - 1)) {
            case 'k', 'K' -> 10;
            case 'm', 'M' -> 20;
            case 'g', 'G' -> 30;
            default -> 0;
        };
        try {
            long n = Long.parseLong(shift == 0 ? digits : digits.substring(0, digits.length() - 1));
            if (n > 0 && n <= Long.MAX_VALUE >> shift) {
                return n << shift;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong(text);
    }

    private static UsageError wrong(String text) {
        return new UsageError(
                "--overlay2=" + text + " is not understood",
                "write none, root:memory, root:self or root:dir=/DIR, perhaps with ,size=2g");
    }
}
