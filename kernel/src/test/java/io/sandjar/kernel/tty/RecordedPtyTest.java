// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.*;

import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelIo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our terminals do what Linux's did when pty-cases.txt was recorded. */
class RecordedPtyTest {
    private final StubCaller caller = new StubCaller();

    @Test
    void sameAsLinux() throws IOException {
        List<String> wrong = new ArrayList<>();
        try (InputStream in = RecordedPtyTest.class.getResourceAsStream("pty-cases.txt")) {
            for (String l : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
                if (!l.startsWith("#")) {
                    String ours = run(l.split(" "));
                    if (!l.equals(ours)) {
                        wrong.add("Linux " + l + "\nours  " + ours);
                    }
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    private String run(String[] f) {
        Tty tty = new Tty(new NoJobs(), 0, true);
        assertEquals(0, tty.slaveOpened(caller, 2, false));
        Termios t = tty.termios().copy();
        t.iflag = Integer.parseInt(f[1]);
        t.oflag = Integer.parseInt(f[2]);
        t.lflag = Integer.parseInt(f[3]);
        tty.lock().lock();
        tty.apply(t);
        tty.lock().unlock();
        byte[] typed = HexFormat.of().parseHex(f[0]);
        tty.masterWrite(typed, 0, typed.length);
        byte[] b = new byte[65536];
        int n = tty.takeOutput(b);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            all.append(f[i]).append(' ');
        }
        all.append(n == 0 ? "-" : HexFormat.of().formatHex(b, 0, n)).append(' ');
        FileDescription d = open(tty);
        for (int i = 0; i < 5; i++) {
            byte[] r = new byte[4096];
            long got = d.read(caller, new KernelIo(r, 0, r.length));
            all.append(i > 0 ? "," : "");
            if (got == -EAGAIN) {
                all.append('N');
                break;
            }
            all.append(got == 0 ? "E" : HexFormat.of().formatHex(r, 0, (int) got));
        }
        return all.toString();
    }

    private FileDescription open(Tty tty) {
        Ref<FileDescription> out = new Ref<>();
        assertEquals(0, TtyDescription.open(caller, tty, null, null, 2 | 04000, false, out));
        return out.get();
    }
}
