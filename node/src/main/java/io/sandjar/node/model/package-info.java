// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** Manifests: YAML and JSON to objects, checked and with the values that Kubernetes fills in. */
@NullMarked
package io.sandjar.node.model;

import org.jspecify.annotations.NullMarked;
