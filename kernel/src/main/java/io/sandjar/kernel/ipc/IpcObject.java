// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.IpcPermLayout;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.UserNamespace;

/** What the three kinds of System V objects have in common: key, id, owner, permissions. Guarded by its own monitor. */
public abstract class IpcObject {
    private static final int S_IRWXUGO = 0777;

    /** Woken after each change. */
    public final WaitQueue queue = new WaitQueue();

    final int key;
    private final int cuid;
    private final int cgid;
    private int uid;
    private int gid;
    private int mode;
    private int id;
    private UserNamespace users = UserNamespace.FIRST;
    private volatile boolean removed;

    /** Last change by a ctl call; seconds. */
    long ctime = now();

    IpcObject(int key, Creds creator, int mode) {
        this.key = key;
        this.cuid = creator.euid();
        this.cgid = creator.egid();
        this.uid = cuid;
        this.gid = cgid;
        this.mode = mode & S_IRWXUGO;
    }

    static long now() {
        return System.currentTimeMillis() / 1000;
    }

    public int id() {
        return id;
    }

    void setId(int id, UserNamespace owner) {
        this.id = id;
        this.users = owner;
    }

    public boolean removed() {
        return removed;
    }

    void markRemoved() {
        removed = true;
    }

    /** @param want 4 to read, 2 to alter, as in the permission bits of others */
    public synchronized boolean may(Creds c, int want) {
        int granted = mode;
        if (c.euid() == cuid || c.euid() == uid) {
            granted >>= 6;
        } else if (c.inGroup(cgid) || c.inGroup(gid)) {
            granted >>= 3;
        }
        return (want & ~granted & 7) == 0 || c.has(users, Cap.CAP_IPC_OWNER);
    }

    public synchronized boolean mayChange(Creds c) {
        return c.euid() == cuid || c.euid() == uid || c.has(users, Cap.CAP_SYS_ADMIN);
    }

    /** IPC_SET: owner and permissions from the guest's struct ipc_perm. @return 0 or -EINVAL for ids that it does not have */
    public synchronized int setPerm(byte[] b, UserNamespace of) {
        int newUid = of.kernelUid(Bytes.i32(b, IpcPermLayout.uid));
        int newGid = of.kernelGid(Bytes.i32(b, IpcPermLayout.gid));
        if (newUid == -1 || newGid == -1) {
            return -EINVAL;
        }
        uid = newUid;
        gid = newGid;
        mode = mode & ~S_IRWXUGO | Bytes.i32(b, IpcPermLayout.mode) & S_IRWXUGO;
        ctime = now();
        return 0;
    }

    /** More bits for the mode that IPC_STAT shows. */
    int modeFlags() {
        return 0;
    }

    final void encodePerm(byte[] b) {
        Bytes.put32(b, IpcPermLayout.key, key);
        Bytes.put32(b, IpcPermLayout.uid, uid);
        Bytes.put32(b, IpcPermLayout.gid, gid);
        Bytes.put32(b, IpcPermLayout.cuid, cuid);
        Bytes.put32(b, IpcPermLayout.cgid, cgid);
        Bytes.put32(b, IpcPermLayout.mode, mode | modeFlags());
        Bytes.put16(b, IpcPermLayout.seq, id / IpcTable.MAX);
    }

    /** As {@link #stat}, with the ids that a user namespace has for them. */
    public final byte[] stat(UserNamespace of) {
        byte[] b = stat();
        Bytes.put32(b, IpcPermLayout.uid, of.shownUid(Bytes.i32(b, IpcPermLayout.uid)));
        Bytes.put32(b, IpcPermLayout.gid, of.shownGid(Bytes.i32(b, IpcPermLayout.gid)));
        Bytes.put32(b, IpcPermLayout.cuid, of.shownUid(Bytes.i32(b, IpcPermLayout.cuid)));
        Bytes.put32(b, IpcPermLayout.cgid, of.shownGid(Bytes.i32(b, IpcPermLayout.cgid)));
        return b;
    }

    /** The guest's struct semid_ds, msqid_ds or shmid_ds. */
    public abstract byte[] stat();

    /** Whether the id is to stay good after the removal until {@link IpcTable#drop}. */
    boolean lingers() {
        return false;
    }

    /** Heap that it takes by being there. */
    int heapBytes() {
        return 300;
    }

    /** It has left the table: its last user lets go of what it held. */
    void gone() {}
}
