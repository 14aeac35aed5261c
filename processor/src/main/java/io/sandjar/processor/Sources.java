// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.processor;

import io.sandjar.abi.Nr;
import java.util.Map;
import java.util.SortedMap;

/** The texts that the processor writes. */
final class Sources {
    static final String PACKAGE = "io.sandjar.kernel.syscall";

    private static final String HEAD = """
            // SPDX-License-Identifier: Apache-2.0
            // Copyright the Sandjar authors
            // Generated from the @Syscall annotations.
            package io.sandjar.kernel.syscall;

            """;

    /**
     * The dispatch. Every case calls an adapter with one argument: arguments unpacked in the cases themselves would take
     * the method past the 8,000 bytes of bytecode that HotSpot is willing to compile.
     */
    static String table(SortedMap<Integer, Handler> handlers) {
        StringBuilder s = new StringBuilder(HEAD);
        s.append("import io.sandjar.kernel.task.Task;\n\n");
        s.append("/** The way from a call number to its handler. */\n");
        s.append("public final class SyscallTable extends MissingCalls {\n");
        s.append("    @Override\n    public long call(Task t) {\n        switch (t.nr) {\n");
        for (Handler h : handlers.values()) {
            s.append("            case ").append(h.nr()).append(": return ");
            s.append(h.name()).append("_(t);\n");
        }
        s.append("            default: return missing(t.nr);\n        }\n    }\n");
        for (Handler h : handlers.values()) {
            s.append("\n    private static long ").append(h.name()).append("_(Task t) {\n        return ");
            s.append(h.type()).append(".sys_").append(h.name()).append("(t");
            for (int i = 0; i < h.parameters().size(); i++) {
                s.append(h.parameters().get(i).isInt() ? ", (int) t.a" : ", t.a")
                        .append(i);
            }
            s.append(");\n    }\n");
        }
        return s.append("}\n").toString();
    }

    /** Names and kinds of the parameters, in a class of its own that nobody loads before strace asks. */
    static String shapes(SortedMap<Integer, Handler> handlers) {
        StringBuilder s = new StringBuilder(HEAD);
        s.append("import io.sandjar.abi.Nr;\nimport org.jspecify.annotations.Nullable;\n\n");
        s.append("/** Names and kinds of the parameters of every call that has a handler, for strace. */\n");
        s.append("public final class SyscallShapes {\n");
        s.append("    private static final @Nullable String[] SHAPES = new String[Nr.MAX + 1];\n\n    static {\n");
        for (Handler h : handlers.values()) {
            s.append("        SHAPES[").append(h.nr()).append("] = \"").append(h.name());
            for (Handler.Parameter p : h.parameters()) {
                s.append(' ').append(p.name()).append(':').append(p.kind());
            }
            s.append("\";\n");
        }
        s.append(
                "    }\n\n    /** {@code openat dirfd:DIRFD path:PATH ...}, or null for a call without a handler. */\n");
        s.append("    public static @Nullable String of(int nr) {\n");
        s.append("        return nr >= 0 && nr <= Nr.MAX ? SHAPES[nr] : null;\n    }\n\n");
        return s.append("    private SyscallShapes() {}\n}\n").toString();
    }

    /** Number, name, verdict, note and class of every call of Linux, tab-separated; {@code -} where nothing is there. */
    static String compat(Map<Integer, Handler> handlers) {
        StringBuilder s = new StringBuilder();
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            String name = Nr.name(nr);
            if (name == null) {
                continue;
            }
            Handler h = handlers.get(nr);
            s.append(nr).append('\t').append(name).append('\t');
            if (h == null) {
                s.append("-\t\t-\n");
            } else {
                s.append(h.support())
                        .append('\t')
                        .append(h.note().replace('\t', ' ').replace('\n', ' '));
                s.append('\t').append(h.type()).append('\n');
            }
        }
        return s.toString();
    }

    private Sources() {}
}
