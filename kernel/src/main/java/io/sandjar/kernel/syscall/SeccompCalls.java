// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.seccomp.Verdict;
import io.sandjar.kernel.task.Task;

/** seccomp(2), and its older form in prctl(2). */
final class SeccompCalls {
    private static final int SET_MODE_STRICT = 0;
    private static final int SET_MODE_FILTER = 1;
    private static final int GET_ACTION_AVAIL = 2;

    private static final int FLAG_TSYNC = 1;
    private static final int FLAG_LOG = 2;
    private static final int FLAG_SPEC_ALLOW = 4;
    private static final int FLAG_TSYNC_ESRCH = 16;

    private static final int MODE_STRICT = 1;
    private static final int MODE_FILTER = 2;

    private static final int MAX_INSTRUCTIONS = 4096;

    private SeccompCalls() {}

    @Syscall(
            nr = Nr.seccomp,
            support = Support.PARTIAL,
            note = "no listeners; calls that the host carries out cannot be refused")
    static long sys_seccomp(Task t, @As(Kind.DEC) int operation, @As(Kind.HEX) int flags, long args) {
        switch (operation) {
            case SET_MODE_STRICT -> {
                return flags != 0 || args != 0 ? -EINVAL : strict(t);
            }
            case SET_MODE_FILTER -> {
                return filter(t, flags, args);
            }
            case GET_ACTION_AVAIL -> {
                if (flags != 0) {
                    return -EINVAL;
                }
                byte[] action = new byte[4];
                int r = t.mem().read(args, action);
                return r < 0 ? r : Verdict.available(Bytes.i32(action, 0)) ? 0 : -EOPNOTSUPP;
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    /** PR_SET_SECCOMP. */
    static long set(Task t, long mode, long program) {
        return mode == MODE_STRICT ? strict(t) : mode == MODE_FILTER ? filter(t, 0, program) : -EINVAL;
    }

    /** PR_GET_SECCOMP: in strict mode the call does not come so far. */
    static long mode(Task t) {
        return t.watch.filter == null ? 0 : MODE_FILTER;
    }

    private static long strict(Task t) {
        if (t.watch.filter != null) {
            return -EINVAL;
        }
        return t.watch.addFilter(SeccompFilter.strict(), false, false);
    }

    private static long filter(Task t, int flags, long address) {
        if ((flags & ~(FLAG_TSYNC | FLAG_LOG | FLAG_SPEC_ALLOW | FLAG_TSYNC_ESRCH)) != 0) {
            return -EINVAL;
        }
        byte[] head = new byte[16];
        int r = t.mem().read(address, head);
        if (r < 0) {
            return r;
        }
        int n = Bytes.u16(head, 0);
        if (n == 0 || n > MAX_INSTRUCTIONS) {
            return -EINVAL;
        }
        if (!t.settings.noNewPrivs() && !t.creds().hasHere(Cap.CAP_SYS_ADMIN)) {
            return -EACCES;
        }
        byte[] code = new byte[n * 8];
        r = t.mem().read(Bytes.i64(head, 8), code);
        if (r < 0) {
            return r;
        }
        SeccompFilter f = SeccompFilter.ofGuest(code, t.watch.filter);
        if (f == null) {
            return -EINVAL;
        }
        if (f.isTooLong() || !f.takeRoom()) {
            return -ENOMEM;
        }
        long done = t.watch.addFilter(f, (flags & FLAG_TSYNC) != 0, (flags & FLAG_TSYNC_ESRCH) != 0);
        f.drop();
        return done;
    }
}
