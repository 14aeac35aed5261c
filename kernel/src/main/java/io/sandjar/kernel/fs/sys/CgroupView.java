// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import io.sandjar.host.Sys;
import org.jspecify.annotations.Nullable;

/**
 * The host's control groups of one container, read through descriptors of their directories: limits and usage in the
 * words of cgroup v2, whatever the host has. The limit that really holds is the host's, because it enforces it.
 */
public final class CgroupView {
    /** A container without groups: no limits, no figures. */
    public static final CgroupView NONE = new CgroupView(new String[0], new int[0]);

    private static final int O_DIRECTORY_PATH = 010200000;

    /** RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV. */
    private static final long STRICT = 0x8 | 0x4 | 0x2 | 0x1;

    private static final String UNIFIED = "unified";

    private final String[] controllers;
    private final int[] directories;

    /**
     * Takes the descriptors for good.
     *
     * @param controllers names of v1's controllers, or "unified" for v2
     * @param directories for each a descriptor of the group's directory
     */
    public CgroupView(String[] controllers, int[] directories) {
        this.controllers = controllers.clone();
        this.directories = directories.clone();
    }

    /** What this process itself sees at /sys/fs/cgroup, for sandboxes that have no groups of their own. */
    public static CgroupView host() {
        int fd = Sys.openat(Sys.AT_FDCWD, "/sys/fs/cgroup", O_DIRECTORY_PATH, 0);
        if (fd < 0) {
            return NONE;
        }
        CgroupView v = new CgroupView(new String[] {UNIFIED}, new int[] {fd});
        if (v.read(UNIFIED, "cgroup.controllers") == null) {
            Sys.close(fd);
            return NONE;
        }
        return v;
    }

    /** Bytes; -1 for no limit. */
    public long memoryLimit() {
        long limit = number(file("memory.max"));
        if (directory(UNIFIED) < 0) {
            // a group above may have less
            long above = field(read("memory", "memory.stat"), "hierarchical_memory_limit");
            if (above >= 0 && above < V1Texts.UNLIMITED && (limit < 0 || above < limit)) {
                return above;
            }
        }
        return limit;
    }

    /** Bytes of the group, caches included; 0 when nobody counts them. */
    public long memoryCharged() {
        return Math.max(0, number(file("memory.current")));
    }

    /** Processes that were killed because the limit of memory was reached; 0 when nobody counts them. */
    public long oomKills() {
        return Math.max(0, field(file("memory.events"), "oom_kill"));
    }

    /** A figure of memory.stat(cgroup v2); 0 when nobody counts it. */
    public long memoryStat(String name) {
        return Math.max(0, field(file("memory.stat"), name));
    }

    /** Bytes that cannot be taken back at once; 0 when nobody counts them. */
    public long memoryUsed() {
        long used = Math.max(0, number(file("memory.current")));
        long cache = Math.max(0, field(file("memory.stat"), "inactive_file"));
        return Math.max(0, used - cache);
    }

    /** The text of a file of cgroup v2; null when the host has nothing for it. */
    public @Nullable String file(String name) {
        return directory(UNIFIED) >= 0 ? read(UNIFIED, name) : V1Texts.file(this, name);
    }

    /** Gives the descriptors back; there is nothing to read from then on. */
    public synchronized void close() {
        for (int i = 0; i < directories.length; i++) {
            if (directories[i] >= 0) {
                Sys.close(directories[i]);
                directories[i] = -1;
            }
        }
    }

    private synchronized int directory(String controller) {
        for (int i = 0; i < controllers.length; i++) {
            if (controllers[i].equals(controller)) {
                return directories[i];
            }
        }
        return -1;
    }

    /** A file of one controller's directory; null when it is not there. */
    @Nullable
    String read(String controller, String file) {
        int fd;
        synchronized (this) {
            int dir = directory(controller);
            fd = dir < 0 ? -1 : Sys.openat2(dir, file, 0, 0, STRICT);
        }
        if (fd < 0) {
            return null;
        }
        try {
            return Sys.readAll(fd, false);
        } finally {
            Sys.close(fd);
        }
    }

    /** A number at the start of a text; -1 for anything else, "max" among it. */
    public static long number(@Nullable String text) {
        if (text == null) {
            return -1;
        }
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end == 0 || end > 20 ? -1 : end > 18 ? Long.MAX_VALUE : Long.parseLong(text.substring(0, end));
    }

    /** A number out of lines "name number"; -1 when it is not there. */
    static long field(@Nullable String text, String name) {
        int at = 0;
        while (text != null && at < text.length()) {
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            if (text.startsWith(name, at) && at + name.length() < end && text.charAt(at + name.length()) == ' ') {
                return number(text.substring(at + name.length() + 1, end));
            }
            at = end + 1;
        }
        return -1;
    }
}
