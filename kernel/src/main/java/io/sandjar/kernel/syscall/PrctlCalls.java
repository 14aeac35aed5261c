// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Prctl.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Creds;
import java.nio.charset.StandardCharsets;

/** prctl(2): what a thread can ask about and for itself. */
public final class PrctlCalls {
    private static final int KEEP_CAPS_LOCKED = SECBIT_KEEP_CAPS << 1;
    private static final int SECUREBITS =
            SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS | SECBIT_NO_CAP_AMBIENT_RAISE;
    private static final int SECUREBIT_LOCKS = SECUREBITS << 1;

    private PrctlCalls() {}

    @Syscall(
            nr = Nr.prctl,
            support = Support.PARTIAL,
            note =
                    "speculation, tagged addresses, core scheduling, dispatch of calls to user space answer as where they are "
                            + "not there; PR_SET_MM has no data segment, break and MAP")
    public static long sys_prctl(Task t, @As(Kind.DEC) int option, long arg2, long arg3, long arg4, long arg5) {
        switch (option) {
            case PR_SET_NAME -> {
                return setName(t, arg2);
            }
            case PR_GET_NAME -> {
                byte[] name = new byte[16];
                byte[] b = t.comm().getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(b, 0, name, 0, Math.min(b.length, 15));
                return t.mem().write(arg2, name);
            }
            case PR_SET_PDEATHSIG -> {
                if (arg2 < 0 || arg2 > Sig.SIGRTMAX) {
                    return -EINVAL;
                }
                t.settings.setParentDeathSignal((int) arg2);
                return 0;
            }
            case PR_GET_PDEATHSIG -> {
                return t.mem().writeInt(arg2, t.settings.parentDeathSignal());
            }
            case PR_GET_DUMPABLE -> {
                return t.group().dumpable();
            }
            case PR_SET_DUMPABLE -> {
                if (arg2 != 0 && arg2 != 1) {
                    return -EINVAL;
                }
                t.group().setDumpable((int) arg2);
                return 0;
            }
            case PR_SET_CHILD_SUBREAPER -> {
                t.group().setSubreaper(arg2 != 0);
                return 0;
            }
            case PR_GET_CHILD_SUBREAPER -> {
                return t.mem().writeInt(arg2, t.group().subreaper() ? 1 : 0);
            }
            case PR_SET_NO_NEW_PRIVS -> {
                if (arg2 != 1 || arg3 != 0 || arg4 != 0 || arg5 != 0) {
                    return -EINVAL;
                }
                t.settings.setNoNewPrivs();
                return 0;
            }
            case PR_GET_NO_NEW_PRIVS -> {
                return (arg2 | arg3 | arg4 | arg5) != 0 ? -EINVAL : t.settings.noNewPrivs() ? 1 : 0;
            }
            case PR_GET_KEEPCAPS,
                    PR_SET_KEEPCAPS,
                    PR_GET_SECUREBITS,
                    PR_SET_SECUREBITS,
                    PR_CAPBSET_READ,
                    PR_CAPBSET_DROP,
                    PR_CAP_AMBIENT -> {
                return capabilities(t, option, arg2, arg3, arg4 | arg5);
            }
            default -> {
                return PrctlSettings.set(t, option, arg2, arg3, arg4, arg5);
            }
        }
    }

    private static long setName(Task t, long address) {
        byte[] b = new byte[15];
        int n = t.mem().readSome(address, b, 0, b.length);
        if (n < 0) {
            return n;
        }
        int len = 0;
        while (len < n && b[len] != 0) {
            len++;
        }
        if (len == n && n < b.length) {
            return -EFAULT;
        }
        t.setComm(new String(b, 0, len, StandardCharsets.ISO_8859_1));
        return 0;
    }

    private static long capabilities(Task t, int option, long arg2, long arg3, long rest) {
        Creds c = t.creds();
        int bits = c.securebits();
        switch (option) {
            case PR_GET_KEEPCAPS -> {
                return (bits & SECBIT_KEEP_CAPS) != 0 ? 1 : 0;
            }
            case PR_SET_KEEPCAPS -> {
                if (arg2 < 0 || arg2 > 1) {
                    return -EINVAL;
                }
                if ((bits & KEEP_CAPS_LOCKED) != 0) {
                    return -EPERM;
                }
                t.setCreds(c.withSecurebits(arg2 == 1 ? bits | SECBIT_KEEP_CAPS : bits & ~SECBIT_KEEP_CAPS));
                return 0;
            }
            case PR_GET_SECUREBITS -> {
                return bits;
            }
            case PR_SET_SECUREBITS -> {
                int wanted = (int) arg2;
                if ((((bits & SECUREBIT_LOCKS) >> 1) & (bits ^ wanted)) != 0
                        || (bits & SECUREBIT_LOCKS & ~wanted) != 0
                        || (arg2 & ~(long) (SECUREBITS | SECUREBIT_LOCKS)) != 0
                        || !c.hasHere(CAP_SETPCAP)) {
                    return -EPERM;
                }
                t.setCreds(c.withSecurebits(wanted));
                return 0;
            }
            case PR_CAPBSET_READ -> {
                return arg2 < 0 || arg2 > CAP_LAST_CAP ? -EINVAL : c.capBounding() >>> arg2 & 1;
            }
            case PR_CAPBSET_DROP -> {
                if (!c.hasHere(CAP_SETPCAP)) {
                    return -EPERM;
                }
                if (arg2 < 0 || arg2 > CAP_LAST_CAP) {
                    return -EINVAL;
                }
                t.setCreds(c.withBounding(c.capBounding() & ~(1L << arg2)));
                return 0;
            }
            default -> {
                return ambient(t, c, arg2, arg3, rest);
            }
        }
    }

    private static long ambient(Task t, Creds c, long what, long cap, long rest) {
        if (what == PR_CAP_AMBIENT_CLEAR_ALL) {
            if ((cap | rest) != 0) {
                return -EINVAL;
            }
            t.setCreds(c.withAmbient(0));
            return 0;
        }
        if (rest != 0 || cap < 0 || cap > CAP_LAST_CAP) {
            return -EINVAL;
        }
        long bit = 1L << cap;
        if (what == PR_CAP_AMBIENT_IS_SET) {
            return (c.capAmbient() & bit) != 0 ? 1 : 0;
        }
        if (what == PR_CAP_AMBIENT_LOWER) {
            t.setCreds(c.withAmbient(c.capAmbient() & ~bit));
            return 0;
        }
        if (what != PR_CAP_AMBIENT_RAISE) {
            return -EINVAL;
        }
        if ((c.capPermitted() & c.capInheritable() & bit) == 0 || (c.securebits() & SECBIT_NO_CAP_AMBIENT_RAISE) != 0) {
            return -EPERM;
        }
        t.setCreds(c.withAmbient(c.capAmbient() | bit));
        return 0;
    }

    @Syscall(
            nr = Nr.arch_prctl,
            support = Support.PARTIAL,
            note = "the FS base is the host's; no GS base, no CPUID faulting, no shadow stacks, no AMX")
    public static long sys_arch_prctl(Task t, @As(Kind.HEX) int option, long addr) {
        return switch (option) {
            case ARCH_GET_CPUID -> 1;
            case ARCH_SET_CPUID -> addr != 0 ? 0 : -ENODEV;
            default -> -EINVAL;
        };
    }

    @Syscall(nr = Nr.get_robust_list)
    public static long sys_get_robust_list(Task t, int pid, long head, long len) {
        if (pid == 0) {
            return Task.CONTINUE; // the host keeps it
        }
        Ref<Task> of = new Ref<>();
        int r = io.sandjar.kernel.task.Access.inspect(t, pid, of);
        if (r < 0) {
            return r;
        }
        long list = io.sandjar.kernel.task.RobustLists.head(of.get());
        r = t.mem().writeLong(len, 24);
        return r < 0 ? r : t.mem().writeLong(head, list);
    }
}
