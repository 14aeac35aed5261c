// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Net;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.net.Msg;

/** Any bytes as the control data of a message. The first byte chooses the family. */
public final class ControlFuzz {
    private static final StubCaller CALLER = new StubCaller();

    private ControlFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] control = java.util.Arrays.copyOfRange(data, 1, data.length);
        int r = ControlIn.parse(CALLER, data[0] % 2 == 0 ? Net.AF_UNIX : Net.AF_INET, control, new Msg());
        if (r > 0 || r < -4095) {
            throw new AssertionError("result " + r);
        }
    }
}
