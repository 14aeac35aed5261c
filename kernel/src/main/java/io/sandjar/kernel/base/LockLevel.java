// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/**
 * The order in which locks are taken, outermost first. A thread that holds a lock may only take locks of later levels
 * (or of the same level where {@link #nestable}). Checked in every test run, off in production.
 */
public enum LockLevel {
    /** Program image changes: one exec at a time per thread group. */
    EXEC(false),
    /** Position and flags of one file description. */
    FILE(true),
    /** Rename of directories: one at a time per file system. */
    RENAME(false),
    /** One directory of an overlay that a guest mounted, over the directories of its layers. */
    UNION(true),
    /** Mount table of a namespace. */
    MOUNTS(false),
    /** Contents of one directory; ancestors before descendants. */
    DIRECTORY(true),
    /** Contents and attributes of files, of several with one lock: so never two of them. */
    INODE(false),
    /** Terminal and its line discipline; the two ends of a pair share one lock. */
    TTY(false),
    /** Network tables: ports, bound names. */
    NET(false),
    /** One socket, pipe, epoll instance, timer or other object behind descriptors. */
    OBJECT(true),
    /** Process tree: parents, groups, sessions, zombies. */
    TASKS(false),
    /** Signal state of one thread group. */
    SIGNAL(false),
    /** One descriptor table. */
    FDTABLE(false),
    /** Memory and page accounting. */
    MEMORY(false),
    /** Queues and counters; nothing is called while one is held. */
    LEAF(false);

    final boolean nestable;

    LockLevel(boolean nestable) {
        this.nestable = nestable;
    }
}
