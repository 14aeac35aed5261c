// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.host.Sys;
import io.sandjar.kernel.TreeCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.vfs.AttrOps;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Opener;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories and files of the host that are known by nothing but a descriptor. */
class DescriptorsTest {
    @TempDir
    java.nio.file.Path dir;

    private final RootBuilder root = RootBuilder.empty(new FileStore());
    private final TreeCaller c = new TreeCaller(root.build());
    private java.nio.file.Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.writeString(dir.resolve("file"), "0123456789");
    }

    private void mountFile(int hostFlags) {
        Ref<FixedFs> fs = new Ref<>();
        assertEquals(0, FixedFs.of(Sys.openat(Sys.AT_FDCWD, file.toString(), hostFlags, 0), fs));
        assertEquals(0, FileOps.mknod(c, AT_FDCWD, "/file", S_IFREG | 0644, 0, null));
        assertEquals(0, root.mount(fs.get(), "host", 0, "/file"));
    }

    private void mountDir(HostDirFs.Mode mode, int flags) {
        Ref<HostDirFs> fs = new Ref<>();
        assertEquals(0, HostDirFs.of(Sys.openat(Sys.AT_FDCWD, dir.toString(), O_PATH | O_DIRECTORY, 0), mode, fs));
        assertEquals(0, root.mount(fs.get(), "host", flags, "/dir"));
    }

    private FileDescription open(String path, int flags) {
        Ref<FileDescription> d = new Ref<>();
        assertEquals(0, Opener.open(c, AT_FDCWD, path, flags, 0644, 0, d), path);
        return d.get();
    }

    private int tryOpen(String path, int flags) {
        return Opener.open(c, AT_FDCWD, path, flags, 0644, 0, new Ref<>());
    }

    private String read(FileDescription d, int n) {
        byte[] data = new byte[n];
        long got = d.read(c, new KernelIo(data, 0, n));
        return new String(data, 0, (int) got, StandardCharsets.ISO_8859_1);
    }

    private long write(FileDescription d, String text) {
        byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
        return d.write(c, new KernelIo(data, 0, data.length));
    }

    private Path at(String path) {
        Ref<Path> p = new Ref<>();
        assertEquals(0, PathWalk.find(c, AT_FDCWD, path, 0, p), path);
        return p.get();
    }

    @Test
    void descriptionsOfAFileHavePositionsOfTheirOwn() {
        mountFile(O_RDWR);
        FileDescription a = open("/file", O_RDONLY);
        FileDescription b = open("/file", O_RDWR);
        assertEquals("012", read(a, 3));
        assertEquals("0123", read(b, 4));
        assertEquals("345", read(a, 3));
        assertEquals(2, write(b, "xy"));
        assertEquals("67", read(a, 2));
        assertEquals("67", read(b, 2));
    }

    @Test
    void appendsGoToTheEndWhateverThePosition() throws IOException {
        mountFile(O_RDWR);
        FileDescription a = open("/file", O_WRONLY | O_APPEND);
        FileDescription b = open("/file", O_WRONLY | O_APPEND);
        write(a, "A");
        write(b, "B");
        write(a, "C");
        assertEquals("0123456789ABC", Files.readString(file));
        assertEquals(13, a.lseek(c, 0, SEEK_CUR));
    }

    @Test
    void truncatedWhenOpened() throws IOException {
        mountFile(O_RDWR);
        write(open("/file", O_WRONLY | O_TRUNC), "new");
        assertEquals("new", Files.readString(file));
    }

    @Test
    void theDescriptorSaysWhetherItMayBeWritten() {
        mountFile(O_RDONLY);
        assertEquals(-EROFS, tryOpen("/file", O_RDWR));
        assertEquals(-EROFS, AttrOps.chmod(c, at("/file"), 0600));
        assertEquals("0123456789", read(open("/file", O_RDONLY), 20));
    }

    @Test
    void aNewFileOfThatNameOnTheHostIsNotSeen() throws IOException {
        mountFile(O_RDWR);
        Files.move(
                Files.writeString(dir.resolve("other"), "other"),
                file,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals("0123456789", read(open("/file", O_RDONLY), 20));
        assertEquals(-EBUSY, FileOps.unlink(c, AT_FDCWD, "/file"));
        assertEquals(-EBUSY, FileOps.rename(c, AT_FDCWD, "/file", AT_FDCWD, "/elsewhere", 0));
    }

    @Test
    void onlyRegularFiles() {
        Ref<FixedFs> fs = new Ref<>();
        assertEquals(-EINVAL, FixedFs.of(Sys.openat(Sys.AT_FDCWD, dir.toString(), O_RDONLY, 0), fs));
        assertEquals(
                -ENOTDIR,
                HostDirFs.of(
                        Sys.openat(Sys.AT_FDCWD, file.toString(), O_PATH, 0), HostDirFs.Mode.READ_WRITE, new Ref<>()));
    }

    @Test
    void aReadOnlyBindRefusesEveryChange() {
        mountDir(HostDirFs.Mode.READ_ONLY, Mount.RDONLY);
        assertEquals(-EROFS, tryOpen("/dir/file", O_WRONLY));
        assertEquals(-EROFS, tryOpen("/dir/made", O_WRONLY | O_CREAT));
        assertEquals(-EROFS, FileOps.mkdir(c, AT_FDCWD, "/dir/made", 0755));
        assertEquals(-EROFS, FileOps.unlink(c, AT_FDCWD, "/dir/file"));
        assertEquals(-EROFS, FileOps.rename(c, AT_FDCWD, "/dir/file", AT_FDCWD, "/dir/g", 0));
        assertEquals(-EROFS, AttrOps.chmod(c, at("/dir/file"), 0600));
        assertEquals(-EROFS, AttrOps.truncate(c, at("/dir/file"), 0));
        assertEquals("0123456789", read(open("/dir/file", O_RDONLY), 20));
    }

    @Test
    void changesOfAnOpenFileReachItWhateverItsNameIs() throws IOException {
        mountDir(HostDirFs.Mode.READ_WRITE, 0);
        FileDescription d = open("/dir/file", O_RDWR);
        assertEquals(0, FileOps.unlink(c, AT_FDCWD, "/dir/file"));
        Files.writeString(file, "another");
        Path p = d.path();
        assertEquals(0, p == null ? -1 : AttrOps.chmod(c, p, 0604));
        assertEquals(0, p == null ? -1 : AttrOps.truncate(c, p, 3));
        Stat s = new Stat();
        d.stat(s);
        assertEquals(S_IFREG | 0604, s.mode);
        assertEquals(3, s.size);
        assertEquals("another", Files.readString(file));
        d.release();
    }

    @Test
    void newFilesBelongToWhoeverMakesThem() throws IOException {
        mountDir(HostDirFs.Mode.READ_WRITE, 0);
        if (Sys.call(io.sandjar.abi.Nr.geteuid, 0) != 0) {
            return; // nobody else may give files away
        }
        assertEquals(0, AttrOps.chmod(c, at("/dir"), 0777));
        c.creds = Creds.of(1000, 1001);
        open("/dir/a", O_WRONLY | O_CREAT).release();
        assertEquals(0, FileOps.mkdir(c, AT_FDCWD, "/dir/d", 0755));
        assertEquals(0, FileOps.symlink(c, "a", AT_FDCWD, "/dir/l"));
        assertEquals(0, FileOps.mknod(c, AT_FDCWD, "/dir/p", S_IFIFO | 0600, 0, null));
        for (String name : new String[] {"a", "d", "l", "p"}) {
            java.nio.file.Path made = dir.resolve(name);
            assertEquals(1000, Files.getAttribute(made, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS), name);
            assertEquals(1001, Files.getAttribute(made, "unix:gid", java.nio.file.LinkOption.NOFOLLOW_LINKS), name);
        }
        c.creds = Creds.of(0, 0);
        assertEquals(-EPERM, FileOps.mknod(c, AT_FDCWD, "/dir/null", S_IFCHR | 0666, Stat.makedev(1, 3), null));
    }

    @Test
    void aWriteByAnotherTakesSetIdBitsAway() {
        mountDir(HostDirFs.Mode.READ_WRITE, 0);
        assertEquals(0, AttrOps.chmod(c, at("/dir/file"), 06777));
        FileDescription d = open("/dir/file", O_WRONLY);
        write(d, "x");
        assertEquals(06777, at("/dir/file").inode().mode() & 07777);
        c.creds = Creds.of(4711, 4711);
        write(d, "x");
        c.creds = Creds.of(0, 0);
        assertEquals(0777, at("/dir/file").inode().mode() & 07777);
        d.release();
    }

    @Test
    void containersThatShowOneDirectoryShareItsFiles() {
        SharedDirs shared = new SharedDirs();
        HostDirFs a = share(shared, true);
        HostDirFs b = share(shared, true);
        HostDirFs other = share(shared, false);
        assertEquals(true, a == b);
        assertEquals(false, a == other);
        Ref<Inode> file = new Ref<>();
        a.close();
        assertEquals(0, b.root().lookup(c, "file", file));
        b.close();
        assertEquals(-ESTALE, b.root().lookup(c, "file", file));
        assertEquals(false, a == share(shared, true));
    }

    private HostDirFs share(SharedDirs shared, boolean recursive) {
        Ref<HostDirFs> fs = new Ref<>();
        int fd = Sys.openat(Sys.AT_FDCWD, dir.toString(), O_PATH | O_DIRECTORY, 0);
        assertEquals(0, shared.open(fd, recursive, fs));
        return fs.get();
    }

    @Test
    void aFileThatIsOpenOutlivesItsFileSystem() {
        mountFile(O_RDWR);
        FileDescription d = open("/file", O_RDONLY);
        at("/file").mount().fs().close();
        assertEquals("0123456789", read(d, 20));
        assertEquals(-ESTALE, tryOpen("/file", O_RDONLY));
        d.release();
        assertEquals(-ESTALE, AttrOps.chmod(c, at("/file"), 0600));
    }
}
