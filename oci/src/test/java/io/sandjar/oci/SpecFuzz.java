// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.ArrayList;
import java.util.Arrays;

/** Any bytes as config.json, as a process or as resources: read, or refused with a {@link SpecError} that says where. */
public final class SpecFuzz {
    private SpecFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] text = Arrays.copyOfRange(data, 1, data.length);
        try {
            switch (data[0] & 3) {
                case 0 -> SpecReader.readProcess(text, new ArrayList<>());
                case 1 -> SpecReader.readResources(text);
                default -> SpecReader.read(text);
            }
        } catch (SpecError e) {
            String why = e.getMessage();
            if (why == null || why.isEmpty()) {
                throw new AssertionError("refused without a word", e);
            }
        }
    }
}
