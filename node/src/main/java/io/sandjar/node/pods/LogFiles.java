// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** The log of one instance of a container: a file in CRI form, and older ones that were rotated away (FILE.1 is the newest of them). */
public interface LogFiles {

    /** The file that is written to. */
    Path current();

    /** Whether the container may still write. */
    boolean live();

    /**
     * Copies the text, oldest first; with follow until the container has ended or the thread is interrupted. What is copied is
     * flushed after each burst.
     */
    void copyTo(OutputStream out, LogOptions options) throws IOException;
}
