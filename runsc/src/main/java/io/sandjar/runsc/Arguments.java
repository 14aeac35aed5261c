// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command line taken apart by a command's table of options. Options end at {@code --} or at the first word that is
 * none, so that {@code sandjar do ls -l} gives -l to ls. Why this is not a library: docs/adr/0006.
 */
final class Arguments {
    /** The value of a flag that was switched off: {@code --force=false}. */
    private static final String OFF = "false";

    private final Option[] table;
    private final ArrayList<Option> given = new ArrayList<>();
    private final ArrayList<@Nullable String> values = new ArrayList<>();
    private List<String> words = List.of();
    private boolean help;

    private Arguments(Option[] table) {
        this.table = table;
    }

    /**
     * Parses {@code args} from {@code from} on.
     *
     * @throws UsageError when they make no sense
     */
    static Arguments parse(Option[] table, List<String> args, int from) {
        Arguments a = new Arguments(table);
        int i = from;
        while (i < args.size()) {
            String word = args.get(i);
            if (word.equals("--")) {
                i++;
                break;
            }
            if (word.length() < 2 || word.charAt(0) != '-') {
                break;
            }
            if (word.equals("--help") || word.equals("-h")) {
                a.help = true;
                i++;
                continue;
            }
            i += a.take(word, i + 1 < args.size() ? args.get(i + 1) : null);
        }
        a.words = args.subList(i, args.size());
        return a;
    }

    /** One option; returns how many words it took. */
    private int take(String word, @Nullable String next) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Option o = option(name);
        if (o.value() == null) {
            add(o, equals < 0 || truth(name, word.substring(equals + 1)) ? null : OFF);
            return 1;
        }
        if (equals >= 0) {
            add(o, word.substring(equals + 1));
            return 1;
        }
        if (o.optional()) {
            add(o, null);
            return 1;
        }
        if (next == null || next.equals("--")) {
            throw new UsageError(name + " needs a value", "write " + o.synopsis());
        }
        add(o, next);
        return 2;
    }

    /** What a flag may be given behind {@code =}; Go's programs take it, and so scripts have it. */
    private static boolean truth(String name, String value) {
        return switch (value) {
            case "true", "1", "t", "T", "TRUE", "True" -> true;
            case "false", "0", "f", "F", "FALSE", "False" -> false;
            default -> throw new UsageError(name + " takes no value", "write just " + name);
        };
    }

    private void add(Option o, @Nullable String value) {
        given.add(o);
        values.add(value);
    }

    private Option option(String word) {
        String[] names = new String[table.length];
        String bare = word.substring(word.startsWith("--") ? 2 : 1);
        for (int i = 0; i < table.length; i++) {
            names[i] = table[i].name();
            String other = table[i].other();
            if (bare.equals(names[i]) || (!other.isEmpty() && bare.equals(other))) {
                return table[i];
            }
        }
        String near = word.startsWith("--") ? Nearest.of(word.substring(2), names) : null;
        throw new UsageError(
                "unknown option " + word,
                near != null ? "did you mean --" + near + "?" : "options come before the command");
    }

    /** Whether {@code --help} was asked for. */
    boolean help() {
        return help;
    }

    boolean has(String name) {
        int i = last(name);
        return i >= 0 && !(given.get(i).value() == null && OFF.equals(values.get(i)));
    }

    /** The value of an option, the last one if it was given twice; null if it was not given or without one. */
    @Nullable
    String value(String name) {
        int i = last(name);
        return i < 0 ? null : values.get(i);
    }

    String value(String name, String otherwise) {
        String v = value(name);
        return v == null ? otherwise : v;
    }

    /** All values of an option in the order given. */
    List<String> values(String name) {
        ArrayList<String> all = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String v = values.get(i);
            if (given.get(i).name().equals(name) && v != null) {
                all.add(v);
            }
        }
        return all;
    }

    private int last(String name) {
        for (int i = given.size() - 1; i >= 0; i--) {
            if (given.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    /** What follows the options. */
    List<String> words() {
        return words;
    }

    /** Refuses words where a command takes none. */
    void noWords() {
        if (!words.isEmpty()) {
            throw new UsageError("unexpected argument \"" + words.get(0) + "\"", "this command takes options only");
        }
    }
}
