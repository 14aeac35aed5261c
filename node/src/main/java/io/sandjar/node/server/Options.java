// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import java.util.ArrayList;
import java.util.List;

/** How a change is to be made, and what there is to say about it. */
public final class Options {
    private final boolean strict;
    private final boolean dryRun;
    private final List<String> warnings = new ArrayList<>();

    /**
     * The options of a request.
     *
     * @param strict unknown fields are errors, else warnings
     * @param dryRun nothing is stored
     */
    public Options(boolean strict, boolean dryRun) {
        this.strict = strict;
        this.dryRun = dryRun;
    }

    boolean strict() {
        return strict;
    }

    boolean dryRun() {
        return dryRun;
    }

    void warn(String text) {
        warnings.add(text);
    }

    public List<String> warnings() {
        return warnings;
    }
}
