// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** {@code sandjar do}: one command in a sandbox that shows the host's files. */
final class DoCommand extends Command {
    @Override
    String name() {
        return "do";
    }

    @Override
    String summary() {
        return "runs a command in a sandbox";
    }

    @Override
    String usage() {
        return "[OPTION]... [--] COMMAND [ARGUMENT]...";
    }

    @Override
    Option[] options() {
        return DoOptions.TABLE;
    }

    @Override
    String details() {
        return DoOptions.DETAILS;
    }

    @Override
    int usageStatus() {
        return FAILED;
    }

    @Override
    int run(Arguments args) {
        String cwd = HostSide.workingDirectory();
        return new Guest(new DoOptions(args, cwd), cwd).run();
    }
}
