// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/**
 * The controllers: they make pods of Deployments, ReplicaSets and Jobs, and remove what nobody owns any more. Each looks at the
 * store alone, never at what it remembers, so that a restart in any moment doubles nothing and loses nothing: what it
 * has done stands in the store before it goes on (the store's reads are never stale, so that no expectations are needed).
 */
@NullMarked
package io.sandjar.node.controllers;

import org.jspecify.annotations.NullMarked;
