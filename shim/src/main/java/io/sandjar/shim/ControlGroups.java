// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;

/**
 * A container's control groups: the runtime leaves a line "CONTROLLER PATH" for each in the file {@code cgroups} of the
 * container's directory. With version 2 the one controller is called unified. Memory of the guests is counted and limited in
 * a group {@code guest} below where there is one, so that what the kernel needs for them is not theirs.
 */
final class ControlGroups {
    private final HashMap<String, Path> groups = new HashMap<>();

    ControlGroups(Path container) {
        Path file = container.resolve("cgroups");
        try {
            for (String line :
                    Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
                int space = line.indexOf(' ');
                if (space > 0 && line.startsWith("/", space + 1)) {
                    groups.put(line.substring(0, space), Path.of(Utf8.text(line.substring(space + 1))));
                }
            }
        } catch (IOException e) {
            Log.debug("no control groups: " + e.getMessage());
        }
    }

    boolean none() {
        return groups.isEmpty();
    }

    /** Whether the memory and CPU figures come from version 2. */
    boolean unified() {
        return groups.containsKey("unified") && !groups.containsKey("memory") && !groups.containsKey("cpuacct");
    }

    @Nullable
    Path find(String controller) {
        Path p = groups.get(controller);
        return p == null ? groups.get("unified") : p;
    }

    /** Where the guests' memory is. */
    @Nullable
    Path guestMemory() {
        Path p = find("memory");
        if (p == null) {
            return null;
        }
        Path guest = p.resolve("guest");
        return Files.isDirectory(guest) ? guest : p;
    }

    /** A file's text; empty when it is not there. */
    static String read(@Nullable Path group, String file) {
        if (group == null) {
            return "";
        }
        try {
            return Files.readString(group.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** A file that is one number; "max" and what is larger than a long is the largest one. */
    static long number(@Nullable Path group, String file) {
        return parse(read(group, file).strip());
    }

    static long parse(String s) {
        if (s.isEmpty()) {
            return 0;
        }
        if (s.equals("max")) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(s);
        } catch (NumberFormatException e) {
            return s.charAt(0) >= '0' && s.charAt(0) <= '9' ? Long.MAX_VALUE : 0;
        }
    }

    /** A file of lines "NAME NUMBER". */
    static HashMap<String, Long> table(@Nullable Path group, String file) {
        HashMap<String, Long> t = new HashMap<>();
        for (String line : read(group, file).split("\n")) {
            int space = line.indexOf(' ');
            if (space > 0) {
                t.put(line.substring(0, space), parse(line.substring(space + 1).strip()));
            }
        }
        return t;
    }
}
