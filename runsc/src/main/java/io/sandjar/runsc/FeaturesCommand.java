// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.oci.Features;

/** {@code runsc features}: what engines ask before they use this runtime. */
final class FeaturesCommand extends RunscCommand {
    @Override
    String name() {
        return "features";
    }

    @Override
    String summary() {
        return "prints what this OCI runtime can do, as JSON";
    }

    @Override
    String usage() {
        return "";
    }

    @Override
    Option[] options() {
        return new Option[0];
    }

    @Override
    String details() {
        return "The layout is the one of the OCI runtime-spec's features.md.\n";
    }

    @Override
    int run(Arguments args) {
        args.noWords();
        Out.out(Features.text(BuildInfo.VERSION, BuildInfo.ID));
        return OK;
    }
}
