// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.host.Sys;
import io.sandjar.runsc.install.DockerInstall;

/** {@code runsc install} and {@code runsc uninstall}: the runtime in Docker's configuration. */
final class InstallCommand extends RunscCommand {
    private static final Option NAME = Option.one("runtime", "NAME", "", "what Docker calls it (default runsc)");
    private static final Option FILE =
            Option.one("config_file", "FILE", "-f", "Docker's configuration (default /etc/docker/daemon.json)");
    private static final Option DRY = Option.flag("dry-run", "print what would change");
    private static final Option[] INSTALL = {
        NAME,
        FILE,
        DRY,
        Option.one("program", "FILE", "", "the path that Docker is told (default: of this program)"),
        Option.flag("clobber", "replace another runtime of this name"),
        Option.flag("experimental", "accepted"),
    };
    private static final Option[] UNINSTALL = {
        NAME, FILE, DRY, Option.flag("clobber", "remove it also when it is not of this program"),
    };

    private final boolean install;

    InstallCommand(String name) {
        install = name.equals("install");
    }

    @Override
    String name() {
        return install ? "install" : "uninstall";
    }

    @Override
    String summary() {
        return install ? "makes this runtime known to Docker" : "takes it out of Docker's configuration";
    }

    @Override
    String usage() {
        return install ? "[OPTION]... [-- FLAG...]" : "[OPTION]...";
    }

    @Override
    Option[] options() {
        return install ? INSTALL : UNINSTALL;
    }

    @Override
    String details() {
        return install ? """
                Everything else in the file stays as it is; a copy from before is kept beside it. A running dockerd reads
                the file again. Flags behind -- are given to the runtime each time:

                  runsc install
                  runsc install --runtime runsc-debug -- --debug --debug-log=/tmp/runsc/
                  docker run --runtime runsc alpine uname -a
                """ : "";
    }

    @Override
    int run(Arguments args) {
        if (!install) {
            args.noWords();
        }
        DockerInstall docker = new DockerInstall(args.value("config_file"), args.has("dry-run"));
        String name = args.value("runtime", "runsc");
        Out.out(
                install
                        ? docker.install(name, args.value("program", executable()), args.words(), args.has("clobber"))
                        : docker.uninstall(name, args.has("clobber")));
        return OK;
    }

    /** The native program by a path that outlives a build: build/image is a link to the newest of build/images. */
    private static String executable() {
        String p = System.getProperty("sandjar.program");
        String path = p != null ? p : System.getProperty("java.home") + "/bin/runsc";
        int at = path.lastIndexOf("/images/");
        int end = at < 0 ? -1 : path.indexOf('/', at + 8);
        if (end > 0) {
            String link = path.substring(0, at) + "/image";
            String target = Sys.readlinkat(Sys.AT_FDCWD, link);
            if (target != null && target.endsWith(path.substring(at + 1, end))) {
                return link + path.substring(end);
            }
        }
        return path;
    }
}
