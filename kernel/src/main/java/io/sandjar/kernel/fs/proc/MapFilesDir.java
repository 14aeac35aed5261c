// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.task.ProcView;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** /proc/PID/map_files: a link for each mapping of a file, named by its addresses. The links lead where their names lead. */
final class MapFilesDir extends PseudoDir {
    private static final int LINK_INO = 0xc000;

    private final TaskDir of;

    MapFilesDir(TaskDir of) {
        super(of.proc, TaskDir.inoOf(of.group, null, 7), 0500);
        this.of = of;
    }

    @Override
    public int uid() {
        return of.uid();
    }

    @Override
    public int gid() {
        return of.gid();
    }

    private List<MapsText.Mapping> mappings() {
        ProcView v = of.view();
        return v == null ? List.of() : of.proc.maps().ofFiles(v);
    }

    private @Nullable String target(String range) {
        for (MapsText.Mapping m : mappings()) {
            if (m.range().equals(range)) {
                return m.name();
            }
        }
        return null;
    }

    private long ino(String range) {
        return TaskDir.inoOf(of.group, null, LINK_INO | (range.hashCode() & 0x3fff));
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return of.mayInspect(c) ? super.open(c, path, flags, out) : -EACCES;
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        if (!of.mayInspect(c)) {
            return -EACCES;
        }
        for (MapsText.Mapping m : mappings()) {
            if (m.range().equals(name)) {
                out.set(new Link(name, m.shared() && m.writable() ? 0600 : 0400));
                return 0;
            }
        }
        return -ENOENT;
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        for (MapsText.Mapping m : mappings()) {
            out.add(new Entry(m.range(), ino(m.range()), 10));
        }
    }

    private final class Link extends PseudoInode {
        private final String range;

        Link(String range, int perm) {
            super(of.proc, MapFilesDir.this.ino(range), 0120000 | perm);
            this.range = range;
        }

        @Override
        public int uid() {
            return of.uid();
        }

        @Override
        public int gid() {
            return of.gid();
        }

        @Override
        protected long size() {
            return 64;
        }

        @Override
        public int readlink(Caller c, Ref<String> out) {
            String name = target(range);
            if (name == null) {
                return -ENOENT;
            }
            out.set(name);
            return 0;
        }
    }
}
