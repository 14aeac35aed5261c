// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

/** Names of the specification as Linux's numbers. */
public final class Names {
    private Names() {}

    /** CAP_CHOWN and so on; -1 if there is no such capability. */
    public static int capability(String name) {
        return ProcessCheck.capability(name);
    }

    /** RLIMIT_NOFILE and so on; -1 if there is no such limit. */
    public static int rlimit(String type) {
        return ProcessCheck.rlimit(type);
    }

    /** The mask of the known capabilities among these names. */
    public static long capabilities(Iterable<String> names) {
        long mask = 0;
        for (String name : names) {
            int n = capability(name);
            if (n >= 0) {
                mask |= 1L << n;
            }
        }
        return mask;
    }
}
