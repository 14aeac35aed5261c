// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.ContainerTree;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.ProcessSpec;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import io.sandjar.oci.Process;
import io.sandjar.oci.Spec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The way from a process of the specification to one that is ready to run in its container. */
final class ProcessMaker {
    private static final int DIR_MODE = 0755;

    private final Container container;
    private final ContainerTree tree;
    private final Spec spec;

    ProcessMaker(Container container, ContainerTree tree, Spec spec) {
        this.container = container;
        this.tree = tree;
        this.spec = spec;
    }

    /**
     * Makes a process and loads its program; it runs when it is started.
     *
     * @param init whether it is the container's first
     * @throws Refusal in runc's words; nothing is left then
     */
    GuestProcess make(Process process, Donated donated, boolean init) {
        KernelCaller caller = new KernelCaller(tree.namespace().rootPath());
        Path cwd = workingDirectory(caller, process.cwd(), init);
        caller.fs().setCwd(cwd);
        List<String> env = environment(process, caller);
        ProcessSpec p = ProcessFields.of(process, spec);
        p.cwd = process.cwd();
        p.env = bytes(env);
        p.args = bytes(process.args());
        if (process.args().isEmpty()) {
            throw new Refusal("process.args: must not be empty");
        }
        String program = Programs.find(caller, process.args().get(0), env);
        p.program = program;
        Ref<Task> made = new Ref<>();
        int r = container.make(p, cwd, new FdTable(), made);
        if (r < 0) {
            throw new Refusal(p.complaint.isEmpty() ? Errors.text(r) : p.complaint);
        }
        Task t = made.get();
        ProcessStreams streams = null;
        try {
            DevPts terminals = tree.terminals();
            streams = new ProcessStreams(t, terminals, donated, init);
            r = container.load(t, p);
            if (r < 0) {
                throw Programs.refused(program, r);
            }
            return new GuestProcess(container, t, streams);
        } catch (RuntimeException e) {
            container.discard(t);
            if (streams != null) {
                streams.close();
            }
            throw e;
        }
    }

    /** As runc: init's is made when it is missing, that of others must be there. */
    private static Path workingDirectory(KernelCaller caller, String path, boolean make) {
        Ref<Path> out = new Ref<>();
        int r = new PathWalk(caller, caller.fs().root()).walk(PathWalk.AT_ROOT, path, PathWalk.DIRECTORY, out);
        if (r == -ENOENT && make) {
            r = makeDirectories(caller, path);
            if (r == 0) {
                r = new PathWalk(caller, caller.fs().root()).walk(PathWalk.AT_ROOT, path, PathWalk.DIRECTORY, out);
            }
            if (r < 0) {
                throw new Refusal("mkdir " + path + ": " + Errors.text(r));
            }
        }
        if (r < 0) {
            throw new Refusal("chdir to cwd (\"" + path + "\") set in config.json failed: " + Errors.text(r));
        }
        return out.get();
    }

    private static int makeDirectories(KernelCaller caller, String path) {
        int slash = path.lastIndexOf('/', path.length() - 2);
        if (slash > 0) {
            int r = makeDirectories(caller, path.substring(0, slash));
            if (r < 0) {
                return r;
            }
        }
        Ref<Path> out = new Ref<>();
        int r = new PathWalk(caller, caller.fs().root()).walk(PathWalk.AT_ROOT, path, PathWalk.DIRECTORY, out);
        if (r != -ENOENT) {
            return r;
        }
        PathWalk w = new PathWalk(caller, caller.fs().root());
        r = w.walkParent(PathWalk.AT_ROOT, path);
        if (r < 0) {
            return r;
        }
        Ref<Inode> made = new Ref<>();
        return w.parent().inode().mkdir(caller, w.last(), DIR_MODE, made);
    }

    private static List<String> environment(Process process, KernelCaller caller) {
        String home = Programs.variable(process.env(), "HOME=");
        if (home != null && !home.isEmpty()) {
            return process.env();
        }
        ArrayList<String> env = new ArrayList<>(process.env());
        if (home != null) {
            env.remove("HOME=");
        }
        String passwd = GuestText.read(caller, "/etc/passwd");
        env.add("HOME=" + Users.home(passwd, process.user().uid()));
        return env;
    }

    private static List<byte[]> bytes(List<String> words) {
        ArrayList<byte[]> all = new ArrayList<>(words.size());
        for (int i = 0; i < words.size(); i++) {
            all.add(words.get(i).getBytes(StandardCharsets.ISO_8859_1));
        }
        return all;
    }
}
