// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

/** Where traces go. Called by many threads, one at a time. */
public interface TextSink {
    /** Whole lines, or a piece of one. */
    void text(String text);
}
