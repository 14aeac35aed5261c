// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Aux;
import io.sandjar.abi.Bytes;
import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserIo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * Brings a program to life in a fresh address space: tells the stub what to map, builds the initial stack (ABI
 * document, "Process Initialization") below the host's own, and has the stub load the first registers.
 */
final class Loader {
    private static final long PAGE = 4096;
    private static final long PROGRAM_BASE = 0x555555554000L;
    private static final long LOADER_BASE = 0x700000000000L;

    /** Part of the stack that the host has mapped from the beginning. */
    private static final long MAPPED_STACK = 96 * 1024;

    private final Kernel kernel;
    private final Task t;
    private final ExecImage image;
    private long bias;
    private long loaderBias;

    Loader(Kernel kernel, Task t, ExecImage image) {
        this.kernel = kernel;
        this.t = t;
        this.image = image;
    }

    /**
     * Queues what the fresh stub is to do.
     *
     * @param initialSp the stack pointer that the host gave it
     * @return 0 or -errno: the process cannot live
     */
    int start(long initialSp, long slot) {
        try {
            return run(initialSp, slot);
        } finally {
            image.close();
        }
    }

    private int run(long initialSp, long slot) {
        t.trap.ops.clear();
        t.trap.continuation = (task, failed, result) -> {
            if (failed) {
                kernel.exits().exitGroup(task.group, Sig.SIGSEGV);
            }
        };
        bias = image.elf.type == ElfFile.ET_DYN ? randomBase(PROGRAM_BASE) - image.elf.low() : 0;
        int r = map(image.file, image.elf, bias);
        if (r < 0) {
            return r;
        }
        if (image.loader != null && image.loaderElf != null) {
            ElfFile l = image.loaderElf;
            loaderBias = l.type == ElfFile.ET_DYN ? randomBase(LOADER_BASE) - l.low() : 0;
            r = map(image.loader, l, loaderBias);
            if (r < 0) {
                return r;
            }
        }
        return stack(initialSp, slot);
    }

    private static final int ADDR_NO_RANDOMIZE = 0x0040000;

    private long randomBase(long base) {
        if ((t.settings.personality & ADDR_NO_RANDOMIZE) != 0) {
            return base;
        }
        return base + ((kernel.random() & (1L << 28) - 1) << 12);
    }

    /** Queues the mappings of one file. */
    private int map(FileDescription f, ElfFile e, long by) {
        int hostFd = f.mapFd(t, Mm.PROT_READ | Mm.PROT_EXEC, Mm.MAP_PRIVATE);
        if (hostFd < 0) {
            return hostFd;
        }
        Path path = f.path();
        if (path != null) {
            kernel.mappedNames.note(
                    hostFd, MountNamespace.procText(path, t.mounts().rootPath()));
        }
        int fd = kernel.listener().addFd(t.notifId, hostFd, -1);
        if (fd < 0) {
            return fd;
        }
        for (ElfFile.Segment s : e.segments) {
            if (!t.trap.ops.hasRoom(6)) {
                return -ENOEXEC;
            }
            segment(s, fd, by);
        }
        t.trap.ops.call(0, Nr.close, fd, 0, 0, 0, 0, 0);
        return 0;
    }

    private void segment(ElfFile.Segment s, int fd, long by) {
        long at = s.vaddr() + by;
        long start = at & -PAGE;
        long fileEnd = at + s.fileSize();
        long end = at + s.memSize() + PAGE - 1 & -PAGE;
        long mapped = start;
        if (s.fileSize() > 0) {
            long length = fileEnd - start + PAGE - 1 & -PAGE;
            t.trap.ops.call(0, Nr.mmap, start, length, s.prot(), Mm.MAP_PRIVATE | Mm.MAP_FIXED, fd, s.offset() & -PAGE);
            mapped = start + length;
            if (s.memSize() > s.fileSize() && (s.flags() & 2) != 0 && (fileEnd & PAGE - 1) != 0) {
                t.trap.ops.add(Stub.OP_ZERO, 0, 0, fileEnd, mapped - fileEnd, 0, 0, 0, 0);
            }
        }
        if (end > mapped) {
            t.trap.ops.call(
                    0,
                    Nr.mmap,
                    mapped,
                    end - mapped,
                    s.prot(),
                    Mm.MAP_PRIVATE | Mm.MAP_FIXED | Mm.MAP_ANONYMOUS,
                    -1,
                    0);
        }
    }

    private int stack(long initialSp, long slot) {
        StackImage s = new StackImage(initialSp & ~15L);
        long platform = s.string("x86_64".getBytes(StandardCharsets.ISO_8859_1));
        byte[] random = new byte[16];
        Bytes.put64(random, 0, kernel.random());
        Bytes.put64(random, 8, kernel.random());
        long randomAt = s.bytes(random);
        long execFn = s.string(image.execFn.getBytes(StandardCharsets.ISO_8859_1));
        long envEnd = s.position();
        long[] env = s.strings(image.envp);
        long argEnd = s.position();
        long[] args = s.strings(image.argv);
        long argStart = s.position();
        ThreadGroup g = t.group;
        g.envEnd = envEnd;
        g.envStart = argEnd;
        g.argEnd = argEnd;
        g.argStart = argStart;
        g.startCode = image.elf.low() + bias;
        g.endCode = image.elf.high() + bias;
        byte[] aux = auxv(initialSp, platform, randomAt, execFn);
        g.auxv = aux;
        long sp = s.finish(args, env, aux);
        g.startStack = sp;
        byte[] uc = firstRegisters(sp, slot);
        t.trap.ops.add(Stub.OP_SIGRETURN, 0, 0, Stub.mailbox(slot) + Stub.BOX_UCONTEXT, 0, 0, 0, 0, 0);
        int r = t.mem.write(Stub.mailbox(slot) + Stub.BOX_UCONTEXT, uc);
        if (r < 0) {
            return r;
        }
        r = t.mem.write(Stub.mailbox(slot), t.slotWords());
        if (r < 0) {
            return r;
        }
        t.mask.inSlot = true;
        if (initialSp - sp < MAPPED_STACK) {
            return s.store(sp);
        }
        return growStack(initialSp, sp, s);
    }

    /** Large arguments: the stub first touches the stack's pages, because only the process itself can make it grow. */
    private int growStack(long initialSp, long sp, StackImage s) {
        if (initialSp - sp > t.rlimit(Rlimit.RLIMIT_STACK)) {
            return -E2BIG;
        }
        OpList rest = t.trap.ops;
        OpList first = new OpList();
        first.add(Stub.OP_PROBE, Stub.OPF_RING, 0, initialSp - PAGE, sp - PAGE, 0, 0, 0, 0);
        OpsContinuation after = t.trap.continuation;
        byte[] saved = rest.save();
        int count = rest.count();
        rest.load(first.save(), 1);
        t.trap.continuation = (task, failed, result) -> {
            task.trap.ops.load(saved, count);
            task.trap.continuation = after;
            if (failed || s.store(sp) < 0) {
                kernel.exits().exitGroup(task.group, Sig.SIGSEGV);
            }
        };
        return 0;
    }

    private byte[] auxv(long initialSp, long platform, long random, long execFn) {
        ArrayList<long[]> v = new ArrayList<>();
        ElfFile e = image.elf;
        long[] host = hostAux(initialSp);
        for (int i = 0; i + 1 < host.length; i += 2) {
            int key = (int) host[i];
            if (key == Aux.AT_SYSINFO_EHDR || key == Aux.AT_HWCAP || key == Aux.AT_HWCAP2 || key == 51) {
                v.add(new long[] {key, host[i + 1]}); // 51: AT_MINSIGSTKSZ
            }
        }
        v.add(new long[] {Aux.AT_PAGESZ, PAGE});
        v.add(new long[] {Aux.AT_CLKTCK, 100});
        v.add(new long[] {Aux.AT_PHDR, e.phdrVaddr + bias});
        v.add(new long[] {Aux.AT_PHENT, 56});
        v.add(new long[] {Aux.AT_PHNUM, e.phnum});
        v.add(new long[] {Aux.AT_BASE, image.loaderElf == null ? 0 : loaderBias});
        v.add(new long[] {Aux.AT_FLAGS, 0});
        v.add(new long[] {Aux.AT_ENTRY, e.entry + bias});
        v.add(new long[] {Aux.AT_UID, t.creds.userNs().shownUid(t.creds.uid())});
        v.add(new long[] {Aux.AT_EUID, t.creds.userNs().shownUid(t.creds.euid())});
        v.add(new long[] {Aux.AT_GID, t.creds.userNs().shownGid(t.creds.gid())});
        v.add(new long[] {Aux.AT_EGID, t.creds.userNs().shownGid(t.creds.egid())});
        v.add(new long[] {Aux.AT_SECURE, image.secure ? 1 : 0});
        v.add(new long[] {Aux.AT_RANDOM, random});
        v.add(new long[] {Aux.AT_EXECFN, execFn});
        v.add(new long[] {Aux.AT_PLATFORM, platform});
        v.add(new long[] {0, 0});
        byte[] b = new byte[v.size() * 16];
        for (int i = 0; i < v.size(); i++) {
            Exec.aux(b, i * 16, v.get(i)[0], v.get(i)[1]);
        }
        return b;
    }

    /** The auxiliary vector that the host gave the stub: pairs of key and value. */
    private long[] hostAux(long initialSp) {
        byte[] b = new byte[2048];
        int n = t.mem.readSome(initialSp, b, 0, b.length);
        int at = 0;
        // argc, argv..., null, envp..., null
        for (int nulls = 0; at + 8 <= n && nulls < 2; at += 8) {
            if (at > 0 && Bytes.i64(b, at) == 0) {
                nulls++;
            }
        }
        long[] out = new long[64];
        int k = 0;
        while (at + 16 <= n && k + 1 < out.length && Bytes.i64(b, at) != 0) {
            out[k++] = Bytes.i64(b, at);
            out[k++] = Bytes.i64(b, at + 8);
            at += 16;
        }
        return java.util.Arrays.copyOf(out, k);
    }

    private byte[] firstRegisters(long sp, long slot) {
        byte[] uc = new byte[TrapFrame.UC_SIZE];
        Bytes.put64(uc, TrapFrame.UC_FLAGS, 6); // UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS
        Bytes.put64(uc, TrapFrame.UC_STACK, slot);
        Bytes.put64(uc, TrapFrame.UC_STACK + 16, Stub.STACK_SIZE);
        long entry = image.loaderElf != null ? image.loaderElf.entry + loaderBias : image.elf.entry + bias;
        Bytes.put64(uc, TrapFrame.GREGS + 8 * TrapFrame.RIP, entry);
        Bytes.put64(uc, TrapFrame.GREGS + 8 * TrapFrame.RSP, sp);
        Bytes.put64(uc, TrapFrame.GREGS + 8 * TrapFrame.EFLAGS, 0x202);
        Bytes.put64(uc, TrapFrame.GREGS + 8 * TrapFrame.SEGMENTS, 0x002b000000000033L);
        return uc;
    }

    /** The initial stack under construction, from its top downwards. */
    private final class StackImage {
        private final long top;
        private byte[] data = new byte[8192];
        private int used;

        StackImage(long top) {
            this.top = top;
        }

        long position() {
            return top - used;
        }

        private void room(int n) {
            if (used + n > data.length) {
                byte[] more = new byte[Math.max(data.length * 2, used + n)];
                System.arraycopy(data, data.length - used, more, more.length - used, used);
                data = more;
            }
        }

        long bytes(byte[] b) {
            room(b.length);
            used += b.length;
            System.arraycopy(b, 0, data, data.length - used, b.length);
            return position();
        }

        long string(byte[] b) {
            room(b.length + 1);
            used += b.length + 1;
            System.arraycopy(b, 0, data, data.length - used, b.length);
            data[data.length - used + b.length] = 0;
            return position();
        }

        /** Puts strings so that the first one lies lowest; returns their addresses. */
        long[] strings(ArrayList<byte[]> list) {
            long[] at = new long[list.size()];
            for (int i = list.size() - 1; i >= 0; i--) {
                at[i] = string(list.get(i));
            }
            return at;
        }

        /** Puts argc, vectors and auxv; returns the stack pointer, 16-byte aligned. */
        long finish(long[] args, long[] env, byte[] aux) {
            int words = 1 + args.length + 1 + env.length + 1;
            long sp = position() - aux.length - 8L * words & ~15L;
            int total = (int) (top - sp);
            room(total - used);
            java.util.Arrays.fill(data, data.length - total, data.length - used, (byte) 0);
            int at = data.length - total;
            used = total;
            Bytes.put64(data, at, args.length);
            at += 8;
            for (long a : args) {
                Bytes.put64(data, at, a);
                at += 8;
            }
            at += 8;
            for (long a : env) {
                Bytes.put64(data, at, a);
                at += 8;
            }
            at += 8;
            System.arraycopy(aux, 0, data, at, aux.length);
            return sp;
        }

        int store(long sp) {
            UserIo io = new UserIo(t.mem, sp, used);
            return io.put(data, data.length - used, used);
        }
    }
}
