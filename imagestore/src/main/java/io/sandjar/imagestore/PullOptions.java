// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore;

import java.util.List;
import java.util.Set;

/**
 * How to pull.
 *
 * @param policy when the registry is asked
 * @param dockerConfigs texts in the form of ~/.docker/config.json (what a secret of type kubernetes.io/dockerconfigjson
 *     holds), tried in this order before the user's own
 * @param insecureRegistries hosts ("registry.local:5000") whose certificate is not checked and that may speak plain HTTP;
 *     this machine itself always may
 */
public record PullOptions(
        Policy policy, List<String> dockerConfigs, Set<String> insecureRegistries, PullProgress progress) {
    /** When the registry is asked. */
    public enum Policy {
        ALWAYS,
        IF_NOT_PRESENT,
        NEVER
    }

    public static final PullOptions DEFAULT =
            new PullOptions(Policy.IF_NOT_PRESENT, List.of(), Set.of(), PullProgress.NONE);

    public PullOptions {
        dockerConfigs = List.copyOf(dockerConfigs);
        insecureRegistries = Set.copyOf(insecureRegistries);
    }

    public PullOptions with(Policy newPolicy) {
        return new PullOptions(newPolicy, dockerConfigs, insecureRegistries, progress);
    }

    public PullOptions with(PullProgress newProgress) {
        return new PullOptions(policy, dockerConfigs, insecureRegistries, newProgress);
    }

    public PullOptions withDockerConfigs(List<String> configs) {
        return new PullOptions(policy, configs, insecureRegistries, progress);
    }
}
