// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node;

import io.sandjar.abi.Nr;
import io.sandjar.host.Sys;
import io.sandjar.node.agent.Launch;
import java.util.List;

/** `sandjar kubelet`. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        List<String> words = List.of(args);
        if (!words.isEmpty() && words.getFirst().equals("kubelet")) {
            words = words.subList(1, words.size());
        }
        System.exit(Launch.run(words, System.getenv(), Sys.call(Nr.geteuid, 0) == 0));
    }
}
