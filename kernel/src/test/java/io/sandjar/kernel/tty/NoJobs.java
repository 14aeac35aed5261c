// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import io.sandjar.kernel.vfs.Caller;
import java.util.ArrayList;
import java.util.List;

/** A world with one session, 1, whose groups are named by the test. */
class NoJobs implements JobControl {
    final List<String> sent = new ArrayList<>();
    int session = 1;
    int group = 1;
    boolean leader = true;
    boolean orphaned;
    boolean blocks;
    Tty terminal;

    @Override
    public int sessionOf(Caller c) {
        return session;
    }

    @Override
    public int groupOf(Caller c) {
        return group;
    }

    @Override
    public boolean isSessionLeader(Caller c) {
        return leader;
    }

    @Override
    public Tty terminalOf(Caller c) {
        return terminal;
    }

    @Override
    public void setTerminal(Caller c, Tty tty) {
        terminal = tty;
    }

    @Override
    public void clearTerminal(int s) {
        terminal = null;
    }

    @Override
    public boolean mayTypeForOthers() {
        return false;
    }

    @Override
    public int sessionOfGroup(int g) {
        return g < 100 ? 1 : g < 200 ? 2 : 0;
    }

    @Override
    public boolean isOrphaned(Caller c) {
        return orphaned;
    }

    @Override
    public boolean blocksOrIgnores(Caller c, int sig) {
        return blocks;
    }

    @Override
    public void signalGroup(int g, int sig, boolean outside) {
        sent.add(g + ":" + sig);
    }

    @Override
    public void hangUp(int s, int foreground, boolean outside) {
        sent.add("hangup " + s + " " + foreground);
    }
}
