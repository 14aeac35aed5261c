// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Signals: numbers, flags, codes, sets held in a long (bit n-1 stands for signal n). */
public final class Sig {
    // Signals
    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGQUIT = 3;
    public static final int SIGILL = 4;
    public static final int SIGTRAP = 5;
    public static final int SIGABRT = 6;
    public static final int SIGIOT = 6;
    public static final int SIGBUS = 7;
    public static final int SIGFPE = 8;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGSEGV = 11;
    public static final int SIGUSR2 = 12;
    public static final int SIGPIPE = 13;
    public static final int SIGALRM = 14;
    public static final int SIGTERM = 15;
    public static final int SIGSTKFLT = 16;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    public static final int SIGTSTP = 20;
    public static final int SIGTTIN = 21;
    public static final int SIGTTOU = 22;
    public static final int SIGURG = 23;
    public static final int SIGXCPU = 24;
    public static final int SIGXFSZ = 25;
    public static final int SIGVTALRM = 26;
    public static final int SIGPROF = 27;
    public static final int SIGWINCH = 28;
    public static final int SIGIO = 29;
    public static final int SIGPOLL = 29;
    public static final int SIGPWR = 30;
    public static final int SIGSYS = 31;
    public static final int SIGRTMIN = 32;
    public static final int SIGRTMAX = 64;

    /** One more than the highest signal: the size of tables indexed by signal number. */
    public static final int NSIG = 65;

    // sa_flags (an unsigned long for the kernel)
    public static final long SA_NOCLDSTOP = 0x1L;
    public static final long SA_NOCLDWAIT = 0x2L;
    public static final long SA_SIGINFO = 0x4L;
    public static final long SA_UNSUPPORTED = 0x400L;
    public static final long SA_EXPOSE_TAGBITS = 0x800L;
    public static final long SA_RESTORER = 0x4000000L;
    public static final long SA_ONSTACK = 0x8000000L;
    public static final long SA_RESTART = 0x10000000L;
    public static final long SA_NODEFER = 0x40000000L;
    public static final long SA_RESETHAND = 0x80000000L;

    // Handlers that are not addresses
    public static final long SIG_DFL = 0;
    public static final long SIG_IGN = 1;

    // How of sigprocmask
    public static final int SIG_BLOCK = 0;
    public static final int SIG_UNBLOCK = 1;
    public static final int SIG_SETMASK = 2;

    // sigaltstack flags and sizes
    public static final int SS_ONSTACK = 0x1;
    public static final int SS_DISABLE = 0x2;
    public static final int SS_AUTODISARM = 0x80000000;

    public static final int MINSIGSTKSZ = 2048;

    // si_code, any signal
    public static final int SI_DETHREAD = -7;
    public static final int SI_TIMER = -2;
    public static final int SI_USER = 0;
    public static final int SI_QUEUE = -1;
    public static final int SI_SIGIO = -5;
    public static final int SI_MESGQ = -3;
    public static final int SI_TKILL = -6;
    public static final int SI_ASYNCIO = -4;
    public static final int SI_ASYNCNL = -60;
    public static final int SI_KERNEL = 128;

    // si_code of SIGSEGV
    public static final int SEGV_MAPERR = 1;
    public static final int SEGV_ACCERR = 2;
    public static final int SEGV_BNDERR = 3;
    public static final int SEGV_PKUERR = 4;
    public static final int SEGV_ACCADI = 5;
    public static final int SEGV_ADIDERR = 6;
    public static final int SEGV_ADIPERR = 7;
    public static final int SEGV_MTEAERR = 8;
    public static final int SEGV_MTESERR = 9;
    public static final int SEGV_CPERR = 10;

    // si_code of SIGBUS
    public static final int BUS_ADRALN = 1;
    public static final int BUS_ADRERR = 2;
    public static final int BUS_OBJERR = 3;
    public static final int BUS_MCEERR_AR = 4;
    public static final int BUS_MCEERR_AO = 5;

    // si_code of SIGFPE
    public static final int FPE_INTDIV = 1;
    public static final int FPE_INTOVF = 2;
    public static final int FPE_FLTDIV = 3;
    public static final int FPE_FLTOVF = 4;
    public static final int FPE_FLTUND = 5;
    public static final int FPE_FLTRES = 6;
    public static final int FPE_FLTINV = 7;
    public static final int FPE_FLTSUB = 8;
    public static final int FPE_FLTUNK = 14;
    public static final int FPE_CONDTRAP = 15;

    // si_code of SIGILL
    public static final int ILL_ILLOPC = 1;
    public static final int ILL_ILLOPN = 2;
    public static final int ILL_ILLADR = 3;
    public static final int ILL_ILLTRP = 4;
    public static final int ILL_PRVOPC = 5;
    public static final int ILL_PRVREG = 6;
    public static final int ILL_COPROC = 7;
    public static final int ILL_BADSTK = 8;
    public static final int ILL_BADIADDR = 9;

    // si_code of SIGTRAP
    public static final int TRAP_BRKPT = 1;
    public static final int TRAP_TRACE = 2;
    public static final int TRAP_BRANCH = 3;
    public static final int TRAP_HWBKPT = 4;
    public static final int TRAP_UNK = 5;

    // si_code of SIGCHLD
    public static final int CLD_EXITED = 1;
    public static final int CLD_KILLED = 2;
    public static final int CLD_DUMPED = 3;
    public static final int CLD_TRAPPED = 4;
    public static final int CLD_STOPPED = 5;
    public static final int CLD_CONTINUED = 6;

    // si_code of SIGIO
    public static final int POLL_IN = 1;
    public static final int POLL_OUT = 2;
    public static final int POLL_MSG = 3;
    public static final int POLL_ERR = 4;
    public static final int POLL_PRI = 5;
    public static final int POLL_HUP = 6;

    // si_code of SIGSYS
    public static final int SYS_SECCOMP = 1;
    public static final int SYS_USER_DISPATCH = 2;

    // sigev_notify
    public static final int SIGEV_SIGNAL = 0;
    public static final int SIGEV_NONE = 1;
    public static final int SIGEV_THREAD = 2;
    public static final int SIGEV_THREAD_ID = 4;

    /** What a signal does that has no handler and is not ignored. */
    public enum DefaultAction {
        TERMINATE,
        CORE,
        STOP,
        CONTINUE,
        IGNORE
    }

    /** The signals of job control and of stopping, which pending SIGCONT discards. */
    public static final long STOP_SIGNALS = bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);

    /** The signals that no mask, handler or ignore can hold back. */
    public static final long UNBLOCKABLE = bit(SIGKILL) | bit(SIGSTOP);

    private static final long CORE_SIGNALS = bit(SIGQUIT)
            | bit(SIGILL)
            | bit(SIGTRAP)
            | bit(SIGABRT)
            | bit(SIGBUS)
            | bit(SIGFPE)
            | bit(SIGSEGV)
            | bit(SIGXCPU)
            | bit(SIGXFSZ)
            | bit(SIGSYS);

    private static final long IGNORED_SIGNALS = bit(SIGCHLD) | bit(SIGURG) | bit(SIGWINCH);

    /** Signals that a fault raises in the thread that caused it. */
    public static final long SYNCHRONOUS =
            bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGTRAP) | bit(SIGFPE) | bit(SIGSYS);

    /** The default action of a signal. */
    public static DefaultAction defaultAction(int sig) {
        long bit = bit(sig);
        if ((bit & IGNORED_SIGNALS) != 0) {
            return DefaultAction.IGNORE;
        }
        if ((bit & CORE_SIGNALS) != 0) {
            return DefaultAction.CORE;
        }
        if ((bit & STOP_SIGNALS) != 0) {
            return DefaultAction.STOP;
        }
        return sig == SIGCONT ? DefaultAction.CONTINUE : DefaultAction.TERMINATE;
    }

    /** True for 1..64. */
    public static boolean isValid(int sig) {
        return sig >= 1 && sig <= SIGRTMAX;
    }

    public static boolean isRealTime(int sig) {
        return sig >= SIGRTMIN && sig <= SIGRTMAX;
    }

    /** The bit of a signal in a sigset held in a long. */
    public static long bit(int sig) {
        return 1L << (sig - 1);
    }

    public static boolean has(long set, int sig) {
        return ((set >>> (sig - 1)) & 1) != 0;
    }

    public static long add(long set, int sig) {
        return set | bit(sig);
    }

    public static long remove(long set, int sig) {
        return set & ~bit(sig);
    }

    /** The lowest signal of a set, 0 for the empty set. */
    public static int first(long set) {
        return set == 0 ? 0 : Long.numberOfTrailingZeros(set) + 1;
    }

    /** SIGINT for 2, SIGRT_3 for 35, SIG_99 for what does not exist. */
    public static String name(int sig) {
        if (isRealTime(sig)) {
            return "SIGRT_" + (sig - SIGRTMIN);
        }
        return sig > 0 && sig < Names.BY_NUMBER.length ? Names.BY_NUMBER[sig] : "SIG_" + sig;
    }

    /** The number of a signal named with or without SIG, or given in digits; -1 when there is none. */
    public static int byName(String name) {
        if (!name.isEmpty() && name.charAt(0) >= '0' && name.charAt(0) <= '9') {
            try {
                int sig = Integer.parseInt(name);
                return sig <= SIGRTMAX ? sig : -1;
            } catch (NumberFormatException e) {
                return -1;
            }
        }
        String full = name.startsWith("SIG") ? name : "SIG" + name;
        for (int sig = 1; sig < Names.BY_NUMBER.length; sig++) {
            if (Names.BY_NUMBER[sig].equals(full)) {
                return sig;
            }
        }
        return -1;
    }

    private static final class Names {
        static final String[] BY_NUMBER = {
            "SIG_0",
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS"
        };
    }

    private Sig() {}
}
