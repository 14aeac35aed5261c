// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.union.UnionFs;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of an overlay, from text to directories. Those that ask for what is not there (redirect_dir, index,
 * metacopy, nfs_export) are taken as Linux takes them on file systems that cannot do it: they stay off.
 */
final class OverlayOptions {
    private static final int MAX_LAYERS = 500;

    private final Task t;
    private final Map<String, Path> places;
    private final ArrayList<Path> lowers = new ArrayList<>();
    private final StringBuilder shown = new StringBuilder();
    private @Nullable Path upper;
    private @Nullable Path work;
    private @Nullable String lowerText;
    private @Nullable String upperText;
    private @Nullable String workText;
    private boolean added;
    private boolean userxattr;
    private boolean isVolatile;

    private OverlayOptions(Task t, Map<String, Path> places) {
        this.t = t;
        this.places = places;
    }

    /** Whether an option names one directory: its file is found when it is said. */
    static boolean namesPlace(String key) {
        return key.equals("upperdir") || key.equals("workdir") || key.equals("lowerdir+");
    }

    /** Whether there is an option {@code key}, with this value: 0 or -errno. */
    static int check(Task t, String key, @Nullable String value, Ref<Path> place) {
        if (!namesPlace(key)) {
            return new OverlayOptions(t, Map.of()).option(value == null ? key : key + "=" + value);
        }
        return value == null ? -EINVAL : new OverlayOptions(t, Map.of()).directory(value, value, place);
    }

    /** Makes an overlay. @param places what was found already, by the text of the option */
    static int make(Task t, List<String> options, Map<String, Path> places, Ref<FileSystem> out) {
        OverlayOptions o = new OverlayOptions(t, places);
        for (String s : options) {
            int r = o.option(s);
            if (r != 0) {
                return r;
            }
        }
        int r = o.consistent();
        return r != 0 ? r : o.make(out);
    }

    private int option(String s) {
        int eq = s.indexOf('=');
        String key = eq < 0 ? s : s.substring(0, eq);
        String value = eq < 0 ? null : s.substring(eq + 1);
        switch (key) {
            case "userxattr" -> {
                userxattr = true;
                return value == null ? 0 : -EINVAL;
            }
            case "volatile" -> {
                isVolatile = true;
                return value == null ? 0 : -EINVAL;
            }
            case "default_permissions", "override_creds", "nooverride_creds" -> {
                return value == null ? 0 : -EINVAL;
            }
            default -> {}
        }
        if (value == null) {
            return -EINVAL;
        }
        switch (key) {
            case "lowerdir" -> {
                lowerText = value;
                added = false;
                return layers(value);
            }
            case "lowerdir+" -> {
                added = true;
                Ref<Path> p = new Ref<>();
                int r = directory(s, value, p);
                if (r == 0) {
                    lowers.add(p.get());
                    shown.append(",lowerdir+=").append(value);
                }
                return r != 0 ? r : lowers.size() > MAX_LAYERS ? -EINVAL : 0;
            }
            case "upperdir", "workdir" -> {
                Ref<Path> p = new Ref<>();
                int r = directory(s, value, p);
                if (r == 0 && key.equals("upperdir")) {
                    upper = p.get();
                    upperText = value;
                } else if (r == 0) {
                    work = p.get();
                    workText = value;
                }
                return r;
            }
            case "redirect_dir" -> {
                return oneOf(value, "on", "off", "follow", "nofollow");
            }
            case "index", "nfs_export", "metacopy" -> {
                return oneOf(value, "on", "off", "", "");
            }
            case "xino" -> {
                return oneOf(value, "on", "off", "auto", "");
            }
            case "uuid" -> {
                return oneOf(value, "on", "off", "auto", "null");
            }
            case "verity" -> {
                return oneOf(value, "off", "", "", "");
            }
            default -> {
                return -EINVAL;
            }
        }
    }

    private static int oneOf(String value, String a, String b, String c, String d) {
        boolean known = value.equals(a) || value.equals(b) || value.equals(c) || value.equals(d);
        return known && !value.isEmpty() ? 0 : -EINVAL;
    }

    /** The directories of lowerdir=, which have colons between them. */
    private int layers(String value) {
        lowers.clear();
        StringBuilder name = new StringBuilder();
        for (int i = 0; i <= value.length(); i++) {
            char ch = i == value.length() ? ':' : value.charAt(i);
            if (ch == '\\' && i + 1 < value.length()) {
                name.append(value.charAt(++i));
                continue;
            }
            if (ch != ':') {
                name.append(ch);
                continue;
            }
            if (name.isEmpty() || lowers.size() == MAX_LAYERS) {
                return -EINVAL; // also layers for contents only, after two colons
            }
            Ref<Path> p = new Ref<>();
            int r = find(name.toString(), p);
            if (r != 0) {
                return r;
            }
            lowers.add(p.get());
            name.setLength(0);
        }
        return 0;
    }

    private int directory(String option, String value, Ref<Path> out) {
        Path known = places.get(option);
        if (known != null) {
            out.set(known);
            return 0;
        }
        return value.isEmpty()
                ? -EINVAL
                : find(value.replace("\\,", ",").replace("\\:", ":").replace("\\\\", "\\"), out);
    }

    private int find(String name, Ref<Path> out) {
        int r = PathWalk.find(t, AT_FDCWD, name, 0, out);
        return r == 0 && !out.get().inode().isDir() ? -EINVAL : r;
    }

    // ---- what they mean together ----

    private int consistent() {
        Path up = upper;
        Path wk = work;
        if (up == null) {
            wk = null;
            work = null;
        }
        if (lowers.isEmpty() || (up == null && lowers.size() < 2) || (up != null && wk == null)) {
            return -EINVAL;
        }
        if (up != null && wk != null) {
            if (up.mount() != wk.mount()
                    || within(up.dentry(), wk.dentry())
                    || within(wk.dentry(), up.dentry())
                    || up.mount().readOnly()
                    || up.inode().fs.isStacked()) {
                return -EINVAL;
            }
        }
        for (int i = 0; i < lowers.size(); i++) {
            Dentry d = lowers.get(i).dentry();
            if ((up != null && within(d, up.dentry())) || (wk != null && within(d, wk.dentry()))) {
                return -ELOOP;
            }
            for (int k = 0; k < lowers.size(); k++) {
                if (k != i && within(d, lowers.get(k).dentry())) {
                    return -ELOOP;
                }
            }
        }
        return 0;
    }

    /** Whether {@code d} is {@code top} or lies in it. */
    private static boolean within(Dentry d, Dentry top) {
        Object wanted = top.inode().identity();
        for (Dentry x = d; x != null; x = x.parent()) {
            if (x == top || x.inode().identity().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private int make(Ref<FileSystem> out) {
        ArrayList<Inode> layers = new ArrayList<>(lowers.size());
        int forced = 0;
        for (Path p : lowers) {
            layers.add(p.inode());
            forced |= p.mount().lockedFlags();
        }
        Path up = upper;
        Path wk = work;
        forced |= up == null ? 0 : up.mount().lockedFlags();
        if (UnionFs.tooDeep(layers)) {
            return -EINVAL;
        }
        UnionFs fs = new UnionFs(
                up == null ? null : up.inode(),
                wk == null ? null : wk.inode(),
                layers,
                userxattr,
                text(),
                forced & (Mount.NOSUID | Mount.NODEV | Mount.NOEXEC),
                t.creds());
        int r = fs.check();
        fs.endUnmounted();
        if (r != 0) {
            fs.close();
            return r;
        }
        out.set(fs);
        return 0;
    }

    private String text() {
        StringBuilder b = new StringBuilder();
        if (added) {
            b.append(shown, 1, shown.length());
        } else {
            b.append("lowerdir=").append(lowerText);
        }
        if (upper != null) {
            b.append(",upperdir=").append(upperText).append(",workdir=").append(workText);
        }
        if (isVolatile) {
            b.append(",volatile");
        }
        if (userxattr) {
            b.append(",userxattr");
        }
        return b.toString();
    }
}
