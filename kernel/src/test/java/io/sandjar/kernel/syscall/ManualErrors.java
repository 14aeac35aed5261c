// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which errors that the manual names for a call are provoked by a test: by the programs of conformance/c, and by the table of
 * conformance/errors, whose file {@code seen} says what comes natively and inside alike. What is not provoked stands with a
 * reason in {@code unprovoked}.
 */
final class ManualErrors {
    private final Map<String, Set<String>> manual;
    private final Map<String, Set<String>> provoked;
    private final List<String> unprovoked = new ArrayList<>();

    ManualErrors(Path conformance) throws IOException {
        Path errors = conformance.resolve("errors");
        manual = read(errors.resolve("manual"));
        provoked = Coverage.errors(conformance.resolve("c"));
        read(errors.resolve("seen"))
                .forEach((call, more) ->
                        provoked.computeIfAbsent(call, c -> new TreeSet<>()).addAll(more));
        for (String line : Files.readAllLines(errors.resolve("unprovoked"))) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                unprovoked.add(line);
            }
        }
        provoked.values().forEach(ManualErrors::oneName);
        manual.values().forEach(ManualErrors::oneName);
    }

    /** Two names of one number. */
    private static void oneName(Set<String> errors) {
        if (errors.remove("ENOTSUP")) {
            errors.add("EOPNOTSUPP");
        }
    }

    private static Map<String, Set<String>> read(Path file) throws IOException {
        Map<String, Set<String>> all = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                all.put(
                        line.substring(0, colon),
                        new TreeSet<>(List.of(line.substring(colon + 2).split(" "))));
            }
        }
        return all;
    }

    Set<String> provoked(String call) {
        return provoked.getOrDefault(call, Set.of());
    }

    /** Errors of the manual that no test provokes, whether that is explained or not. */
    Set<String> open(String call) {
        Set<String> open = new TreeSet<>(manual.getOrDefault(call, Set.of()));
        open.removeAll(provoked(call));
        return open;
    }

    /** Whether {@code unprovoked} says why: a line {@code CALLS: ERRORS: reason}, where `*` are all calls. */
    boolean explained(String call, String error) {
        for (String line : unprovoked) {
            String[] parts = line.split(": ", 3);
            boolean ofCall =
                    parts[0].equals("*") || List.of(parts[0].split(" ")).contains(call);
            if (ofCall && List.of(parts[1].split(" ")).contains(error)) {
                return true;
            }
        }
        return false;
    }
}
