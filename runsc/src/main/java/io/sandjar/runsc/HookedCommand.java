// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.runsc.create.Existing;
import io.sandjar.runsc.create.NativeProgram;

/**
 * {@code runsc start} and {@code runsc delete} of containers that have hooks for it: the native program sends those here
 * and is called back for all but the hooks.
 */
final class HookedCommand extends RunscCommand {
    private static final Option[] NONE = {};
    private static final Option[] DELETE = {
        Option.flag("force", "end it first if it runs; never fail because it is gone")
                .or("f"),
    };

    private final boolean delete;

    HookedCommand(String name) {
        delete = name.equals("delete");
    }

    @Override
    String name() {
        return delete ? "delete" : "start";
    }

    @Override
    String summary() {
        return delete ? "removes a container that has stopped" : "starts a container that was created";
    }

    @Override
    String usage() {
        return delete ? "[--force] ID" : "ID";
    }

    @Override
    Option[] options() {
        return delete ? DELETE : NONE;
    }

    @Override
    String details() {
        return "";
    }

    @Override
    int run(Arguments args) {
        String root = globals.value("root");
        if (args.words().isEmpty() || root == null) {
            throw new UsageError("which container?", "write runsc " + name() + " ID");
        }
        String home = System.getProperty("sandjar.program");
        String path = home != null ? home : System.getProperty("java.home") + "/bin/runsc";
        NativeProgram program = new NativeProgram(path, globals.forwarded(), HostSide.environment());
        Existing container = new Existing(root, args.words().get(0), program, globals.log());
        return delete ? container.delete(args.has("force")) : container.start();
    }
}
