// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

/** The root of the container; a path that is not absolute is relative to the bundle. */
public record Root(String path, boolean readonly) {}
