// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.O.AT_FDCWD;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.LoneTask;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Path;
import java.nio.charset.StandardCharsets;

/** Any bytes as the options of a file system that a guest mounts; the first byte chooses which. There are some directories to name. */
public final class MountFuzz {
    private static final String[] TYPES = {
        "overlay", "proc", "devpts", "tmpfs", "ramfs", "mqueue", "overlay", "nothing",
    };
    private static final Task TASK = task();

    private MountFuzz() {}

    private static Task task() {
        MountNamespace ns = RootBuilder.empty(new FileStore()).build();
        Task t = LoneTask.make(new Kernel(), new FsContext(ns.rootPath(), ns.rootPath(), 022));
        t.container().setMounts(ns);
        for (String d : new String[] {"/a", "/a/b", "/c", "/c/u", "/c/w", "/x:y", "/x,y"}) {
            if (FileOps.mkdir(t, AT_FDCWD, d, 0777) != 0) {
                throw new AssertionError("no " + d);
            }
        }
        return t;
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        String type = TYPES[data[0] & 7];
        String text = new String(data, 1, data.length - 1, StandardCharsets.ISO_8859_1);
        Ref<FileSystem> made = new Ref<>();
        int r = MountTypes.make(TASK, type, MountTypes.split(text), made);
        if (r > 0 || r < -4095) {
            throw new AssertionError(type + ": result " + r);
        }
        if (type.equals("overlay")) {
            int eq = text.indexOf('=');
            String key = eq < 0 ? text : text.substring(0, eq);
            int one = OverlayOptions.check(TASK, key, eq < 0 ? null : text.substring(eq + 1), new Ref<Path>());
            if (one > 0 || one < -4095) {
                throw new AssertionError(key + ": result " + one);
            }
        }
        TASK.endCall();
    }
}
