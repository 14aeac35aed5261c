// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

/** IPv4 addresses as numbers. */
final class Ipv4 {
    private Ipv4() {}

    /** An address as four decimal numbers; -1 when it is none. */
    static long parse(String text) {
        long v = 0;
        int parts = 0;
        for (String p : text.split("\\.", -1)) {
            if (p.isEmpty() || p.length() > 3 || !p.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return -1;
            }
            int n = Integer.parseInt(p);
            if (n > 255 || p.length() > 1 && p.charAt(0) == '0') {
                return -1;
            }
            v = v << 8 | n;
            parts++;
        }
        return parts == 4 ? v : -1;
    }

    static String text(long v) {
        return (v >> 24 & 255) + "." + (v >> 16 & 255) + "." + (v >> 8 & 255) + "." + (v & 255);
    }

    static byte[] bytes(long v) {
        return new byte[] {(byte) (v >> 24), (byte) (v >> 16), (byte) (v >> 8), (byte) v};
    }

    static long of(byte[] b) {
        return (b[0] & 255L) << 24 | (b[1] & 255L) << 16 | (b[2] & 255L) << 8 | b[3] & 255L;
    }

    /** A network: 10.88.0.0/24. */
    record Subnet(long base, int prefix) {
        static Subnet parse(String text) throws NetworkException {
            int slash = text.indexOf('/');
            long base = Ipv4.parse(slash < 0 ? text : text.substring(0, slash));
            int prefix;
            try {
                prefix = slash < 0 ? -1 : Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                prefix = -1;
            }
            if (base < 0 || prefix < 8 || prefix > 29) {
                throw new NetworkException(
                        "\"" + text + "\" is not a network for pods: it must look like 10.88.0.0/24, with a"
                                + " prefix of 8 to 29");
            }
            return new Subnet(base & mask(prefix), prefix);
        }

        static long mask(int prefix) {
            return prefix == 0 ? 0 : 0xffffffffL << 32 - prefix & 0xffffffffL;
        }

        long mask() {
            return mask(prefix);
        }

        boolean contains(long address) {
            return (address & mask()) == base;
        }

        boolean overlaps(Subnet o) {
            int p = Math.min(prefix, o.prefix);
            return (base & mask(p)) == (o.base & mask(p));
        }

        /** The bridge's own: the first. */
        long gateway() {
            return base + 1;
        }

        long first() {
            return base + 2;
        }

        long last() {
            return (base | ~mask() & 0xffffffffL) - 1;
        }

        @Override
        public String toString() {
            return text(base) + "/" + prefix;
        }
    }
}
