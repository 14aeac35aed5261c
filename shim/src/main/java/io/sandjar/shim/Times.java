// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/** Points in time: nanoseconds since 1970 here, seconds and nanoseconds in protobuf. */
final class Times {
    private static final long SECOND = 1_000_000_000;

    private Times() {}

    static long now() {
        Instant t = Instant.now();
        return t.getEpochSecond() * SECOND + t.getNano();
    }

    /** 0 is no time. */
    static Timestamp timestamp(long nanos) {
        return nanos == 0
                ? Timestamp.getDefaultInstance()
                : Timestamp.newBuilder()
                        .setSeconds(Math.floorDiv(nanos, SECOND))
                        .setNanos((int) Math.floorMod(nanos, SECOND))
                        .build();
    }
}
