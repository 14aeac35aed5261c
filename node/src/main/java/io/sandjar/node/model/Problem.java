// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

/**
 * Something wrong with a manifest: where, what, and what to do.
 *
 * @param file name of the file, or empty if the manifest did not come from one
 * @param line from 1, or 0 if not known
 * @param column from 1, or 0 if not known
 * @param path field, as {@code spec.containers[0].image}; empty for the whole
 * @param message what is wrong and what to do
 * @param fatal whether the object cannot be taken because of it (else it is a warning)
 */
public record Problem(String file, int line, int column, String path, String message, boolean fatal) {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(text.isEmpty() ? "line " : ":").append(line).append(':').append(column);
        }
        if (!text.isEmpty()) {
            text.append(": ");
        }
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return text.append(message).toString();
    }
}
