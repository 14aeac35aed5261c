// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** The text of {@code --help}, laid out from the commands' tables. */
final class Help {
    private static final int TEXT_COLUMN = 26;

    private Help() {}

    /** Help of one command. */
    static String of(Command c) {
        StringBuilder b = new StringBuilder();
        b.append(c.program())
                .append(' ')
                .append(c.name())
                .append(" - ")
                .append(c.summary())
                .append("\n\n");
        b.append("Usage: ").append(c.program()).append(' ').append(c.name());
        if (!c.usage().isEmpty()) {
            b.append(' ').append(c.usage());
        }
        b.append('\n');
        Option[] options = c.options();
        if (options.length > 0) {
            b.append("\nOptions:\n");
            for (Option o : options) {
                row(b, o.synopsis(), o.help());
            }
            row(b, "--help", "this text");
        }
        if (!c.details().isEmpty()) {
            b.append('\n').append(c.details());
        }
        return b.toString();
    }

    /** Help of the program as a whole. */
    static String overview() {
        StringBuilder b = new StringBuilder();
        b.append(
                "Sandjar runs Linux programs that you do not trust on a kernel of its own: they see files, processes,\n");
        b.append("users and sockets of that kernel, never the host's. No root, no KVM, no container image needed.\n\n");
        b.append("Usage: sandjar COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n");
        for (String name : Commands.NAMES) {
            row(b, name, Commands.get(name).summary());
        }
        b.append("\nContainers, as an OCI runtime (runsc VERB --help explains a verb):\n");
        b.append("  create run start state kill exec ps wait list pause resume delete\n");
        b.append("\nPods on this machine (sandjar VERB --help explains a verb):\n");
        row(b, "kubelet", "runs pods, deployments and jobs from manifests; no cluster needed");
        b.append("  get describe logs events top wait apply run delete scale rollout exec port-forward\n");
        b.append("  images pull rmi api-resources\n");
        row(b, "node", "installs the runtime for containerd, Docker, Podman and Kubernetes, and removes it");
        b.append("\nTry:\n");
        b.append(
                "  sandjar do -- sh -c 'uname -a; id; ps; ls /'    a shell command; nothing it writes reaches the host\n");
        b.append("  sandjar do bash                                 look around\n");
        b.append("  sandjar do --volume $PWD:$PWD make test         let it write here, and only here\n");
        b.append("  sandjar doctor                                  what this host gives\n");
        b.append("  sandjar kubelet --pod-manifest-path=examples/   the first pod; then: sandjar get pods\n");
        b.append("\nsandjar COMMAND --help explains a command.\n");
        return b.toString();
    }

    private static void row(StringBuilder b, String left, String text) {
        int start = b.length();
        b.append("  ").append(left);
        if (b.length() - start > TEXT_COLUMN - 2) {
            b.append('\n');
            start = b.length();
        }
        String[] lines = text.split("\n", -1);
        for (String line : lines) {
            while (b.length() - start < TEXT_COLUMN) {
                b.append(' ');
            }
            b.append(line).append('\n');
            start = b.length();
        }
    }
}
