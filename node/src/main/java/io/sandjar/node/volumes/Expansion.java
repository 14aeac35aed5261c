// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import java.util.Map;

/** References to variables in a subPathExpr: $(NAME). */
final class Expansion {
    private Expansion() {}

    /** Replaces references; $$ stands for a dollar sign. A variable that is not there is an error, as in Kubernetes. */
    static String strict(String text, Map<String, String> env) throws VolumeException {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int end = c == '$' && i + 1 < text.length() && text.charAt(i + 1) == '(' ? text.indexOf(')', i) : -1;
            if (c == '$' && i + 1 < text.length() && text.charAt(i + 1) == '$') {
                out.append('$');
                i++;
            } else if (end > 0) {
                String name = text.substring(i + 2, end);
                String value = env.get(name);
                if (value == null) {
                    throw new VolumeException(
                            "CreateContainerConfigError",
                            false,
                            "subPathExpr \"" + text + "\": the container has no variable \"" + name + "\"");
                }
                out.append(value);
                i = end;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
