// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

/** What is wrong with a specification: a JSON path ("process.args[0]") and a sentence. */
public final class SpecError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String path;

    /** @param path empty for the document as a whole */
    public SpecError(String path, String sentence) {
        super(path.isEmpty() ? sentence : path + ": " + sentence, null, false, false);
        this.path = path;
    }

    public String path() {
        return path;
    }

    /** Path and sentence. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
