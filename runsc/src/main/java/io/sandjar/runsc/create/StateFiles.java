// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.HostFs;
import io.sandjar.host.Sys;
import io.sandjar.runsc.ErrnoText;
import io.sandjar.runsc.Failure;
import io.sandjar.runsc.cgroups.PodTotals;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The files of a container in its state directory. Each appears whole or not at all, also after a loss of power: written
 * under another name, brought to the disk, then renamed.
 */
final class StateFiles {
    static final String STATE = "state.json";
    static final String CONFIG = "config.json";
    static final String CGROUPS = "cgroups";
    static final String HOOKS = "hooks";
    static final String POD = PodTotals.NAME;

    private static final int MAX = 64 << 20;

    private final String directory;
    private final ArrayList<String> written = new ArrayList<>();

    StateFiles(String directory) {
        this.directory = directory;
    }

    void write(String name, byte[] content) {
        written.add(name);
        int r = replace(directory + "/" + name, directory + "/." + name + ".tmp", content, 0600);
        if (r < 0) {
            throw new Failure(1, directory + "/" + name + ": " + ErrnoText.of(r), "");
        }
    }

    /** Takes away what was written. */
    void undo() {
        for (String name : written) {
            Sys.callWithPath(Nr.unlinkat, 1, directory + "/" + name, Sys.AT_FDCWD, 0, 0, 0, 0);
        }
        written.clear();
    }

    /** Brings the names to the disk too. */
    void settle() {
        int dir = Sys.openat(Sys.AT_FDCWD, directory, O.O_DIRECTORY, 0);
        if (dir >= 0) {
            Sys.call(Nr.fsync, dir);
            Sys.close(dir);
        }
    }

    /** A file's bytes; null when it is not there or cannot be read. */
    byte @Nullable [] read(String name) {
        return readFile(directory + "/" + name);
    }

    static boolean isDirectory(String path) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_PATH | O.O_DIRECTORY, 0);
        if (fd >= 0) {
            Sys.close(fd);
        }
        return fd >= 0;
    }

    /** A file's bytes; null when it cannot be read or is unreasonably long. */
    static byte @Nullable [] readFile(String path) {
        int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_NONBLOCK, 0);
        if (fd < 0) {
            return null;
        }
        byte[] data = readAll(fd);
        Sys.close(fd);
        return data;
    }

    static byte @Nullable [] readAll(int fd) {
        byte[] data = new byte[16384];
        int n = 0;
        while (true) {
            long r = Sys.read(fd, data, n, data.length - n, -1);
            if (r < 0 || n > MAX) {
                return null;
            }
            if (r == 0) {
                return Arrays.copyOf(data, n);
            }
            n += (int) r;
            if (n == data.length) {
                data = Arrays.copyOf(data, n * 2);
            }
        }
    }

    /** Writes a file whole or not at all: 0 or -errno, and nothing is left behind then. */
    static int replace(String path, String temporary, byte[] content, int mode) {
        int fd = Sys.openat(Sys.AT_FDCWD, temporary, O.O_WRONLY | O.O_CREAT | O.O_TRUNC | O.O_NOFOLLOW, mode);
        if (fd < 0) {
            return fd;
        }
        long r = 0;
        int done = 0;
        while (r >= 0 && done < content.length) {
            r = Sys.write(fd, content, done, content.length - done, -1);
            done += (int) r;
        }
        if (r >= 0) {
            r = Sys.call(Nr.fsync, fd);
        }
        Sys.close(fd);
        if (r >= 0) {
            r = HostFs.twoNames(Nr.renameat2, Sys.AT_FDCWD, temporary, Sys.AT_FDCWD, path, 0);
        }
        if (r < 0) {
            Sys.callWithPath(Nr.unlinkat, 1, temporary, Sys.AT_FDCWD, 0, 0, 0, 0);
        }
        return r < 0 ? (int) r : 0;
    }
}
