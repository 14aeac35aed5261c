// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

/** Any bytes as a filter of calls: refused, or a program that ends; what it always allows it allows with any arguments. */
public final class FilterFuzz {
    private FilterFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        SeccompFilter f = SeccompFilter.ofGuest(data, null);
        if (f == null) {
            return;
        }
        for (int nr = -1; nr < 470; nr += 7) {
            int v = f.verdict(nr, 0x7f1234567890L, nr, -1, 1L << 40, data.length, 0, 5);
            if (f.always(nr) && (v & Verdict.ACTION) != (Verdict.ALLOW & Verdict.ACTION)) {
                throw new AssertionError("call " + nr + " is not always allowed");
            }
        }
    }
}
