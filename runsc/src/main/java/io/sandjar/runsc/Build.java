// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/**
 * The check that code, launcher and AOT cache come from one build. The JVM does not compare an AOT cache with the
 * classes it was made from, so a stale one would silently run old code; every part therefore carries the build's id.
 */
final class Build {
    private Build() {}

    /** Ends the program if the launcher that started it belongs to another build. */
    static void check() {
        String launcher = System.getProperty("sandjar.build");
        if (launcher != null && !launcher.equals(BuildInfo.ID)) {
            System.err.println("sandjar: mixed up installation: the launcher is of build " + launcher
                    + " but the code of build " + BuildInfo.ID + "; install or build again");
            Runtime.getRuntime().halt(125);
        }
    }
}
