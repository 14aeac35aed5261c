// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.pseudo.LazyDir;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.PseudoLink;

/** devices/system/memory: the machine's memory in blocks (lsmem(1)). None can be taken away. */
final class MemoryBlocks extends LazyDir {
    private static final long BLOCK_KILOBYTES = 128 << 10;

    /** Of larger machines blocks have 2 GB, as on Linux. */
    private static final long LARGE_MACHINE_KILOBYTES = 64L << 20;

    private static final long LARGE_BLOCK_KILOBYTES = 2L << 20;

    /** More are not listed. */
    private static final int MOST = 4096;

    private final PseudoFs fs;

    MemoryBlocks(PseudoFs fs) {
        super(fs);
        this.fs = fs;
    }

    @Override
    protected void fill() {
        String host = HostFiles.memory();
        long total = host == null ? 0 : NodeMemory.kilobytes(host, "MemTotal");
        long block = total >= LARGE_MACHINE_KILOBYTES ? LARGE_BLOCK_KILOBYTES : BLOCK_KILOBYTES;
        text(this, "block_size_bytes", Long.toHexString(block << 10));
        text(this, "auto_online_blocks", "offline");
        for (int i = 0; i < Math.min((total + block - 1) / block, MOST); i++) {
            PseudoDir d = dir("memory" + i);
            text(d, "phys_index", "0000000".substring(Integer.toHexString(i).length() - 1) + Integer.toHexString(i));
            text(d, "state", "online");
            text(d, "removable", "0");
            text(d, "phys_device", "0");
            text(d, "valid_zones", "none");
            d.add("node0", new PseudoLink(fs, "../../node/node0"));
        }
    }

    private void text(PseudoDir d, String name, String text) {
        d.add(name, new SysText(fs, text + "\n"));
    }
}
