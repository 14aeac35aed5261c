// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The words of a command line, taken apart as kubectl's are: options anywhere, long ones as {@code --name value} or {@code
 * --name=value}, short ones bundled ({@code -it}) and with their value attached ({@code -nkube}), {@code --} before what is not ours.
 *
 * <p>The options of a command are one text: {@code o/output=} takes a value, {@code w/watch} does not, {@code cascade?} takes one
 * behind an equals sign only.
 */
final class Args {
    /** What every command takes. */
    private static final String GLOBAL = " n/namespace= server= h/help s/-server=";
    /** Options of kubectl that have no meaning on one machine, and what to do instead. */
    private static final String[] REFUSED = {
        "kubeconfig",
                "there is no cluster to log in to: the agent is on this machine; --server=PATH names another socket of one",
        "context", "there are no contexts: --server=PATH names another agent's socket",
        "cluster", "there is no cluster: --server=PATH names another agent's socket",
        "user", "you are who you are on this machine; the socket's owner and mode say who may use the agent",
        "token", "the socket's owner and mode say who may use the agent; no token is needed",
        "as", "the socket's owner and mode say who may use the agent",
        "certificate-authority", "the agent listens on a socket of this machine, without TLS",
        "insecure-skip-tls-verify", "the agent listens on a socket of this machine, without TLS",
        "request-timeout", "commands wait as long as the agent answers; use timeout(1)",
    };

    private final String command;
    private final String spec;
    private final List<String> names = new ArrayList<>();
    private final List<String> values = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private @Nullable List<String> rest;

    private Args(String command, String spec) {
        this.command = command;
        this.spec = " " + spec + GLOBAL + " ";
    }

    static Args parse(String command, String spec, String[] from, int first) {
        Args args = new Args(command, spec);
        args.parse(from, first);
        return args;
    }

    private void parse(String[] from, int first) {
        for (int i = first; i < from.length; i++) {
            String word = from[i];
            if (word.equals("--")) {
                List<String> behind = new ArrayList<>();
                for (int j = i + 1; j < from.length; j++) {
                    behind.add(from[j]);
                }
                rest = behind;
                return;
            }
            if (word.startsWith("--")) {
                i = longOption(word, from, i);
            } else if (word.length() > 1 && word.charAt(0) == '-') {
                i = shortOptions(word, from, i);
            } else {
                words.add(word);
            }
        }
    }

    private int longOption(String word, String[] from, int at) {
        int equals = word.indexOf('=');
        String name = word.substring(2, equals < 0 ? word.length() : equals);
        char kind = kind(name);
        if (kind == 0) {
            refuse(name, "--" + name);
        }
        names.add(name);
        if (equals >= 0) {
            values.add(word.substring(equals + 1));
        } else if (kind == '=') {
            if (at + 1 == from.length) {
                throw usage("flag needs an argument: --" + name);
            }
            values.add(from[at + 1]);
            return at + 1;
        } else {
            values.add("");
        }
        return at;
    }

    private int shortOptions(String word, String[] from, int at) {
        for (int i = 1; i < word.length(); i++) {
            String name = longName(word.charAt(i));
            if (name == null) {
                throw usage("unknown shorthand flag: '" + word.charAt(i) + "' in " + word);
            }
            names.add(name);
            if (kind(name) != '=') {
                values.add("");
                continue;
            }
            if (i + 1 < word.length()) {
                values.add(word.substring(word.charAt(i + 1) == '=' ? i + 2 : i + 1));
                return at;
            }
            if (at + 1 == from.length) {
                throw usage("flag needs an argument: '" + word.charAt(i) + "' in " + word);
            }
            values.add(from[at + 1]);
            return at + 1;
        }
        return at;
    }

    private @Nullable String longName(char c) {
        int at = spec.indexOf(" " + c + "/");
        if (at < 0) {
            return null;
        }
        int end = at + 3;
        while (" =?".indexOf(spec.charAt(end)) < 0) {
            end++;
        }
        String name = spec.substring(at + 3, end);
        return name.startsWith("-") ? name.substring(1) : name;
    }

    /** '=' with a value, '?' with one behind an equals sign, ' ' without, 0 unknown. */
    private char kind(String name) {
        for (int at = spec.indexOf(name); at > 0 && !name.isEmpty(); at = spec.indexOf(name, at + 1)) {
            char before = spec.charAt(at - 1);
            char behind = spec.charAt(at + name.length());
            if ((before == ' ' || before == '/') && " =?".indexOf(behind) >= 0) {
                return behind;
            }
        }
        return 0;
    }

    private void refuse(String name, String shown) {
        for (int i = 0; i < REFUSED.length; i += 2) {
            if (REFUSED[i].equals(name)) {
                throw new CommandException("error: " + shown + ": " + REFUSED[i + 1]);
            }
        }
        throw usage("unknown flag: " + shown);
    }

    CommandException usage(String what) {
        return new CommandException("error: " + what + "\nSee 'sandjar " + command + " --help' for usage.");
    }

    String command() {
        return command;
    }

    /** The words that are no options and stand before {@code --}. */
    List<String> words() {
        return words;
    }

    /** What stands behind {@code --}, or null where there is none. */
    @Nullable
    List<String> rest() {
        return rest;
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** An option that is on or off: {@code --watch}, {@code --watch=false}. */
    boolean on(String name) {
        int at = names.lastIndexOf(name);
        if (at < 0) {
            return false;
        }
        String value = values.get(at);
        if (value.isEmpty() || value.equals("true") || value.equals("1")) {
            return true;
        }
        if (value.equals("false") || value.equals("0")) {
            return false;
        }
        throw usage("invalid argument \"" + value + "\" for \"--" + name + "\": write true or false");
    }

    String get(String name, String absent) {
        int at = names.lastIndexOf(name);
        return at < 0 ? absent : values.get(at);
    }

    /** The value of an option that must not be there without one. */
    @Nullable
    String value(String name) {
        int at = names.lastIndexOf(name);
        return at < 0 ? null : values.get(at);
    }

    List<String> all(String name) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(name)) {
                found.add(values.get(i));
            }
        }
        return found;
    }

    long number(String name, long absent) {
        String value = value(name);
        if (value == null) {
            return absent;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw usage("invalid argument \"" + value + "\" for \"--" + name + "\": a number is needed");
        }
    }
}
