// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A stream that is closed when nothing has come for a while: the reader then gets a time-out instead of waiting on. */
final class StallGuard extends FilterInputStream {
    private final long limitNanos;
    private final ScheduledFuture<?> watch;
    private volatile long waitingSince;
    private volatile boolean stalled;

    StallGuard(InputStream in, Duration limit, ScheduledExecutorService clock) {
        super(in);
        limitNanos = limit.toNanos();
        long period = Math.max(1, limit.toMillis() / 4);
        watch = clock.scheduleAtFixedRate(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long since = waitingSince;
        if (since != 0 && System.nanoTime() - since > limitNanos) {
            stalled = true;
            watch.cancel(false);
            try {
                in.close();
            } catch (IOException e) {
                return; // the reader finds out
            }
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        long now = System.nanoTime();
        waitingSince = now == 0 ? 1 : now;
        try {
            int n = in.read(b, off, len);
            if (n < 0 && stalled) {
                throw timeout(null);
            }
            return n;
        } catch (IOException e) {
            throw stalled ? timeout(e) : e;
        } finally {
            waitingSince = 0;
        }
    }

    private IOException timeout(@org.jspecify.annotations.Nullable IOException e) {
        HttpTimeoutException t = new HttpTimeoutException("nothing came for " + limitNanos / 1_000_000 + " ms");
        if (e != null) {
            t.initCause(e);
        }
        return t;
    }

    @Override
    public void close() throws IOException {
        watch.cancel(false);
        in.close();
    }
}
