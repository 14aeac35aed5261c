// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim.ttrpc;

import java.io.IOException;

/** Where calls go. Tests have one of their own. */
public interface Carrier {
    /** Calls once: the bytes of a Request; gives those of the Response. */
    byte[] call(byte[] request) throws IOException;
}
