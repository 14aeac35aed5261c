// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Flags of the memory calls. */
public final class Mm {
    public static final int PAGE_SIZE = 4096;
    public static final int PAGE_SHIFT = 12;

    /** Where a program's addresses end on x86-64, with four levels of page tables. */
    public static final long USER_END = 0x7ffffffff000L;

    // protection
    public static final int PROT_NONE = 0x0;
    public static final int PROT_READ = 0x1;
    public static final int PROT_WRITE = 0x2;
    public static final int PROT_EXEC = 0x4;
    public static final int PROT_GROWSDOWN = 0x1000000;
    public static final int PROT_GROWSUP = 0x2000000;

    // mmap
    public static final int MAP_SHARED = 0x1;
    public static final int MAP_PRIVATE = 0x2;
    public static final int MAP_SHARED_VALIDATE = 0x3;
    public static final int MAP_TYPE = 0xf;
    public static final int MAP_FIXED = 0x10;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_32BIT = 0x40;
    public static final int MAP_GROWSDOWN = 0x100;
    public static final int MAP_DENYWRITE = 0x800;
    public static final int MAP_EXECUTABLE = 0x1000;
    public static final int MAP_LOCKED = 0x2000;
    public static final int MAP_NORESERVE = 0x4000;
    public static final int MAP_POPULATE = 0x8000;
    public static final int MAP_NONBLOCK = 0x10000;
    public static final int MAP_STACK = 0x20000;
    public static final int MAP_HUGETLB = 0x40000;
    public static final int MAP_SYNC = 0x80000;
    public static final int MAP_FIXED_NOREPLACE = 0x100000;
    public static final int MAP_UNINITIALIZED = 0x4000000;

    /** The file descriptor of a mapping without a file. */
    public static final int NO_FD = -1;

    // madvise
    public static final int MADV_NORMAL = 0;
    public static final int MADV_RANDOM = 1;
    public static final int MADV_SEQUENTIAL = 2;
    public static final int MADV_WILLNEED = 3;
    public static final int MADV_DONTNEED = 4;
    public static final int MADV_FREE = 8;
    public static final int MADV_REMOVE = 9;
    public static final int MADV_DONTFORK = 10;
    public static final int MADV_DOFORK = 11;
    public static final int MADV_MERGEABLE = 12;
    public static final int MADV_UNMERGEABLE = 13;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_NOHUGEPAGE = 15;
    public static final int MADV_DONTDUMP = 16;
    public static final int MADV_DODUMP = 17;
    public static final int MADV_WIPEONFORK = 18;
    public static final int MADV_KEEPONFORK = 19;
    public static final int MADV_COLD = 20;
    public static final int MADV_PAGEOUT = 21;
    public static final int MADV_POPULATE_READ = 22;
    public static final int MADV_POPULATE_WRITE = 23;
    public static final int MADV_DONTNEED_LOCKED = 24;
    public static final int MADV_COLLAPSE = 25;
    public static final int MADV_HWPOISON = 100;

    // mremap
    public static final int MREMAP_MAYMOVE = 1;
    public static final int MREMAP_FIXED = 2;
    public static final int MREMAP_DONTUNMAP = 4;

    // msync
    public static final int MS_ASYNC = 1;
    public static final int MS_INVALIDATE = 2;
    public static final int MS_SYNC = 4;

    // mlock2 and mlockall
    public static final int MCL_CURRENT = 1;
    public static final int MLOCK_ONFAULT = 1;
    public static final int MCL_FUTURE = 2;
    public static final int MCL_ONFAULT = 4;

    // memfd_create
    public static final int MFD_CLOEXEC = 0x1;
    public static final int MFD_ALLOW_SEALING = 0x2;
    public static final int MFD_HUGETLB = 0x4;
    public static final int MFD_NOEXEC_SEAL = 0x8;
    public static final int MFD_EXEC = 0x10;

    // seals of a memfd
    public static final int F_SEAL_SEAL = 0x1;
    public static final int F_SEAL_SHRINK = 0x2;
    public static final int F_SEAL_GROW = 0x4;
    public static final int F_SEAL_WRITE = 0x8;
    public static final int F_SEAL_FUTURE_WRITE = 0x10;
    public static final int F_SEAL_EXEC = 0x20;

    // System V shared memory
    public static final int SHM_LOCK = 0xb;
    public static final int SHM_UNLOCK = 0xc;
    public static final int SHM_STAT = 0xd;
    public static final int SHM_INFO = 0xe;
    public static final int SHM_STAT_ANY = 0xf;
    public static final int SHM_HUGETLB = 0x800;
    public static final int SHM_HUGE_SHIFT = 26;
    public static final int SHM_NORESERVE = 0x1000;
    public static final int SHM_RDONLY = 0x1000;
    public static final int SHM_RND = 0x2000;
    public static final int SHM_REMAP = 0x4000;
    public static final int SHM_EXEC = 0x8000;

    // System V IPC
    public static final int IPC_PRIVATE = 0x0;
    public static final int IPC_RMID = 0x0;
    public static final int IPC_SET = 0x1;
    public static final int IPC_STAT = 0x2;
    public static final int IPC_INFO = 0x3;
    public static final int IPC_CREAT = 0x200;
    public static final int IPC_EXCL = 0x400;
    public static final int IPC_NOWAIT = 0x800;

    // membarrier
    public static final int MEMBARRIER_CMD_QUERY = 0x0;
    public static final int MEMBARRIER_CMD_GLOBAL = 0x1;
    public static final int MEMBARRIER_CMD_GLOBAL_EXPEDITED = 0x2;
    public static final int MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 0x4;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED = 0x8;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 0x10;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 0x20;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 0x40;
    public static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 0x80;
    public static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 0x100;

    public static long pageDown(long address) {
        return address & -PAGE_SIZE;
    }

    /** The next page boundary at or above; wraps to 0 at the very top as in Linux. */
    public static long pageUp(long address) {
        return (address + PAGE_SIZE - 1) & -PAGE_SIZE;
    }

    private Mm() {}
}
