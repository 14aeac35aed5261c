// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.syscall.SyscallTable;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.LoneTask;
import io.sandjar.kernel.task.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as strace(1) prints them. */
final class StraceTest {
    private final Kernel kernel = new Kernel();
    private final Task task = LoneTask.make(kernel);
    private final StringBuilder out = new StringBuilder();
    private long answer;
    private boolean block;
    private final Dispatcher guestCall = t -> block && !t.mayBlock ? Task.BLOCK : answer;
    private final Strace strace = new Strace(kernel, guestCall, CallFilter.all(), out::append);

    private String text() {
        return out.toString();
    }

    private String line(int nr, long result, long... args) {
        int before = text().length();
        set(nr, args);
        answer = result;
        strace.call(task);
        return text().substring(before);
    }

    private void set(int nr, long... args) {
        task.nr = nr;
        task.a0 = args.length > 0 ? args[0] : 0;
        task.a1 = args.length > 1 ? args[1] : 0;
        task.a2 = args.length > 2 ? args[2] : 0;
        task.a3 = args.length > 3 ? args[3] : 0;
        task.a4 = args.length > 4 ? args[4] : 0;
        task.a5 = args.length > 5 ? args[5] : 0;
    }

    @Test
    void paths() {
        Scratch s = Scratch.take();
        long path = s.putString(0, "/etc/pass\nwd");
        assertEquals(
                "openat(AT_FDCWD, \"/etc/pass\\nwd\", O_RDONLY|O_CLOEXEC) = 3\n",
                line(Nr.openat, 3, O.AT_FDCWD, path, O.O_CLOEXEC, 0666));
        assertEquals(
                "openat(5, \"/etc/pass\\nwd\", O_WRONLY|O_CREAT, 0600) = -1 ENOENT (No such file or directory)\n",
                line(Nr.openat, -Errno.ENOENT, 5, path, O.O_WRONLY | O.O_CREAT, 0600));
        assertEquals("chdir(0x10) = -1 EFAULT (Bad address)\n", line(Nr.chdir, -Errno.EFAULT, 16));
        s.give();
    }

    @Test
    void buffers() {
        Scratch s = Scratch.take();
        long b = s.putString(0, "0123456789012345678901234567890123456789");
        assertEquals("write(1, \"01234567890123456789012345678901\"..., 40) = 40\n", line(Nr.write, 40, 1, b, 40));
        assertEquals("read(0, \"01234\", 4096) = 5\n", line(Nr.read, 5, 0, b, 4096));
        assertEquals(
                "read(0, 0x" + Long.toHexString(b) + ", 9) = -1 EBADF (Bad file descriptor)\n",
                line(Nr.read, -Errno.EBADF, 0, b, 9));
        s.give();
    }

    @Test
    void flagsAndStructures() {
        Scratch s = Scratch.take();
        s.buf.putLong(0, 0x0100007f50000002L);
        assertEquals(
                "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n",
                line(Nr.connect, 0, 3, s.address, 16));
        assertEquals(
                "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7000\n",
                line(Nr.mmap, 0x7000, 0, 4096, 3, 0x22, -1, 0));
        s.buf.putInt(0, 3 << 8);
        assertEquals(
                "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], WNOHANG, NULL) = 7\n",
                line(Nr.wait4, 7, -1, s.address, 1, 0));
        s.buf.putLong(0, 1L << Sig.SIGCHLD - 1 | 1);
        assertEquals(
                "rt_sigprocmask(SIG_BLOCK, [HUP CHLD], NULL, 8) = 0\n", line(Nr.rt_sigprocmask, 0, 0, s.address, 0, 8));
        assertEquals("fcntl(0, F_GETFL) = 0x402 (flags O_RDWR|O_APPEND)\n", line(Nr.fcntl, 02002, 0, O.F_GETFL));
        assertEquals("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 4\n", line(Nr.socket, 4, 2, 0x80001, 6));
        s.give();
    }

    @Test
    void everyCallHasALine() {
        SyscallTable table = new SyscallTable();
        assertTrue(table.missingCounts().length > Nr.MAX);
        for (int nr = 0; nr <= Nr.MAX; nr++) {
            String name = Nr.name(nr);
            if (name != null) {
                String text = line(nr, nr % 2, 1, 2, 3, 4, 5, 6);
                assertTrue(text.startsWith(name + "("), text);
            }
        }
    }

    @Test
    void interruptedLines() {
        Scratch s = Scratch.take();
        long b = s.putString(0, "x");
        block = true;
        set(Nr.read, 0, b, 10);
        assertEquals(Task.BLOCK, strace.call(task));
        assertEquals("read(0, ", text());
        task.mayBlock = true;
        answer = 1;
        assertEquals(1, strace.call(task));
        assertEquals("read(0, \"x\", 10) = 1\n", text());
        task.mayBlock = false;
        strace.call(task);
        strace.signal(task, SigInfo.user(Sig.SIGUSR1, 0, 5, 6));
        task.mayBlock = true;
        answer = -Errno.ERESTARTSYS;
        strace.call(task);
        assertEquals(
                "read(0, \"x\", 10) = 1\nread(0,  <unfinished ...>\n"
                        + "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=5, si_uid=6} ---\n"
                        + "<... read resumed>0x" + Long.toHexString(b)
                        + ", 10) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n",
                text());
        s.give();
    }

    @Test
    void filters() {
        CallFilter f = CallFilter.of(List.of("network", "openat"));
        assertTrue(f.wants(Nr.connect));
        assertTrue(f.wants(Nr.openat));
        assertFalse(f.wants(Nr.read));
        assertFalse(f.wantsEvents());
        assertFalse(CallFilter.of(List.of("!read")).wants(Nr.read));
        assertTrue(CallFilter.of(List.of("!read")).wants(Nr.write));
        assertTrue(CallFilter.of(List.of()).wants(Nr.read));
        assertThrows(IllegalArgumentException.class, () -> CallFilter.of(List.of("oepn")));
    }

    @Test
    void statistics() {
        SyscallTable table = new SyscallTable();
        Stats stats = new Stats(guestCall);
        answer = -Errno.ENOENT;
        set(Nr.openat);
        stats.call(task);
        stats.call(task);
        String text = stats.table(table);
        assertTrue(text.contains("         2         2                      openat\n"), text);
        assertTrue(text.contains("no call was missing"), text);
    }
}
