// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CRI-O: a drop-in that makes runsc one of its OCI runtimes. */
final class Crio extends CriEngine {
    Crio(Setup setup) {
        super(setup);
    }

    @Override
    String name() {
        return "crio";
    }

    @Override
    String service() {
        return "crio";
    }

    @Override
    @Nullable
    String found() {
        return Shell.find("crio") != null || Files.isDirectory(setup.at("/etc/crio"))
                ? "with configuration in /etc/crio"
                : null;
    }

    @Override
    Path socket() {
        return setup.socket() != null ? setup.socket() : Path.of("/run/crio/crio.sock");
    }

    private Path file() {
        return setup.config() != null
                ? setup.config()
                : setup.at("/etc/crio/crio.conf.d/50-sandjar-" + setup.handler() + ".conf");
    }

    @Override
    List<FileChange> install() {
        String text = FileChange.read(file());
        String body = "[crio.runtime.runtimes." + setup.handler() + "]\nruntime_type = \"oci\"\nruntime_path = "
                + Toml.quote(setup.runsc()) + "\n";
        String after = Block.with(text, body, file().toString());
        Toml.parse(after, file());
        return List.of(new FileChange(file(), text, after));
    }

    @Override
    List<FileChange> uninstall() {
        String text = FileChange.read(file());
        return text == null || !Block.isIn(text)
                ? List.of()
                : List.of(new FileChange(file(), text, Block.without(text, file().toString())));
    }
}
