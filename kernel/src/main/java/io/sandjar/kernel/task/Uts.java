// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;

/** The names that uname(2) tells and that can be set (uts_namespaces(7)). */
public final class Uts extends Namespace {
    public volatile String hostname = "sandjar";
    public volatile String domainname = "(none)";

    Uts(UserNamespace owner) {
        super(Kind.UTS, owner);
    }

    /** Another one that has the same names for now. */
    Uts copy(UserNamespace owner) {
        Uts u = new Uts(owner);
        u.hostname = hostname;
        u.domainname = domainname;
        return u;
    }
}
