// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Prctl.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Mm;
import io.sandjar.kernel.task.Access;
import io.sandjar.kernel.task.Stub;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.ThreadGroup;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.Arrays;

/**
 * Options of prctl(2) about memory, time stamps and the like. Most concern only the host's thread or its memory, and their
 * registers say it all: the host sets them, for its forks and programs as well.
 */
final class PrctlSettings {
    private static final int PR_TIMING_STATISTICAL = 0;

    /** Bytes of the auxiliary vector that Linux keeps for a process. */
    private static final int AUXV_SIZE = 448;

    private static final long MMAP_MIN_ADDR = 65536;

    private PrctlSettings() {}

    static long set(Task t, int option, long arg2, long arg3, long arg4, long arg5) {
        switch (option) {
            case PR_SET_TIMERSLACK -> {
                t.settings.timerSlackNanos =
                        arg2 == 0 ? t.settings.usualSlackNanos : arg2; // for /proc/PID/timerslack_ns
                return Task.CONTINUE;
            }
            case PR_GET_TIMERSLACK,
                    PR_SET_THP_DISABLE,
                    PR_GET_THP_DISABLE,
                    PR_SET_TSC,
                    PR_GET_TSC,
                    PR_MCE_KILL,
                    PR_MCE_KILL_GET,
                    PR_SET_MDWE,
                    PR_GET_MDWE,
                    PR_GET_TID_ADDRESS -> {
                return Task.CONTINUE;
            }
            case PR_SET_VMA -> {
                return arg2 == PR_SET_VMA_ANON_NAME ? Task.CONTINUE : -EINVAL; // a name in /proc/PID/maps
            }
            case PR_GET_TIMING -> {
                return PR_TIMING_STATISTICAL;
            }
            case PR_SET_TIMING -> {
                return arg2 == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
            }
            case PR_GET_SECCOMP -> {
                return SeccompCalls.mode(t);
            }
            case PR_SET_SECCOMP -> {
                return SeccompCalls.set(t, arg2, arg3);
            }
            case PR_SET_PTRACER -> {
                return arg2 == 0 || arg2 == -1 || (arg2 == (int) arg2 && Access.thread(t, (int) arg2) != null)
                        ? 0
                        : -EINVAL;
            }
            case PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE -> {
                return 0; // it has none
            }
            case PR_GET_AUXV -> {
                return auxv(t, arg2, arg3, arg4 | arg5);
            }
            case PR_SET_MM -> {
                return memory(t, (int) arg2, arg3, arg4, arg5);
            }
            case PR_GET_SPECULATION_CTRL, PR_SET_SPECULATION_CTRL -> {
                return -ENODEV;
            }
            case PR_SET_IO_FLUSHER, PR_GET_IO_FLUSHER -> {
                return -EPERM;
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    private static long auxv(Task t, long address, long len, long rest) {
        if (rest != 0) {
            return -EINVAL;
        }
        byte[] all = Arrays.copyOf(t.group().auxv(), AUXV_SIZE);
        int n = (int) (len < 0 ? AUXV_SIZE : Math.min(len, AUXV_SIZE));
        return t.mem().write(address, all, 0, n) < 0 ? -EFAULT : AUXV_SIZE;
    }

    /** PR_SET_MM: where a process says that its parts lie, for those who look at it in /proc. */
    private static long memory(Task t, int what, long value, long arg4, long arg5) {
        if (arg5 != 0 || (arg4 != 0 && what != PR_SET_MM_AUXV) || what >= PR_SET_MM_MAP) {
            return -EINVAL;
        }
        if (!t.creds().hasHere(Cap.CAP_SYS_RESOURCE)) {
            return -EPERM;
        }
        if (what == PR_SET_MM_EXE_FILE) {
            FileDescription d = t.fget((int) value);
            return d == null ? -EBADF : -EBUSY; // as long as the present program is mapped
        }
        ThreadGroup g = t.group();
        if (what == PR_SET_MM_AUXV) {
            byte[] b = new byte[AUXV_SIZE];
            if (arg4 < 0 || arg4 > AUXV_SIZE) {
                return -EINVAL;
            }
            int r = t.mem().read(value, b, 0, (int) arg4);
            if (r == 0) {
                Arrays.fill(b, AUXV_SIZE - 16, AUXV_SIZE, (byte) 0);
                g.setAuxv(b);
            }
            return r;
        }
        if (value < MMAP_MIN_ADDR || value >= Stub.USER_END) {
            return -EINVAL;
        }
        boolean pages = what >= PR_SET_MM_ARG_START || what == PR_SET_MM_START_STACK;
        if (pages && t.mem().read(value & -Mm.PAGE_SIZE, new byte[1]) < 0) {
            return -EFAULT;
        }
        switch (what) {
            case PR_SET_MM_START_CODE -> g.startCode = value;
            case PR_SET_MM_END_CODE -> g.endCode = value;
            case PR_SET_MM_START_STACK -> g.startStack = value;
            case PR_SET_MM_ARG_START -> g.argStart = value;
            case PR_SET_MM_ARG_END -> g.argEnd = value;
            case PR_SET_MM_ENV_START -> g.envStart = value;
            case PR_SET_MM_ENV_END -> g.envEnd = value;
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }
}
