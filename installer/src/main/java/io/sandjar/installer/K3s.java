// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * k3s and its containerd. k3s writes containerd's configuration anew at each start, from a template if there is one: that is where our
 * table goes, behind k3s's own part.
 */
final class K3s extends Containerd {
    private static final String DIRECTORY = "/var/lib/rancher/k3s/agent/etc/containerd";
    private static final String BASE = "{{ template \"base\" . }}\n";

    K3s(Setup setup) {
        super(setup);
    }

    @Override
    String name() {
        return "k3s";
    }

    @Override
    String service() {
        return Files.exists(setup.at("/etc/systemd/system/k3s-agent.service")) ? "k3s-agent" : "k3s";
    }

    @Override
    @Nullable
    String found() {
        return Files.isDirectory(setup.at(DIRECTORY)) ? "with configuration in " + DIRECTORY : null;
    }

    @Override
    Path socket() {
        return setup.socket() != null ? setup.socket() : Path.of("/run/k3s/containerd/containerd.sock");
    }

    private long version() {
        String generated = FileChange.read(setup.at(DIRECTORY + "/config.toml"));
        if (generated == null) return 2;
        return Toml.parse(generated, setup.at(DIRECTORY + "/config.toml")).get(List.of("version")) instanceof Long n
                ? n
                : 2;
    }

    private Path template() {
        if (setup.config() != null) return setup.config();
        return setup.at(DIRECTORY + (version() >= 3 ? "/config-v3.toml.tmpl" : "/config.toml.tmpl"));
    }

    @Override
    List<FileChange> install() {
        String text = FileChange.read(template());
        String base = text == null ? BASE : text;
        List<FileChange> changes = new ArrayList<>();
        changes.add(options());
        changes.add(new FileChange(
                template(),
                text,
                Block.with(base, body(version(), false, false), template().toString())));
        return changes;
    }

    @Override
    List<FileChange> uninstall() {
        List<FileChange> changes = new ArrayList<>();
        for (Path file : List.of(template(), optionsFile())) {
            String text = FileChange.read(file);
            if (text == null || !Block.isIn(text)) continue;
            String rest = Block.without(text, file.toString());
            changes.add(new FileChange(file, text, rest != null && rest.strip().equals(BASE.strip()) ? null : rest));
        }
        return changes;
    }

    /** The template is no TOML before k3s has filled it in. */
    @Override
    void examine(List<FileChange> changes) {}
}
