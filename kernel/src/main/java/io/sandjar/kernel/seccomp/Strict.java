// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

import io.sandjar.abi.Nr;

/** Strict mode of seccomp(2): read, write, exit and the return from a handler. */
final class Strict implements Filter {
    @Override
    public int verdict(int nr, long ip, long a0, long a1, long a2, long a3, long a4, long a5) {
        return always(nr) ? Verdict.ALLOW : Verdict.KILL_THREAD;
    }

    @Override
    public boolean always(int nr) {
        return nr == Nr.read || nr == Nr.write || nr == Nr.exit || nr == Nr.rt_sigreturn;
    }

    @Override
    public int length() {
        return 1;
    }
}
