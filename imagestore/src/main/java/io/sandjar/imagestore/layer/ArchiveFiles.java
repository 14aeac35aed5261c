// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.content.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** The files of an image archive, taken apart into a directory under names of our own. */
public final class ArchiveFiles {
    private static final int MAX_FILES = 20_000;
    private static final int MAX_LINKS = 40;

    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    /**
     * @param into an empty directory
     * @param limits how much may come of it
     */
    public ArchiveFiles(InputStream archive, Path into, Limits limits) throws ImageException {
        Meter in = new Meter(archive, null, n -> {});
        byte[] buffer = new byte[1 << 16];
        try {
            Meter tar = new Meter(Compression.unpack(in), null, n -> limits.ratio(n, in.count()));
            TarArchiveInputStream t = new TarArchiveInputStream(tar, 512, 512, "UTF-8");
            while (true) {
                tar.keep(true);
                TarArchiveEntry e = t.getNextEntry();
                tar.keep(false);
                if (e == null) {
                    if (files.isEmpty()) {
                        throw new IOException("it has no files");
                    }
                    return;
                }
                limits.entry();
                String name = LayerDir.clean(e.getName());
                if (e.isSymbolicLink() || e.isLink()) {
                    String above = e.isLink() ? "" : LayerDir.parentOf(name) + "/";
                    links.put(name, LayerDir.clean(above + e.getLinkName()));
                } else if (e.isFile() && !e.isDirectory()) {
                    limits.bytes(e.getRealSize());
                    file(t, name, into, buffer);
                }
            }
        } catch (Meter.Refused e) {
            throw e.reason();
        } catch (IOException e) {
            if (e.getCause() instanceof Meter.Refused r) {
                throw r.reason();
            }
            throw broken(e);
        } catch (RuntimeException e) { // how the libraries say that they were given nonsense
            throw broken(e);
        }
    }

    private static ImageException broken(Exception e) {
        return new ImageException(
                Kind.MALFORMED, "the archive cannot be read: " + e.getMessage(), "it is broken, or is no archive", e);
    }

    private void file(TarArchiveInputStream tar, String name, Path into, byte[] buffer)
            throws IOException, ImageException {
        if (files.size() >= MAX_FILES) {
            throw new ImageException(Kind.TOO_LARGE, "the archive has more than " + MAX_FILES + " files", "");
        }
        Path to = into.resolve(Integer.toString(files.size()));
        try (OutputStream out = Files.newOutputStream(to)) {
            int n;
            while ((n = tar.read(buffer)) > 0) {
                try {
                    out.write(buffer, 0, n);
                } catch (IOException e) {
                    throw WholeFile.failed("unpack the archive", e);
                }
            }
        }
        files.put(name, to);
    }

    /** A file by its name in the archive, links in it being followed; null if there is none. */
    public @Nullable Path get(String name) {
        String n = name;
        for (int i = 0; i < MAX_LINKS; i++) {
            Path p = files.get(n);
            if (p != null) {
                return p;
            }
            String to = links.get(n);
            if (to == null) {
                return null;
            }
            n = to;
        }
        return null;
    }
}
