// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

/** Where lines of text go. Called by many threads. */
public interface LineSink {
    /** One line, without its end. */
    void line(String text);
}
