// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.runsc.EngineLog;
import org.jspecify.annotations.Nullable;

/**
 * What the command line of {@code create} says.
 *
 * @param bundle absolute
 * @param pidFile where the launcher's pid is to be written
 * @param preserveFds descriptors from 3 on that the container's process gets
 * @param network sandbox, host or none
 * @param overlay where writes to the root go
 * @param hostUds none, open, create or all
 * @param owner the caller's user id
 */
public record CreateRequest(
        String id,
        String bundle,
        @Nullable String pidFile,
        int preserveFds,
        boolean systemdCgroup,
        boolean rootless,
        boolean ignoreCgroups,
        String network,
        Overlay overlay,
        String hostUds,
        boolean strace,
        int owner,
        EngineLog log) {}
