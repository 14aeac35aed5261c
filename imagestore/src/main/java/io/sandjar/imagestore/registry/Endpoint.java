// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.net.URI;

/**
 * An address that answers for a registry.
 *
 * @param base without a slash at its end; "/v2/..." follows
 * @param host whose credentials count
 * @param insecure whether its certificate is not checked
 * @param last whether there is nobody to ask after it
 */
record Endpoint(URI base, String host, boolean insecure, boolean mirror, boolean last) {
    String key() {
        return base.toString();
    }
}
