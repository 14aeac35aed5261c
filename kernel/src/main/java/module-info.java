// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The application kernel. */
module sandjar.kernel {
    requires static org.jspecify;
    requires transitive sandjar.abi;
    requires sandjar.host;

    exports io.sandjar.kernel;
    exports io.sandjar.kernel.base to
            sandjar.runsc;
    exports io.sandjar.kernel.fs to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.dev to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.devpts to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.hostdir to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.memfd to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.mqueue to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.overlay to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.pipe to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.proc to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.sys to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.stdio to
            sandjar.runsc;
    exports io.sandjar.kernel.fs.tmpfs to
            sandjar.runsc;
    exports io.sandjar.kernel.ipc to
            sandjar.runsc;
    exports io.sandjar.kernel.mm to
            sandjar.runsc;
    exports io.sandjar.kernel.net to
            sandjar.runsc;
    exports io.sandjar.kernel.notify to
            sandjar.runsc;
    exports io.sandjar.kernel.seccomp to
            sandjar.runsc;
    exports io.sandjar.kernel.signal to
            sandjar.runsc;
    exports io.sandjar.kernel.syscall to
            sandjar.runsc;
    exports io.sandjar.kernel.task to
            sandjar.runsc;
    exports io.sandjar.kernel.time to
            sandjar.runsc;
    exports io.sandjar.kernel.trace to
            sandjar.runsc;
    exports io.sandjar.kernel.tty to
            sandjar.runsc;
    exports io.sandjar.kernel.vfs to
            sandjar.runsc;
}
