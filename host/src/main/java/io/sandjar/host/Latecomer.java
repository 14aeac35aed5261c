// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

/**
 * A class that the training run never loads, so it is not in the AOT cache: loading it makes the class loader open the
 * image, which it could not do any more when confined.
 */
final class Latecomer {
    private Latecomer() {}
}
