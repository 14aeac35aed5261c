// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who a container's process is. */
record Identity(long uid, long gid, List<Long> groups) {

    static Identity of(Pod pod, Container container, String imageUser, Path rootfs) throws SpecException {
        PodSecurityContext all = pod.getSpec().getSecurityContext();
        SecurityContext own = container.getSecurityContext();
        Long asUser = own != null && own.getRunAsUser() != null
                ? own.getRunAsUser()
                : all == null ? null : all.getRunAsUser();
        Long asGroup = own != null && own.getRunAsGroup() != null
                ? own.getRunAsGroup()
                : all == null ? null : all.getRunAsGroup();
        Boolean nonRoot = own != null && own.getRunAsNonRoot() != null
                ? own.getRunAsNonRoot()
                : all == null ? null : all.getRunAsNonRoot();
        int colon = imageUser.indexOf(':');
        String user = colon < 0 ? imageUser : imageUser.substring(0, colon);
        String group = colon < 0 ? "" : imageUser.substring(colon + 1);
        Accounts accounts = Accounts.of(rootfs);
        long uid = uid(asUser, user, accounts, container);
        if (Boolean.TRUE.equals(nonRoot)) {
            checkNonRoot(asUser, user, uid, container);
        }
        long gid = accounts.gidOf(uid);
        if (asGroup != null) {
            gid = asGroup;
        } else if (asUser == null && !group.isEmpty()) {
            gid = accounts.gid(group);
            if (gid < 0) {
                throw new SpecException(
                        "CreateContainerError",
                        "unable to find group " + group + ": no matching entries in group file of the image");
            }
        }
        return new Identity(uid, gid, groups(all, accounts, uid, gid));
    }

    private static long uid(@Nullable Long asUser, String user, Accounts accounts, Container container)
            throws SpecException {
        if (asUser != null) {
            return asUser;
        }
        if (user.isEmpty()) {
            return 0;
        }
        long uid = accounts.uid(user);
        if (uid < 0) {
            throw new SpecException(
                    "CreateContainerError",
                    "unable to find user " + user + ": no matching entries in passwd file of the image (container "
                            + container.getName() + "; give securityContext.runAsUser)");
        }
        return uid;
    }

    private static void checkNonRoot(@Nullable Long asUser, String user, long uid, Container container)
            throws SpecException {
        if (asUser != null && uid == 0) {
            throw new SpecException(
                    "container's runAsUser breaks non-root policy (container: " + container.getName() + ")");
        }
        if (asUser == null && !user.isEmpty() && Accounts.number(user) < 0) {
            throw new SpecException("container has runAsNonRoot and image has non-numeric user (" + user
                    + "), cannot verify user is non-root (container: " + container.getName() + ")");
        }
        if (uid == 0) {
            throw new SpecException("container has runAsNonRoot and image will run as root (container: "
                    + container.getName() + "; give securityContext.runAsUser)");
        }
    }

    private static List<Long> groups(@Nullable PodSecurityContext all, Accounts accounts, long uid, long gid) {
        Set<Long> groups = new LinkedHashSet<>();
        groups.add(gid);
        if (all == null || !"Strict".equals(all.getSupplementalGroupsPolicy())) {
            groups.addAll(accounts.groupsOf(uid));
        }
        if (all != null) {
            if (all.getFsGroup() != null) {
                groups.add(all.getFsGroup());
            }
            groups.addAll(all.getSupplementalGroups());
        }
        return new ArrayList<>(groups);
    }
}
