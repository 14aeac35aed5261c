// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.nsfs.NsFile;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.FsBuilder;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.MountOps;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathDescription;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mounting in steps, with descriptors for what is not in the tree (yet): fsopen(2), open_tree(2), move_mount(2) ... */
public final class NewMountCalls {
    private static final int PAGE = 4096;
    private static final int CLOEXEC = 1;
    private static final int MAX_VALUE = 256;

    private static final int FSCONFIG_SET_FLAG = 0;
    private static final int FSCONFIG_SET_STRING = 1;
    private static final int FSCONFIG_SET_BINARY = 2;
    private static final int FSCONFIG_SET_PATH = 3;
    private static final int FSCONFIG_SET_PATH_EMPTY = 4;
    private static final int FSCONFIG_SET_FD = 5;
    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int FSCONFIG_CMD_RECONFIGURE = 7;
    private static final int FSCONFIG_CMD_CREATE_EXCL = 8;

    private static final int FSPICK_SYMLINK_NOFOLLOW = 2;
    private static final int FSPICK_NO_AUTOMOUNT = 4;
    private static final int FSPICK_EMPTY_PATH = 8;

    private static final int OPEN_TREE_CLONE = 1;

    private static final int MOVE_MOUNT_F_SYMLINKS = 1;
    private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private static final int MOVE_MOUNT_T_SYMLINKS = 0x10;
    private static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    private static final int MOVE_MOUNT_SET_GROUP = 0x100;
    private static final int MOVE_MOUNT_BENEATH = 0x200;
    private static final int MOVE_MOUNT_MASK = 0x377;

    private static final long ATTR_ATIME = 0x70;
    private static final long ATTR_NOATIME = 0x10;
    private static final long ATTR_STRICTATIME = 0x20;
    private static final long ATTR_NODIRATIME = 0x80;
    private static final long ATTR_NOSYMFOLLOW = 0x200000;
    private static final long ATTRS = 15 | ATTR_ATIME | ATTR_NODIRATIME | ATTR_NOSYMFOLLOW;
    private static final long ATTR_IDMAP = 0x100000;
    private static final int ATTR_SIZE = 32;

    private NewMountCalls() {}

    // ---- making a file system ----

    @Syscall(nr = Nr.fsopen, support = Support.PARTIAL, note = "the file systems that mount knows")
    public static long sys_fsopen(Task t, @As(Kind.STR) long name, @As(Kind.HEX) int flags) {
        if (!MountCalls.mayMount(t)) {
            return -EPERM;
        }
        if ((flags & ~CLOEXEC) != 0) {
            return -EINVAL;
        }
        Ref<String> type = new Ref<>();
        int r = t.mem().readString(name, PAGE - 1, type);
        if (r < 0) {
            return r == -ENAMETOOLONG ? -EINVAL : r;
        }
        if (!MountTypes.known(type.get())) {
            return -ENODEV;
        }
        FsBuilder b = new FsBuilder(t.kernel().anon.newInode(0600, t.creds()), O_RDWR, type.get());
        return PipeCalls.install(t, b, (flags & CLOEXEC) != 0);
    }

    @Syscall(nr = Nr.fspick)
    public static long sys_fspick(Task t, int dirfd, @As(Kind.PATH) long path, @As(Kind.HEX) int flags) {
        if (!MountCalls.mayMount(t)) {
            return -EPERM;
        }
        if ((flags & ~(CLOEXEC | FSPICK_SYMLINK_NOFOLLOW | FSPICK_NO_AUTOMOUNT | FSPICK_EMPTY_PATH)) != 0) {
            return -EINVAL;
        }
        Ref<Path> at = new Ref<>();
        int r = find(t, dirfd, path, (flags & FSPICK_SYMLINK_NOFOLLOW) != 0, (flags & FSPICK_EMPTY_PATH) != 0, at);
        if (r != 0) {
            return r;
        }
        if (at.get().dentry() != at.get().mount().root()) {
            return -EINVAL;
        }
        FsBuilder b = new FsBuilder(t.kernel().anon.newInode(0600, t.creds()), O_RDWR, at.get());
        return PipeCalls.install(t, b, (flags & CLOEXEC) != 0);
    }

    @Syscall(nr = Nr.fsconfig)
    public static long sys_fsconfig(Task t, int fd, int command, @As(Kind.STR) long key, long value, int aux) {
        if (fd < 0) {
            return -EINVAL;
        }
        boolean fits = switch (command) {
            case FSCONFIG_SET_FLAG -> key != 0 && value == 0 && aux == 0;
            case FSCONFIG_SET_STRING -> key != 0 && value != 0 && aux == 0;
            case FSCONFIG_SET_BINARY -> key != 0 && value != 0 && aux > 0 && aux <= 1 << 20;
            case FSCONFIG_SET_PATH, FSCONFIG_SET_PATH_EMPTY -> key != 0 && value != 0 && (aux == AT_FDCWD || aux >= 0);
            case FSCONFIG_SET_FD -> key != 0 && value == 0 && aux >= 0;
            case FSCONFIG_CMD_CREATE, FSCONFIG_CMD_CREATE_EXCL, FSCONFIG_CMD_RECONFIGURE ->
                key == 0 && value == 0 && aux == 0;
            default -> true;
        };
        if (!fits) {
            return -EINVAL;
        }
        if (command < 0 || command > FSCONFIG_CMD_CREATE_EXCL) {
            return -EOPNOTSUPP;
        }
        FileDescription f = t.fget(fd);
        if (f == null) {
            return -EBADF;
        }
        if (!(f instanceof FsBuilder b)) {
            return -EINVAL;
        }
        Ref<String> name = new Ref<>();
        Ref<String> text = new Ref<>();
        int r = key == 0 ? 0 : t.mem().readString(key, MAX_VALUE - 1, name);
        if (r >= 0 && command == FSCONFIG_SET_STRING) {
            r = t.mem().readString(value, MAX_VALUE - 1, text);
        }
        if (r < 0) {
            return r == -ENAMETOOLONG ? -EINVAL : r;
        }
        return switch (command) {
            case FSCONFIG_CMD_CREATE, FSCONFIG_CMD_CREATE_EXCL -> create(t, b, command == FSCONFIG_CMD_CREATE_EXCL);
            case FSCONFIG_CMD_RECONFIGURE -> reconfigure(t, b);
            default -> set(t, b, command, name.get(), text.orNull(), value, aux);
        };
    }

    private static int set(
            Task t, FsBuilder b, int command, String key, @Nullable String value, long address, int aux) {
        FsBuilder.Phase phase = b.phase();
        if (phase != FsBuilder.Phase.CREATE && phase != FsBuilder.Phase.RECONFIGURE) {
            return -EBUSY;
        }
        if (command == FSCONFIG_SET_FLAG) {
            switch (key) {
                case "ro", "rw" -> {
                    b.setReadOnly(key.equals("ro"));
                    return 0;
                }
                case "sync", "async", "dirsync", "lazytime", "nolazytime", "silent", "loud" -> {
                    return 0;
                }
                default -> {}
            }
        }
        if (key.equals("source") && phase == FsBuilder.Phase.CREATE) {
            if (value == null) {
                return b.fail(-EINVAL, b.type() + ": Non-string source");
            }
            if (b.source() != null) {
                return b.fail(-EINVAL, b.type() + ": Multiple sources");
            }
            b.setSource(value);
            return 0;
        }
        if (b.type().equals("overlay")) {
            return setOverlay(t, b, command, key, value, address, aux);
        }
        if (command != FSCONFIG_SET_FLAG && command != FSCONFIG_SET_STRING) {
            return b.fail(-EINVAL, b.type() + ": Unknown parameter '" + key + "'");
        }
        String option = value == null ? key : key + "=" + value;
        int r = MountTypes.make(t, b.type(), List.of(option), new Ref<>());
        if (r != 0) {
            return b.fail(r, b.type() + ": Unknown parameter '" + key + "'");
        }
        return b.add(option) ? 0 : -ENOMEM;
    }

    /** An option of an overlay: its directories may be given by path or descriptor as well. */
    private static int setOverlay(
            Task t, FsBuilder b, int command, String key, @Nullable String value, long address, int aux) {
        Ref<Path> place = new Ref<>();
        int r = -EINVAL;
        String text = value;
        if (command == FSCONFIG_SET_FLAG || command == FSCONFIG_SET_STRING) {
            r = OverlayOptions.check(t, key, value, place);
        } else if (OverlayOptions.namesPlace(key) && command != FSCONFIG_SET_BINARY) {
            r = command == FSCONFIG_SET_FD
                    ? PathArg.ofFd(t, aux, place)
                    : PathArg.find(t, aux, address, command == FSCONFIG_SET_PATH_EMPTY ? PathWalk.EMPTY : 0, place);
            if (r == 0 && !place.get().inode().isDir()) {
                r = -EINVAL;
            }
            text = r == 0 ? place.get().dentry().inside() : null;
        }
        if (r != 0) {
            return b.fail(r, "overlay: Bad value for '" + key + "'");
        }
        String option = text == null ? key : key + "=" + text;
        Path at = place.orNull();
        return (at == null ? b.add(option) : b.add(option, at)) ? 0 : -ENOMEM;
    }

    private static int create(Task t, FsBuilder b, boolean exclusive) {
        if (!MountCalls.mayMount(t)) {
            return -EPERM;
        }
        if (b.phase() != FsBuilder.Phase.CREATE) {
            return -EBUSY;
        }
        Ref<FileSystem> fs = new Ref<>();
        int r = MountTypes.makeFor(t, b.type(), b.options(), b.places(), fs);
        if (r == 0 && exclusive && MountTypes.single(b.type())) {
            r = -EBUSY;
        }
        if (r != 0) {
            b.setPhase(FsBuilder.Phase.FAILED);
            return r;
        }
        if (Boolean.TRUE.equals(b.readOnly())) {
            fs.get().setReadOnly(true);
        }
        b.setMade(fs.get());
        return 0;
    }

    private static int reconfigure(Task t, FsBuilder b) {
        Path p = b.picked();
        if (b.phase() != FsBuilder.Phase.RECONFIGURE || p == null) {
            return -EBUSY;
        }
        if (!t.creds().has(p.mount().fs().owner(), Cap.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        Boolean ro = b.readOnly();
        return ro == null ? 0 : MountOps.setReadOnly(p.mount(), ro);
    }

    @Syscall(nr = Nr.fsmount)
    public static long sys_fsmount(Task t, int fd, @As(Kind.HEX) int flags, @As(Kind.HEX) int attrs) {
        if (!MountCalls.mayMount(t)) {
            return -EPERM;
        }
        if ((flags & ~CLOEXEC) != 0 || (attrs & ~ATTRS) != 0) {
            return -EINVAL;
        }
        long time = attrs & ATTR_ATIME;
        if (time != 0 && time != ATTR_NOATIME && time != ATTR_STRICTATIME) {
            return -EINVAL;
        }
        FileDescription f = Io.open(t, fd);
        if (f == null) {
            return -EBADF;
        }
        if (!(f instanceof FsBuilder b) || b.made() == null) {
            return -EINVAL;
        }
        FileSystem fs = b.made();
        if (fs == null || b.phase() != FsBuilder.Phase.AWAITING_MOUNT) {
            return -EBUSY;
        }
        String source = b.source();
        Mount m = new Mount(fs, new Dentry(null, "/", fs.root()), source == null ? "none" : source, flagsOf(attrs));
        Ref<Path> top = new Ref<>();
        int r = MountOps.hide(t.mounts(), m, top);
        if (r != 0) {
            return r;
        }
        b.setPhase(FsBuilder.Phase.RECONFIGURE);
        MountCalls.mounted(m);
        return PipeCalls.install(t, PathDescription.ofTree(top.get()), (flags & CLOEXEC) != 0);
    }

    /** MS_* bits of MOUNT_ATTR_* ones. */
    private static int flagsOf(long attrs) {
        int f = (int) attrs & 15;
        f |= (attrs & ATTR_ATIME) == ATTR_NOATIME ? Mount.NOATIME : 0;
        f |= (attrs & ATTR_ATIME) == ATTR_STRICTATIME ? Mount.STRICTATIME : 0;
        f |= (attrs & ATTR_NODIRATIME) != 0 ? Mount.NODIRATIME : 0;
        return (attrs & ATTR_NOSYMFOLLOW) != 0 ? f | Mount.NOSYMFOLLOW : f;
    }

    /** The other way round. */
    static long attrsOf(int f) {
        long a = f & 15;
        a |= (f & Mount.NOATIME) != 0 ? ATTR_NOATIME : (f & Mount.STRICTATIME) != 0 ? ATTR_STRICTATIME : 0;
        a |= (f & Mount.NODIRATIME) != 0 ? ATTR_NODIRATIME : 0;
        return (f & Mount.NOSYMFOLLOW) != 0 ? a | ATTR_NOSYMFOLLOW : a;
    }

    // ---- trees ----

    private static int find(Task t, int dirfd, long path, boolean noFollow, boolean empty, Ref<Path> out) {
        int walk = (noFollow ? PathWalk.NOFOLLOW : 0) | (empty ? PathWalk.EMPTY : 0);
        return PathArg.find(t, dirfd, path, walk, out);
    }

    @Syscall(nr = Nr.open_tree)
    public static long sys_open_tree(Task t, int dirfd, @As(Kind.PATH) long path, @As(Kind.HEX) int flags) {
        int known = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | OPEN_TREE_CLONE | O_CLOEXEC;
        if ((flags & ~known) != 0 || (flags & (AT_RECURSIVE | OPEN_TREE_CLONE)) == AT_RECURSIVE) {
            return -EINVAL;
        }
        boolean clone = (flags & OPEN_TREE_CLONE) != 0;
        if (clone && !MountCalls.mayMount(t)) {
            return -EPERM;
        }
        Ref<Path> at = new Ref<>();
        int r = find(t, dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) != 0, (flags & AT_EMPTY_PATH) != 0, at);
        if (r != 0) {
            return r;
        }
        boolean cloexec = (flags & O_CLOEXEC) != 0;
        if (!clone) {
            return PipeCalls.install(t, PathDescription.of(at.get()), cloexec);
        }
        Ref<Path> top = new Ref<>();
        r = MountOps.cloneTree(t.mounts(), at.get(), (flags & AT_RECURSIVE) != 0, top);
        return r != 0 ? r : PipeCalls.install(t, PathDescription.ofTree(top.get()), cloexec);
    }

    @Syscall(nr = Nr.move_mount)
    public static long sys_move_mount(
            Task t,
            int fromDirfd,
            @As(Kind.PATH) long from,
            int toDirfd,
            @As(Kind.PATH) long to,
            @As(Kind.HEX) int flags) {
        if (!MountCalls.mayMount(t)) {
            return -EPERM;
        }
        int both = MOVE_MOUNT_SET_GROUP | MOVE_MOUNT_BENEATH;
        if ((flags & ~MOVE_MOUNT_MASK) != 0 || (flags & both) == both) {
            return -EINVAL;
        }
        Ref<Path> a = new Ref<>();
        Ref<Path> b = new Ref<>();
        int r = find(
                t, fromDirfd, from, (flags & MOVE_MOUNT_F_SYMLINKS) == 0, (flags & MOVE_MOUNT_F_EMPTY_PATH) != 0, a);
        if (r == 0) {
            r = find(t, toDirfd, to, (flags & MOVE_MOUNT_T_SYMLINKS) == 0, (flags & MOVE_MOUNT_T_EMPTY_PATH) != 0, b);
        }
        if (r != 0) {
            return r;
        }
        if ((flags & MOVE_MOUNT_SET_GROUP) != 0) {
            return MountOps.joinGroup(t.creds(), t.mounts(), a.get(), b.get());
        }
        return (flags & MOVE_MOUNT_BENEATH) != 0
                ? MountOps.moveBeneath(t.mounts(), a.get(), b.get())
                : MountOps.move(t.mounts(), a.get(), b.get());
    }

    @Syscall(
            nr = Nr.mount_setattr,
            support = Support.PARTIAL,
            note = "no file system allows MOUNT_ATTR_IDMAP: EINVAL, or EBADF, EPERM for a descriptor that would not do")
    public static long sys_mount_setattr(
            Task t, int dirfd, @As(Kind.PATH) long path, @As(Kind.HEX) int flags, long uattr, long usize) {
        if ((flags & ~(AT_EMPTY_PATH | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT)) != 0) {
            return -EINVAL;
        }
        long[] a = new long[3];
        int r = attributes(t, uattr, usize, a);
        if (r != 0 || (a[0] | a[1] | a[2]) == 0) {
            return r;
        }
        Ref<Path> at = new Ref<>();
        r = find(t, dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) != 0, (flags & AT_EMPTY_PATH) != 0, at);
        return r != 0 ? r : apply(t, at.get(), a, (flags & AT_RECURSIVE) != 0);
    }

    /** struct mount_attr, checked: what to set, what to clear, propagation. */
    private static int attributes(Task t, long uattr, long usize, long[] out) {
        if (Long.compareUnsigned(usize, PAGE) > 0) {
            return -E2BIG;
        }
        if (usize < ATTR_SIZE) {
            return -EINVAL;
        }
        if (!MountCalls.mayMount(t)) {
            return -EPERM;
        }
        byte[] b = new byte[(int) usize];
        int r = t.mem().read(uattr, b);
        if (r != 0) {
            return r;
        }
        for (int i = ATTR_SIZE; i < b.length; i++) {
            if (b[i] != 0) {
                return -E2BIG;
            }
        }
        long set = Bytes.i64(b, 0);
        long clear = Bytes.i64(b, 8);
        long how = Bytes.i64(b, 16);
        long propagation = 15L << 17;
        boolean timesClear = (clear & ATTR_ATIME) != 0;
        long time = set & ATTR_ATIME;
        if ((how & ~propagation) != 0
                || Long.bitCount(how) > 1
                || (set & ~ATTR_IDMAP & ~ATTRS) != 0
                || (clear & ~ATTRS) != 0
                || (timesClear && (clear & ATTR_ATIME) != ATTR_ATIME)
                || (!timesClear && time != 0)
                || (time != 0 && time != ATTR_NOATIME && time != ATTR_STRICTATIME)) {
            return -EINVAL;
        }
        if ((set & ATTR_IDMAP) != 0) {
            return idMapped(t, Bytes.i64(b, 24));
        }
        out[0] = set;
        out[1] = clear;
        out[2] = how;
        return 0;
    }

    /** Mounts that show other owners: what is wrong with the descriptor of the user namespace, else that no file system can. */
    private static int idMapped(Task t, long fd) {
        if (fd < 0 || fd > Integer.MAX_VALUE) {
            return -EINVAL;
        }
        FileDescription f = t.fget((int) fd);
        if (f == null) {
            return -EBADF;
        }
        if (!(f instanceof NsFile n && n.namespace() instanceof UserNamespace u)) {
            return -EINVAL;
        }
        return u == UserNamespace.FIRST || !t.creds().has(u, Cap.CAP_SYS_ADMIN) ? -EPERM : -EINVAL;
    }

    private static int apply(Task t, Path at, long[] a, boolean recursive) {
        int off = flagsOf(a[1] & ~ATTR_ATIME) | ((a[1] & ATTR_ATIME) != 0 ? Mount.NOATIME | Mount.STRICTATIME : 0);
        MountOps.Spreading how = a[2] == 0 ? null : MountCalls.spreading(a[2]);
        return MountOps.setAttributes(t.mounts(), at, flagsOf(a[0]), off, how, recursive);
    }

    @Syscall(nr = Nr.open_tree_attr, support = Support.PARTIAL, note = "as open_tree and mount_setattr")
    public static long sys_open_tree_attr(
            Task t, int dirfd, @As(Kind.PATH) long path, @As(Kind.HEX) int flags, long uattr, long usize) {
        if (uattr == 0 && usize != 0) {
            return -EINVAL;
        }
        long[] a = new long[3];
        int r = uattr == 0 ? 0 : attributes(t, uattr, usize, a);
        if (r != 0) {
            return r;
        }
        long fd = sys_open_tree(t, dirfd, path, flags);
        if (fd < 0 || (a[0] | a[1] | a[2]) == 0) {
            return fd;
        }
        FileDescription f = t.fget((int) fd);
        Path at = f == null ? null : f.path();
        r = at == null ? -EBADF : apply(t, at, a, (flags & AT_RECURSIVE) != 0);
        if (r != 0) {
            FdCalls.sys_close(t, (int) fd);
            return r;
        }
        return fd;
    }
}
