// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** A description whose file takes seals (F_ADD_SEALS, F_GET_SEALS of fcntl(2)). */
public interface Sealable {
    /** F_SEAL_* bits, or -EINVAL for a file that cannot have any. */
    int seals();

    int addSeals(int seals);
}
