// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import org.jspecify.annotations.Nullable;

/** The arguments of one system call as text, after the shape that the annotation processor wrote down. */
final class CallText {
    private static final int MOST_BYTES = 32;
    private static final int MOST_PATH = 4095;
    private static final int MOST_STRINGS = 12;

    private static final String[] OPEN = {
        "O_CREAT",
        "O_EXCL",
        "O_NOCTTY",
        "O_TRUNC",
        "O_APPEND",
        "O_NONBLOCK",
        "O_DSYNC",
        "O_ASYNC",
        "O_DIRECT",
        "O_LARGEFILE",
        "O_DIRECTORY",
        "O_NOFOLLOW",
        "O_NOATIME",
        "O_CLOEXEC",
        "",
        "O_PATH"
    };
    private static final String[] PROT = {"PROT_READ", "PROT_WRITE", "PROT_EXEC"};
    private static final String[] WHENCE = {"SEEK_SET", "SEEK_CUR", "SEEK_END", "SEEK_DATA", "SEEK_HOLE"};
    private static final String[] CLOCK = {
        "CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID",
        "CLOCK_MONOTONIC_RAW", "CLOCK_REALTIME_COARSE", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME"
    };
    private static final String[] FAMILY = {"AF_UNSPEC", "AF_UNIX", "AF_INET"};
    private static final String[] SOCKET = {"", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "", "SOCK_SEQPACKET"};

    private final Task t;
    private final String[] parameters;
    private final long[] args;
    private final @Nullable String[] texts;

    /** @param shape {@code name parameter:KIND ...}; null for a call without a handler */
    CallText(Task t, @Nullable String shape) {
        this.t = t;
        this.args = new long[] {t.a0, t.a1, t.a2, t.a3, t.a4, t.a5};
        String[] words = shape == null ? new String[] {"?", "a:HEX", "b:HEX", "c:HEX"} : shape.split(" ");
        this.parameters = new String[words.length - 1];
        System.arraycopy(words, 1, parameters, 0, parameters.length);
        this.texts = new @Nullable String[parameters.length];
    }

    private String kind(int i) {
        return parameters[i].substring(parameters[i].indexOf(':') + 1);
    }

    /** Takes down what the call may change or drop. */
    void before() {
        for (int i = 0; i < texts.length; i++) {
            if (!kind(i).equals("OUT")) {
                texts[i] = text(kind(i), args[i], i);
            }
        }
    }

    /** All arguments, those that the call has written included. */
    String arguments(long result) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < texts.length; i++) {
            String s = texts[i];
            if (s == null) {
                s = result > 0 ? bytes(args[i], result) : address(args[i]);
            }
            b.append(i > 0 ? ", " : "").append(s);
        }
        return b.toString();
    }

    private String text(String kind, long v, int i) {
        return switch (kind) {
            case "DEC", "FD", "WAIT_FLAGS", "FCNTL", "FUTEX" -> Long.toString(v == (int) v ? v : narrow(v));
            case "OCTAL" -> "0" + Long.toOctalString(v & 0xffffffffL);
            case "DIRFD" -> (int) v == O.AT_FDCWD ? "AT_FDCWD" : Integer.toString((int) v);
            case "PATH", "STR" -> string(v);
            case "IN" -> bytes(v, i + 1 < args.length ? args[i + 1] : 0);
            case "STRINGS" -> strings(v);
            case "SIGNAL" -> Sig.isValid((int) v) ? Sig.name((int) v) : Integer.toString((int) v);
            case "OPEN_FLAGS" -> openFlags((int) v);
            case "PROT" -> v == 0 ? "PROT_NONE" : bits((int) v, PROT, 0);
            case "WHENCE" -> named(v, WHENCE);
            case "CLOCK" -> named(v, CLOCK);
            case "SOCK_FAMILY" -> v == 10 ? "AF_INET6" : named(v, FAMILY);
            case "SOCK_TYPE" -> socketType((int) v);
            case "TIMESPEC" -> timespec(v);
            default -> address(v);
        };
    }

    /** An int that came in a 64-bit register with rubbish above it, or a true 64-bit number. */
    private static long narrow(long v) {
        return v >>> 32 == 0 ? (int) v : v;
    }

    private static String address(long v) {
        return v == 0 ? "0" : "0x" + Long.toHexString(v);
    }

    private static String named(long v, String[] names) {
        return v >= 0 && v < names.length && !names[(int) v].isEmpty() ? names[(int) v] : Long.toString(v);
    }

    private static String bits(int v, String[] names, int shift) {
        StringBuilder b = new StringBuilder();
        int rest = v;
        for (int i = 0; i < names.length; i++) {
            int bit = 1 << i + shift;
            if ((v & bit) != 0 && !names[i].isEmpty()) {
                b.append(b.isEmpty() ? "" : "|").append(names[i]);
                rest &= ~bit;
            }
        }
        if (rest != 0) {
            b.append(b.isEmpty() ? "" : "|").append("0x").append(Integer.toHexString(rest));
        }
        return b.toString();
    }

    private static String openFlags(int v) {
        String access = switch (v & O.O_ACCMODE) {
            case 0 -> "O_RDONLY";
            case 1 -> "O_WRONLY";
            case 2 -> "O_RDWR";
            default -> "O_ACCMODE";
        };
        int rest = v & ~O.O_ACCMODE;
        return rest == 0 ? access : access + "|" + bits(rest, OPEN, 6);
    }

    private static String socketType(int v) {
        String type = named(v & 0xf, SOCKET);
        return type + ((v & 04000) != 0 ? "|SOCK_NONBLOCK" : "") + ((v & 02000000) != 0 ? "|SOCK_CLOEXEC" : "");
    }

    private String timespec(long at) {
        byte[] b = new byte[16];
        if (at == 0 || t.mem().read(at, b) != 0) {
            return at == 0 ? "NULL" : address(at);
        }
        return "{" + Bytes.i64(b, 0) + ", " + Bytes.i64(b, 8) + "}";
    }

    private String string(long at) {
        Ref<String> out = new Ref<>();
        if (at == 0) {
            return "NULL";
        }
        int r = t.mem().readString(at, MOST_PATH, out);
        return r < 0 ? address(at) : quoted(out.get(), "");
    }

    private String strings(long at) {
        if (at == 0) {
            return "NULL";
        }
        StringBuilder b = new StringBuilder("[");
        byte[] word = new byte[8];
        for (int i = 0; ; i++) {
            if (t.mem().read(at + 8L * i, word) != 0) {
                return address(at);
            }
            long p = Bytes.i64(word, 0);
            if (p == 0) {
                return b.append(']').toString();
            }
            if (i == MOST_STRINGS) {
                return b.append(", ...]").toString();
            }
            b.append(i > 0 ? ", " : "").append(string(p));
        }
    }

    private String bytes(long at, long length) {
        int n = (int) Math.max(0, Math.min(length, MOST_BYTES));
        byte[] b = new byte[n];
        if (n == 0 || t.mem().read(at, b) != 0) {
            return n == 0 && at != 0 ? "\"\"" : address(at);
        }
        return quoted(new String(b, java.nio.charset.StandardCharsets.ISO_8859_1), length > n ? "..." : "");
    }

    private static String quoted(String s, String more) {
        StringBuilder b = new StringBuilder(s.length() + 8).append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '\n' -> b.append("\\n");
                case '\t' -> b.append("\\t");
                case '\r' -> b.append("\\r");
                case '"', '\\' -> b.append('\\').append(c);
                default -> {
                    if (c >= ' ' && c <= '~') {
                        b.append(c);
                    } else {
                        b.append('\\').append(Integer.toOctalString(c));
                    }
                }
            }
        }
        return b.append('"').append(more).toString();
    }
}
