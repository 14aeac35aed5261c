// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;

/**
 * Who a process is. Ids are unsigned 32-bit numbers in an int.
 *
 * @param umask -1 if it was not given
 */
public record User(int uid, int gid, int umask, List<Integer> additionalGids, String username) {}
