// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.runsc.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the native program has made ready before it became this one: environment variable SANDJAR_CREATE, words
 * KEY=VALUE of which the values may hold blanks.
 *
 * @param launcher pid of the container as engines know it
 * @param kernel pid of the sandbox's JVM; 0: the sandbox is there already
 * @param tty descriptor of the terminal's slave; -1: there is none
 * @param stateDir where the container's files are
 * @param sandbox id of the sandbox
 */
public record Launch(int launcher, int kernel, int tty, String stateDir, String sandbox) {
    private static final String VARIABLE = "SANDJAR_CREATE=";
    private static final String[] KEYS = {"launcher=", "kernel=", "tty=", "state=", "sandbox="};

    /**
     * Reads it.
     *
     * @param environment NAME=VALUE
     * @return null: there is none
     */
    public static @Nullable Launch of(List<String> environment) {
        for (String e : environment) {
            if (e.startsWith(VARIABLE)) {
                return parse(e.substring(VARIABLE.length()));
            }
        }
        return null;
    }

    static Launch parse(String text) {
        String state = value(text, 3);
        String sandbox = value(text, 4);
        int launcher = number(text, 0, -1);
        if (launcher <= 0 || state.isEmpty() || sandbox.isEmpty()) {
            throw new Failure(1, "SANDJAR_CREATE is malformed: " + text, "");
        }
        return new Launch(launcher, number(text, 1, 0), number(text, 2, -1), state, sandbox);
    }

    private static int number(String text, int key, int otherwise) {
        String v = value(text, key);
        try {
            return v.isEmpty() ? otherwise : Integer.parseInt(v);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** From behind the key to the next key. */
    private static String value(String text, int key) {
        int at = find(text, key);
        if (at < 0) {
            return "";
        }
        int from = at + KEYS[key].length();
        int end = text.length();
        for (int k = 0; k < KEYS.length; k++) {
            int other = find(text, k);
            if (other > from && other - 1 < end) {
                end = other - 1;
            }
        }
        return text.substring(from, end);
    }

    private static int find(String text, int key) {
        int at = text.indexOf(" " + KEYS[key]);
        return text.startsWith(KEYS[key]) ? 0 : at < 0 ? -1 : at + 1;
    }

    /** Where the files of the sandbox's first container are. */
    String sandboxDir() {
        return stateDir.substring(0, stateDir.lastIndexOf('/') + 1) + sandbox;
    }

    /** The control socket of the sandbox. */
    public String socket() {
        return sandboxDir() + "/sandbox.sock";
    }
}
