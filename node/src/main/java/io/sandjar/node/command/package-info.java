// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/**
 * The commands that talk to the node agent over its socket: get, describe, logs, apply and so on. They look and behave like
 * kubectl's. A command is a JVM that lives for milliseconds: few classes, no lambdas, streams or regular expressions.
 */
@NullMarked
package io.sandjar.node.command;

import org.jspecify.annotations.NullMarked;
