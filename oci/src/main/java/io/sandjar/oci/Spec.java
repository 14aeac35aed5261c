// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import java.util.Map;

/**
 * A container's configuration (config.json), checked.
 *
 * @param warnings what was tolerated, one sentence each with its JSON path
 */
public record Spec(
        String ociVersion,
        Process process,
        Root root,
        String hostname,
        String domainname,
        List<Mount> mounts,
        Hooks hooks,
        Map<String, String> annotations,
        Linux linux,
        List<String> warnings) {}
