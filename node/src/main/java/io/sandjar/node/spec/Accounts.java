// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Users and groups of an image. The files belong to somebody we do not trust: links in them are followed within the image only,
 * and only regular files of a reasonable size are read.
 */
final class Accounts {
    private static final int MAX_LINKS = 16;
    private static final long MAX_BYTES = 4 << 20;

    private final List<String[]> users;
    private final List<String[]> groups;

    private Accounts(List<String[]> users, List<String[]> groups) {
        this.users = users;
        this.groups = groups;
    }

    static Accounts of(Path root) {
        return new Accounts(table(root, "etc/passwd", 4), table(root, "etc/group", 3));
    }

    private static List<String[]> table(Path root, String name, int fields) {
        List<String[]> rows = new ArrayList<>();
        try {
            Path file = inside(root, name);
            if (file == null || Files.size(file) > MAX_BYTES) {
                return rows;
            }
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).split("\n", -1)) {
                String[] row = line.split(":", -1);
                if (row.length >= fields && !line.startsWith("#")) {
                    rows.add(row);
                }
            }
        } catch (IOException e) {
            // an image without users
        }
        return rows;
    }

    /** The regular file that a name means within a root, whatever links lie on the way; null if there is none. */
    static @Nullable Path inside(Path root, String name) throws IOException {
        List<String> todo = new ArrayList<>(List.of(name.split("/")));
        List<String> done = new ArrayList<>();
        for (int links = 0; !todo.isEmpty(); ) {
            String part = todo.removeFirst();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (!done.isEmpty()) {
                    done.removeLast();
                }
                continue;
            }
            Path at = root.resolve(String.join("/", done)).resolve(part);
            if (!Files.isSymbolicLink(at)) {
                done.add(part);
                continue;
            }
            if (++links > MAX_LINKS) {
                return null;
            }
            String target = Files.readSymbolicLink(at).toString();
            if (target.startsWith("/")) {
                done.clear();
            }
            todo.addAll(0, List.of(target.split("/")));
        }
        Path file = root.resolve(String.join("/", done));
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? file : null;
    }

    private static String @Nullable [] find(List<String[]> table, int column, String value) {
        for (String[] row : table) {
            if (row[column].equals(value)) {
                return row;
            }
        }
        return null;
    }

    /** The uid of a name or number, -1 if the name is unknown. */
    long uid(String user) {
        String[] row = find(users, 0, user);
        return row != null ? number(row[2]) : number(user);
    }

    /** The main group of a user by number; 0 if it is unknown. */
    long gidOf(long uid) {
        String[] row = find(users, 2, Long.toString(uid));
        return row == null ? 0 : Math.max(number(row[3]), 0);
    }

    long gid(String group) {
        String[] row = find(groups, 0, group);
        return row != null ? number(row[2]) : number(group);
    }

    /** Groups that name this user as a member. */
    List<Long> groupsOf(long uid) {
        String[] user = find(users, 2, Long.toString(uid));
        List<Long> all = new ArrayList<>();
        for (String[] g : groups) {
            if (user != null && g.length > 3 && List.of(g[3].split(",")).contains(user[0]) && number(g[2]) >= 0) {
                all.add(number(g[2]));
            }
        }
        return all;
    }

    static long number(String text) {
        try {
            long n = Long.parseLong(text);
            return n >= 0 && n <= 0xffffffffL ? n : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
