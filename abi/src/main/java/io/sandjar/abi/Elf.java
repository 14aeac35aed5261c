// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Constants and offsets of 64-bit ELF files. */
public final class Elf {
    /** The first four bytes as a little-endian word. */
    public static final int MAGIC = 0x464c457f;

    // identification
    public static final int ELFCLASS32 = 1;
    public static final int ELFDATA2LSB = 1;
    public static final int EV_CURRENT = 1;
    public static final int ELFCLASS64 = 2;
    public static final int ELFDATA2MSB = 2;
    public static final int EI_CLASS = 4;
    public static final int EI_DATA = 5;
    public static final int EI_VERSION = 6;
    public static final int EI_OSABI = 7;
    public static final int EI_ABIVERSION = 8;
    public static final int EI_PAD = 9;
    public static final int EI_NIDENT = 16;

    // file types and machines
    public static final int ET_NONE = 0;
    public static final int ET_REL = 1;
    public static final int ET_EXEC = 2;
    public static final int EM_386 = 3;
    public static final int ET_DYN = 3;
    public static final int ET_CORE = 4;
    public static final int EM_X86_64 = 62;
    public static final int EM_AARCH64 = 183;

    // segment types
    public static final int PT_NULL = 0x0;
    public static final int PT_LOAD = 0x1;
    public static final int PT_DYNAMIC = 0x2;
    public static final int PT_INTERP = 0x3;
    public static final int PT_NOTE = 0x4;
    public static final int PT_SHLIB = 0x5;
    public static final int PT_PHDR = 0x6;
    public static final int PT_TLS = 0x7;
    public static final int PT_GNU_EH_FRAME = 0x6474e550;
    public static final int PT_GNU_STACK = 0x6474e551;
    public static final int PT_GNU_RELRO = 0x6474e552;
    public static final int PT_GNU_PROPERTY = 0x6474e553;

    // segment flags
    public static final int PF_X = 1;
    public static final int PF_W = 2;
    public static final int PF_R = 4;

    // notes of core files
    public static final int NT_PRSTATUS = 0x1;
    public static final int NT_PRFPREG = 0x2;
    public static final int NT_PRPSINFO = 0x3;
    public static final int NT_AUXV = 0x6;
    public static final int NT_X86_XSTATE = 0x202;
    public static final int NT_FILE = 0x46494c45;
    public static final int NT_SIGINFO = 0x53494749;

    // The header
    public static final int EHDR_SIZE = 64;
    public static final int E_TYPE = 16;
    public static final int E_MACHINE = 18;
    public static final int E_VERSION = 20;
    public static final int E_ENTRY = 24;
    public static final int E_PHOFF = 32;
    public static final int E_SHOFF = 40;
    public static final int E_FLAGS = 48;
    public static final int E_EHSIZE = 52;
    public static final int E_PHENTSIZE = 54;
    public static final int E_PHNUM = 56;

    // A program header
    public static final int PHDR_SIZE = 56;
    public static final int P_TYPE = 0;
    public static final int P_FLAGS = 4;
    public static final int P_OFFSET = 8;
    public static final int P_VADDR = 16;
    public static final int P_PADDR = 24;
    public static final int P_FILESZ = 32;
    public static final int P_MEMSZ = 40;
    public static final int P_ALIGN = 48;

    private Elf() {}
}
