// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a WWW-Authenticate header asks for (RFC 9110, 11.6.1).
 *
 * @param scheme in lower case
 * @param parameters names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    /** Reads one challenge; null if it is none. */
    static @Nullable Challenge parse(String header) {
        String h = header.strip();
        int space = h.indexOf(' ');
        String scheme = (space < 0 ? h : h.substring(0, space)).toLowerCase(Locale.ROOT);
        if (scheme.isEmpty()) {
            return null;
        }
        Map<String, String> all = new LinkedHashMap<>();
        int at = space < 0 ? h.length() : space + 1;
        while (at < h.length()) {
            int equals = h.indexOf('=', at);
            if (equals < 0) {
                break;
            }
            String name = h.substring(at, equals).replace(',', ' ').strip().toLowerCase(Locale.ROOT);
            at = equals + 1;
            StringBuilder value = new StringBuilder();
            if (at < h.length() && h.charAt(at) == '"') {
                at++;
                while (at < h.length() && h.charAt(at) != '"') {
                    if (h.charAt(at) == '\\' && at + 1 < h.length()) {
                        at++;
                    }
                    value.append(h.charAt(at++));
                }
                at++;
            } else {
                while (at < h.length() && h.charAt(at) != ',') {
                    value.append(h.charAt(at++));
                }
            }
            all.putIfAbsent(name, value.toString().strip());
            while (at < h.length() && (h.charAt(at) == ',' || h.charAt(at) == ' ')) {
                at++;
            }
        }
        return new Challenge(scheme, all);
    }

    String get(String name) {
        return parameters.getOrDefault(name, "");
    }
}
