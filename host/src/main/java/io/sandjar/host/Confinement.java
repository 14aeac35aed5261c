// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Prctl;
import io.sandjar.host.seccomp.FilterTable;
import org.jspecify.annotations.Nullable;

/**
 * The wall around the kernel JVM itself: from {@link #enter} on, every thread of it, present and future, may make only
 * the host calls of a list, and any other call kills the process. There is no way back.
 *
 * <p>Before: {@link #prepare}, while the host's files can still be opened by their paths; then the launcher takes the
 * root away; then enter. Guest processes are not children of confined threads but of the first guest process, so the
 * list needs no execve.
 */
public final class Confinement {
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int TSYNC = 1;

    /**
     * What this sandbox may do beyond the least.
     *
     * @param internet sockets of the host's network (modes sandbox and host)
     * @param unix sockets of the host's UNIX domain (--host-uds)
     */
    public record Options(boolean internet, boolean unix) {}

    private record Prepared(Options options, byte[] program) {
        boolean isFor(Options o) { // a record's own equals spins code at run time
            return options.internet == o.internet && options.unix == o.unix;
        }
    }

    private static volatile @Nullable Prepared prepared;

    private Confinement() {}

    /** Opens and loads what would otherwise be opened when it is first needed. */
    public static void prepare() {
        HostFiles.open();
        openImage();
    }

    /** {@link #prepare()}, and assembles the filter that {@link #enter} is to put on. */
    public static void prepare(Options options) {
        prepare();
        if (options.unix) {
            HostFiles.enterProc();
        }
        prepared = new Prepared(options, assemble(options));
    }

    private static byte[] assemble(Options options) {
        return FilterTable.kernel(options.internet, options.unix, Sys.pid()).assemble();
    }

    /**
     * Loads a class of ours and one of the JDK that no cache has, so that both class loaders open the image now. What
     * they load later they read from there.
     */
    private static void openImage() {
        if (Boolean.getBoolean("sandjar.slowEnd")) {
            return; // the training run must not meet them
        }
        try {
            Class.forName("io.sandjar.host.Latecomer");
            Class.forName("java.util.concurrent.Exchanger");
            if (!System.getProperty("java.class.path", "").isEmpty()) {
                ClassLoader.getSystemResource("none"); // a developer build: opens its archives
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Puts the filter on all threads.
     *
     * @return 0, -errno, or the id of a thread that could not be confined
     */
    public static int enter(Options options) {
        Prepared p = prepared;
        byte[] program = p != null && p.isFor(options) ? p.program : assemble(options);
        Scratch s = Scratch.take();
        try {
            long r = Native.sys(Nr.prctl, Prctl.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
            if (r < 0) {
                return (int) r;
            }
            if (program.length > Scratch.SIZE - 16) {
                return -Errno.E2BIG;
            }
            s.buf.putLong(0, program.length / 8);
            s.buf.putLong(8, s.address + 16);
            s.buf.put(16, program);
            return recording() ? 0 : (int) Native.sys(Nr.seccomp, SECCOMP_SET_MODE_FILTER, TSYNC, s.address, 0, 0, 0);
        } finally {
            s.give();
        }
    }

    /**
     * Whether this is the build's training run: it writes a file at its end, so it stops short of the last step. It
     * takes more than a property to get here, namely a JVM that records instead of using its cache.
     */
    private static boolean recording() {
        if (!Boolean.getBoolean("sandjar.slowEnd")) {
            return false;
        }
        String line = Sys.readText("/proc/self/cmdline");
        return line != null && line.contains("\0-XX:AOTMode=record\0");
    }
}
