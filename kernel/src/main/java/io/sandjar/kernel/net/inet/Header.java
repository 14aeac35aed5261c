// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

/**
 * What a datagram's header tells beside the source.
 *
 * @param link index of the interface by which it came, or by which what is for many leaves
 * @param segment for datagrams that were sent as one (UDP_SEGMENT) the length of each but the last; 0 for one
 */
record Header(InetAddr to, int hops, int trafficClass, int link, int segment) {
    /** The same, by another interface. */
    Header by(int index) {
        return index == link ? this : new Header(to, hops, trafficClass, index, segment);
    }
}
