// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.layer;

import java.util.List;

/**
 * What an unpacked layer is like.
 *
 * @param bytes of its files
 * @param implicit directories that no entry described; their attributes come from the layers below
 * @param warnings what was left out, for people; a few of each kind at most
 */
public record LayerInfo(String diffId, long bytes, long entries, List<String> implicit, List<String> warnings) {
    public LayerInfo {
        implicit = List.copyOf(implicit);
        warnings = List.copyOf(warnings);
    }
}
