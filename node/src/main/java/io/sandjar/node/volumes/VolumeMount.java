// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import java.util.List;

/**
 * One mount for a container's config.json.
 *
 * @param destination absolute path in the container
 * @param type bind (everything here is)
 * @param source absolute path on the host
 * @param options of the runtime-spec: rbind or bind, ro or rw, rprivate
 */
public record VolumeMount(String destination, String type, String source, List<String> options) {}
