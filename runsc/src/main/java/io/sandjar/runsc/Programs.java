// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.ProgramSearch;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The guest's program: found as a shell finds it, with a shell's exit statuses when it cannot be run. */
final class Programs {
    static final int CANNOT_EXECUTE = 126;
    static final int NOT_FOUND = 127;

    private Programs() {}

    /** The path of {@code command} in the guest. */
    static String find(Task init, String command, List<String> environment) {
        String path = variable(environment, "PATH=");
        Ref<String> out = new Ref<>();
        return switch (ProgramSearch.find(init, command, path, out)) {
            case 0 -> out.get();
            case -EACCES -> throw new Failure(CANNOT_EXECUTE, command + ": cannot execute: permission denied", "");
            default ->
                throw new Failure(
                        NOT_FOUND,
                        command + ": command not found",
                        "looked in the guest's PATH: " + (path == null ? ProgramSearch.DEFAULT_PATH : path));
        };
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
