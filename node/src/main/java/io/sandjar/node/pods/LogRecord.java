// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import org.jspecify.annotations.Nullable;

/**
 * A line of a log in CRI form: "TIME stdout F text".
 *
 * @param whole whether the line of the program ends here; else it goes on in the next record
 */
record LogRecord(String time, String stream, boolean whole, String text) {

    static @Nullable LogRecord parse(String line) {
        int time = line.indexOf(' ');
        int stream = time < 0 ? -1 : line.indexOf(' ', time + 1);
        int tag = stream < 0 ? -1 : line.indexOf(' ', stream + 1);
        if (tag < 0) {
            return null;
        }
        return new LogRecord(
                line.substring(0, time),
                line.substring(time + 1, stream),
                line.charAt(stream + 1) == 'F',
                line.substring(tag + 1));
    }
}
