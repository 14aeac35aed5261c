// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import java.util.Map;

/** References $(NAME) in commands and variables, as Kubernetes has them: $$ is one $, an unknown name stays as it is. */
public final class Expansion {
    private Expansion() {}

    public static String expand(String text, Map<String, String> variables) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '$' || i + 1 == text.length()) {
                out.append(c);
                continue;
            }
            char next = text.charAt(i + 1);
            int end = next == '(' ? text.indexOf(')', i + 2) : -1;
            if (next == '$') {
                out.append('$');
                i++;
            } else if (end < 0) {
                out.append('$').append(next);
                i++;
            } else {
                String name = text.substring(i + 2, end);
                String value = variables.get(name);
                out.append(value == null ? text.substring(i, end + 1) : value);
                i = end;
            }
        }
        return out.toString();
    }
}
