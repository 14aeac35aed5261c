// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

import io.sandjar.abi.Nr;
import io.sandjar.abi.StatLayout;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The guest's names of files that were mapped, by the inode number that the host's list of mappings shows: for
 * /proc/PID/maps, where the host's own names would mean nothing to the guest.
 */
public final class MappedNames {
    private static final int MOST = 8192;

    private final ConcurrentHashMap<Long, String> names = new ConcurrentHashMap<>();

    /** Notes that a host descriptor is about to be mapped under a name. */
    public void note(int hostFd, String name) {
        Scratch s = Scratch.take();
        try {
            if (Sys.call(Nr.fstat, hostFd, s.address, 0) == 0) {
                if (names.size() >= MOST) {
                    names.clear(); // the names of old mappings are lost: they are a help for people only
                }
                names.put(s.buf.getLong(StatLayout.st_ino), name);
            }
        } finally {
            s.give();
        }
    }

    public @Nullable String name(long ino) {
        return names.get(ino);
    }
}
