// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The search for a program along PATH, as a shell does it. */
public final class ProgramSearch {
    public static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private ProgramSearch() {}

    /**
     * Finds the program of a new process, whose files are {@code t}'s.
     *
     * @return 0; -ENOENT; -EACCES when there is one, but not for this user
     */
    static int find(Task t, ProcessSpec spec, Ref<String> out) {
        if (spec.args.isEmpty()) {
            spec.complaint = "no arguments";
            return -EINVAL;
        }
        String command = new String(spec.args.get(0), StandardCharsets.ISO_8859_1);
        spec.complaint = command;
        String path = null;
        for (byte[] e : spec.env) {
            if (e.length >= 5 && e[0] == 'P' && e[1] == 'A' && e[2] == 'T' && e[3] == 'H' && e[4] == '=') {
                path = new String(e, 5, e.length - 5, StandardCharsets.ISO_8859_1);
                break;
            }
        }
        return find(t, command, path, out);
    }

    /** @param path the value of PATH; null for the usual one */
    public static int find(Task t, String command, @Nullable String path, Ref<String> out) {
        if (command.indexOf('/') >= 0) {
            out.set(command);
            return 0;
        }
        String dirs = path == null ? DEFAULT_PATH : path;
        int result = -ENOENT;
        int from = 0;
        while (from <= dirs.length() && !command.isEmpty()) {
            int end = dirs.indexOf(':', from);
            if (end < 0) {
                end = dirs.length();
            }
            String dir = end == from ? "." : dirs.substring(from, end);
            String candidate = dir + "/" + command;
            int r = runnable(t, candidate);
            if (r == 0) {
                out.set(candidate);
                return 0;
            }
            if (r == -EACCES) {
                result = r;
            }
            from = end + 1;
        }
        return result;
    }

    /** 0 for a file that may be executed, -EACCES for one that may not, -ENOENT for none. */
    private static int runnable(Task t, String path) {
        Ref<Path> out = new Ref<>();
        if (PathWalk.find(t, O.AT_FDCWD, path, 0, out) != 0) {
            return -ENOENT;
        }
        Path p = out.get();
        if ((p.inode().mode() & O.S_IFMT) != O.S_IFREG) {
            return -ENOENT;
        }
        return Permissions.may(t.creds(), p.inode(), Permissions.MAY_EXEC);
    }
}
