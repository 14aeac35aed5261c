// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cgroup hierarchies that this process sees, from /proc/self/mountinfo and /proc/self/cgroup. */
public final class Hierarchies {
    private final String root;
    private final List<Hierarchy> all = new ArrayList<>();
    private @Nullable Hierarchy unified;

    private Hierarchies(String root) {
        this.root = root;
    }

    /**
     * Looks for what is mounted.
     *
     * @param root goes before every path; empty on a real host
     */
    public static Hierarchies find(String root) {
        Hierarchies h = new Hierarchies(root);
        String mounts = Files.read(root + "/proc/self/mountinfo");
        String own = Files.read(root + "/proc/self/cgroup");
        if (mounts != null) {
            h.parse(Text.lines(mounts), own == null ? List.of() : Text.lines(own));
        }
        return h;
    }

    private void parse(List<String> mounts, List<String> own) {
        for (String line : mounts) {
            List<String> w = Text.words(line);
            int dash = w.indexOf("-");
            if (dash < 6 || w.size() < dash + 4) {
                continue;
            }
            String type = w.get(dash + 1);
            boolean v2 = type.equals("cgroup2");
            if (!v2 && !type.equals("cgroup")) {
                continue;
            }
            String mount = Text.unescape(w.get(4));
            String mountRoot = Text.unescape(w.get(3));
            if (v2) {
                addUnified(mount, mountRoot, ownOf(own, ""));
            } else {
                addV1(mount, mountRoot, w.get(dash + 3), own);
            }
        }
    }

    private void addUnified(String mount, String mountRoot, String own) {
        if (unified != null) {
            return; // the first is the host's; others are bind mounts of it
        }
        String list = Files.read(root + mount + "/cgroup.controllers");
        String[] controllers = list == null ? new String[0] : Text.words(list).toArray(new String[0]);
        unified = new Hierarchy(true, controllers, mount, mountRoot, own);
        all.add(unified);
    }

    private void addV1(String mount, String mountRoot, String superOptions, List<String> own) {
        // of the options of the super block, those that /proc/self/cgroup names too are controllers
        ArrayList<String> names = new ArrayList<>();
        String path = "/";
        for (String line : own) {
            int a = line.indexOf(':');
            int b = line.indexOf(':', a + 1);
            if (a < 0 || b <= a + 1) {
                continue;
            }
            List<String> here = Text.split(line.substring(a + 1, b), ',');
            if (Text.split(superOptions, ',').containsAll(here)) {
                names.addAll(here);
                path = line.substring(b + 1);
            }
        }
        if (names.isEmpty() || with(names.get(0)) != null) {
            return;
        }
        all.add(new Hierarchy(false, names.toArray(new String[0]), mount, mountRoot, path));
    }

    private static String ownOf(List<String> own, String controllers) {
        for (String line : own) {
            int a = line.indexOf(':');
            int b = line.indexOf(':', a + 1);
            if (b > 0 && line.substring(a + 1, b).equals(controllers)) {
                return line.substring(b + 1);
            }
        }
        return "/";
    }

    /** The hierarchy with this controller, null if there is none. A v1 hierarchy goes before v2's. */
    @Nullable
    Hierarchy with(String controller) {
        for (Hierarchy h : all) {
            if (!h.v2() && h.has(controller)) {
                return h;
            }
        }
        Hierarchy u = unified;
        return u != null && u.has(controller) ? u : null;
    }

    List<Hierarchy> all() {
        return all;
    }

    @Nullable
    Hierarchy unified() {
        return unified;
    }

    String root() {
        return root;
    }

    /** Whether v2 is all there is. */
    public boolean pureV2() {
        return unified != null && all.size() == 1;
    }

    /** Whether no hierarchy is mounted at all. */
    public boolean none() {
        return all.isEmpty();
    }

    /** One word for messages: v1, v2, hybrid or none. */
    public String layout() {
        if (all.isEmpty()) {
            return "none";
        }
        return pureV2() ? "v2" : unified == null ? "v1" : "hybrid";
    }
}
