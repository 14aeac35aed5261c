// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import org.jspecify.annotations.Nullable;

/** How a thread came into being: what is to be done once it runs, and who waits until a vfork's child is on its own. */
final class Birth {
    /** Where the child's tid is to be stored in its own memory, 0 for nowhere. */
    long setTid;

    /** Where it is to be cleared when the child ends, 0 for nowhere. */
    long clearTid;

    /** Secret by which a new process makes itself known. */
    long cookie;

    /** The thread whose slot gets the host pid of this new process, once it is sure to hold no older one. */
    volatile @Nullable Task forkedBy;

    /** The order by which it is made, when it is started from outside. */
    volatile Nursery.@Nullable Order order;

    /** Who waits for it as a vfork child. */
    volatile @Nullable Task vforkParent;

    /** The child of a vfork that the host does not wait for, because this thread is traced. */
    volatile @Nullable Task vforkChild;

    /** It has ended or has a program and memory of its own. */
    volatile boolean leftMemory;
}
