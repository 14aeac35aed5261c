// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.FileCaps;
import io.sandjar.kernel.vfs.FileDescription;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A program on its way into a fresh address space: what execve(2) has checked and the new stub will map. */
final class ExecImage {
    /** The program (an interpreter's binary for a script) and its ELF interpreter. */
    final FileDescription file;

    final ElfFile elf;
    final @Nullable FileDescription loader;
    final @Nullable ElfFile loaderElf;
    final ArrayList<byte[]> argv;
    final ArrayList<byte[]> envp;

    /** AT_EXECFN: the path as it was given. */
    final String execFn;

    boolean secure;

    /** The capabilities of the program's file; null for none, and where they do not count. */
    @Nullable
    FileCaps caps;

    /** It is the program of a process that is started from outside, which has none before. */
    boolean first;

    ExecImage(
            FileDescription file,
            ElfFile elf,
            @Nullable FileDescription loader,
            @Nullable ElfFile loaderElf,
            ArrayList<byte[]> argv,
            ArrayList<byte[]> envp,
            String execFn) {
        this.file = file;
        this.elf = elf;
        this.loader = loader;
        this.loaderElf = loaderElf;
        this.argv = argv;
        this.envp = envp;
        this.execFn = execFn;
    }

    void close() {
        file.release();
        if (loader != null) {
            loader.release();
        }
    }
}
