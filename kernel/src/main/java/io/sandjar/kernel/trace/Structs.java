// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import static io.sandjar.abi.Bytes.be16;
import static io.sandjar.abi.Bytes.be32;
import static io.sandjar.abi.Bytes.i32;
import static io.sandjar.abi.Bytes.i64;
import static io.sandjar.abi.Bytes.u16;
import static io.sandjar.abi.Bytes.u32;

import io.sandjar.abi.EpollEventLayout;
import io.sandjar.abi.MsghdrLayout;
import io.sandjar.abi.Net;
import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.abi.SigActionLayout;
import io.sandjar.abi.StatLayout;
import io.sandjar.abi.StatxLayout;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.task.Task;
import org.jspecify.annotations.Nullable;

/** Structures in guest memory as text. A piece that cannot be read is shown as its address. */
final class Structs {
    private static final int MANY = 16;

    private Structs() {}

    private static byte @Nullable [] read(UserMemory mem, long at, int len) {
        byte[] b = new byte[len];
        return mem.read(at, b) < 0 ? null : b;
    }

    /** A structure that the call reads. */
    static String input(Task t, String word, int i, long v) {
        UserMemory mem = t.mem();
        long next = Decoder.argument(t, i + 1);
        String s = switch (word) {
            case "TS" -> time(mem, v, "tv_nsec");
            case "TS2" -> twoTimes(mem, v);
            case "TV" -> time(mem, v, "tv_usec");
            case "ITV" -> interval(mem, v, "tv_usec");
            case "ITS" -> interval(mem, v, "tv_nsec");
            case "RLIM" -> limit(mem, v);
            case "SIGACT" -> action(mem, v);
            case "SIGSTACK" -> stack(mem, v);
            case "SOCKADDR" -> address(mem, v, (int) next);
            case "MSGHDR" -> message(mem, v, Long.MAX_VALUE);
            case "IOV" -> pieces(mem, v, next, Long.MAX_VALUE);
            case "POLLFDS" -> polled(mem, v, next);
            case "EPEVENT" -> events(mem, v, 1, false);
            case "CLONE3" -> clone3(mem, v);
            case "OPTVAL" -> option(mem, v, (int) next);
            default -> null;
        };
        return s == null ? Text.pointer(v) : s;
    }

    /** A structure that the call has written. */
    static String output(Task t, String word, int i, long v, long result) {
        UserMemory mem = t.mem();
        long next = Decoder.argument(t, i + 1);
        String s = switch (word) {
            case "OUT<" -> Text.buffer(mem, v, result);
            case "STR<" -> Text.string(mem, v);
            case "INT<", "LEN<" -> number(mem, v);
            case "FDS<" -> two(mem, v);
            case "STAT<" -> stat(mem, v);
            case "STATXBUF<" -> statx(mem, v);
            case "TS<" ->
                t.nr == io.sandjar.abi.Nr.nanosleep || t.nr == io.sandjar.abi.Nr.clock_nanosleep
                        ? Text.pointer(v)
                        : time(mem, v, "tv_nsec");
            case "TV<" -> time(mem, v, "tv_usec");
            case "ITV<" -> interval(mem, v, "tv_usec");
            case "ITS<" -> interval(mem, v, "tv_nsec");
            case "RLIM<" -> limit(mem, v);
            case "SIGACT<" -> action(mem, v);
            case "SIGSET<" -> sigset(mem, v);
            case "SIGSTACK<" -> stack(mem, v);
            case "STATUS<" -> result == 0 ? Text.pointer(v) : status(mem, v);
            case "RUSAGE<" -> result == 0 && t.nr == io.sandjar.abi.Nr.wait4 ? Text.pointer(v) : usage(mem, v);
            case "UTSNAME<" -> names(mem, v);
            case "SIGINFO<" -> childInfo(mem, v);
            case "SOCKADDR<" -> addressOut(mem, v, next);
            case "MSGHDR<" -> message(mem, v, result);
            case "IOV<" -> pieces(mem, v, next, result);
            case "EPEVENTS<" -> events(mem, v, (int) result, true);
            case "DENTS<" -> Text.pointer(v) + " /* " + entries(mem, v, (int) result) + " entries */";
            case "OPTVAL<" -> optionOut(mem, v, next);
            default -> null;
        };
        return s == null ? Text.pointer(v) : s;
    }

    static int count(UserMemory mem, long vector) {
        int n = 0;
        byte[] p = new byte[8];
        while (n < 100_000 && mem.read(vector + 8L * n, p) == 0 && i64(p, 0) != 0) {
            n++;
        }
        return n;
    }

    static String strings(UserMemory mem, long vector) {
        if (vector == 0) {
            return "NULL";
        }
        int n = count(mem, vector);
        StringBuilder s = new StringBuilder("[");
        byte[] p = new byte[8];
        for (int i = 0; i < n && i < 2 * MANY; i++) {
            mem.read(vector + 8L * i, p);
            s.append(i == 0 ? "" : ", ").append(Text.string(mem, i64(p, 0)));
        }
        return s.append(n > 2 * MANY ? ", ...]" : "]").toString();
    }

    static String sigset(UserMemory mem, long v) {
        byte[] b = v == 0 ? null : read(mem, v, 8);
        return b == null ? Text.pointer(v) : sigset(i64(b, 0));
    }

    /** {@code [INT CHLD]}, or what is missing when most are there: {@code ~[KILL STOP]}. */
    static String sigset(long set) {
        boolean most = Long.bitCount(set) > 40;
        long shown = most ? ~set : set;
        StringBuilder s = new StringBuilder(most ? "~[" : "[");
        for (int sig = 1; sig <= Sig.SIGRTMAX; sig++) {
            if ((shown >>> (sig - 1) & 1) != 0) {
                String name = Sig.name(sig);
                s.append(s.charAt(s.length() - 1) == '[' ? "" : " ")
                        .append(name.startsWith("SIG") ? name.substring(3) : name);
            }
        }
        return s.append(']').toString();
    }

    private static @Nullable String number(UserMemory mem, long v) {
        byte[] b = read(mem, v, 4);
        return b == null ? null : "[" + i32(b, 0) + "]";
    }

    private static @Nullable String two(UserMemory mem, long v) {
        byte[] b = read(mem, v, 8);
        return b == null ? null : "[" + i32(b, 0) + ", " + i32(b, 4) + "]";
    }

    private static String time(byte[] b, int at, String fraction) {
        return "{tv_sec=" + i64(b, at) + ", " + fraction + "=" + i64(b, at + 8) + "}";
    }

    private static @Nullable String time(UserMemory mem, long v, String fraction) {
        byte[] b = read(mem, v, 16);
        return b == null ? null : time(b, 0, fraction);
    }

    private static @Nullable String twoTimes(UserMemory mem, long v) {
        byte[] b = read(mem, v, 32);
        return b == null ? null : "[" + fileTime(b, 0) + ", " + fileTime(b, 16) + "]";
    }

    private static String fileTime(byte[] b, int at) {
        long n = i64(b, at + 8);
        return n == O.UTIME_NOW ? "UTIME_NOW" : n == O.UTIME_OMIT ? "UTIME_OMIT" : time(b, at, "tv_nsec");
    }

    private static @Nullable String interval(UserMemory mem, long v, String fraction) {
        byte[] b = read(mem, v, 32);
        return b == null ? null : "{it_interval=" + time(b, 0, fraction) + ", it_value=" + time(b, 16, fraction) + "}";
    }

    private static @Nullable String limit(UserMemory mem, long v) {
        byte[] b = read(mem, v, 16);
        return b == null ? null : "{rlim_cur=" + limit(i64(b, 0)) + ", rlim_max=" + limit(i64(b, 8)) + "}";
    }

    private static String limit(long v) {
        return v == -1 ? "RLIM64_INFINITY" : v > 1024 && v % 1024 == 0 ? v / 1024 + "*1024" : Long.toUnsignedString(v);
    }

    private static @Nullable String action(UserMemory mem, long v) {
        byte[] b = read(mem, v, SigActionLayout.SIZEOF);
        if (b == null) {
            return null;
        }
        long handler = i64(b, SigActionLayout.sa_handler);
        long flags = i64(b, SigActionLayout.sa_flags);
        String h = handler == 0 ? "SIG_DFL" : handler == 1 ? "SIG_IGN" : Text.pointer(handler);
        String s = "{sa_handler=" + h + ", sa_mask=" + sigset(i64(b, SigActionLayout.sa_mask)) + ", sa_flags="
                + Vocabulary.SA.flags(flags & 0xffffffffL);
        return (flags & Sig.SA_RESTORER) == 0
                ? s + "}"
                : s + ", sa_restorer=" + Text.pointer(i64(b, SigActionLayout.sa_restorer)) + "}";
    }

    private static @Nullable String stack(UserMemory mem, long v) {
        byte[] b = read(mem, v, 24);
        return b == null
                ? null
                : "{ss_sp=" + Text.pointer(i64(b, 0)) + ", ss_flags=" + Vocabulary.SS.flags(u32(b, 8)) + ", ss_size="
                        + i64(b, 16) + "}";
    }

    private static String mode(int mode) {
        String type = switch (mode & O.S_IFMT) {
            case O.S_IFREG -> "S_IFREG";
            case O.S_IFDIR -> "S_IFDIR";
            case O.S_IFLNK -> "S_IFLNK";
            case O.S_IFCHR -> "S_IFCHR";
            case O.S_IFBLK -> "S_IFBLK";
            case O.S_IFIFO -> "S_IFIFO";
            case O.S_IFSOCK -> "S_IFSOCK";
            default -> Integer.toOctalString(mode & O.S_IFMT);
        };
        return type + "|" + Decoder.octal(mode & 07777);
    }

    private static @Nullable String stat(UserMemory mem, long v) {
        byte[] b = read(mem, v, StatLayout.SIZEOF);
        if (b == null) {
            return null;
        }
        int mode = i32(b, StatLayout.st_mode);
        int type = mode & O.S_IFMT;
        String s = "{st_mode=" + mode(mode);
        if (type == O.S_IFCHR || type == O.S_IFBLK) {
            long dev = i64(b, StatLayout.st_rdev);
            long major = dev >>> 8 & 0xfff | dev >>> 32 & 0xfffff000L;
            long minor = dev & 0xff | dev >>> 12 & 0xffffff00L;
            return s + ", st_rdev=makedev(0x" + Long.toHexString(major) + ", 0x" + Long.toHexString(minor) + "), ...}";
        }
        return s + ", st_size=" + i64(b, StatLayout.st_size) + ", ...}";
    }

    private static @Nullable String statx(UserMemory mem, long v) {
        byte[] b = read(mem, v, StatxLayout.SIZEOF);
        return b == null
                ? null
                : "{stx_mask=" + Vocabulary.STATX.flags(u32(b, StatxLayout.stx_mask)) + ", stx_attributes="
                        + i64(b, StatxLayout.stx_attributes) + ", stx_mode=" + mode(u16(b, StatxLayout.stx_mode))
                        + ", stx_size=" + i64(b, StatxLayout.stx_size) + ", ...}";
    }

    private static @Nullable String status(UserMemory mem, long v) {
        byte[] b = read(mem, v, 4);
        return b == null ? null : "[" + status(i32(b, 0)) + "]";
    }

    static String status(int s) {
        if ((s & 0x7f) == 0) {
            return "{WIFEXITED(s) && WEXITSTATUS(s) == " + (s >> 8 & 0xff) + "}";
        }
        if ((s & 0xff) == 0x7f) {
            return "{WIFSTOPPED(s) && WSTOPSIG(s) == " + Sig.name(s >> 8 & 0xff) + "}";
        }
        if (s == 0xffff) {
            return "{WIFCONTINUED(s)}";
        }
        return "{WIFSIGNALED(s) && WTERMSIG(s) == " + Sig.name(s & 0x7f) + ((s & 0x80) != 0 ? " && WCOREDUMP(s)" : "")
                + "}";
    }

    private static @Nullable String usage(UserMemory mem, long v) {
        byte[] b = read(mem, v, 32);
        return b == null
                ? null
                : "{ru_utime=" + time(b, 0, "tv_usec") + ", ru_stime=" + time(b, 16, "tv_usec") + ", ...}";
    }

    private static @Nullable String names(UserMemory mem, long v) {
        String sys = Text.string(mem, v);
        return "{sysname=" + sys + ", nodename=" + Text.string(mem, v + 65) + ", ...}";
    }

    private static @Nullable String childInfo(UserMemory mem, long v) {
        byte[] b = read(mem, v, 32);
        if (b == null || i32(b, 0) == 0) {
            return b == null ? null : "{}";
        }
        int code = i32(b, 8);
        int status = i32(b, 24);
        return "{si_signo=" + Sig.name(i32(b, 0)) + ", si_code=" + Vocabulary.CLD.one(code) + ", si_pid=" + i32(b, 16)
                + ", si_uid=" + u32(b, 20) + ", si_status="
                + (code == Sig.CLD_EXITED ? Integer.toString(status) : Sig.name(status)) + "}";
    }

    static String lock(UserMemory mem, long v) {
        byte[] b = read(mem, v, 32);
        if (b == null) {
            return Text.pointer(v);
        }
        int type = u16(b, 0);
        String name = type == 0 ? "F_RDLCK" : type == 1 ? "F_WRLCK" : type == 2 ? "F_UNLCK" : Integer.toString(type);
        return "{l_type=" + name + ", l_whence=" + Vocabulary.WHENCE.one(u16(b, 2)) + ", l_start=" + i64(b, 8)
                + ", l_len=" + i64(b, 16) + "}";
    }

    private static @Nullable String addressOut(UserMemory mem, long v, long lenAddress) {
        byte[] b = lenAddress == 0 ? null : read(mem, lenAddress, 4);
        return b == null ? null : address(mem, v, i32(b, 0));
    }

    static @Nullable String address(UserMemory mem, long v, int len) {
        if (len < 2) {
            return null;
        }
        byte[] b = read(mem, v, Math.min(len, 128));
        if (b == null) {
            return null;
        }
        int family = u16(b, 0);
        String head = "{sa_family=" + Vocabulary.FAMILY.one(family);
        if (family == Net.AF_UNIX) {
            return head + unixPath(b) + "}";
        }
        if (family == Net.AF_INET && b.length >= 8) {
            return head + ", sin_port=htons(" + be16(b, 2) + "), sin_addr=inet_addr(\"" + (b[4] & 0xff) + "."
                    + (b[5] & 0xff) + "." + (b[6] & 0xff) + "." + (b[7] & 0xff) + "\")}";
        }
        if (family == Net.AF_INET6 && b.length >= 24) {
            return head + ", sin6_port=htons(" + be16(b, 2) + "), sin6_flowinfo=htonl(" + be32(b, 4)
                    + "), inet_pton(AF_INET6, \"" + ip6(b, 8) + "\", &sin6_addr), sin6_scope_id="
                    + (b.length >= 28 ? u32(b, 24) : 0) + "}";
        }
        if (family == Net.AF_NETLINK && b.length >= 12) {
            return head + ", nl_pid=" + u32(b, 4) + ", nl_groups=" + Long.toHexString(u32(b, 8)) + "}";
        }
        return head + ", sa_data=" + Text.quote(java.util.Arrays.copyOfRange(b, 2, b.length), b.length - 2, false)
                + "}";
    }

    private static String unixPath(byte[] b) {
        if (b.length <= 2) {
            return "";
        }
        boolean isAbstract = b[2] == 0;
        int from = isAbstract ? 3 : 2;
        int to = from;
        while (to < b.length && (isAbstract || b[to] != 0)) {
            to++;
        }
        byte[] name = java.util.Arrays.copyOfRange(b, from, to);
        return ", sun_path=" + (isAbstract ? "@" : "") + Text.quote(name, name.length, false);
    }

    static String ip6(byte[] b, int at) {
        int best = -1;
        int bestLen = 1;
        for (int i = 0; i < 8; i++) {
            int n = 0;
            while (i + n < 8 && be16(b, at + 2 * (i + n)) == 0) {
                n++;
            }
            if (n > bestLen) {
                best = i;
                bestLen = n;
            }
        }
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == best) {
                s.append("::");
                i += bestLen - 1;
            } else {
                s.append(s.isEmpty() || s.charAt(s.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(be16(b, at + 2 * i)));
            }
        }
        return s.toString();
    }

    private static @Nullable String message(UserMemory mem, long v, long result) {
        byte[] b = read(mem, v, MsghdrLayout.SIZEOF);
        if (b == null) {
            return null;
        }
        long name = i64(b, MsghdrLayout.msg_name);
        int len = i32(b, MsghdrLayout.msg_namelen);
        String who = name == 0 ? "NULL" : address(mem, name, len);
        long count = i64(b, MsghdrLayout.msg_iovlen);
        return "{msg_name=" + (who == null ? Text.pointer(name) : who) + ", msg_namelen=" + len + ", msg_iov="
                + pieces(mem, i64(b, MsghdrLayout.msg_iov), count, result) + ", msg_iovlen=" + count
                + ", msg_controllen=" + i64(b, MsghdrLayout.msg_controllen) + ", msg_flags="
                + Vocabulary.MSG.flags(u32(b, MsghdrLayout.msg_flags)) + "}";
    }

    private static @Nullable String pieces(UserMemory mem, long v, long count, long limit) {
        if (count < 0 || count > O.IOV_MAX) {
            return null;
        }
        byte[] b = read(mem, v, (int) Math.min(count, MANY) * 16);
        if (b == null) {
            return null;
        }
        StringBuilder s = new StringBuilder("[");
        long left = limit;
        for (int i = 0; i * 16 < b.length; i++) {
            long len = i64(b, i * 16 + 8);
            s.append(i == 0 ? "" : ", ")
                    .append("{iov_base=")
                    .append(Text.buffer(mem, i64(b, i * 16), Math.min(len, left)))
                    .append(", iov_len=")
                    .append(len)
                    .append('}');
            left = Math.max(0, left - len);
        }
        return s.append(count > MANY ? ", ...]" : "]").toString();
    }

    private static @Nullable String polled(UserMemory mem, long v, long count) {
        byte[] b = count < 0 ? null : read(mem, v, (int) Math.min(count, MANY) * 8);
        if (b == null) {
            return null;
        }
        StringBuilder s = new StringBuilder("[");
        for (int i = 0; i < b.length; i += 8) {
            s.append(i == 0 ? "{fd=" : ", {fd=").append(i32(b, i)).append(", events=");
            s.append(Vocabulary.POLL.flags(u16(b, i + 4))).append('}');
        }
        return s.append(count > MANY ? ", ...]" : "]").toString();
    }

    /** What poll(2) found: {@code ([{fd=3, revents=POLLIN}])}. */
    static String ready(UserMemory mem, long v, long count) {
        byte[] b = count < 0 ? null : read(mem, v, (int) Math.min(count, MANY) * 8);
        if (b == null) {
            return "";
        }
        StringBuilder s = new StringBuilder(" ([");
        for (int i = 0; i < b.length; i += 8) {
            if (u16(b, i + 6) != 0) {
                s.append(s.length() > 3 ? ", {fd=" : "{fd=").append(i32(b, i)).append(", revents=");
                s.append(Vocabulary.POLL.flags(u16(b, i + 6))).append('}');
            }
        }
        return s.append("])").toString();
    }

    private static @Nullable String events(UserMemory mem, long v, int count, boolean list) {
        int shown = Math.min(count, MANY);
        byte[] b = count < 0 ? null : read(mem, v, shown * EpollEventLayout.SIZEOF);
        if (b == null) {
            return null;
        }
        StringBuilder s = new StringBuilder(list ? "[" : "");
        for (int i = 0; i < shown; i++) {
            int at = i * EpollEventLayout.SIZEOF;
            s.append(i == 0 ? "" : ", ")
                    .append("{events=")
                    .append(Vocabulary.EPOLL.flags(u32(b, at)))
                    .append(", data=0x")
                    .append(Long.toHexString(i64(b, at + 4)))
                    .append('}');
        }
        return s.append(!list ? "" : count > shown ? ", ...]" : "]").toString();
    }

    private static int entries(UserMemory mem, long v, int len) {
        byte[] b = len <= 0 ? null : read(mem, v, len);
        int n = 0;
        for (int at = 0; b != null && at + 19 < len; n++) {
            int size = u16(b, at + 16);
            if (size == 0) {
                break;
            }
            at += size;
        }
        return n;
    }

    private static @Nullable String clone3(UserMemory mem, long v) {
        byte[] b = read(mem, v, 64);
        return b == null
                ? null
                : "{flags=" + Vocabulary.CLONE.flags(i64(b, 0)) + ", exit_signal="
                        + (i64(b, 32) == 0 ? "0" : Sig.name((int) i64(b, 32))) + ", stack="
                        + Text.pointer(i64(b, 40)) + ", stack_size=" + i64(b, 48) + "}";
    }

    private static @Nullable String option(UserMemory mem, long v, int len) {
        return len == 4 ? number(mem, v) : Text.buffer(mem, v, len);
    }

    private static @Nullable String optionOut(UserMemory mem, long v, long lenAddress) {
        byte[] b = lenAddress == 0 ? null : read(mem, lenAddress, 4);
        return b == null ? null : option(mem, v, i32(b, 0));
    }
}
