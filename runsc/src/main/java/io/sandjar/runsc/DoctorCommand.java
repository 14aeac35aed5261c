// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.host.Sys;
import java.util.ArrayList;
import java.util.List;

/** {@code sandjar doctor}: what this host gives, and what to do where it gives too little. */
final class DoctorCommand extends Command {
    private static final int FAILED_CHECK = 1;
    private static final int WIDTH = 26;
    private static final Option[] TABLE = {Option.flag("json", "as JSON, for programs")};

    @Override
    String name() {
        return "doctor";
    }

    @Override
    String summary() {
        return "says whether this host can run guests, and what it lacks";
    }

    @Override
    String usage() {
        return "[--json]";
    }

    @Override
    Option[] options() {
        return TABLE;
    }

    @Override
    String details() {
        return """
            Each line is ok, warn (guests run, but something is slower or missing) or FAIL (guests do not run), with what to do
            about it. The last check runs a guest. Exit status: 0 when nothing failed, else 1.
            """;
    }

    @Override
    int run(Arguments args) {
        args.noWords();
        List<Finding> findings = HostChecks.all();
        findings.add(guest());
        if (args.has("json")) {
            Out.out(HostChecks.json(findings));
        } else {
            print(findings);
        }
        for (Finding f : findings) {
            if (f.grade() == Finding.Grade.FAIL) {
                return FAILED_CHECK;
            }
        }
        return OK;
    }

    private static void print(List<Finding> findings) {
        StringBuilder b = new StringBuilder();
        int failed = 0;
        for (Finding f : findings) {
            String grade = switch (f.grade()) {
                case OK -> "ok    ";
                case WARN -> "warn  ";
                case FAIL -> "FAIL  ";
            };
            int start = b.length();
            b.append(grade).append(f.subject());
            while (b.length() - start < 6 + WIDTH) {
                b.append(' ');
            }
            b.append(f.found()).append('\n');
            if (!f.remedy().isEmpty()) {
                b.append("      ")
                        .append(" ".repeat(WIDTH))
                        .append("-> ")
                        .append(f.remedy())
                        .append('\n');
            }
            failed += f.grade() == Finding.Grade.FAIL ? 1 : 0;
        }
        b.append(failed == 0 ? "Guests run on this host.\n" : "Guests do not run on this host.\n");
        Out.out(b.toString());
    }

    /** The proof: a guest that does nothing but end. */
    private static Finding guest() {
        String subject = "a guest runs";
        ArrayList<String> words = new ArrayList<>();
        words.add("--timeout=20s");
        words.add("--quiet");
        words.add("--");
        words.add(Sys.openat(Sys.AT_FDCWD, "/bin/true", 010000000, 0) >= 0 ? "/bin/true" : "true");
        try {
            long start = System.nanoTime();
            int status = new Guest(new DoOptions(Arguments.parse(DoOptions.TABLE, words, 0), "/"), "/").run();
            long millis = (System.nanoTime() - start) / 1_000_000;
            return status == 0
                    ? Finding.ok(subject, "true(1) ended with status 0 after " + millis + " ms")
                    : Finding.fail(
                            subject, "true(1) ended with status " + status, "sandjar do --strace true shows more");
        } catch (Failure e) {
            return Finding.fail(subject, e.text(), e.hint());
        }
    }
}
