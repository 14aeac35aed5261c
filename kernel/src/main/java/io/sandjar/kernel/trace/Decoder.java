// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Futex;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.task.Task;
import org.jspecify.annotations.Nullable;

/** Arguments and results of calls as text. */
final class Decoder {
    private Decoder() {}

    static long argument(Task t, int i) {
        return switch (i) {
            case 0 -> t.a0;
            case 1 -> t.a1;
            case 2 -> t.a2;
            case 3 -> t.a3;
            case 4 -> t.a4;
            default -> t.a5;
        };
    }

    /** Whether an argument is to be shown after the call. */
    static boolean isOutput(String word) {
        return word.endsWith("<");
    }

    /**
     * One argument, or null when it has no meaning in this call.
     *
     * @param result of the call, for what it has written
     */
    static @Nullable String show(Task t, String word, int i, long result) {
        long v = argument(t, i);
        if (isOutput(word)) {
            if (result < 0 && result >= -4095) {
                return Text.pointer(v);
            }
            return v == 0 ? "NULL" : Structs.output(t, word, i, v, result);
        }
        String s = scalar(word, v);
        if (s != null) {
            return s;
        }
        s = depending(t, word, i, v);
        return s != null ? s : memory(t, word, i, v);
    }

    private static @Nullable String scalar(String word, long v) {
        return switch (word) {
            case "d" -> Integer.toString((int) v);
            case "u" -> Integer.toUnsignedString((int) v);
            case "l" -> Long.toString(v);
            case "n" -> Long.toUnsignedString(v);
            case "X" -> v == 0 ? "0" : "0x" + Long.toHexString(v);
            case "P" -> Text.pointer(v);
            case "o" -> octal((int) v);
            case "FD" -> Integer.toString((int) v);
            case "DIRFD" -> (int) v == O.AT_FDCWD ? "AT_FDCWD" : Integer.toString((int) v);
            case "SIG" -> v > 0 && v <= Sig.SIGRTMAX ? Sig.name((int) v) : Integer.toString((int) v);
            case "OPEN" -> open((int) v);
            default -> {
                Names n = names(word);
                yield n == null ? null : n.flags(v & 0xffffffffL);
            }
        };
    }

    /** Groups of constants that an argument is one or several of. */
    private static @Nullable Names names(String word) {
        return switch (word) {
            case "OPEN0" -> Vocabulary.OPEN;
            case "AT" -> Vocabulary.AT;
            case "UNLINK" -> Vocabulary.UNLINK;
            case "FACCESS" -> Vocabulary.FACCESS;
            case "ACCESS" -> Vocabulary.ACCESS;
            case "PROT" -> Vocabulary.PROT;
            case "MAP" -> Vocabulary.MAP;
            case "MADV" -> Vocabulary.MADV;
            case "MREMAP" -> Vocabulary.MREMAP;
            case "MSYNC" -> Vocabulary.MSYNC;
            case "MFD" -> Vocabulary.MFD;
            case "MEMBARRIER" -> Vocabulary.MEMBARRIER;
            case "IPC" -> Vocabulary.IPC;
            case "IPCCMD" -> Vocabulary.IPC_CMD;
            case "CLONE" -> Vocabulary.CLONE;
            case "WAIT" -> Vocabulary.WAIT;
            case "IDTYPE" -> Vocabulary.ID_TYPE;
            case "EPOLLCTL" -> Vocabulary.EPOLL_CTL;
            case "EFD" -> Vocabulary.EFD;
            case "TFD" -> Vocabulary.TFD;
            case "TFDTIMER" -> Vocabulary.TFD_TIMER;
            case "SFD" -> Vocabulary.SFD;
            case "INOTIFY" -> Vocabulary.INOTIFY;
            case "INOTIFYINIT" -> Vocabulary.INOTIFY_INIT;
            case "CLOCK" -> Vocabulary.CLOCK;
            case "ITIMER" -> Vocabulary.ITIMER;
            case "TIMER" -> Vocabulary.TIMER;
            case "RUSAGEWHO" -> Vocabulary.RUSAGE;
            case "RLIMIT" -> Vocabulary.RLIMIT;
            case "WHENCE" -> Vocabulary.WHENCE;
            case "FCNTL" -> Vocabulary.FCNTL;
            case "FLOCK" -> Vocabulary.FLOCK;
            case "RENAME" -> Vocabulary.RENAME;
            case "FALLOCATE" -> Vocabulary.FALLOCATE;
            case "FADVISE" -> Vocabulary.FADVISE;
            case "RWF" -> Vocabulary.RWF;
            case "SPLICE" -> Vocabulary.SPLICE;
            case "XATTR" -> Vocabulary.XATTR;
            case "CLOSERANGE" -> Vocabulary.CLOSE_RANGE;
            case "STATX" -> Vocabulary.STATX;
            case "FAMILY" -> Vocabulary.FAMILY;
            case "SOCKFLAGS" -> Vocabulary.SOCK_FLAGS;
            case "LEVEL" -> Vocabulary.LEVEL;
            case "MSG" -> Vocabulary.MSG;
            case "SHUT" -> Vocabulary.SHUT;
            case "IOCTL" -> Vocabulary.IOCTL;
            case "PRCTL" -> Vocabulary.PRCTL;
            case "ARCHPRCTL" -> Vocabulary.ARCH_PRCTL;
            case "SIGHOW" -> Vocabulary.SIG_HOW;
            case "SCHED" -> Vocabulary.SCHED;
            case "PRIO" -> Vocabulary.PRIO;
            case "GRND" -> Vocabulary.GRND;
            default -> null;
        };
    }

    /** Arguments that depend on another one. */
    private static @Nullable String depending(Task t, String word, int i, long v) {
        switch (word) {
            case "SOCK" -> {
                String type = Vocabulary.SOCK.one(v & 0xf);
                long flags = v & 0xfffffff0L;
                return flags == 0 ? type : type + "|" + Vocabulary.SOCK_FLAGS.flags(flags);
            }
            case "PROTOCOL" -> {
                boolean inet = t.a0 == 2 || t.a0 == 10;
                return inet ? Vocabulary.PROTOCOL.one((int) v) : Integer.toString((int) v);
            }
            case "SOCKOPT" -> {
                Names n = switch ((int) argument(t, i - 1)) {
                    case 1 -> Vocabulary.SOCKET_OPTION;
                    case 6 -> Vocabulary.TCP_OPTION;
                    case 0 -> Vocabulary.IP_OPTION;
                    case 41 -> Vocabulary.IPV6_OPTION;
                    default -> null;
                };
                return n == null ? Integer.toString((int) v) : n.one((int) v);
            }
            case "CLONESIG" -> {
                int sig = (int) v & 0xff;
                long flags = v & ~0xffL;
                String names = flags == 0 ? "" : Vocabulary.CLONE.flags(flags);
                String end = sig == 0 ? "" : Sig.name(sig);
                return names.isEmpty() && end.isEmpty() ? "0" : names + (names.isEmpty() || sig == 0 ? "" : "|") + end;
            }
            case "FUTEXOP" -> {
                int op = (int) v & Futex.FUTEX_CMD_MASK;
                return Vocabulary.FUTEX_OP.one(op)
                        + ((v & Futex.FUTEX_PRIVATE_FLAG) != 0 ? "_PRIVATE" : "")
                        + ((v & Futex.FUTEX_CLOCK_REALTIME) != 0 ? "|FUTEX_CLOCK_REALTIME" : "");
            }
            case "FCNTLARG" -> {
                return fcntl(t, v);
            }
            case "PRCTLARG" -> {
                int option = (int) t.a0;
                return option == 15 ? Text.string(t.mem(), v) : option == 1 ? Sig.name((int) v) : scalar("X", v);
            }
            default -> {
                return null;
            }
        }
    }

    /** Omits the mode of an open that makes nothing, arguments that a command does not have, and unused prctl arguments. */
    static boolean unused(Task t, String word, int i) {
        return switch (word) {
            case "MODE" -> (argument(t, i - 1) & O.O_CREAT) == 0 && (argument(t, i - 1) & O.O_TMPFILE) != O.O_TMPFILE;
            case "FCNTLARG" ->
                switch ((int) t.a1) {
                    case O.F_GETFD, O.F_GETFL, O.F_GETOWN, O.F_GETSIG, O.F_GETLEASE, O.F_GETPIPE_SZ, O.F_GET_SEALS ->
                        true;
                    default -> false;
                };
            case "X" -> t.nr == Nr.prctl && (t.a2 | t.a3 | t.a4) == 0;
            default -> false;
        };
    }

    private static String fcntl(Task t, long v) {
        return switch ((int) t.a1) {
            case O.F_SETFD -> v == 1 ? "FD_CLOEXEC" : scalarOr0(v);
            case O.F_SETFL -> open((int) v);
            case O.F_ADD_SEALS -> Vocabulary.SEALS.flags(v);
            case O.F_SETSIG -> Sig.name((int) v);
            case O.F_GETLK, O.F_SETLK, O.F_SETLKW, O.F_OFD_GETLK, O.F_OFD_SETLK, O.F_OFD_SETLKW ->
                Structs.lock(t.mem(), v);
            case O.F_SETOWN_EX, O.F_GETOWN_EX -> Text.pointer(v);
            default -> Integer.toString((int) v);
        };
    }

    private static String scalarOr0(long v) {
        return v == 0 ? "0" : "0x" + Long.toHexString(v);
    }

    /** What a call reads from the guest's memory. */
    private static String memory(Task t, String word, int i, long v) {
        UserMemory mem = t.mem();
        long next = argument(t, i + 1);
        return switch (word) {
            case "PATH", "STR" -> Text.string(mem, v);
            case "BUF" -> Text.buffer(mem, v, next);
            case "MODE" -> octal((int) v);
            case "STRV" -> Structs.strings(mem, v);
            case "ENV" -> v == 0 ? "NULL" : Text.pointer(v) + " /* " + Structs.count(mem, v) + " vars */";
            case "SIGSET" -> Structs.sigset(mem, v);
            default -> v == 0 ? "NULL" : Structs.input(t, word, i, v);
        };
    }

    static String octal(int mode) {
        return mode == 0 ? "000" : "0" + Integer.toOctalString(mode);
    }

    static String open(int flags) {
        String access = switch (flags & O.O_ACCMODE) {
            case 0 -> "O_RDONLY";
            case 1 -> "O_WRONLY";
            case 2 -> "O_RDWR";
            default -> "O_ACCMODE";
        };
        int rest = flags & ~O.O_ACCMODE;
        return rest == 0 ? access : access + "|" + Vocabulary.OPEN.flags(rest);
    }

    /** What stands after the equals sign. */
    static String result(Task t, int nr, long r) {
        if (r == Task.CONTINUE) {
            return nr == Nr.close || nr == Nr.prctl ? "0" : "? (the host's answer)";
        }
        if (r < 0 && r >= -4095) {
            return switch ((int) -r) {
                case 512 -> "? ERESTARTSYS (To be restarted if SA_RESTART is set)";
                case 513 -> "? ERESTARTNOINTR (To be restarted)";
                case 514 -> "? ERESTARTNOHAND (To be restarted if no handler)";
                case 516 -> "? ERESTART_RESTARTBLOCK (Interrupted by signal)";
                default -> ErrorTexts.of(r);
            };
        }
        return switch (nr) {
            case Nr.mmap, Nr.brk, Nr.mremap, Nr.shmat -> "0x" + Long.toHexString(r);
            case Nr.umask -> octal((int) r);
            case Nr.fcntl ->
                switch ((int) t.a1) {
                    case O.F_GETFL -> "0x" + Long.toHexString(r) + " (flags " + open((int) r) + ")";
                    case O.F_GETFD -> r == 1 ? "0x1 (flags FD_CLOEXEC)" : Long.toString(r);
                    default -> Long.toString(r);
                };
            case Nr.poll, Nr.ppoll -> r == 0 ? "0 (Timeout)" : r + Structs.ready(t.mem(), t.a0, t.a1);
            case Nr.select, Nr.pselect6 -> r == 0 ? "0 (Timeout)" : Long.toString(r);
            default -> Long.toString(r);
        };
    }
}
