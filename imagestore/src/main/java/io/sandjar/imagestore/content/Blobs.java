// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * Files by their digest. One appears under its name only when all its bytes are there, checked and flushed; what is
 * under way lies beside them and can be gone on with by a later process.
 */
public final class Blobs {
    private static final int CHUNK = 1 << 16;
    private static final long WAIT_MILLIS = 24 * 3600 * 1000L;

    private final Path blobs;
    private final Path ingest;

    public Blobs(Path blobs, Path ingest) {
        this.blobs = blobs;
        this.ingest = ingest;
    }

    public Path path(Digest d) {
        return blobs.resolve(d.algorithm() + "-" + d.hex());
    }

    public boolean has(Digest d) {
        return Files.isRegularFile(path(d));
    }

    public void remove(Digest d) throws ImageException {
        try {
            Files.deleteIfExists(path(d));
        } catch (IOException e) {
            throw WholeFile.failed("remove " + path(d), e);
        }
    }

    /** Somewhere that bytes come from, beginning at any of them. */
    public interface Source {
        /** What was opened: where its bytes really begin ({@code from} or 0). */
        record Opened(InputStream stream, long from) {}

        Opened open(long from) throws ImageException;

        /** Whether to try once more after a stream has broken off; may wait. */
        boolean again(IOException broken, boolean progress) throws ImageException;
    }

    /** Watches the bytes that are there. */
    public interface Watch {
        void at(long bytes);
    }

    /** Whether a blob is still wanted. */
    public interface Wanted {
        boolean now() throws ImageException;
    }

    /**
     * Sees to it that a blob is here: takes over what an earlier attempt has left, checks size and digest.
     *
     * @param wanted asked again after another process or thread that fetches the same was waited for
     */
    public Path fetch(Descriptor d, Source source, Watch watch, Wanted wanted) throws ImageException {
        Path end = path(d.digest());
        if (has(d.digest())) {
            return end;
        }
        String name = d.digest().algorithm() + "-" + d.digest().hex();
        try (HostLock lock = HostLock.take(ingest.resolve(name + ".lock"), false, WAIT_MILLIS)) {
            if (lock == null) {
                throw new ImageException(
                        Kind.TIMEOUT, d.digest().brief() + ": somebody else fetches it and never ends", "");
            }
            if (has(d.digest()) || !wanted.now()) { // somebody else was faster
                return end;
            }
            Path part = ingest.resolve(name + ".part");
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                new Fetch(d, source, watch, out).run();
                out.force(true);
            } catch (ImageException e) {
                if (e.kind() == Kind.DIGEST_MISMATCH || e.kind() == Kind.NO_SPACE) {
                    Files.deleteIfExists(part);
                }
                throw e;
            }
            Files.move(part, end, StandardCopyOption.ATOMIC_MOVE);
            WholeFile.flushDirectory(blobs);
            Files.deleteIfExists(ingest.resolve(name + ".lock"));
            return end;
        } catch (IOException e) {
            throw WholeFile.failed("store " + d.digest().brief(), e);
        }
    }

    /** One download, perhaps in several attempts. */
    private static final class Fetch {
        private final Descriptor d;
        private final Source source;
        private final Watch watch;
        private final FileChannel out;
        private final byte[] buffer = new byte[CHUNK];
        private MessageDigest hash;
        private long at;

        Fetch(Descriptor d, Source source, Watch watch, FileChannel out) {
            this.d = d;
            this.source = source;
            this.watch = watch;
            this.out = out;
            this.hash = d.digest().hasher();
        }

        void run() throws ImageException, IOException {
            rehash();
            while (d.size() < 0 || at < d.size()) {
                long before = at;
                try (InputStream in = open()) {
                    copy(in);
                    if (d.size() < 0 || at == d.size()) {
                        break;
                    }
                    throw new IOException("it ended after " + at + " of " + d.size() + " bytes");
                } catch (Broken e) {
                    if (!source.again(e.reason, at > before)) {
                        throw new ImageException(
                                Kind.UNAVAILABLE,
                                d.digest().brief() + ": the download broke off: " + e.reason.getMessage(),
                                "try again; it goes on where it stopped",
                                e.reason);
                    }
                } catch (IOException e) {
                    if (!source.again(e, at > before)) {
                        throw new ImageException(
                                Kind.UNAVAILABLE,
                                d.digest().brief() + ": the download broke off: " + e.getMessage(),
                                "try again; it goes on where it stopped",
                                e);
                    }
                }
            }
            Digest is = Digest.finish(d.digest().algorithm(), hash.digest());
            if (!is.equals(d.digest())) {
                out.truncate(0);
                throw new ImageException(
                        Kind.DIGEST_MISMATCH,
                        "what was fetched for " + d.digest() + " has the digest " + is,
                        "the registry or something on the way changes what it passes on");
            }
        }

        private InputStream open() throws ImageException, IOException {
            Source.Opened opened = source.open(at);
            if (opened.from() != at) {
                restart();
            }
            return opened.stream();
        }

        private void restart() throws IOException {
            out.truncate(0);
            at = 0;
            hash = d.digest().hasher();
        }

        /** What an earlier attempt has left counts. */
        private void rehash() throws IOException {
            ByteBuffer b = ByteBuffer.wrap(buffer);
            long size = out.size();
            if (d.size() < 0 || size > d.size()) {
                out.truncate(0);
                size = 0;
            }
            while (at < size) {
                b.clear();
                int n = out.read(b, at);
                if (n <= 0) {
                    break;
                }
                hash.update(buffer, 0, n);
                at += n;
            }
            watch.at(at);
        }

        private void copy(InputStream in) throws IOException, ImageException, Broken {
            while (true) {
                int n;
                try {
                    n = in.read(buffer, 0, CHUNK);
                } catch (IOException e) {
                    throw new Broken(e);
                }
                if (n < 0) {
                    return;
                }
                if (d.size() >= 0 && n > d.size() - at) {
                    throw new ImageException(
                            Kind.DIGEST_MISMATCH,
                            d.digest() + " is longer than the " + d.size() + " bytes that were promised",
                            "the registry or something on the way changes what it passes on");
                }
                ByteBuffer b = ByteBuffer.wrap(buffer, 0, n);
                try {
                    while (b.hasRemaining()) {
                        at += out.write(b, at);
                    }
                } catch (IOException e) {
                    throw WholeFile.failed("store " + d.digest().brief(), e);
                }
                hash.update(buffer, 0, n);
                watch.at(at);
            }
        }
    }

    /** A stream that broke off, as opposed to a disk that failed. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;
        private final transient IOException reason;

        Broken(IOException reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
