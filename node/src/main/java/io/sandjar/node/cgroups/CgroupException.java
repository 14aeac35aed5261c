// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

/** A control group that cannot be made, filled in or removed. */
public final class CgroupException extends Exception {
    private static final long serialVersionUID = 1;

    public CgroupException(String message) {
        super(message);
    }
}
