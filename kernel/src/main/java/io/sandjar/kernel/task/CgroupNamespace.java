// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import org.jspecify.annotations.Nullable;

/** From where on processes see control groups (cgroup_namespaces(7)): the group that its maker was in. */
public final class CgroupNamespace extends Namespace {
    private final @Nullable Cgroup top;

    /** @param top null: the root of each container's tree */
    CgroupNamespace(UserNamespace owner, @Nullable Cgroup top) {
        super(Kind.CGROUP, owner);
        this.top = top;
    }

    /** What is / to a process of a container. */
    public Cgroup top(Container c) {
        Cgroup t = top;
        return t == null ? c.cgroups : t;
    }
}
