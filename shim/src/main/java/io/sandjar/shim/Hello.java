// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.oci.Json;
import io.sandjar.oci.JsonObject;
import java.nio.file.Path;

/**
 * What the supervisor tells first.
 *
 * @param address our own socket, unix:///...
 * @param ttrpcAddress containerd's socket for events; empty: nobody listens
 * @param namespace containerd's, one for each supervisor
 * @param stateDir where the tasks' states are kept
 * @param runsc the runtime program
 * @param self the shim program, whose hidden actions do what Java cannot
 * @param pid the supervisor's
 * @param lingerMillis how long to stay when there is nothing to do
 * @param restarts how many of us there have been before
 */
record Hello(
        String address,
        String ttrpcAddress,
        String namespace,
        Path stateDir,
        String runsc,
        String self,
        int pid,
        long lingerMillis,
        int restarts,
        boolean debug) {
    static Hello parse(byte[] json) {
        JsonObject o = Json.object(json);
        int pid = o.integer("pid", 0, Integer.MAX_VALUE, 0);
        String self = text(o, "self");
        return new Hello(
                text(o, "address"),
                text(o, "ttrpcAddress"),
                text(o, "namespace"),
                Path.of(text(o, "stateDir")),
                text(o, "runsc"),
                self.isEmpty() ? "/proc/" + pid + "/exe" : self,
                pid,
                o.number("lingerMillis", 30_000),
                o.integer("restarts", 0, Integer.MAX_VALUE, 0),
                o.bool("debug"));
    }

    private static String text(JsonObject o, String name) {
        return Utf8.text(o.string(name));
    }
}
