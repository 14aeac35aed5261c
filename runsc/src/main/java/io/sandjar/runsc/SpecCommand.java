// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.oci.DefaultSpec;
import java.nio.charset.StandardCharsets;

/** {@code runsc spec}: a config.json to start from. */
final class SpecCommand extends RunscCommand {
    private static final int AT_FDCWD = -100;

    private static final Option[] OPTIONS = {
        Option.one("bundle", "DIR", "-d", "where config.json is written (default: the current directory)")
                .or("b"),
        Option.flag("rootless", "for a container of an ordinary user"),
    };

    @Override
    String name() {
        return "spec";
    }

    @Override
    String summary() {
        return "writes a config.json to start from";
    }

    @Override
    String usage() {
        return "[OPTIONS]";
    }

    @Override
    Option[] options() {
        return OPTIONS.clone();
    }

    @Override
    String details() {
        return """
            The container is a shell in the directory "rootfs" beside the file:
              mkdir -p hello/rootfs && cd hello
              tar -C rootfs -xf image.tar
              runsc spec
              runsc run hello
            """;
    }

    @Override
    int run(Arguments args) {
        args.noWords();
        String bundle = args.value("bundle", "");
        String path = bundle.isEmpty() ? "config.json" : bundle + "/config.json";
        boolean rootless = args.has("rootless");
        int uid = (int) Sys.call(Nr.geteuid, 0);
        int gid = (int) Sys.call(Nr.getegid, 0);
        write(path, rootless ? DefaultSpec.rootless(uid, gid) : DefaultSpec.text());
        return OK;
    }

    private static void write(String path, String text) {
        int fd = Sys.openat(AT_FDCWD, path, O.O_WRONLY | O.O_CREAT | O.O_EXCL, 0666);
        if (fd == -Errno.EEXIST) {
            throw new Failure(1, path + " exists already", "remove it first");
        }
        if (fd < 0) {
            throw new Failure(1, "cannot write " + path + ": " + ErrnoText.of(fd), "--bundle names a directory");
        }
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        int done = 0;
        while (done < b.length) {
            long n = Sys.write(fd, b, done, b.length - done, -1);
            if (n <= 0) {
                Sys.close(fd);
                throw new Failure(1, "cannot write " + path + ": " + ErrnoText.of((int) n), "the file is incomplete");
            }
            done += (int) n;
        }
        Sys.close(fd);
    }
}
