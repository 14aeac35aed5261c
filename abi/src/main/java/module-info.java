// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The Linux interface as data: errno, signals, flags, call numbers, struct layouts. No native calls. */
module sandjar.abi {
    requires static org.jspecify;

    exports io.sandjar.abi;
}
