// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.hooks;

import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.oci.Hooks.Hook;
import io.sandjar.runsc.EngineLog;
import io.sandjar.runsc.Failure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hooks of one kind, run in their order. They are programs of the host and run there; those that the runtime-spec
 * wants in the container's namespaces get the ones that are the host's too: network, IPC and host name.
 */
public final class HookRunner {
    private static final String[] SHARED = {"net", "ipc", "uts"};

    private final String bundle;
    private final EngineLog log;

    /** @param bundle where hooks start */
    public HookRunner(String bundle, EngineLog log) {
        this.bundle = bundle;
        this.log = log;
    }

    /**
     * Runs all of a kind.
     *
     * @param kind as the spec names it
     * @param inside pid whose namespaces they enter; 0: none
     * @param state the container's state, for their standard input
     * @throws Failure of the first that goes wrong
     */
    public void run(String kind, List<Hook> hooks, int inside, byte[] state) {
        for (int i = 0; i < hooks.size(); i++) {
            String wrong = one(hooks.get(i), inside, state);
            if (wrong != null) {
                throw new Failure(1, text(kind, i, hooks.get(i), wrong), "");
            }
        }
    }

    /** The same where an error is written down and the next hook runs all the same. */
    public void runAll(String kind, List<Hook> hooks, int inside, byte[] state) {
        for (int i = 0; i < hooks.size(); i++) {
            String wrong = one(hooks.get(i), inside, state);
            if (wrong != null) {
                log.warning(text(kind, i, hooks.get(i), wrong));
            }
        }
    }

    private static String text(String kind, int i, Hook hook, String wrong) {
        return "hooks." + kind + "[" + i + "]: " + hook.path() + ": " + wrong;
    }

    private @Nullable String one(Hook hook, int inside, byte[] state) {
        int[] namespaces = new int[inside == 0 ? 0 : SHARED.length];
        int open = 0;
        try {
            for (; open < namespaces.length; open++) {
                String path = "/proc/" + inside + "/ns/" + SHARED[open];
                namespaces[open] = Sys.openat(Sys.AT_FDCWD, path, O.O_RDONLY, 0);
                if (namespaces[open] < 0) {
                    return path + " cannot be opened";
                }
            }
            List<String> env = hook.env();
            return new HookProcess(hook.path(), hook.args(), env == null ? new ArrayList<>() : env, bundle, namespaces)
                    .run(state, hook.timeoutSeconds());
        } finally {
            for (int i = 0; i < open; i++) {
                Sys.close(namespaces[i]);
            }
        }
    }
}
