// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

/** One socket's membership of a multicast group on one interface. */
final class Membership {
    /**
     * Whose datagrams are wanted (RFC 3376).
     *
     * @param include whether only those of {@code sources}; else all but those
     */
    record Filter(boolean include, InetAddr[] sources) {
        private static final InetAddr[] NOBODY = {};

        /** Everybody's. */
        static final Filter ALL = new Filter(false, NOBODY);

        /** Nobody's yet. */
        static final Filter NONE = new Filter(true, NOBODY);

        boolean accepts(InetAddr from) {
            return has(from) == include;
        }

        boolean has(InetAddr source) {
            for (InetAddr s : sources) {
                if (s.sameHost(source)) {
                    return true;
                }
            }
            return false;
        }
    }

    final InetAddr group;

    /** Index of the interface. */
    final int link;

    volatile Filter filter;

    Membership(InetAddr group, int link, Filter filter) {
        this.group = group;
        this.link = link;
        this.filter = filter;
    }

    boolean is(InetAddr wanted, int index) {
        return link == index && group.sameHost(wanted);
    }
}
