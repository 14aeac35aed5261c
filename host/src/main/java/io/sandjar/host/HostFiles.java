// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The few files of the host's own that the kernel reads while guests run: figures about guest processes, the machine's
 * memory, second descriptors of open files. Everything hangs on descriptors that {@link #open} opens while paths still
 * mean something; afterwards openat2 beneath them is the only way.
 *
 * <p>One process has one /proc, so this is static: what is kept here belongs to the process, not to a guest.
 */
public final class HostFiles {
    private static final int O_RDONLY = 0;
    private static final int O_RDWR = 2;
    private static final int O_PATH = 010000000;
    private static final int O_DIRECTORY = 0200000;

    /** For openat2(2) below {@link #proc}: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV. */
    public static final long STRICT = 0x8 | 0x4 | 0x2 | 0x1;

    private static final Object LOCK = new Object();
    private static final int O_WRONLY = 1;
    private static volatile int proc = -1;
    private static final Kept MEMORY = new Kept("/proc/meminfo", O_RDONLY);
    private static final Kept PROCESSORS = new Kept("/proc/cpuinfo", O_RDONLY);
    private static final Kept ZERO = new Kept("/dev/zero", O_RDWR);

    private static final int CACHES = 4;
    private static final String[] CACHE_FILES = {
        "size",
        "level",
        "type",
        "coherency_line_size",
        "ways_of_associativity",
        "number_of_sets",
        "physical_line_partition"
    };

    /** Files about caches, which stay as they are: kept from the first time on. */
    private static final ConcurrentHashMap<String, String> TEXTS = new ConcurrentHashMap<>();

    private HostFiles() {}

    /** Opens what is needed later. To be called while the host's files can still be reached by their paths. */
    public static void open() {
        synchronized (LOCK) {
            GuestAccess.choose(proc());
            MEMORY.fd();
            PROCESSORS.fd();
            ZERO.fd();
            readCaches();
        }
    }

    /** A directory descriptor (O_PATH) of the /proc of this process's pid namespace; -errno. */
    public static int proc() {
        int fd = proc;
        return fd >= 0 ? fd : openProc();
    }

    /** Makes /proc this process's working directory: paths of sockets in the host's file system begin there. */
    static int enterProc() {
        return (int) Sys.call(io.sandjar.abi.Nr.fchdir, proc(), 0, 0);
    }

    private static int openProc() {
        synchronized (LOCK) {
            if (proc < 0) {
                String given = System.getenv("SANDJAR_PROC"); // a descriptor, from the launcher
                proc = given != null && given.equals("5")
                        ? 5
                        : Sys.openat(Sys.AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
            }
            return proc;
        }
    }

    /** A file beneath /proc, such as {@code 12/stat}; null when it is not there. */
    public static @Nullable String procText(String relative) {
        int fd = Sys.openat2(proc(), relative, 0, 0, STRICT);
        if (fd < 0) {
            return null;
        }
        try {
            return Sys.readAll(fd, false);
        } finally {
            Sys.close(fd);
        }
    }

    /** Writes to a file beneath /proc; 0 or -errno. */
    public static int writeProc(String relative, String text) {
        int fd = Sys.openat2(proc(), relative, O_WRONLY, 0, STRICT);
        if (fd < 0) {
            return fd;
        }
        byte[] b = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        long r = Sys.write(fd, b, 0, b.length, -1);
        Sys.close(fd);
        return (int) Math.min(r, 0);
    }

    /**
     * Memory of a guest process, whatever the protection of its pages: bytes moved or -errno.
     *
     * @param out to the process
     */
    public static long processMemory(int pid, long address, byte[] b, int off, int len, boolean out) {
        if (address < 0) {
            return -io.sandjar.abi.Errno.EIO;
        }
        int fd = Sys.openat2(proc(), pid + "/mem", out ? O_RDWR : O_RDONLY, 0, STRICT);
        if (fd < 0) {
            return fd;
        }
        long r = out ? Sys.write(fd, b, off, len, address) : Sys.read(fd, b, off, len, address);
        Sys.close(fd);
        return r;
    }

    /** What the host tells of a process's pages (proc_pid_pagemap(5)): bytes read or -errno. */
    public static long pagemap(int pid, long offset, byte[] b, int len) {
        int fd = Sys.openat2(proc(), pid + "/pagemap", O_RDONLY, 0, STRICT);
        if (fd < 0) {
            return fd;
        }
        long r = Sys.read(fd, b, 0, len, offset);
        Sys.close(fd);
        return r;
    }

    /** A second descriptor of an open file with another access mode; -errno. */
    public static int reopen(int fd, int flags) {
        // the link of an open descriptor is followed on purpose: it leads to the file itself, wherever that lies
        return Sys.openat2(proc(), "self/fd/" + fd, flags, 0, 0);
    }

    /** Gives an open file that has no name one; -errno. */
    public static int link(int fd, int dirfd, String name) {
        return HostFs.twoNames(Nr.linkat, proc(), "self/fd/" + fd, dirfd, name, O.AT_SYMLINK_FOLLOW);
    }

    /** The host's meminfo; null when there is none. */
    public static @Nullable String memory() {
        return MEMORY.text();
    }

    /** The host's cpuinfo; null when there is none. */
    public static @Nullable String processors() {
        return PROCESSORS.text();
    }

    /** The host's /dev/zero, which is the same for every sandbox; -errno. */
    public static int zero() {
        return ZERO.fd();
    }

    /** A file about a cache of the first processor, such as {@code size}; null when there is none. */
    public static @Nullable String cache(int index, String file) {
        readCaches();
        return index < CACHES ? TEXTS.get(index + file) : null;
    }

    private static void readCaches() {
        synchronized (TEXTS) {
            for (int i = 0; i < CACHES && TEXTS.size() == i * CACHE_FILES.length; i++) {
                for (String f : CACHE_FILES) {
                    String text = Sys.readText("/sys/devices/system/cpu/cpu0/cache/index" + i + "/" + f);
                    if (text != null) {
                        TEXTS.put(i + f, text);
                    }
                }
            }
        }
    }

    /** A file that stays open from its first use on. */
    private static final class Kept {
        private final String path;
        private final int flags;
        private int fd = -1;

        Kept(String path, int flags) {
            this.path = path;
            this.flags = flags;
        }

        synchronized int fd() {
            if (fd < 0) {
                fd = Sys.openat(Sys.AT_FDCWD, path, flags, 0);
            }
            return fd;
        }

        @Nullable
        String text() {
            int f = fd();
            return f < 0 ? null : Sys.readAll(f, true);
        }
    }
}
