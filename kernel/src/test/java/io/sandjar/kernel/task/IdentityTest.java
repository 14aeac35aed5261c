// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules of credentials(7), capabilities(7), setpgid(2), setsid(2) on a process tree without hosts. */
@SuppressWarnings("NullAway") // no file system is needed here
final class IdentityTest {
    private final Kernel kernel = new Kernel();
    private final Container container = kernel.containers().create("test", null);
    private ThreadGroup init;
    private Task root;

    @BeforeEach
    void tree() {
        ProcessGroup pg = container.pids().tasks().makeProcessGroup(1, new Session(1));
        init = new ThreadGroup(1, container.pids(), container, pg, 0);
        pg.members.add(init);
        root = task(init, Creds.of(0, 0));
    }

    private Task task(ThreadGroup g, Creds c) {
        Task t = new Task(kernel, g, g.pid(), new AddressSpace(), 0, new UserMemory(0), c, null, new FdTable());
        g.tasks.add(t);
        container.pids().tasks().put(g);
        container.pids().tasks().put(t);
        return t;
    }

    private Task child(Task parent, int pid) {
        ThreadGroup g = new ThreadGroup(pid, container.pids(), container, parent.group.processGroup, 0);
        g.parent = parent.group;
        parent.group.children.add(g);
        g.processGroup.members.add(g);
        return task(g, parent.creds());
    }

    @Test
    void leavingRootDropsCapabilities() {
        assertEquals(0, Identity.setresuid(root, -1, 1000, -1));
        assertEquals(ALL, root.creds().capPermitted());
        assertEquals(0, root.creds().capEffective());
        assertEquals(1000, root.creds().fsuid());
        assertEquals(0, Identity.setresuid(root, -1, 0, -1)); // the saved id is still 0
        assertEquals(ALL, root.creds().capEffective());
        assertEquals(0, Identity.setuid(root, 1000));
        assertEquals(0, root.creds().capPermitted());
        assertEquals(1000, root.creds().suid());
        assertEquals(-EPERM, Identity.setuid(root, 0));
        assertEquals(-EPERM, Identity.setresuid(root, 0, -1, -1));
        assertEquals(0, root.group.dumpable());
    }

    @Test
    void keepCapsKeepsThePermittedSet() {
        root.setCreds(root.creds().withSecurebits(SECBIT_KEEP_CAPS));
        assertEquals(0, Identity.setuid(root, 1000));
        assertEquals(ALL, root.creds().capPermitted());
        assertEquals(0, root.creds().capEffective());
        assertEquals(0, Identity.setCaps(root, 1L << CAP_CHOWN, 1L << CAP_CHOWN, 0));
        assertTrue(root.creds().has(CAP_CHOWN));
        assertEquals(-EPERM, Identity.setCaps(root, ALL, 0, 0));
    }

    @Test
    void realAndEffectiveUserSwap() {
        root.setCreds(Creds.of(1000, 1000).withUids(1000, 1001, 1001, 1001));
        assertEquals(0, Identity.setreuid(root, 1001, 1000));
        assertEquals(1001, root.creds().uid());
        assertEquals(1000, root.creds().euid());
        assertEquals(1000, root.creds().suid());
        assertEquals(-EPERM, Identity.setreuid(root, 1002, -1));
        assertEquals(0, Identity.setreuid(root, -1, 1001));
        assertEquals(1000, root.creds().suid()); // effective became the real id: the saved one stays
    }

    @Test
    void fileIdTakesFileCapabilitiesAlong() {
        assertEquals(0, Identity.setfsuid(root, 1000));
        assertFalse(root.creds().has(CAP_DAC_OVERRIDE));
        assertTrue(root.creds().has(CAP_KILL));
        assertEquals(1000, Identity.setfsuid(root, 0));
        assertTrue(root.creds().has(CAP_DAC_OVERRIDE));
    }

    @Test
    void groupIds() {
        assertEquals(0, Identity.setregid(root, 5, 7));
        assertEquals(7, root.creds().sgid());
        assertEquals(0, Identity.setuid(root, 1000));
        assertEquals(0, Identity.setgid(root, 5));
        assertEquals(-EPERM, Identity.setgid(root, 6));
        assertEquals(0, Identity.setresgid(root, 7, 7, 7));
        assertEquals(-EPERM, Identity.setresgid(root, 5, -1, -1));
    }

    @Test
    void processGroups() {
        Task a = child(root, 2);
        Task b = child(root, 3);
        assertEquals(0, Groups.setpgid(root, 2, 0));
        assertEquals(2, Groups.getpgid(a, 0));
        assertEquals(0, Groups.setpgid(b, 0, 2));
        assertEquals(2, Groups.getpgid(root, 3));
        assertEquals(-ESRCH, Groups.setpgid(a, 1, 2)); // neither itself nor a child
        assertEquals(-EPERM, Groups.setpgid(b, 0, 77));
        assertEquals(-EINVAL, Groups.setpgid(b, 0, -1));
        assertEquals(-ESRCH, Groups.getpgid(b, 99));
        b.group.execed = true;
        assertEquals(-EACCES, Groups.setpgid(root, 3, 3));
    }

    @Test
    void sessions() {
        Task a = child(root, 2);
        Task b = child(a, 3);
        assertEquals(0, Groups.setpgid(a, 0, 0));
        assertEquals(-EPERM, Groups.setsid(a));
        assertEquals(3, Groups.setsid(b));
        assertEquals(3, Groups.getsid(b, 0));
        assertEquals(1, Groups.getsid(b, 2));
        assertEquals(-EPERM, Groups.setsid(b));
        assertEquals(-EPERM, Groups.setpgid(b, 0, 0)); // a session leader
        assertEquals(-EPERM, Groups.setpgid(a, 3, 2)); // another session
        Task c = child(b, 4);
        assertEquals(-EPERM, Groups.setpgid(c, 0, 2));
        assertEquals(0, Groups.setpgid(c, 0, 3));
    }

    @Test
    void limits() {
        Task user = child(root, 2);
        user.setCreds(Creds.of(1000, 1000));
        long[] out = new long[2];
        assertEquals(0, Limits.set(root, user.group, 7, 100, 200));
        Limits.get(kernel, user.group, 7, out);
        assertEquals(100, out[0]);
        assertEquals(200, out[1]);
        assertEquals(-EINVAL, Limits.set(user, user.group, 7, 201, 200));
        assertEquals(-EPERM, Limits.set(user, user.group, 7, 100, 201));
        assertEquals(-EPERM, Limits.set(root, user.group, 7, 1, -1));
        assertTrue(Limits.may(root, user));
        assertFalse(Limits.may(user, root));
    }

    @Test
    void accessToOthers() {
        Task user = child(root, 2);
        user.setCreds(Creds.of(1000, 1000));
        Task same = child(root, 3);
        same.setCreds(Creds.of(1000, 1000));
        assertTrue(Access.maySignal(user, same.group, same, 15));
        assertFalse(Access.maySignal(user, init, root, 15));
        assertTrue(Access.maySignal(user, init, root, 18)); // SIGCONT within the session
        assertTrue(Access.mayInspect(user, same));
        same.group.setDumpable(0);
        assertFalse(Access.mayInspect(user, same));
        assertTrue(Access.mayInspect(root, same));
    }

    @Test
    void cpuTimeIsSplitByTheTicks() {
        Accounting a = new Accounting();
        a.split(100, 30, 10);
        assertEquals(75, a.userNanos);
        assertEquals(25, a.systemNanos);
        a.split(100, 0, 0);
        assertEquals(100, a.userNanos);
    }
}
