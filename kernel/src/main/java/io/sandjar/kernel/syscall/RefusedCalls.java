// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Nr;
import io.sandjar.kernel.task.Task;

/**
 * Calls that are always refused, each with the error of a Linux that was built or booted without the feature: programs
 * know these answers and have a way around them.
 */
public final class RefusedCalls {
    private static final String NO_KEYS = "ENOSYS: there are no keyrings, as without CONFIG_KEYS";
    private static final String NO_FANOTIFY = "ENOSYS: as without CONFIG_FANOTIFY; inotify is there";
    private static final String NO_LANDLOCK = "EOPNOTSUPP: as with Landlock disabled at boot";
    private static final String NO_LSM = "ENOSYS: there are no security modules, as without CONFIG_SECURITY";
    private static final String NEWER = "ENOSYS: newer than the Linux 6.12 that this kernel says it is";

    private RefusedCalls() {}

    @Syscall(nr = Nr.add_key, support = Support.REFUSED, note = NO_KEYS)
    public static long sys_add_key(
            Task t, @As(Kind.STR) long type, @As(Kind.STR) long description, long payload, long plen, int keyring) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.request_key, support = Support.REFUSED, note = NO_KEYS)
    public static long sys_request_key(
            Task t, @As(Kind.STR) long type, @As(Kind.STR) long description, long callout, int keyring) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.keyctl, support = Support.REFUSED, note = NO_KEYS)
    public static long sys_keyctl(Task t, int operation, long arg2, long arg3, long arg4, long arg5) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.fanotify_init, support = Support.REFUSED, note = NO_FANOTIFY)
    public static long sys_fanotify_init(Task t, @As(Kind.HEX) int flags, @As(Kind.OPEN_FLAGS) int event_f_flags) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.fanotify_mark, support = Support.REFUSED, note = NO_FANOTIFY)
    public static long sys_fanotify_mark(
            Task t, int fd, @As(Kind.HEX) int flags, @As(Kind.HEX) long mask, int dirfd, long pathname) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.quotactl_fd, support = Support.REFUSED, note = "ENOSYS: no file system has quotas, as quotactl")
    public static long sys_quotactl_fd(Task t, int fd, @As(Kind.HEX) int cmd, int id, long addr) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.landlock_create_ruleset, support = Support.REFUSED, note = NO_LANDLOCK)
    public static long sys_landlock_create_ruleset(Task t, long attr, long size, @As(Kind.HEX) int flags) {
        return -EOPNOTSUPP;
    }

    @Syscall(nr = Nr.landlock_add_rule, support = Support.REFUSED, note = NO_LANDLOCK)
    public static long sys_landlock_add_rule(Task t, int ruleset_fd, int type, long attr, @As(Kind.HEX) int flags) {
        return -EOPNOTSUPP;
    }

    @Syscall(nr = Nr.landlock_restrict_self, support = Support.REFUSED, note = NO_LANDLOCK)
    public static long sys_landlock_restrict_self(Task t, int ruleset_fd, @As(Kind.HEX) int flags) {
        return -EOPNOTSUPP;
    }

    @Syscall(
            nr = Nr.cachestat,
            support = Support.REFUSED,
            note = "ENOSYS: the page cache is the host's, and what lies in it would tell of other sandboxes")
    public static long sys_cachestat(Task t, int fd, long range, long cstat, int flags) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.lsm_get_self_attr, support = Support.REFUSED, note = NO_LSM)
    public static long sys_lsm_get_self_attr(Task t, int attr, long ctx, long size, @As(Kind.HEX) int flags) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.lsm_set_self_attr, support = Support.REFUSED, note = NO_LSM)
    public static long sys_lsm_set_self_attr(Task t, int attr, long ctx, int size, @As(Kind.HEX) int flags) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.lsm_list_modules, support = Support.REFUSED, note = NO_LSM)
    public static long sys_lsm_list_modules(Task t, long ids, long size, @As(Kind.HEX) int flags) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.file_getattr, support = Support.REFUSED, note = NEWER)
    public static long sys_file_getattr(Task t, int dfd, long pathname, long attr, long usize, int at_flags) {
        return -ENOSYS;
    }

    @Syscall(nr = Nr.file_setattr, support = Support.REFUSED, note = NEWER)
    public static long sys_file_setattr(Task t, int dfd, long pathname, long attr, long usize, int at_flags) {
        return -ENOSYS;
    }
}
