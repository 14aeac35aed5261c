// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The messages of validation, in the words of Kubernetes, with what to do. */
final class Checker {
    private final Positions positions;
    private final List<Problem> problems;

    Checker(Positions positions, List<Problem> problems) {
        this.positions = positions;
        this.problems = problems;
    }

    void required(String path, String whatToDo) {
        problems.add(positions.problem(path, "Required value: " + whatToDo, true));
    }

    void invalid(String path, @Nullable Object value, String why) {
        problems.add(positions.problem(path, "Invalid value: \"" + value + "\": " + why, true));
    }

    void duplicate(String path, @Nullable Object value) {
        problems.add(positions.problem(path, "Duplicate value: \"" + value + "\": choose another", true));
    }

    void forbidden(String path, String why) {
        problems.add(positions.problem(path, "Forbidden: " + why, true));
    }

    void notFound(String path, @Nullable Object value, String whatToDo) {
        problems.add(positions.problem(path, "Not found: \"" + value + "\": " + whatToDo, true));
    }

    void warning(String path, String message) {
        problems.add(positions.problem(path, message, false));
    }

    /** One of several words. */
    void oneOf(String path, @Nullable String value, Collection<String> allowed) {
        if (value != null && !allowed.contains(value)) {
            problems.add(positions.problem(
                    path,
                    "Unsupported value: \"" + value + "\": supported values: " + String.join(", ", allowed),
                    true));
        }
    }

    /** A number that is not negative. */
    void natural(String path, @Nullable Number value) {
        if (value != null && value.longValue() < 0) {
            invalid(path, value, "must be greater than or equal to 0");
        }
    }

    void positive(String path, @Nullable Number value) {
        if (value != null && value.longValue() < 1) {
            invalid(path, value, "must be greater than 0");
        }
    }

    /** A name that may be there once. */
    void unique(String path, @Nullable String value, Set<String> seen) {
        if (value != null && !seen.add(value)) {
            duplicate(path, value);
        }
    }
}
