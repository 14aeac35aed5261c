// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.store;

import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import io.sandjar.imagestore.PullProgress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Pulls that are under way: whoever wants the same gets the result of the first one, and sees its progress. */
final class SharedPulls {
    private final Map<String, Shared> running = new ConcurrentHashMap<>();

    private static final class Shared {
        final CompletableFuture<Image> result = new CompletableFuture<>();
        final Telling telling = new Telling();
    }

    /** The work itself. */
    interface Work {
        Image run(PullProgress progress) throws ImageException;
    }

    /** @param key says what is the same, credentials included: nobody gets an image by somebody else's password */
    Image run(String key, PullProgress progress, Work work) throws ImageException {
        while (true) {
            Shared mine = new Shared();
            mine.telling.add(progress);
            Shared other = running.putIfAbsent(key, mine);
            if (other == null) {
                return lead(key, mine, work);
            }
            other.telling.add(progress);
            Image i = follow(other);
            if (i != null) {
                return i;
            }
        }
    }

    private Image lead(String key, Shared mine, Work work) throws ImageException {
        try {
            Image i = work.run(mine.telling);
            mine.result.complete(i);
            return i;
        } catch (ImageException | RuntimeException | Error e) {
            mine.result.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(key);
        }
    }

    /** @return null when the other one was interrupted: that is not our business */
    private static @Nullable Image follow(Shared other) throws ImageException {
        try {
            return other.result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageException(Kind.INTERRUPTED, "the pull was interrupted", "", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ImageException x) {
                if (x.kind() == Kind.INTERRUPTED) {
                    return null;
                }
                throw new ImageException(x.kind(), x.getMessage() + "", x.advice(), x);
            }
            throw new ImageException(Kind.STORE, "the pull failed: " + e.getCause(), "", e);
        }
    }
}
