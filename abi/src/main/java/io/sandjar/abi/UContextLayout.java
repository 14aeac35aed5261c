// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/**
 * Offsets of the fields of the kernel's struct ucontext inside a signal frame, and of what lies around it.
 *
 * <p>A frame is, from its lowest address (rsp at the handler's first instruction): return address, ucontext, siginfo,
 * and higher up, aligned to 64, the floating point state that {@link #fpstate} points at.
 */
public final class UContextLayout {
    public static final int uc_flags = 0;
    public static final int uc_link = 8;
    public static final int ss_sp = 16;
    public static final int ss_flags = 24;
    public static final int ss_size = 32;
    public static final int uc_mcontext = 40;
    public static final int r8 = 40;
    public static final int r9 = 48;
    public static final int r10 = 56;
    public static final int r11 = 64;
    public static final int r12 = 72;
    public static final int r13 = 80;
    public static final int r14 = 88;
    public static final int r15 = 96;
    public static final int rdi = 104;
    public static final int rsi = 112;
    public static final int rbp = 120;
    public static final int rbx = 128;
    public static final int rdx = 136;
    public static final int rax = 144;
    public static final int rcx = 152;
    public static final int rsp = 160;
    public static final int rip = 168;
    public static final int eflags = 176;
    public static final int csgsfs = 184;
    public static final int err = 192;
    public static final int trapno = 200;
    public static final int oldmask = 208;
    public static final int cr2 = 216;
    public static final int fpstate = 224;
    public static final int uc_sigmask = 296;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 304;

    /** Segment selectors, 16 bits each, in the word {@link #csgsfs}. */
    public static final int cs = csgsfs;

    public static final int gs = csgsfs + 2;
    public static final int fs = csgsfs + 4;
    public static final int ss = csgsfs + 6;

    // uc_flags
    public static final int UC_FP_XSTATE = 1;
    public static final int UC_SIGCONTEXT_SS = 2;
    public static final int UC_STRICT_RESTORE_SS = 4;

    // struct rt_sigframe: offsets from the return address
    public static final int FRAME_PRETCODE = 0;
    public static final int FRAME_UC = 8;
    public static final int FRAME_INFO = FRAME_UC + SIZEOF;
    public static final int FRAME_SIZEOF = FRAME_INFO + 128;

    /** Bytes below the stack pointer that belong to the interrupted function. */
    public static final int RED_ZONE = 128;

    // The floating point state: offsets from fpstate
    public static final int FP_CWD = 0;
    public static final int FP_MXCSR = 24;
    public static final int FP_MXCSR_MASK = 28;
    public static final int FXSAVE_SIZEOF = 512;
    public static final int SW_MAGIC1 = 464;
    public static final int SW_EXTENDED_SIZE = 468;
    public static final int SW_XFEATURES = 472;
    public static final int SW_XSTATE_SIZE = 480;
    public static final int XSTATE_BV = 512;
    public static final int XCOMP_BV = 520;
    public static final int XSAVE_HEADER_SIZEOF = 64;
    public static final int FP_XSTATE_MAGIC1 = 0x46505853;

    /** Stands behind the state, at fpstate + SW_XSTATE_SIZE's value. */
    public static final int FP_XSTATE_MAGIC2 = 0x46505845;

    public static final int FP_XSTATE_MAGIC2_SIZEOF = 4;

    // eflags
    public static final int EFLAGS_CF = 0x1;
    public static final int EFLAGS_TF = 0x100;
    public static final int EFLAGS_DF = 0x400;
    public static final int EFLAGS_RF = 0x10000;

    /** The flags that rt_sigreturn takes from a frame; the others keep their values. */
    public static final int EFLAGS_USER = 0x50dd5;

    // Exception numbers in trapno
    public static final int TRAP_DE = 0;
    public static final int TRAP_DB = 1;
    public static final int TRAP_BP = 3;
    public static final int TRAP_UD = 6;
    public static final int TRAP_GP = 13;
    public static final int TRAP_PF = 14;

    // Bits of err for a page fault
    public static final int PF_PROT = 1;
    public static final int PF_WRITE = 2;
    public static final int PF_USER = 4;
    public static final int PF_INSTR = 16;

    private UContextLayout() {}
}
