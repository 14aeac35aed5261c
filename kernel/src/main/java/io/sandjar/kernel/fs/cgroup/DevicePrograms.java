// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The device programs that are attached to one control group. */
public final class DevicePrograms {
    public static final int ALLOW_OVERRIDE = 1;
    public static final int ALLOW_MULTI = 2;
    public static final int REPLACE = 4;
    private static final int MOST = 64;
    private static final DeviceProgram[] NONE = {};

    private volatile DeviceProgram[] all = NONE;
    private volatile int flags;

    DevicePrograms() {}

    /** Attaches a program, in place of {@code old} with REPLACE: 0 or -errno. */
    public synchronized int attach(DeviceProgram p, int how, @Nullable DeviceProgram old) {
        int kind = how & (ALLOW_OVERRIDE | ALLOW_MULTI);
        if ((how & ~(ALLOW_OVERRIDE | ALLOW_MULTI | REPLACE)) != 0
                || kind == (ALLOW_OVERRIDE | ALLOW_MULTI)
                || ((how & REPLACE) != 0 && kind != ALLOW_MULTI)) {
            return -EINVAL;
        }
        DeviceProgram[] now = all;
        if (now.length > 0 && flags != kind) {
            return -EPERM;
        }
        if ((how & REPLACE) != 0) {
            int at = old == null ? -1 : Arrays.asList(now).indexOf(old);
            if (at < 0) {
                return -ENOENT;
            }
            DeviceProgram[] next = now.clone();
            next[at] = p;
            all = next;
            return 0;
        }
        if (kind != ALLOW_MULTI) {
            all = new DeviceProgram[] {p};
        } else {
            if (Arrays.asList(now).contains(p)) {
                return -EINVAL;
            }
            if (now.length >= MOST) {
                return -E2BIG;
            }
            DeviceProgram[] next = Arrays.copyOf(now, now.length + 1);
            next[now.length] = p;
            all = next;
        }
        flags = kind;
        return 0;
    }

    /** @param p null: the only one */
    public synchronized int detach(@Nullable DeviceProgram p) {
        DeviceProgram[] now = all;
        int at = p == null && flags != ALLOW_MULTI
                ? now.length - 1
                : p == null ? -1 : Arrays.asList(now).indexOf(p);
        if (at < 0) {
            return -ENOENT;
        }
        DeviceProgram[] next = Arrays.copyOf(now, now.length - 1);
        System.arraycopy(now, at + 1, next, at, now.length - at - 1);
        all = next;
        return 0;
    }

    public DeviceProgram[] all() {
        return all.clone();
    }

    public int flags() {
        return all.length == 0 ? 0 : flags;
    }

    boolean isEmpty() {
        return all.length == 0;
    }

    boolean allow(int type, int access, int major, int minor) {
        for (DeviceProgram p : all) {
            if (!p.allows(type, access, major, minor)) {
                return false;
            }
        }
        return true;
    }
}
