// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The offsets in the layout classes against what the C compiler of this machine says. */
final class LayoutTest {
    /** Class, C type, then the fields that C calls otherwise, as java=c. A type with * keeps its own size. */
    private static final String[] LAYOUTS = {
        "StatLayout;struct stat;st_atime=st_atim.tv_sec;st_atime_nsec=st_atim.tv_nsec;st_mtime=st_mtim.tv_sec"
                + ";st_mtime_nsec=st_mtim.tv_nsec;st_ctime=st_ctim.tv_sec;st_ctime_nsec=st_ctim.tv_nsec",
        "StatxLayout;struct statx",
        "StatfsLayout;struct statfs",
        "SigInfoLayout;siginfo_t;si_pkey=_sifields._sigfault._bounds._pkey",
        "SigActionLayout;struct kernel_sigaction;sa_handler=handler;sa_flags=flags;sa_restorer=restorer"
                + ";sa_mask=mask",
        "SigStackLayout;stack_t",
        "UContextLayout;ucontext_t*;ss_sp=uc_stack.ss_sp;ss_flags=uc_stack.ss_flags;ss_size=uc_stack.ss_size"
                + ";fpstate=uc_mcontext.fpregs",
        "TermiosLayout;struct kernel_termios",
        "WinsizeLayout;struct winsize",
        "RusageLayout;struct rusage",
        "TimespecLayout;struct timespec",
        "TimevalLayout;struct timeval",
        "ItimerspecLayout;struct itimerspec",
        "ItimervalLayout;struct itimerval",
        "TmsLayout;struct tms",
        "SysinfoLayout;struct sysinfo",
        "UtsnameLayout;struct utsname",
        "RlimitLayout;struct rlimit",
        "DirentLayout;struct dirent64*",
        "EpollEventLayout;struct epoll_event",
        "PollfdLayout;struct pollfd",
        "IovecLayout;struct iovec",
        "MsghdrLayout;struct msghdr",
        "MmsghdrLayout;struct mmsghdr",
        "CmsghdrLayout;struct cmsghdr",
        "UcredLayout;struct ucred",
        "LingerLayout;struct linger",
        "SockaddrUnLayout;struct sockaddr_un",
        "SockaddrInLayout;struct sockaddr_in",
        "SockaddrIn6Layout;struct sockaddr_in6",
        "SockaddrNlLayout;struct sockaddr_nl",
        "NlmsghdrLayout;struct nlmsghdr",
        "IfreqLayout;struct ifreq",
        "FlockLayout;struct flock",
        "SignalfdSiginfoLayout;struct signalfd_siginfo",
        "InotifyEventLayout;struct inotify_event",
        "OpenHowLayout;struct open_how",
        "SigeventLayout;struct sigevent;sigev_notify_thread_id=_sigev_un._tid",
        "SchedAttrLayout;struct sched_attr",
        "IpcPermLayout;struct ipc_perm;key=__key;seq=__seq",
        "ShmidDsLayout;struct shmid_ds",
        "SemidDsLayout;struct semid_ds",
        "MsqidDsLayout;struct msqid_ds;msg_cbytes=__msg_cbytes",
        "SembufLayout;struct sembuf",
    };

    private static final String HEADERS = """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/types.h>
            #include <sys/stat.h>
            #include <linux/stat.h>
            #include <sys/statfs.h>
            #include <signal.h>
            #include <ucontext.h>
            #include <sys/resource.h>
            #include <time.h>
            #include <sys/time.h>
            #include <sys/times.h>
            #include <sys/sysinfo.h>
            #include <sys/utsname.h>
            #include <sys/epoll.h>
            #include <poll.h>
            #include <sys/socket.h>
            #include <sys/un.h>
            #include <netinet/in.h>
            #include <net/if.h>
            #include <linux/netlink.h>
            #include <sys/uio.h>
            #include <fcntl.h>
            #include <sys/signalfd.h>
            #include <sys/inotify.h>
            #include <linux/openat2.h>
            #include <sys/ipc.h>
            #include <sys/shm.h>
            #include <sys/sem.h>
            #include <sys/msg.h>
            #include <dirent.h>
            #include <linux/capability.h>
            #include <linux/sched/types.h>
            #include <sys/ioctl.h>
            struct kernel_sigaction { unsigned long handler, flags, restorer, mask; };
            struct kernel_termios { unsigned c_iflag, c_oflag, c_cflag, c_lflag; unsigned char c_line, c_cc[19]; };
            """;

    @Test
    void offsetsAreThoseOfTheCompiler(@TempDir Path dir) throws Exception {
        assumeTrue(hasCompiler(), "no gcc here");
        StringBuilder c = new StringBuilder(HEADERS).append("int main(void) {\n");
        Map<String, Integer> expected = new LinkedHashMap<>();
        for (String layout : LAYOUTS) {
            String[] parts = layout.split(";", -1);
            Class<?> type = Class.forName("io.sandjar.abi." + parts[0]);
            boolean ownSize = parts[1].endsWith("*");
            String cType = ownSize ? parts[1].substring(0, parts[1].length() - 1) : parts[1];
            Map<String, String> paths = new LinkedHashMap<>();
            for (int i = 2; i < parts.length; i++) {
                int eq = parts[i].indexOf('=');
                paths.put(parts[i].substring(0, eq), parts[i].substring(eq + 1));
            }
            for (Field field : type.getDeclaredFields()) {
                String name = field.getName();
                if (!Modifier.isPublic(field.getModifiers()) || isSelector(type, name)) {
                    continue;
                }
                if (name.equals("SIZEOF") && !ownSize) {
                    c.append("printf(\"%zu\\n\", sizeof(").append(cType).append("));\n");
                } else if (Character.isLowerCase(name.charAt(0))) {
                    c.append("printf(\"%zu\\n\", offsetof(").append(cType).append(", ");
                    c.append(paths.getOrDefault(name, defaultPath(type, name))).append("));\n");
                } else {
                    continue;
                }
                expected.put(parts[0] + "." + name, field.getInt(null));
            }
        }
        String[] said = run(dir, c.append("return 0;\n}\n").toString()).split("\n");
        assertEquals(expected.size(), said.length);
        int line = 0;
        for (Map.Entry<String, Integer> entry : expected.entrySet()) {
            assertEquals(Integer.parseInt(said[line++]), entry.getValue(), entry.getKey());
        }
    }

    /** The registers of a ucontext are an array for C. */
    private static String defaultPath(Class<?> type, String name) {
        if (type != UContextLayout.class || name.startsWith("uc_")) {
            return name;
        }
        String register = name.equals("eflags") ? "EFL" : name.toUpperCase(Locale.ROOT);
        return "uc_mcontext.gregs[REG_" + register + "]";
    }

    /** The segment selectors are halves of a word that C shows as one register. */
    private static boolean isSelector(Class<?> type, String name) {
        return type == UContextLayout.class && name.length() == 2 && name.charAt(1) == 's';
    }

    private static boolean hasCompiler() {
        try {
            return new ProcessBuilder("gcc", "--version")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private static String run(Path dir, String program) throws IOException, InterruptedException {
        Path source = Files.writeString(dir.resolve("layout.c"), program);
        Path binary = dir.resolve("layout");
        Process gcc = new ProcessBuilder("gcc", "-w", "-o", binary.toString(), source.toString())
                .redirectErrorStream(true)
                .start();
        String errors = new String(gcc.getInputStream().readAllBytes());
        assertEquals(0, gcc.waitFor(), errors);
        Process process = new ProcessBuilder(binary.toString()).start();
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(true, process.waitFor(10, TimeUnit.SECONDS));
        return out;
    }
}
