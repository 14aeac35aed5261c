// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.task.Task;
import org.jspecify.annotations.Nullable;

/** What a tracer sees of its tracee's filters of calls: for the privileged who have none themselves, to save a process. */
final class TraceSeccomp {
    private static final int METADATA_SIZE = 16;

    private TraceSeccomp() {}

    private static int may(Task t, @Nullable SeccompFilter f) {
        if (!t.creds().has(Cap.CAP_SYS_ADMIN) || t.watch.filter != null) {
            return -EACCES;
        }
        return f == null || f.isStrict() ? -EINVAL : 0;
    }

    /** PTRACE_SECCOMP_GET_FILTER: how many instructions there are; they go to {@code data} if that is not 0. */
    static long program(Task t, Task o, long index, long data) {
        SeccompFilter f = o.watch.filter;
        int r = may(t, f);
        if (r < 0 || f == null) {
            return r;
        }
        byte[] code = f.program(index);
        if (code == null) {
            return -ENOENT;
        }
        return data != 0 && t.mem().write(data, code) < 0 ? -EFAULT : code.length / 8;
    }

    /** PTRACE_SECCOMP_GET_METADATA: the options of the filter whose number stands at {@code data}. */
    static long metadata(Task t, Task o, long size, long data) {
        SeccompFilter f = o.watch.filter;
        int r = may(t, f);
        if (r < 0 && r != -EINVAL) {
            return r;
        }
        byte[] b = new byte[METADATA_SIZE];
        int n = (int) (size < 0 ? METADATA_SIZE : Math.min(size, METADATA_SIZE));
        if (n < Long.BYTES) {
            return -EINVAL;
        }
        long[] index = new long[1];
        if (t.mem().readLong(data, index) < 0) {
            return -EFAULT;
        }
        if (r < 0 || f == null) {
            return r;
        }
        if (f.program(index[0]) == null) {
            return -ENOENT;
        }
        io.sandjar.abi.Bytes.put64(b, 0, index[0]);
        return t.mem().write(data, b, 0, n) < 0 ? -EFAULT : n;
    }
}
