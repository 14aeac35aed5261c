// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;

/**
 * From where on processes see control groups (cgroup_namespaces(7)). A guest sees its own group as the root already and
 * has none below it, so each of them shows the same.
 */
public final class CgroupNamespace extends Namespace {
    CgroupNamespace(UserNamespace owner) {
        super(Kind.CGROUP, owner);
    }
}
