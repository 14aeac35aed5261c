// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small compilations with the processor, against a kernel of a few lines. */
final class SyscallProcessorTest {
    private static final String PKG = "package io.sandjar.kernel.syscall;";

    private static final String[] KERNEL = {
        "io.sandjar.kernel.task.Task",
        "package io.sandjar.kernel.task; public class Task { public int nr; public long a0, a1, a2, a3, a4, a5; }",
        "io.sandjar.kernel.syscall.Support",
        PKG + "public enum Support { FULL, PARTIAL, REFUSED }",
        "io.sandjar.kernel.syscall.Kind",
        PKG + "public enum Kind { IN, OUT }",
        "io.sandjar.kernel.syscall.As",
        PKG + "public @interface As { Kind value(); }",
        "io.sandjar.kernel.syscall.Syscall",
        PKG
                + "public @interface Syscall { int nr(); Support support() default Support.FULL; String note() default \"\"; }",
        "io.sandjar.kernel.syscall.MissingCalls",
        PKG + "public abstract class MissingCalls { public abstract long call(io.sandjar.kernel.task.Task t);"
                + " protected final long missing(int nr) { return -38; } }",
    };

    private static final String CALLS = """
            package io.sandjar.kernel.syscall.fs;
            import io.sandjar.kernel.syscall.*;
            import io.sandjar.kernel.task.Task;
            public class Calls {
                @Syscall(nr = 0) public static long sys_read(Task t, int fd, @As(Kind.OUT) long buf, long count) {
                    return fd + buf + count;
                }
                @Syscall(nr = 39) public static long sys_getpid(Task t) { return 7; }
                @Syscall(nr = 257, support = Support.PARTIAL, note = "no \\"x\\"")
                public static long sys_openat(Task t, int dirfd, long path, int flags, int mode) {
                    return dirfd;
                }
                @Syscall(nr = 9) public static long sys_mmap(Task t, long a, long b, long c, long d, long e, long f) {
                    return f;
                }
            }
            """;

    @TempDir
    Path dir;

    private String messages = "";

    @Test
    void dispatchesAndNarrows() throws Exception {
        assertTrue(compile("io.sandjar.kernel.syscall.fs.Calls", CALLS), messages);
        assertEquals(0x2_0000_0000L + 3 - 1, call(0, 0x1_ffff_ffffL, 0x2_0000_0000L, 3));
        assertEquals(7, call(39));
        assertEquals(-100, call(257, 0xffff_ff9cL));
        assertEquals(6L << 40, call(9, 1, 2, 3, 4, 5, 6L << 40));
        assertEquals(-38, call(1));
        assertEquals(-38, call(-1));
        assertEquals(-38, call(100_000));
    }

    @Test
    void writesShapesAndTheList() throws Exception {
        assertTrue(compile("io.sandjar.kernel.syscall.fs.Calls", CALLS), messages);
        try (URLClassLoader loader = loader()) {
            Method of =
                    loader.loadClass("io.sandjar.kernel.syscall.SyscallShapes").getMethod("of", int.class);
            assertEquals("read fd:FD buf:OUT count:DEC", of.invoke(null, 0));
            assertEquals("openat dirfd:DIRFD path:PATH flags:HEX mode:OCTAL", of.invoke(null, 257));
            assertEquals(null, of.invoke(null, 1));
        }
        List<String> lines = Files.readAllLines(dir.resolve("io/sandjar/kernel/syscall/compat.tsv"));
        assertTrue(lines.contains("0\tread\tFULL\t\tio.sandjar.kernel.syscall.fs.Calls"));
        assertTrue(lines.contains("257\topenat\tPARTIAL\tno \"x\"\tio.sandjar.kernel.syscall.fs.Calls"));
        assertTrue(lines.contains("1\twrite\t-\t\t-"));
    }

    @Test
    void refusesWhatItCannotWire() {
        refuses("the method must be sys_read", "@Syscall(nr = 0) public static long sys_raed(Task t) { return 0; }");
        refuses("no system call number 400", "@Syscall(nr = 400) public static long sys_x(Task t) { return 0; }");
        refuses("cannot reach it", "@Syscall(nr = 0) static long sys_read(Task t) { return 0; }");
        refuses("cannot reach it", "@Syscall(nr = 0) public long sys_read(Task t) { return 0; }");
        refuses("a handler is", "@Syscall(nr = 0) public static int sys_read(Task t) { return 0; }");
        refuses("a handler is", "@Syscall(nr = 0) public static long sys_read(int fd) { return 0; }");
        refuses(
                "a handler is",
                "@Syscall(nr = 0) public static long sys_read(Task t, int a, int b, int c, int d, int e, "
                        + "int f, int g) { return 0; }");
        refuses("ints and longs", "@Syscall(nr = 0) public static long sys_read(Task t, short s) { return 0; }");
        refuses(
                "needs a note",
                "@Syscall(nr = 0, support = Support.PARTIAL) public static long sys_read(Task t) " + "{ return 0; }");
        refuses(
                "has a handler already",
                "@Syscall(nr = 0) public static long sys_read(Task t) { return 0; }\n"
                        + "@Syscall(nr = 0) public static long sys_read(Task t, int fd) { return 0; }");
    }

    @Test
    void theFullTableStaysWithinWhatHotSpotCompiles() throws Exception {
        StringBuilder calls = new StringBuilder(
                "package io.sandjar.kernel.syscall;\n" + "import io.sandjar.kernel.task.Task;\npublic class All {\n");
        for (int nr = 0; nr <= io.sandjar.abi.Nr.MAX; nr++) {
            String name = io.sandjar.abi.Nr.name(nr);
            if (name != null) {
                calls.append("@Syscall(nr = ")
                        .append(nr)
                        .append(") static long sys_")
                        .append(name);
                calls.append("(Task t, int a, long b, int c, long d, int e, long f) { return ")
                        .append(nr)
                        .append("; }\n");
            }
        }
        assertTrue(compile("io.sandjar.kernel.syscall.All", calls.append("}\n").toString()), messages);
        assertEquals(io.sandjar.abi.Nr.openat, call(io.sandjar.abi.Nr.openat));
        Path table = dir.resolve("io/sandjar/kernel/syscall/SyscallTable.class");
        var method = java.lang.classfile.ClassFile.of().parse(table).methods().stream()
                .filter(m -> m.methodName().equalsString("call"))
                .findFirst()
                .orElseThrow();
        int length = method.findAttribute(java.lang.classfile.Attributes.code())
                .orElseThrow()
                .codeLength();
        assertTrue(length < 8000, "bytes of bytecode: " + length);
    }

    private void refuses(String message, String method) {
        assertFalse(compile(
                "io.sandjar.kernel.syscall.fs.Bad",
                "package io.sandjar.kernel.syscall.fs;"
                        + "import io.sandjar.kernel.syscall.*; import io.sandjar.kernel.task.Task;"
                        + "public class Bad {\n" + method + "\n}\n"));
        assertTrue(messages.contains(message), messages);
    }

    private long call(int nr, long... args) throws Exception {
        try (URLClassLoader loader = loader()) {
            Class<?> task = loader.loadClass("io.sandjar.kernel.task.Task");
            Object t = task.getConstructor().newInstance();
            task.getField("nr").setInt(t, nr);
            for (int i = 0; i < args.length; i++) {
                Field field = task.getField("a" + i);
                field.setLong(t, args[i]);
            }
            Class<?> table = loader.loadClass("io.sandjar.kernel.syscall.SyscallTable");
            return (Long)
                    table.getMethod("call", task).invoke(table.getConstructor().newInstance(), t);
        }
    }

    private URLClassLoader loader() throws Exception {
        return new URLClassLoader(new URL[] {dir.toUri().toURL()}, getClass().getClassLoader());
    }

    private boolean compile(String name, String source) {
        List<JavaFileObject> files = new ArrayList<>();
        for (int i = 0; i < KERNEL.length; i += 2) {
            files.add(new Source(KERNEL[i], KERNEL[i + 1]));
        }
        files.add(new Source(name, source));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter out = new StringWriter();
        List<String> options = List.of("-d", dir.toString(), "-cp", System.getProperty("java.class.path"));
        JavaCompiler.CompilationTask task = compiler.getTask(out, null, null, options, null, files);
        task.setProcessors(List.of(new SyscallProcessor()));
        boolean ok = task.call();
        messages = out.toString();
        return ok;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
