// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import io.sandjar.abi.O;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;

/** A descriptor of a {@link DeviceProgram}. */
public final class ProgramFile extends FileDescription {
    private final Inode inode;
    private final DeviceProgram program;
    private final boolean forDevices;

    /** @param forDevices false: of another type, that can be loaded and nothing else */
    public ProgramFile(Inode inode, DeviceProgram program, boolean forDevices) {
        super(null, O.O_RDWR);
        this.inode = inode;
        this.program = program;
        this.forDevices = forDevices;
    }

    public DeviceProgram program() {
        return program;
    }

    public boolean forDevices() {
        return forDevices;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public String describe() {
        return "anon_inode:bpf-prog";
    }
}
