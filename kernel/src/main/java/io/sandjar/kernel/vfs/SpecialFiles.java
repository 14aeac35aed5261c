// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import io.sandjar.kernel.base.Ref;

/** What stands behind FIFOs and device nodes; {@link Opener} asks it because these files are not their file system's. */
public interface SpecialFiles {
    /** Opens a FIFO. May wait for the other side with {@link Caller#await}; results as {@link Inode#open}. */
    int openFifo(Caller c, Path path, int flags, Ref<FileDescription> out);

    /** Opens the device {@code rdev}: -ENXIO when there is none. */
    int openDevice(Caller c, Path path, boolean block, long rdev, int flags, Ref<FileDescription> out);
}
