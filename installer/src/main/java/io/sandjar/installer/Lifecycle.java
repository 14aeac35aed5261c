// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.Console;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Install, upgrade, configure and uninstall, the same for every engine. The order matters: nothing is written before the engine's own
 * judgement on it; nothing counts as done before a container has run; the node gets its label last and loses it first.
 */
final class Lifecycle {
    /** Whether the engine may be restarted: yes, no, or ask if somebody is there. */
    enum Restart {
        YES,
        NO,
        ASK
    }

    private final PrintStream out;
    private final boolean dryRun;
    private final Restart restart;

    Lifecycle(PrintStream out, boolean dryRun, Restart restart) {
        this.out = out;
        this.dryRun = dryRun;
        this.restart = restart;
    }

    /** Returns 0 when the handler works, 3 when the engine still has to be restarted. */
    int install(Engine engine, boolean test, @Nullable Cluster cluster, boolean runtimeClass, @Nullable String node) {
        Setup setup = engine.setup;
        List<FileChange> changes = changed(engine.install());
        engine.examine(changes);
        String copy = Programs.pending(setup.root(), setup.version());
        Boolean offers = engine.offersHandler();
        boolean needed =
                engine.needsRestart(changes) || (setup.live() && engine.hasDaemon() && Boolean.FALSE.equals(offers));
        if (dryRun) {
            report(engine, changes, copy, needed);
            return 0;
        }
        if (copy != null) {
            Programs.copy(setup.root(), setup.version());
            out.println("programs: version " + setup.version() + " in " + Programs.bin());
        }
        Record before = Record.load(setup.root(), engine.name());
        Record record = before == null ? new Record() : before;
        record.engine = engine.name();
        record.handler = setup.handler();
        record.version = setup.version();
        record.program = setup.shim();
        for (FileChange change : changes) record.note(setup.root(), change);
        record.save(setup.root());
        boolean restarted = false;
        try {
            for (FileChange change : changes) {
                change.apply();
                out.println((change.before() == null ? "wrote " : "changed ") + change.file());
            }
            if (changes.isEmpty()) out.println(engine.name() + ": the configuration is as it should be");
            if (!setup.live()) {
                out.println("not tested: " + setup.root() + " is not the running system");
                return 0;
            }
            if (needed) {
                if (!mayRestart(engine)) {
                    out.println(engine.name() + " has to read its configuration again: " + command(engine));
                    out.println("then run this command again; it tests the runtime and labels the node");
                    return 3;
                }
                restarted = true;
                engine.restart();
                out.println("restarted: " + engine.restartCommand());
            }
            Boolean now = restarted ? engine.offersHandler(true) : engine.offersHandler();
            if (Boolean.FALSE.equals(now)) {
                throw new Problem(
                        engine.name() + " runs, but does not offer the handler " + setup.handler()
                                + ": it ignores the configuration",
                        "does it read another file? say which with --config");
            }
            if (now == null && !Boolean.TRUE.equals(offers)) {
                throw new Problem(
                        engine.name() + " does not answer, so that nothing can be tested",
                        "start it, or say where its socket is with --socket");
            }
            if (test) out.println("self-test: " + engine.selfTest());
        } catch (Problem problem) {
            takeBack(engine, changes, before, restarted);
            throw new Problem(
                    problem.getMessage() + "\n  The configuration is again as it was.", problem.remedy(), problem);
        }
        if (cluster != null) {
            if (runtimeClass) {
                cluster.applyRuntimeClass(setup.handler());
                out.println("RuntimeClass " + setup.handler() + " applied");
            }
            if (node != null) {
                if (!record.nodes.contains(node)) record.nodes.add(node);
                record.save(setup.root());
                cluster.label(node);
                out.println("node " + node + " labelled " + Cluster.LABEL + "=true");
            }
        }
        for (String gone : Programs.prune(setup.root(), false))
            out.println("removed version " + gone + ", which nothing runs from");
        out.println(engine.name() + ": pods with the handler " + setup.handler() + " run in sandboxes (Sandjar "
                + setup.version() + ")");
        return 0;
    }

    private static List<FileChange> changed(List<FileChange> changes) {
        return changes.stream().filter(c -> !c.isNothing()).toList();
    }

    private void report(Engine engine, List<FileChange> changes, @Nullable String copy, boolean restart) {
        if (copy != null) out.println("would " + copy);
        for (FileChange change : changes) out.print(change.diff());
        if (restart) out.println("would restart " + engine.name() + ": " + command(engine));
        if (copy == null && changes.isEmpty() && !restart) out.println(engine.name() + ": nothing to do");
    }

    private static String command(Engine engine) {
        String command = engine.restartCommand();
        return command == null ? "restart " + engine.name() + " as this machine does it" : command;
    }

    private boolean mayRestart(Engine engine) {
        if (restart != Restart.ASK) return restart == Restart.YES;
        Console console = System.console();
        if (console == null || !console.isTerminal()) return false;
        String answer = console.readLine("%s has to be restarted (%s). Now? [y/N] ", engine.name(), command(engine));
        return answer != null
                && answer.strip().toLowerCase(java.util.Locale.ROOT).startsWith("y");
    }

    private void takeBack(Engine engine, List<FileChange> changes, @Nullable Record before, boolean restarted) {
        try {
            for (FileChange change : changes.reversed()) change.reversed().apply();
            Record record = Record.load(engine.setup.root(), engine.name());
            if (before == null && record != null) record.remove(engine.setup.root());
            if (restarted) engine.restart();
        } catch (Problem problem) {
            out.println("while taking the change back: " + problem.getMessage() + "; " + problem.remedy());
        }
    }

    int uninstall(Engine engine, boolean drain, @Nullable Cluster cluster, boolean runtimeClass, boolean keepPrograms) {
        Setup setup = engine.setup;
        Record record = Record.load(setup.root(), engine.name());
        List<FileChange> changes = changed(engine.uninstall().stream()
                .map(change -> record == null ? change : lastLine(record, change))
                .toList());
        if (dryRun) {
            report(engine, changes, null, engine.needsRestart(changes));
            return 0;
        }
        if (record != null && cluster != null) {
            for (String node : record.nodes) {
                cluster.unlabel(node);
                out.println("node " + node + ": label " + Cluster.LABEL + " removed");
            }
        }
        List<String> users = engine.users();
        if (!users.isEmpty()) {
            if (!drain) {
                throw new Problem(
                        Texts.count(users.size(), "pod") + " still use" + (users.size() == 1 ? "s" : "")
                                + " the handler " + setup.handler() + ": " + String.join(", ", users),
                        "move them away (kubectl drain), or say --drain to have them ended here");
            }
            engine.drain();
            out.println("ended " + String.join(", ", users));
        }
        for (FileChange change : changes) {
            change.apply();
            out.println((change.after() == null ? "removed " : "changed ") + change.file());
        }
        if (record != null) {
            tellDifferences(record, changes);
            record.remove(setup.root());
        } else if (changes.isEmpty()) {
            out.println(engine.name() + ": nothing of Sandjar's is in its configuration");
        }
        if (setup.live() && engine.needsRestart(changes)) {
            if (!mayRestart(engine)) {
                out.println(engine.name() + " still offers the handler until it reads its configuration again: "
                        + command(engine));
                return 3;
            }
            engine.restart();
            out.println("restarted: " + engine.restartCommand());
            if (!engine.forgets()) {
                if (Boolean.TRUE.equals(engine.offersHandler())) {
                    out.println(engine.name()
                            + " keeps the name in memory until its daemon is started anew; no file has it");
                }
            } else if (Boolean.TRUE.equals(engine.offersHandler(false))) {
                throw new Problem(
                        engine.name() + " still offers the handler " + setup.handler(),
                        "look for it in other files of its configuration");
            }
        }
        if (cluster != null && runtimeClass) {
            cluster.deleteRuntimeClass(setup.handler());
            out.println("RuntimeClass " + setup.handler() + " deleted");
        }
        if (!keepPrograms && Record.engines(setup.root()).isEmpty()) {
            for (String gone : Programs.prune(setup.root(), true)) out.println("removed version " + gone);
        }
        out.println(engine.name() + ": the handler " + setup.handler() + " is gone");
        return 0;
    }

    /** A file whose last line had no end gets it back so. */
    private static FileChange lastLine(Record record, FileChange change) {
        String after = change.after();
        if (after == null || !after.endsWith("\n")) return change;
        String shorter = after.substring(0, after.length() - 1);
        for (Record.Entry entry : record.files) {
            if (entry.file.equals(change.file().toString()) && entry.before.equals(FileChange.sha256(shorter))) {
                return new FileChange(change.file(), change.before(), shorter);
            }
        }
        return change;
    }

    private void tellDifferences(Record record, List<FileChange> changes) {
        List<String> edited = new ArrayList<>();
        for (Record.Entry entry : record.files) {
            for (FileChange change : changes) {
                if (change.file().toString().equals(entry.file)
                        && !FileChange.sha256(change.after()).equals(entry.before)) {
                    edited.add(entry.file);
                }
            }
        }
        for (String file : edited) out.println(file + " was edited by others since; their lines stay");
    }
}
