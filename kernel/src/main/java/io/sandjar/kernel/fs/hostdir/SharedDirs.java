// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import io.sandjar.host.HostFs;
import io.sandjar.host.HostStat;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Ref;
import java.util.HashMap;

/**
 * Writable directories of the host that several containers of a sandbox show: one file system for all of them, so that a
 * socket or FIFO that one makes there, a lock, or a watch is the other's as well.
 */
public final class SharedDirs {
    private final HashMap<String, HostDirFs> known = new HashMap<>();

    /**
     * As {@link HostDirFs#of} for a writable directory; each success is to be followed by a {@link HostDirFs#close}.
     *
     * @param recursive whether the descriptor shows what is mounted below on the host too: those are no others' equals
     */
    public synchronized int open(int fd, boolean recursive, Ref<HostDirFs> out) {
        HostStat s = new HostStat();
        int r = HostFs.statx(fd, "", s);
        if (r != 0) {
            Sys.close(fd);
            return r;
        }
        String key = s.devMajor + ":" + s.devMinor + ":" + s.ino + (recursive ? "r" : "");
        HostDirFs have = known.get(key);
        if (have != null) {
            Sys.close(fd);
            have.users++;
            out.set(have);
            return 0;
        }
        r = HostDirFs.of(fd, HostDirFs.Mode.READ_WRITE, out);
        if (r == 0) {
            HostDirFs made = out.get();
            made.shared = this;
            made.key = key;
            made.users = 1;
            known.put(key, made);
        }
        return r;
    }

    /** Whether that was the last user. */
    synchronized boolean drop(HostDirFs fs) {
        if (--fs.users > 0) {
            return false;
        }
        known.remove(fs.key, fs);
        return true;
    }
}
