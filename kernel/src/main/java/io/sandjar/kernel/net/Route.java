// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One line of a routing table (ip-route(8)). Routes are kept and told; the only ones that lead anywhere are those to
 * the sandbox's own addresses.
 *
 * @param type RTN_*
 * @param link index of the interface; 0 for none (unreachable and the like)
 * @param priority the metric
 */
public record Route(
        int family,
        byte[] dst,
        int bits,
        int table,
        int protocol,
        int scope,
        int type,
        int link,
        byte @Nullable [] gateway,
        byte @Nullable [] source,
        int priority,
        int tos) {

    /** Whether both lead the same destinations in the same table with the same weight. */
    public boolean sameKey(Route o) {
        return family == o.family
                && bits == o.bits
                && table == o.table
                && priority == o.priority
                && tos == o.tos
                && Arrays.equals(dst, o.dst);
    }

    /** Whether an address is one of its destinations. */
    public boolean leads(byte[] address) {
        return prefixEquals(dst, address, bits);
    }

    /** The address with all bits cleared that are not in the prefix. */
    public static byte[] prefix(byte[] address, int bits) {
        byte[] p = address.clone();
        for (int i = 0; i < p.length; i++) {
            int left = bits - i * 8;
            p[i] &= (byte) (left >= 8 ? 0xff : left <= 0 ? 0 : 0xff << 8 - left);
        }
        return p;
    }

    private static boolean prefixEquals(byte[] a, byte[] b, int bits) {
        return a.length == b.length && Arrays.equals(prefix(a, bits), prefix(b, bits));
    }
}
