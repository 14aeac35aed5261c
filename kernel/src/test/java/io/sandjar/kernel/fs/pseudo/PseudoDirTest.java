// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.pseudo;

import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.*;

import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PseudoDirTest {
    private final StubCaller caller = new StubCaller();
    private final PseudoFs fs = new PseudoFs("test", 1);
    private int made;

    private FileDescription open(Inode i) {
        Ref<FileDescription> out = new Ref<>();
        Dentry d = new Dentry(null, "/", i);
        assertEquals(0, i.open(caller, new Path(new Mount(fs, d, "test", 0), d), 0, out));
        return out.get();
    }

    private String read(FileDescription d, int n) {
        byte[] b = new byte[n];
        int r = (int) d.read(caller, new KernelIo(b, 0, n));
        return new String(b, 0, r, StandardCharsets.ISO_8859_1);
    }

    /** A text that is different each time it is made. */
    private TextInode counter() {
        return new TextInode(fs, fs.newIno(), 0444) {
            @Override
            protected int text(Caller c, StringBuilder out) {
                made++;
                out.append("made ").append(made).append(" times");
                return 0;
            }
        };
    }

    @Test
    void aReaderInPiecesSeesOneText() {
        FileDescription a = open(counter());
        FileDescription b = open(counter());
        assertEquals("made", read(a, 4));
        assertEquals("made 2 times", read(b, 100));
        assertEquals(" 1 ti", read(a, 5));
        assertEquals("mes", read(a, 5));
        assertEquals("", read(a, 5));
        assertEquals(0, a.lseek(caller, 0, 0));
        assertEquals("made 3 times", read(a, 100)); // top(1) keeps its files open and goes back
    }

    @Test
    void listingsCanBeReadInPieces() {
        PseudoDir d = new PseudoDir(fs);
        d.add("x", counter());
        d.dir("sub");
        FileDescription open = open(d);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int had = names.size();
            open.getdents(caller, (name, ino, next, type) -> names.size() == had && names.add(name + type));
        }
        assertEquals(List.of(".4", "..4", "x8", "sub4"), names);
        Ref<Inode> out = new Ref<>();
        assertEquals(-ENOENT, d.lookup(caller, "y", out));
        assertEquals(0, d.lookup(caller, "sub", out));
        assertEquals(-EPERM, d.mkdir(caller, "y", 0755, out));
    }

    @Test
    void lazyDirectoriesAreFilledOnce() {
        LazyDir d = new LazyDir(fs) {
            @Override
            protected void fill() {
                made++;
                add("x", counter());
            }
        };
        assertEquals(0, made);
        Ref<Inode> out = new Ref<>();
        assertEquals(0, d.lookup(caller, "x", out));
        assertEquals(0, d.lookup(caller, "x", out));
        assertEquals(1, made);
    }
}
