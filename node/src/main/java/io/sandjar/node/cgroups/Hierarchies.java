// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where control groups are mounted. With v1 each controller has a tree of its own, with v2 one tree has all; a hybrid host
 * counts as v1, because there v2 has no controllers for us.
 */
final class Hierarchies {
    private static final List<String> OURS = List.of("memory", "cpu", "cpuacct", "pids");

    /** @param controllers none: a tree that only needs cleaning */
    record Tree(boolean v2, Path mount, List<String> controllers) {}

    private final List<Tree> trees = new ArrayList<>();

    /** @param root goes before every path; / on a real host */
    static Hierarchies find(Path root) {
        Hierarchies h = new Hierarchies();
        String table = Sys.readText(root.resolve("proc/thread-self/mountinfo").toString());
        for (String line : table == null ? new String[0] : table.split("\n", -1)) {
            int dash = line.indexOf(" - ");
            String[] before = line.split(" ", 6);
            String[] after = dash < 0 ? new String[0] : line.substring(dash + 3).split(" ", 3);
            if (before.length == 6 && after.length == 3 && !before[4].contains("\\")) {
                h.add(root.resolve(before[4].substring(1)), after[0], after[2]);
            }
        }
        return h;
    }

    private void add(Path mount, String type, String options) {
        if (type.equals("cgroup2")) {
            if (trees.stream().noneMatch(Tree::v2)) {
                trees.add(new Tree(true, mount, List.of()));
            }
        } else if (type.equals("cgroup")) {
            List<String> all = List.of(options.split(",", -1));
            List<String> ours = OURS.stream()
                    .filter(all::contains)
                    .filter(c -> with(c) == null)
                    .toList();
            trees.add(new Tree(false, mount, ours));
        }
    }

    List<Tree> all() {
        return trees;
    }

    /** Whether one tree of version 2 is all there is. */
    boolean pureV2() {
        return trees.stream().allMatch(Tree::v2) && !trees.isEmpty();
    }

    /** The tree with this controller; with v2 the only one, whether it has the controller or not. */
    @Nullable
    Tree with(String controller) {
        if (pureV2()) {
            return trees.getFirst();
        }
        for (Tree t : trees) {
            if (t.controllers().contains(controller)) {
                return t;
            }
        }
        return null;
    }

    /** The text of a file of a group; null: it is not there. */
    static @Nullable String read(Path file) {
        return Sys.readText(file.toString());
    }

    static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    /** A number in a file; -1: none ("max" too). */
    static long number(Path file) {
        String t = read(file);
        return t == null ? -1 : parse(t.trim());
    }

    /** The number behind a word in a file with lines "word number"; -1: none. */
    static long number(Path file, String word) {
        String t = read(file);
        for (String line : t == null ? new String[0] : t.split("\n", -1)) {
            if (line.startsWith(word + " ")) {
                return parse(line.substring(word.length() + 1).trim());
            }
        }
        return -1;
    }

    private static long parse(String t) {
        try {
            return Long.parseLong(t);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
