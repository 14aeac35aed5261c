// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * A file, directory, link, device, FIFO or socket of a file system. Names are one component, bytes as ISO-8859-1; the
 * caller (path walk and system calls) has checked permissions, name length, read-only mounts and `.`/`..`; the inode
 * does its own locking. Results are 0 or -errno. The defaults answer for a file that cannot do the thing.
 */
public abstract class Inode {
    public final FileSystem fs;

    /** The pipe of a FIFO, the socket bound to a name: set and read by their owners. */
    public volatile @Nullable Object binding;

    /** Of a directory with one inode object: the dentry where it was seen last. Guarded by the inode's monitor. */
    @Nullable
    WeakReference<Dentry> dentry;

    protected Inode(FileSystem fs) {
        this.fs = fs;
    }

    /** Descriptions that may write to it: while there is one it cannot be executed. */
    private int writers;

    /** Processes that run it: while there is one it cannot be written to. */
    private int runners;

    /** A process runs it from now on, or ({@code n} is -1) no longer. */
    public final synchronized int addRunner(int n) {
        runners += n;
        return runners;
    }

    /** It was the program of a process, has no name any more, and is nobody's program now. Without locks. */
    public void unused() {}

    /** Whether it is some process's program (open(2): ETXTBSY). */
    public final synchronized boolean isRunning() {
        return runners > 0;
    }

    final synchronized void addWriter(int n) {
        writers += n;
    }

    /** Whether somebody has it open for writing (execve(2): ETXTBSY). */
    public final synchronized boolean isOpenForWriting() {
        return writers > 0;
    }

    public abstract long ino();

    /** Of a socket of the host: a descriptor that names it (O_PATH), the caller's to close. Otherwise -ECONNREFUSED. */
    public int nameHostSocket() {
        return -io.sandjar.abi.Errno.ECONNREFUSED;
    }

    /** Type and permission bits (S_IFMT | 07777). */
    public abstract int mode();

    public abstract int uid();

    public abstract int gid();

    public long rdev() {
        return 0;
    }

    public abstract int stat(Stat out);

    /** Whether no name leads to it any more, where the file system knows; for " (deleted)". */
    public boolean unlinked() {
        return false;
    }

    /** Whether it is still what its name leads to, for file systems that others change; may ask the host. */
    public boolean revalidate() {
        return true;
    }

    /** Whether all look-ups of a directory give this very object while it is in use. */
    public boolean onlyObject() {
        return false;
    }

    /** What two inode objects of one file have in common: locks belong to it. */
    public Object identity() {
        return this;
    }

    /** A description that does not open the file (O_PATH) refers to it: it must outlive its last name. */
    public void pin() {}

    public void unpin() {}

    /**
     * What somebody hears whom its mode refuses: EACCES. Another errno where nobody may anyway; 0 where he may all the same, as with
     * settings of a namespace in which he is privileged.
     */
    public int refusal(Creds c, int mask) {
        return -io.sandjar.abi.Errno.EACCES;
    }

    /** Who may use it beyond its mode; null where the mode says all. */
    public @Nullable Acl acl() {
        return null;
    }

    /** What new files in this directory get as their list; null where umask counts. */
    public @Nullable Acl defaultAcl() {
        return null;
    }

    /**
     * Does beforehand what takes long in a change of its name, without the locks of a rename. 0 or -errno.
     */
    public int prepareMove(Caller c) {
        return 0;
    }

    /** A mount that shows it came ({@code more} is 1) or went (-1). */
    public void mounted(int more) {}

    public final boolean isDir() {
        return (mode() & 0170000) == 0040000;
    }

    public final boolean isRegular() {
        return (mode() & 0170000) == 0100000;
    }

    public final boolean isSymlink() {
        return (mode() & 0170000) == 0120000;
    }

    // ---- directories ----

    public int lookup(Caller c, String name, Ref<Inode> out) {
        return -ENOTDIR;
    }

    /** Gives all entries but `.` and `..` to {@code sink}, which takes all: for file systems stacked on this one. */
    public int list(Caller c, DirSink sink) {
        return -ENOTDIR;
    }

    /** Makes a regular file, FIFO, socket or device node. {@code mode} has type and permission bits, umask applied. */
    public int mknod(Caller c, String name, int mode, long rdev, Ref<Inode> out) {
        return -EROFS;
    }

    public int mkdir(Caller c, String name, int mode, Ref<Inode> out) {
        return -EROFS;
    }

    public int symlink(Caller c, String name, String target) {
        return -EROFS;
    }

    public int link(Caller c, String name, Inode target) {
        return -EROFS;
    }

    public int unlink(Caller c, String name) {
        return -EROFS;
    }

    public int rmdir(Caller c, String name) {
        return -EROFS;
    }

    /**
     * Renames {@code oldName} of this directory to {@code newName} of {@code newDir} (same file system). The caller
     * has excluded moves of a directory into itself.
     *
     * @param flags RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT
     */
    public int rename(Caller c, String oldName, Inode newDir, String newName, int flags) {
        return -EROFS;
    }

    /**
     * Makes a nameless regular file (O_TMPFILE).
     *
     * @param linkable whether linkat(2) may give it a name
     */
    public int tmpfile(Caller c, int mode, boolean linkable, Ref<Inode> out) {
        return -EOPNOTSUPP;
    }

    // ---- links ----

    public int readlink(Caller c, Ref<String> out) {
        return -EINVAL;
    }

    /**
     * The place a magic link (/proc/PID/fd/N, exe, cwd, root) jumps to.
     *
     * @return 0 with the path; 1 when this is an ordinary link whose text is to be walked; -errno
     */
    public int jump(Caller c, Ref<Path> out) {
        return 1;
    }

    // ---- any file ----

    /**
     * Opens the file. Permission, O_CREAT/O_EXCL/O_TRUNC and type checks (O_DIRECTORY, ELOOP, EISDIR) are done by the
     * caller; device nodes, FIFOs and sockets are opened by {@code vfs.Opener} through {@link SpecialFiles}.
     */
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return -ENXIO;
    }

    /** Whether {@link #open} is to be asked whatever its type is: streams of the host. */
    public boolean opensItself() {
        return false;
    }

    public int setattr(Caller c, Attr attr) {
        return -EROFS;
    }

    // ---- extended attributes: names and values are bytes ----

    public int getxattr(Caller c, String name, Ref<byte[]> out) {
        return -EOPNOTSUPP;
    }

    /** @param flags XATTR_CREATE (1), XATTR_REPLACE (2) */
    public int setxattr(Caller c, String name, byte[] value, int flags) {
        return -EOPNOTSUPP;
    }

    /** Names, each with a terminating NUL, in one array. */
    public int listxattr(Caller c, Ref<byte[]> out) {
        return -EOPNOTSUPP;
    }

    public int removexattr(Caller c, String name) {
        return -EOPNOTSUPP;
    }
}
