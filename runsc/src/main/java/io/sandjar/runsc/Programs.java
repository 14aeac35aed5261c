// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.kernel.vfs.Permissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The guest's program: found as a shell finds it, with a shell's exit statuses when it cannot be run. */
final class Programs {
    static final int CANNOT_EXECUTE = 126;
    static final int NOT_FOUND = 127;
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Programs() {}

    /** The path of {@code command} in the guest. */
    static String find(Task init, String command, List<String> environment) {
        if (command.indexOf('/') >= 0) {
            return command;
        }
        String path = variable(environment, "PATH=");
        if (path == null) {
            path = DEFAULT_PATH;
        }
        boolean forbidden = false;
        int from = 0;
        while (from <= path.length() && !command.isEmpty()) {
            int end = path.indexOf(':', from);
            if (end < 0) {
                end = path.length();
            }
            String dir = end == from ? "." : path.substring(from, end);
            String candidate = dir + "/" + command;
            int r = runnable(init, candidate);
            if (r == 0) {
                return candidate;
            }
            forbidden |= r == -EACCES;
            from = end + 1;
        }
        if (forbidden) {
            throw new Failure(CANNOT_EXECUTE, command + ": cannot execute: permission denied", "");
        }
        throw new Failure(NOT_FOUND, command + ": command not found", "looked in the guest's PATH: " + path);
    }

    /** 0 for a file that may be executed, -EACCES for one that may not, -ENOENT for none. */
    private static int runnable(Task init, String path) {
        Ref<Path> out = new Ref<>();
        if (PathWalk.find(init, O.AT_FDCWD, path, 0, out) != 0) {
            return -ENOENT;
        }
        Path p = out.get();
        if ((p.inode().mode() & O.S_IFMT) != O.S_IFREG) {
            return -ENOENT;
        }
        return Permissions.may(init.creds(), p.inode(), Permissions.MAY_EXEC);
    }

    /** What to say when execve(2) of the found program failed. */
    static Failure refused(Task init, String path, int error) {
        Ref<Path> out = new Ref<>();
        int found = PathWalk.find(init, O.AT_FDCWD, path, 0, out);
        if (found == -ENOENT || found == -ENOTDIR) {
            return new Failure(NOT_FOUND, path + ": " + ErrnoText.of(found), "");
        }
        if (found == 0 && out.get().inode().isDir()) {
            return new Failure(CANNOT_EXECUTE, path + ": is a directory", "");
        }
        return switch (-error) {
            case ENOENT ->
                new Failure(
                        NOT_FOUND,
                        path + ": cannot execute: its interpreter is missing",
                        "the program that its #! line or its ELF header names is not there in the guest");
            case ENOEXEC ->
                new Failure(
                        CANNOT_EXECUTE,
                        path + ": cannot execute: not a program for x86-64",
                        "a script needs a #! line; or run it with: sandjar do sh " + path);
            default -> new Failure(CANNOT_EXECUTE, path + ": cannot execute: " + ErrnoText.of(error), "");
        };
    }

    static @Nullable String variable(List<String> environment, String prefix) {
        for (String e : environment) {
            if (e.startsWith(prefix)) {
                return e.substring(prefix.length());
            }
        }
        return null;
    }
}
