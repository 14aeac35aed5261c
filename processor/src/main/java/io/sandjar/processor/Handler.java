// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.processor;

import java.util.List;

/** One annotated method, as much of it as the generated files need. */
record Handler(int nr, String name, String type, List<Parameter> parameters, String support, String note) {

    /** A parameter after the task; kind is a constant of {@code io.sandjar.kernel.syscall.Kind}. */
    record Parameter(String name, boolean isInt, String kind) {}
}
