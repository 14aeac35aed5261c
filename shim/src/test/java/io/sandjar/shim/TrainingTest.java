// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TrainingTest {
    @AfterEach
    void letGo() {
        Log.to(System.err);
    }

    /** The image's cache is made by it; a training that hangs or fails would only be a slow start. */
    @Test
    @Timeout(30)
    void itEnds() throws Exception {
        Training.run();
    }
}
