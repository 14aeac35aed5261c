// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.dev;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.PseudoInode;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;

/** A character device node of /dev. */
public final class DeviceInode extends PseudoInode {
    private final Devices devices;
    private final long rdev;

    public DeviceInode(PseudoFs fs, Devices devices, long rdev, int perm) {
        super(fs, fs.newIno(), O.S_IFCHR | perm);
        this.devices = devices;
        this.rdev = rdev;
    }

    @Override
    public long rdev() {
        return rdev;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        return devices.open(c, path, flags, out);
    }
}
