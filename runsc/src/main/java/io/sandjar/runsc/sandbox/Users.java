// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import org.jspecify.annotations.Nullable;

/** The container's own passwd(5): where a user is at home. */
final class Users {
    private static final int ID = 2;
    private static final int HOME = 5;

    private Users() {}

    /** The home directory of a user by number; "/" when nothing says. */
    static String home(@Nullable String passwd, int uid) {
        String number = Integer.toUnsignedString(uid);
        int from = 0;
        while (passwd != null && from < passwd.length()) {
            int end = passwd.indexOf('\n', from);
            if (end < 0) {
                end = passwd.length();
            }
            if (number.equals(field(passwd, from, end, ID))) {
                String home = field(passwd, from, end, HOME);
                return home == null || home.isEmpty() ? "/" : home;
            }
            from = end + 1;
        }
        return "/";
    }

    private static @Nullable String field(String text, int from, int end, int index) {
        int at = from;
        for (int i = 0; i < index; i++) {
            at = text.indexOf(':', at) + 1;
            if (at <= 0 || at > end) {
                return null;
            }
        }
        int stop = text.indexOf(':', at);
        return text.substring(at, stop < 0 || stop > end ? end : stop);
    }
}
