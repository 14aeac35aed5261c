// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the kernel is told when it boots: the global flags that concern it, as the native program passes them on. */
final class BootOptions {
    boolean debug;

    /** sandbox, host or none. */
    String network = "sandbox";

    /** none, open, create or all. */
    String hostUds = "none";

    /** Whether guests with CAP_NET_RAW get raw sockets on a network of the sandbox's own. */
    boolean netRaw;

    /** The calls to print, as for {@code do}; null: none. */
    @Nullable
    String strace;

    /** Flags that this version does not know are ignored: the native program has said so already. */
    static BootOptions parse(List<String> args) {
        BootOptions o = new BootOptions();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String name = equals < 0 ? arg : arg.substring(0, equals);
            String value = equals < 0 ? "" : arg.substring(equals + 1);
            boolean on = !value.equals("false") && !value.equals("0");
            switch (name) {
                case "--debug" -> o.debug = on;
                case "--network" -> o.network = value;
                case "--host-uds" -> o.hostUds = value;
                case "--net-raw" -> o.netRaw = on;
                case "--strace" -> {
                    if (on && o.strace == null) {
                        o.strace = "";
                    }
                }
                case "--strace-syscalls" -> o.strace = value;
                default -> {
                    // of another program
                }
            }
        }
        return o;
    }

    /** Whether sockets of guests are sockets of the host. */
    boolean hostSockets() {
        return !network.equals("none");
    }

    boolean hostUnix() {
        return !hostUds.equals("none");
    }
}
