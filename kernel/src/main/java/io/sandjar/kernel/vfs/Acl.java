// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.base.Ref;

/**
 * An access control list of a file (acl(5)): who may do what beyond the mode. Immutable; users and groups are the
 * kernel's numbers. Its outer form is that of the attributes {@code system.posix_acl_*}.
 */
public final class Acl {
    public static final String ACCESS = "system.posix_acl_access";
    public static final String DEFAULT = "system.posix_acl_default";

    private static final int USER_OBJ = 1;
    private static final int USER = 2;
    private static final int GROUP_OBJ = 4;
    private static final int GROUP = 8;
    private static final int MASK = 16;
    private static final int OTHER = 32;

    private static final int VERSION = 2;
    private static final int HEADER = 4;
    private static final int ENTRY = 8;

    /** Lets nobody but the owner near the file. */
    public static final Acl OWNER_ONLY =
            new Acl(new byte[] {USER_OBJ, GROUP_OBJ, OTHER}, new byte[] {7, 0, 0}, new int[] {-1, -1, -1});

    private final byte[] tags;
    private final byte[] perms;
    private final int[] ids;

    private Acl(byte[] tags, byte[] perms, int[] ids) {
        this.tags = tags;
        this.perms = perms;
        this.ids = ids;
    }

    /** Whether an attribute is one of the two. */
    public static boolean isName(String attr) {
        return attr.equals(ACCESS) || attr.equals(DEFAULT);
    }

    // ---- the outer form ----

    /** Reads the outer form: 0, with nothing in {@code out} for an empty list, or -errno. */
    public static int parse(byte[] b, UserNamespace ns, Ref<Acl> out) {
        if (b.length == 0) {
            return 0;
        }
        if (b.length < HEADER) {
            return -EINVAL;
        }
        if (Bytes.i32(b, 0) != VERSION) {
            return -EOPNOTSUPP;
        }
        int n = (b.length - HEADER) / ENTRY;
        if ((b.length - HEADER) % ENTRY != 0) {
            return -EINVAL;
        }
        if (n == 0) {
            return 0;
        }
        Acl a = new Acl(new byte[n], new byte[n], new int[n]);
        for (int i = 0; i < n; i++) {
            int at = HEADER + ENTRY * i;
            int tag = Bytes.u16(b, at);
            int perm = Bytes.u16(b, at + 2);
            int id = Bytes.i32(b, at + 4);
            if (tag > OTHER || (perm & ~7) != 0) {
                return -EINVAL;
            }
            a.tags[i] = (byte) tag;
            a.perms[i] = (byte) perm;
            a.ids[i] = tag == USER ? ns.kernelUid(id) : tag == GROUP ? ns.kernelGid(id) : -1;
            if ((tag == USER || tag == GROUP) && a.ids[i] == -1) {
                return -EINVAL;
            }
        }
        if (!a.inOrder()) {
            return -EINVAL;
        }
        out.set(a);
        return 0;
    }

    /** Whether all that must be there is there, once and in order. */
    private boolean inOrder() {
        int next = USER_OBJ;
        boolean named = false;
        for (byte tag : tags) {
            switch (tag) {
                case USER_OBJ -> {
                    if (next != USER_OBJ) {
                        return false;
                    }
                    next = USER;
                }
                case USER -> {
                    if (next != USER) {
                        return false;
                    }
                    named = true;
                }
                case GROUP_OBJ -> {
                    if (next != USER) {
                        return false;
                    }
                    next = GROUP;
                }
                case GROUP -> {
                    if (next != GROUP) {
                        return false;
                    }
                    named = true;
                }
                case MASK -> {
                    if (next != GROUP) {
                        return false;
                    }
                    next = OTHER;
                }
                case OTHER -> {
                    if (next != OTHER && (next != GROUP || named)) {
                        return false;
                    }
                    next = 0;
                }
                default -> {
                    return false;
                }
            }
        }
        return next == 0;
    }

    /** The outer form for a reader in {@code ns}. */
    public byte[] text(UserNamespace ns) {
        byte[] b = new byte[HEADER + ENTRY * tags.length];
        Bytes.put32(b, 0, VERSION);
        for (int i = 0; i < tags.length; i++) {
            int at = HEADER + ENTRY * i;
            Bytes.put16(b, at, tags[i]);
            Bytes.put16(b, at + 2, perms[i]);
            int id = tags[i] == USER ? ns.shownUid(ids[i]) : tags[i] == GROUP ? ns.shownGid(ids[i]) : -1;
            Bytes.put32(b, at + 4, id);
        }
        return b;
    }

    /** Memory that it takes, roughly. */
    public int size() {
        return 64 + 6 * tags.length;
    }

    // ---- meaning ----

    /**
     * Whether somebody who does not own the file may do all of {@code want} (rwx bits).
     *
     * @param gid the file's group
     */
    public boolean allows(Creds c, int gid, int want) {
        boolean inGroup = false;
        for (int i = 0; i < tags.length; i++) {
            switch (tags[i]) {
                case USER -> {
                    if (ids[i] == c.fsuid()) {
                        return masked(i, want);
                    }
                }
                case GROUP_OBJ, GROUP -> {
                    if (c.inGroup(tags[i] == GROUP_OBJ ? gid : ids[i])) {
                        inGroup = true;
                        if ((perms[i] & want) == want) {
                            return masked(i, want);
                        }
                    }
                }
                case OTHER -> {
                    return !inGroup && (perms[i] & want) == want;
                }
                default -> {}
            }
        }
        return false;
    }

    private boolean masked(int entry, int want) {
        int m = find(MASK);
        int perm = m < 0 ? perms[entry] : perms[entry] & perms[m];
        return (perm & want) == want;
    }

    private int find(int tag) {
        for (int i = 0; i < tags.length; i++) {
            if (tags[i] == tag) {
                return i;
            }
        }
        return -1;
    }

    private int perm(int tag) {
        int i = find(tag);
        return i < 0 ? 0 : perms[i];
    }

    /** Whether it says nothing that a mode does not say. */
    public boolean isMode() {
        return tags.length == 3;
    }

    /** The permission bits that it stands for. */
    public int mode() {
        return perm(USER_OBJ) << 6 | perm(find(MASK) < 0 ? GROUP_OBJ : MASK) << 3 | perm(OTHER);
    }

    private Acl with(int user, int group, int other) {
        byte[] p = perms.clone();
        p[find(USER_OBJ)] = (byte) user;
        p[find(find(MASK) < 0 ? GROUP_OBJ : MASK)] = (byte) group;
        p[find(OTHER)] = (byte) other;
        return new Acl(tags, p, ids);
    }

    /** After chmod(2). */
    public Acl withMode(int mode) {
        return with(mode >> 6 & 7, mode >> 3 & 7, mode & 7);
    }

    /** The mode of a new file in a directory that has this one as default. */
    public int createdMode(int mode) {
        return mode & ~0777 | mode() & mode & 0777;
    }

    /** The list of a new file in a directory that has this one as default: not more than {@code mode} allows. */
    public Acl created(int mode) {
        int both = createdMode(mode);
        return with(both >> 6 & 7, both >> 3 & 7, both & 7);
    }
}
