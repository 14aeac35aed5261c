// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/** execve(2) and execveat(2); trapped calls. */
final class ExecCalls {
    /** Longest argument: MAX_ARG_STRLEN. */
    private static final int MAX_STRING = 131071;

    private static final int MAX_TOTAL = 8 << 20;
    private static final int POINTERS = 64;

    private ExecCalls() {}

    @Syscall(nr = Nr.execve)
    static long sys_execve(Task t, @As(Kind.PATH) long path, @As(Kind.STRINGS) long argv, @As(Kind.STRINGS) long envp) {
        return exec(t, O.AT_FDCWD, path, argv, envp, 0);
    }

    @Syscall(nr = Nr.execveat)
    static long sys_execveat(
            Task t,
            int dirfd,
            @As(Kind.PATH) long path,
            @As(Kind.STRINGS) long argv,
            @As(Kind.STRINGS) long envp,
            int flags) {
        if ((flags & ~(O.AT_EMPTY_PATH | O.AT_SYMLINK_NOFOLLOW)) != 0) {
            return -EINVAL;
        }
        return exec(t, dirfd, path, argv, envp, flags);
    }

    private static long exec(Task t, int dirfd, long path, long argv, long envp, int flags) {
        Ref<String> name = new Ref<>();
        int r = t.mem().readPath(path, name);
        if (r < 0) {
            return r;
        }
        if (r == 0 && (flags & O.AT_EMPTY_PATH) == 0) {
            return -ENOENT;
        }
        ArrayList<byte[]> args = new ArrayList<>();
        ArrayList<byte[]> env = new ArrayList<>();
        r = strings(t, argv, args);
        if (r == 0) {
            r = strings(t, envp, env);
        }
        if (r < 0) { // what is wrong with the file comes first
            int e = t.kernel().exec().check(t, dirfd, name.get(), flags);
            return e < 0 ? e : r;
        }
        if (args.isEmpty()) {
            args.add(new byte[0]); // as Linux since 5.18
        }
        return t.kernel().exec().execute(t, dirfd, name.get(), flags, args, env);
    }

    private static int strings(Task t, long at, ArrayList<byte[]> out) {
        if (at == 0) {
            return 0;
        }
        byte[] block = new byte[8 * POINTERS];
        Ref<String> s = new Ref<>();
        long total = 0;
        long from = at;
        while (true) {
            // up to the end of the page, so that a vector that ends just before a hole is read whole
            int want = (int) Math.min(block.length, 4096 - (from & 4095) & ~7);
            int n = t.mem().readSome(from, block, 0, want == 0 ? 8 : want);
            if (n < 8) {
                return -EFAULT;
            }
            for (int i = 0; i + 8 <= n; i += 8) {
                long p = Bytes.i64(block, i);
                if (p == 0) {
                    return 0;
                }
                int r = t.mem().readString(p, MAX_STRING, s);
                if (r < 0) {
                    return r == -ENAMETOOLONG ? -E2BIG : r;
                }
                total += r + 9;
                if (total > MAX_TOTAL) {
                    return -E2BIG;
                }
                out.add(s.get().getBytes(StandardCharsets.ISO_8859_1));
            }
            from += n & ~7;
        }
    }
}
