// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/** The file that OCI runtimes write to with --log --log-format json: an object on each line. */
final class RuntimeLog {
    private RuntimeLog() {}

    /** The text of the last line of level error (or fatal); empty if there is none. */
    static String lastError(String text) {
        String found = "";
        for (String line : text.lines().toList()) {
            try {
                if (JsonParser.parseString(line) instanceof JsonObject o
                        && o.has("level")
                        && o.has("msg")
                        && (o.get("level").getAsString().equals("error")
                                || o.get("level").getAsString().equals("fatal"))) {
                    found = o.get("msg").getAsString();
                }
            } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
                // half a line of a runtime that was killed
            }
        }
        return found;
    }
}
