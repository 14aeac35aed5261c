// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.kernel.vfs.Creds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who the guest is: ids, and what a login would put into the environment. */
final class GuestUser {
    private final int uid;
    private int gid;
    private int[] groups = {};

    /** Variables NAME=VALUE that follow from the user, unless --env says otherwise. */
    private final List<String> variables = new ArrayList<>();

    private GuestUser(int uid, int gid) {
        this.uid = uid;
        this.gid = gid;
    }

    /** The user who calls. */
    static GuestUser caller() {
        GuestUser u = new GuestUser(HostSide.uid(), HostSide.gid());
        u.groups = HostSide.groups();
        return u;
    }

    /** What {@code --user} names, looked up in the guest's files. */
    static GuestUser named(String spec, GuestMounts tree) {
        int colon = spec.indexOf(':');
        String user = colon < 0 ? spec : spec.substring(0, colon);
        String group = colon < 0 ? null : spec.substring(colon + 1);
        String passwd = tree.readText("/etc/passwd");
        String[] entry = find(passwd, user, 2);
        long id = Values.number(user);
        if (entry == null && id < 0) {
            throw new Failure(
                    Command.FAILED,
                    "--user: there is no user \"" + user + "\" in the guest's /etc/passwd",
                    "a number always works: --user 1000:1000");
        }
        GuestUser u = new GuestUser(
                entry == null ? checked(id, user) : checked(Values.number(entry[2]), user),
                entry == null ? 0 : checked(Values.number(entry[3]), user));
        String groupFile = tree.readText("/etc/group");
        if (group != null) {
            u.gid = group(groupFile, group);
        } else if (entry != null) {
            u.groups = memberships(groupFile, entry[0]);
        }
        u.variables.add("HOME=" + (entry == null || entry.length < 6 || entry[5].isEmpty() ? "/" : entry[5]));
        if (entry != null) {
            u.variables.add("USER=" + entry[0]);
            u.variables.add("LOGNAME=" + entry[0]);
        }
        return u;
    }

    private static int group(@Nullable String file, String name) {
        String[] entry = find(file, name, 2);
        long id = entry == null ? Values.number(name) : Values.number(entry[2]);
        if (id < 0) {
            throw new Failure(
                    Command.FAILED,
                    "--user: there is no group \"" + name + "\" in the guest's /etc/group",
                    "a number always works: --user 1000:1000");
        }
        return checked(id, name);
    }

    private static int checked(long id, String what) {
        if (id < 0 || id >= 0xffffffffL) {
            throw new UsageError("--user: \"" + what + "\" is not a user or group id", "ids are 0 to 4294967294");
        }
        return (int) id;
    }

    /** The line of passwd(5) or group(5) with a name, or else with a number in field {@code idField}. */
    private static String @Nullable [] find(@Nullable String file, String key, int idField) {
        String[] byNumber = null;
        for (String line : lines(file)) {
            String[] f = fields(line);
            if (f.length > 3 && f[0].equals(key)) {
                return f;
            }
            if (f.length > 3 && byNumber == null && f[idField].equals(key)) {
                byNumber = f;
            }
        }
        return byNumber;
    }

    private static int[] memberships(@Nullable String file, String user) {
        int[] ids = new int[64];
        int n = 0;
        for (String line : lines(file)) {
            String[] f = fields(line);
            if (f.length > 3 && ("," + f[3] + ",").contains("," + user + ",") && n < ids.length) {
                ids[n++] = checked(Values.number(f[2]), f[2]);
            }
        }
        return java.util.Arrays.copyOf(ids, n);
    }

    private static List<String> lines(@Nullable String file) {
        return file == null ? List.of() : split(file, '\n');
    }

    private static String[] fields(String line) {
        return split(line, ':').toArray(new String[0]);
    }

    private static List<String> split(String text, char at) {
        ArrayList<String> all = new ArrayList<>();
        int from = 0;
        int end;
        while ((end = text.indexOf(at, from)) >= 0) {
            all.add(text.substring(from, end));
            from = end + 1;
        }
        all.add(text.substring(from));
        return all;
    }

    int uid() {
        return uid;
    }

    int gid() {
        return gid;
    }

    List<String> variables() {
        return variables;
    }

    Creds creds() {
        return Creds.of(uid, gid).withGroups(groups);
    }
}
