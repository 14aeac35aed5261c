// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.StoreOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLException;

/** Repetition of what failed in a way that may pass: with pauses that double, and as long as a server asks for. */
final class Attempts {
    private static final long MAX_PAUSE_MILLIS = 30_000;

    private final StoreOptions options;
    private final String what;
    private int left;
    private long pauseMillis;

    /** @param most repetitions */
    Attempts(StoreOptions options, String what, int most) {
        this.options = options;
        this.what = what;
        this.left = most;
        this.pauseMillis = options.retryDelay().toMillis();
    }

    /** Something came: whatever failed before is forgotten. */
    void progress() {
        left = options.retries();
        pauseMillis = options.retryDelay().toMillis();
    }

    /**
     * Waits before another attempt.
     *
     * @throws ImageException instead when there is to be none, in words of what went wrong
     */
    void pause(IOException failure) throws ImageException {
        boolean passing = failure instanceof StatusException s ? s.passing() : !hopeless(failure);
        if (Thread.currentThread().isInterrupted()) {
            throw new ImageException(Kind.INTERRUPTED, what + ": interrupted", "", failure);
        }
        if (!passing || left <= 0) {
            throw words(failure);
        }
        left = Math.min(left, failure instanceof ConnectException ? 2 : Integer.MAX_VALUE) - 1;
        long pause = pauseMillis;
        pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
        if (failure instanceof StatusException s && s.retryAfterSeconds() >= 0) {
            if (s.retryAfterSeconds() * 1000 > MAX_PAUSE_MILLIS) {
                throw words(failure);
            }
            pause = Math.max(pause, s.retryAfterSeconds() * 1000);
        }
        try {
            Thread.sleep(pause + ThreadLocalRandom.current().nextLong(pause / 4 + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(Kind.INTERRUPTED, what + ": interrupted", "", failure);
        }
    }

    private static boolean hopeless(IOException e) {
        return e instanceof SSLException && !(e.getMessage() + "").contains("terminated") || unknownHost(e);
    }

    private static boolean unknownHost(IOException e) {
        Throwable t = e;
        for (int i = 0; t != null && i < 8; i++, t = t.getCause()) {
            if (t instanceof UnknownHostException || t instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    /** What a failure means for an image. */
    ImageException words(IOException e) {
        if (e instanceof StatusException s) {
            if (s.status() == 429) {
                return new ImageException(
                        Kind.RATE_LIMIT,
                        what + ": the registry allows no more pulls for now",
                        "try again later, log in, or use a mirror",
                        e);
            }
            return new ImageException(Kind.UNAVAILABLE, what + ": " + e.getMessage(), "try again later", e);
        }
        if (e instanceof HttpTimeoutException) {
            return new ImageException(
                    Kind.TIMEOUT,
                    what + ": the registry does not answer",
                    "try again; look at the network and the proxy (HTTPS_PROXY)",
                    e);
        }
        if (e instanceof SSLException) {
            return new ImageException(
                    Kind.UNAVAILABLE,
                    what + ": no trusted connection: " + e.getMessage(),
                    "add its certificate authority to /etc/docker/certs.d/HOST/ca.crt, or call the registry insecure",
                    e);
        }
        boolean unknown = unknownHost(e);
        String why = unknown
                ? "no such host"
                : e instanceof ConnectException
                        ? "nobody listens there"
                        : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new ImageException(
                Kind.UNAVAILABLE,
                what + ": the registry cannot be reached: " + why,
                "look at the name, the network and the proxy (HTTPS_PROXY)",
                e);
    }
}
