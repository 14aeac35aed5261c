// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.CmsghdrLayout;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;

/** The control buffer of a receive (cmsg(3)). */
public final class ControlOut {
    private final byte[] buf;
    private final boolean closeOnExec;
    private int used;
    private boolean truncated;

    /** @param room msg_controllen of the guest */
    public ControlOut(int room, boolean closeOnExec) {
        this.buf = new byte[room];
        this.closeOnExec = closeOnExec;
    }

    public byte[] bytes() {
        return buf;
    }

    public int used() {
        return used;
    }

    public boolean truncated() {
        return truncated;
    }

    public void put(int level, int type, byte[] data, int len) {
        int room = buf.length - used;
        if (room < CmsghdrLayout.SIZEOF) {
            truncated = true;
            return;
        }
        int whole = CmsghdrLayout.SIZEOF + len;
        if (whole > room) {
            truncated = true;
            whole = room;
        }
        Bytes.put64(buf, used + CmsghdrLayout.cmsg_len, whole);
        Bytes.put32(buf, used + CmsghdrLayout.cmsg_level, level);
        Bytes.put32(buf, used + CmsghdrLayout.cmsg_type, type);
        System.arraycopy(data, 0, buf, used + CmsghdrLayout.SIZEOF, whole - CmsghdrLayout.SIZEOF);
        used = Math.min(buf.length, used + CmsghdrLayout.align(whole));
    }

    public void putInt(int level, int type, int value) {
        byte[] b = new byte[4];
        Bytes.put32(b, 0, value);
        put(level, type, b, 4);
    }

    /** Installs received descriptors; takes over their references. What has no room is closed. */
    public void putRights(Caller c, NetStack net, FileDescription[] files) {
        int room = (buf.length - used - CmsghdrLayout.SIZEOF) / 4;
        int n = 0;
        byte[] numbers = new byte[Math.max(0, Math.min(room, files.length)) * 4];
        while (n < files.length && n < room) {
            int fd = c.fds().install(files[n], closeOnExec, 0, c.rlimit(Rlimit.RLIMIT_NOFILE));
            if (fd < 0) {
                break;
            }
            Bytes.put32(numbers, n * 4, fd);
            n++;
        }
        if (n < files.length) {
            truncated = true;
            for (int i = n; i < files.length; i++) {
                net.rights().release(files[i]);
            }
        }
        if (n > 0) {
            put(Net.SOL_SOCKET, Net.SCM_RIGHTS, numbers, n * 4);
        }
    }
}
