// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.ipc;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.ShmidDsLayout;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.HostFds;
import io.sandjar.kernel.vfs.Creds;

/** A piece of shared memory: a memfd of the host, closed when it was removed and nobody is attached any more. */
public final class SharedSegment extends IpcObject {
    private static final int SHM_DEST = 01000;

    private final IpcTable<SharedSegment> table;
    private final int hostFd;
    private final long size;
    private final int creatorPid;
    private int attached;
    private int lastPid;
    private long atime;
    private long dtime;
    private boolean closed;

    public SharedSegment(IpcTable<SharedSegment> table, int key, Creds c, int mode, long size, int hostFd, int pid) {
        super(key, c, mode);
        this.table = table;
        this.size = size;
        this.hostFd = hostFd;
        HostFds.count(1);
        this.creatorPid = pid;
    }

    public long size() {
        return size;
    }

    public int hostFd() {
        return hostFd;
    }

    /** Counts an attachment in. @return false when the segment is gone */
    public synchronized boolean attach(int pid) {
        if (closed) {
            return false;
        }
        attached++;
        lastPid = pid;
        atime = now();
        return true;
    }

    public void detach(int pid) {
        boolean last;
        synchronized (this) {
            attached--;
            lastPid = pid;
            dtime = now();
            last = attached == 0 && removed();
        }
        if (last) {
            table.drop(this);
        }
    }

    /** The id stays good while somebody is attached. */
    @Override
    synchronized boolean lingers() {
        return attached > 0;
    }

    @Override
    synchronized void gone() {
        if (!closed) {
            closed = true;
            Sys.close(hostFd);
            HostFds.count(-1);
        }
    }

    @Override
    int modeFlags() {
        return removed() ? SHM_DEST : 0;
    }

    @Override
    public synchronized byte[] stat() {
        byte[] b = new byte[ShmidDsLayout.SIZEOF];
        encodePerm(b);
        Bytes.put64(b, ShmidDsLayout.shm_segsz, size);
        Bytes.put64(b, ShmidDsLayout.shm_atime, atime);
        Bytes.put64(b, ShmidDsLayout.shm_dtime, dtime);
        Bytes.put64(b, ShmidDsLayout.shm_ctime, ctime);
        Bytes.put32(b, ShmidDsLayout.shm_cpid, creatorPid);
        Bytes.put32(b, ShmidDsLayout.shm_lpid, lastPid);
        Bytes.put64(b, ShmidDsLayout.shm_nattch, attached);
        return b;
    }
}
