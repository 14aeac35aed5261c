// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.abi.Nr;
import io.sandjar.abi.StatLayout;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.mm.MappedNames;
import org.junit.jupiter.api.Test;

class MapsTextTest {
    private final MappedNames names = new MappedNames();
    private final MapsText maps = new MapsText(names);

    private String translate(String host) {
        StringBuilder b = new StringBuilder();
        maps.translate(host, b);
        return b.toString();
    }

    @Test
    void theStubIsNotShown() {
        String heap = "60000d0be000-60000d0df000 rw-p 00000000 00:00 0                          [heap]\n";
        String host = "5f0000000000-5f0000008000 rw-p 00000000 00:00 0 \n"
                + "600000000000-600000004000 r-xp 00000000 00:01 7                          /memfd:stub (deleted)\n"
                + heap
                + "7fffb0beb000-7fffb0c0c000 rw-p 00000000 00:00 0                          [stack]\n";
        assertEquals(heap + host.substring(host.indexOf("7fffb")), translate(host));
    }

    @Test
    void detailsOfTheStubAreNotShownEither() {
        String shown = "5555-6000 rw-p 00000000 00:00 0 \nSize:  4 kB\nRss:   4 kB\nVmFlags: rd wr\n";
        assertEquals(
                shown,
                translate("5f0000000000-5f0000008000 rw-p 00000000 00:00 0 \nSize:  32 kB\nVmFlags: rd\n" + shown));
    }

    @Test
    void filesHaveTheGuestsNames() {
        int fd = Sys.memfd("sandjar-x", 0);
        names.note(fd, "/tmp/file of mine");
        Scratch s = Scratch.take();
        Sys.call(Nr.fstat, fd, s.address, 0);
        long ino = s.buf.getLong(StatLayout.st_ino);
        s.give();
        Sys.close(fd);
        String got =
                translate("7f0000000000-7f0000001000 r--s 00000000 00:01 " + ino + "    /memfd:sandjar-x (deleted)\n");
        assertEquals("/tmp/file of mine", got.substring(got.indexOf('/')).strip());
        assertEquals(73, got.indexOf('/'));
        got = translate("7f0000000000-7f0000001000 r--s 00000000 00:01 1    /memfd:sandjar-files (deleted)\n");
        assertEquals("7f0000000000-7f0000001000 r--s 00000000 00:01 1 \n", got);
    }

    @Test
    void fields() {
        StringBuilder b = new StringBuilder();
        Fields.escaped(b, "a b\\c\td");
        assertEquals("a\\040b\\134c\\011d", b.toString());
        assertEquals(12, Fields.kilobytes("MemTotal:   12 kB\nMemFree: 5 kB\n", "MemTotal"));
        assertEquals(5, Fields.kilobytes("MemTotal:   12 kB\nMemFree: 5 kB\n", "MemFree"));
        assertEquals(-1, Fields.kilobytes("MemTotal:   12 kB\n", "Mem"));
        b.setLength(0);
        Fields.seconds(b, 12_340_000_000L);
        assertEquals("12.34", b.toString());
        assertEquals(-1, ProcFs.number("007"));
        assertEquals(-1, ProcFs.number("x"));
        assertEquals(42, ProcFs.number("42"));
    }
}
