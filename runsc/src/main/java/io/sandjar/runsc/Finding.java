// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/**
 * One line of the doctor's report.
 *
 * @param found what is there
 * @param remedy what to do about it; empty where all is well
 */
record Finding(String subject, Grade grade, String found, String remedy) {
    /** How bad it is. */
    enum Grade {
        OK,
        /** Guests run, but something is slower, weaker or missing. */
        WARN,
        /** Guests do not run. */
        FAIL
    }

    static Finding ok(String subject, String found) {
        return new Finding(subject, Grade.OK, found, "");
    }

    static Finding warn(String subject, String found, String remedy) {
        return new Finding(subject, Grade.WARN, found, remedy);
    }

    static Finding fail(String subject, String found, String remedy) {
        return new Finding(subject, Grade.FAIL, found, remedy);
    }
}
