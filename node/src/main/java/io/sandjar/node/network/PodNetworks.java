// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.host.Netns;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the network that suits the options and the user. */
public final class PodNetworks {
    private PodNetworks() {}

    /** Opens the network; with a bridge, that is made too. */
    public static PodNetwork open(NetworkOptions options) throws NetworkException {
        NameFiles names = new NameFiles(options);
        String why = Sys.call(Nr.geteuid, 0) == 0 ? namespaces(options.runDir()) : "that needs root";
        boolean able = why.isEmpty();
        if (options.mode() == NetworkOptions.Mode.LOOPBACK || options.mode() == null && !able) {
            return new LocalNetwork(options, NetworkOptions.Mode.LOOPBACK, able, names, true);
        }
        if (!able) {
            throw new NetworkException("--network=bridge: " + why + ". Without the option pods have a loopback only");
        }
        return new LocalNetwork(options, NetworkOptions.Mode.BRIDGE, true, names, true);
    }

    /** Why this process cannot make network namespaces and name them; empty: it can. */
    private static String namespaces(Path runDir) throws NetworkException {
        Path probe = runDir.resolve("netns-probe");
        try {
            Files.createDirectories(runDir);
        } catch (IOException e) {
            throw new NetworkException("cannot make " + runDir + ": " + e);
        }
        Netns.remove(probe.toString());
        int r = Netns.create(probe.toString());
        Netns.remove(probe.toString());
        return r == 0 ? "" : "this process may not make network namespaces (" + Errno.name(-r) + ")";
    }
}
