// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.content;

/**
 * A piece of an image by its digest, as a manifest names it.
 *
 * @param mediaType as written; may be empty
 * @param size in bytes; -1: not known
 */
public record Descriptor(String mediaType, Digest digest, long size) {}
