// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelIo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What of an ELF file (elf(5)) matters for running it. Read from a file that may be hostile: every number is checked
 * before it is used.
 */
final class ElfFile {
    static final int ET_EXEC = 2;
    static final int ET_DYN = 3;
    private static final int EM_X86_64 = 62;
    private static final int PT_LOAD = 1;
    private static final int PT_INTERP = 3;
    private static final int PT_PHDR = 6;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int PHDR_SIZE = 56;
    private static final int MAX_PHDRS = 65536 / PHDR_SIZE;
    private static final int MAX_SEGMENTS = 16;
    private static final long PAGE = 4096;

    /** One PT_LOAD. */
    record Segment(long offset, long vaddr, long fileSize, long memSize, int flags) {
        /** PROT_* bits. */
        int prot() {
            return (flags & 4) >> 2 | flags & 2 | (flags & 1) << 2;
        }
    }

    final int type;
    final long entry;
    final int phnum;
    final ArrayList<Segment> segments = new ArrayList<>();
    long phdrVaddr;

    @Nullable
    String interpreter;

    boolean execStack;

    private ElfFile(int type, long entry, int phnum) {
        this.type = type;
        this.entry = entry;
        this.phnum = phnum;
    }

    /** Lowest and highest mapped addresses, page-aligned, before any bias. */
    long low() {
        long low = Long.MAX_VALUE;
        for (Segment s : segments) {
            low = Math.min(low, s.vaddr & -PAGE);
        }
        return low;
    }

    long high() {
        long high = 0;
        for (Segment s : segments) {
            high = Math.max(high, s.vaddr + s.memSize + PAGE - 1 & -PAGE);
        }
        return high;
    }

    private static int readFully(Caller c, FileDescription f, byte[] b, long off) {
        int done = 0;
        while (done < b.length) {
            long r = f.pread(c, new KernelIo(b, done, b.length - done), off + done);
            if (r < 0) {
                return (int) r;
            }
            if (r == 0) {
                return -ENOEXEC;
            }
            done += (int) r;
        }
        return 0;
    }

    /**
     * Reads and checks a file.
     *
     * @param head the first bytes of the file
     * @return 0, -ENOEXEC for what is no x86-64 program, -EINVAL/-EIO for a broken one
     */
    static int parse(Caller c, FileDescription f, byte[] head, Ref<ElfFile> out) {
        if (head.length < 64
                || Bytes.i32(head, 0) != 0x464c457f
                || head[4] != 2
                || head[5] != 1
                || Bytes.u16(head, 18) != EM_X86_64) {
            return -ENOEXEC;
        }
        int type = Bytes.u16(head, 16);
        int phnum = Bytes.u16(head, 56);
        if ((type != ET_EXEC && type != ET_DYN) || Bytes.u16(head, 54) != PHDR_SIZE || phnum < 1 || phnum > MAX_PHDRS) {
            return -ENOEXEC;
        }
        long phoff = Bytes.i64(head, 32);
        if (phoff < 0 || phoff > Long.MAX_VALUE - 65536) {
            return -ENOEXEC;
        }
        byte[] ph = new byte[phnum * PHDR_SIZE];
        int r = readFully(c, f, ph, phoff);
        if (r < 0) {
            return r;
        }
        ElfFile e = new ElfFile(type, Bytes.i64(head, 24), phnum);
        for (int i = 0; i < phnum; i++) {
            r = e.segment(c, f, ph, i * PHDR_SIZE, phoff);
            if (r < 0) {
                return r;
            }
        }
        if (e.segments.isEmpty() || e.segments.size() > MAX_SEGMENTS) {
            return -ENOEXEC;
        }
        out.set(e);
        return 0;
    }

    private int segment(Caller c, FileDescription f, byte[] ph, int at, long phoff) {
        int type = Bytes.i32(ph, at);
        int flags = Bytes.i32(ph, at + 4);
        long offset = Bytes.i64(ph, at + 8);
        long vaddr = Bytes.i64(ph, at + 16);
        long fileSize = Bytes.i64(ph, at + 32);
        long memSize = Bytes.i64(ph, at + 40);
        switch (type) {
            case PT_LOAD -> {
                if (memSize == 0) {
                    return 0;
                }
                if (fileSize < 0
                        || memSize < fileSize
                        || vaddr < 0
                        || offset < 0
                        || memSize > Stub.USER_END
                        || vaddr > Stub.USER_END - memSize
                        || offset > Long.MAX_VALUE - fileSize - PAGE) {
                    return -ENOEXEC;
                }
                if (fileSize > 0 && (vaddr & PAGE - 1) != (offset & PAGE - 1)) {
                    return -EINVAL;
                }
                if (phoff >= offset && phoff < offset + fileSize) {
                    phdrVaddr = vaddr + (phoff - offset);
                }
                segments.add(new Segment(offset, vaddr, fileSize, memSize, flags));
            }
            case PT_INTERP -> {
                if (interpreter != null) {
                    return 0;
                }
                if (fileSize < 2 || fileSize > 4096 || offset < 0) {
                    return -ENOEXEC;
                }
                byte[] name = new byte[(int) fileSize];
                int r = readFully(c, f, name, offset);
                if (r < 0) {
                    return r;
                }
                if (name[name.length - 1] != 0) {
                    return -ENOEXEC;
                }
                int n = 0;
                while (name[n] != 0) {
                    n++;
                }
                interpreter = new String(name, 0, n, StandardCharsets.ISO_8859_1);
            }
            case PT_PHDR -> phdrVaddr = vaddr;
            case PT_GNU_STACK -> execStack = (flags & 1) != 0;
            default -> {}
        }
        return 0;
    }
}
