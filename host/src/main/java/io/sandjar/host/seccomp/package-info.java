// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
/** The filter of the guests: one table of rules, and the assembler that makes a BPF program of it. */
@NullMarked
package io.sandjar.host.seccomp;

import org.jspecify.annotations.NullMarked;
