// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

/**
 * One line of the filter table.
 *
 * @param stubOnly true for a rule that holds only when the instruction pointer lies in the stub's text
 * @param calls numbers of the calls that it is about
 * @param conditions all of which must hold
 * @param action a constant of {@link Action}
 * @param why the reason, for SECURITY.md
 */
record Rule(boolean stubOnly, int[] calls, Condition[] conditions, int action, String why) {

    boolean isAbout(int nr) {
        for (int call : calls) {
            if (call == nr) {
                return true;
            }
        }
        return false;
    }
}
