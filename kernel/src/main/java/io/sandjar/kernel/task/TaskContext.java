// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.ipc.IpcNamespace;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Namespace;

/** What a thread works with: process and ids, memory, credentials, namespaces, directories, descriptors. */
abstract class TaskContext extends Caller {
    final Kernel kernel;
    volatile ThreadGroup group;
    volatile int tid;
    volatile UserMemory mem;
    volatile Creds creds;
    volatile FsContext fs;
    volatile FdTable fds;
    volatile Namespaces ns;

    TaskContext(Kernel kernel, ThreadGroup group, int tid, UserMemory mem, Creds creds, FsContext fs, FdTable fds) {
        this.kernel = kernel;
        this.group = group;
        this.tid = tid;
        this.mem = mem;
        this.creds = creds;
        this.fs = fs;
        this.fds = fds;
        this.ns = group.ns;
    }

    public Kernel kernel() {
        return kernel;
    }

    public ThreadGroup group() {
        return group;
    }

    @Override
    public Creds creds() {
        return creds;
    }

    /** Replaces the credentials of this thread. */
    public void setCreds(Creds c) {
        creds = c;
    }

    @Override
    public UserMemory mem() {
        return mem;
    }

    @Override
    public int umask() {
        return fs.umask();
    }

    @Override
    public FsContext fs() {
        return fs;
    }

    @Override
    public FdTable fds() {
        return fds;
    }

    /** Its namespaces but for those of users and of its own pid. */
    public Namespaces namespaces() {
        return ns;
    }

    /** The mounts that it sees. */
    public MountNamespace mounts() {
        return ns.mounts();
    }

    /** Replaces the namespaces of this thread. */
    public void setNamespaces(Namespaces n) {
        IpcNamespace ipc = ns.ipc;
        MountNamespace before = ns.mountsIfAny();
        ns = n;
        group.ns = n;
        if (before != null && before != n.mountsIfAny()) {
            before.left();
        }
        if (ipc != n.ipc) {
            ipc.left();
        }
    }

    /** From here on this task has a descriptor table of its own: 0, or -ENOMEM. */
    public int unshareFds() {
        return unshareFds(false);
    }

    int unshareFds(boolean must) {
        FdTable old = fds;
        FdTable mine = old.copy(must);
        if (mine == null) {
            return -ENOMEM;
        }
        fds = mine;
        old.leave(this);
        return 0;
    }

    /** From here on this task has a root, working directory and umask of its own. */
    public void unshareFs() {
        if (fs.shared()) {
            fs.leave();
            fs = fs.copy();
        }
    }

    @Override
    public int pid() {
        return group.ownPid();
    }

    @Override
    public int tid() {
        return group.pids().fromRoot(tid);
    }

    /** Its id in the outermost space of pids, by which the kernel knows it. */
    public int rootTid() {
        return tid;
    }

    @Override
    public Namespace pidNamespace() {
        return group.pids();
    }

    @Override
    public int rootPid(int pid) {
        return group.pids().toRoot(pid);
    }

    @Override
    public int shownPid(int root) {
        return group.pids().fromRoot(root);
    }

    @Override
    public boolean mayUseHostSockets() {
        return group.container().hostSockets;
    }

    @Override
    public int firstFreePort() {
        return group.container().firstFreePort;
    }

    @Override
    public int globalPid(int pid) {
        return group.pids().global(pid);
    }

    @Override
    public int localPid(int global) {
        return group.pids().local(global);
    }

    /** The processes that it can see. */
    public PidSpace pids() {
        return group.pids();
    }

    public Container container() {
        return group.container();
    }

    @Override
    public long rlimit(int resource) {
        return group.softLimit(resource);
    }
}
