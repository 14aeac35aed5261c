// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How things may be called: the rules of RFC 1123 and of labels, as Kubernetes has them. */
final class NameRules {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern QUALIFIED = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    private static final Pattern CONFIG_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");

    private NameRules() {}

    static void label(Checker c, String path, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            c.required(path, "give it a name of lower case letters, digits and '-'");
        } else if (value.length() > 63) {
            c.invalid(path, value, "must be no more than 63 characters");
        } else if (!LABEL.matcher(value).matches()) {
            c.invalid(
                    path,
                    value,
                    "a lowercase RFC 1123 label must consist of lower case letters, digits or '-', and must start and end"
                            + " with a letter or digit" + better(value));
        }
    }

    static void subdomain(Checker c, String path, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            c.required(path, "give it a name of lower case letters, digits, '-' and '.'");
        } else if (value.length() > 253) {
            c.invalid(path, value, "must be no more than 253 characters");
        } else if (!SUBDOMAIN.matcher(value).matches()) {
            c.invalid(
                    path,
                    value,
                    "a lowercase RFC 1123 subdomain must consist of lower case letters, digits, '-' or '.', and must start"
                            + " and end with a letter or digit" + better(value));
        }
    }

    private static String better(String value) {
        String b = value.toLowerCase(java.util.Locale.ROOT)
                .replaceAll("[^a-z0-9.-]+", "-")
                .replaceAll("^[-.]+|[-.]+$", "");
        return b.isEmpty() || b.equals(value) ? "" : " (for example " + b + ")";
    }

    static void labels(Checker c, String path, @Nullable Map<String, String> labels) {
        if (labels == null) {
            return;
        }
        labels.forEach((key, value) -> {
            qualified(c, path, key);
            if (value != null
                    && !value.isEmpty()
                    && (value.length() > 63 || !QUALIFIED.matcher(value).matches())) {
                c.invalid(
                        path + "." + key,
                        value,
                        "a label's value has at most 63 letters, digits, '-', '_' or '.', and starts and ends with a letter"
                                + " or digit; longer things belong into annotations");
            }
        });
    }

    static void annotations(Checker c, String path, @Nullable Map<String, String> annotations) {
        if (annotations == null) {
            return;
        }
        long size = 0;
        for (Map.Entry<String, String> e : annotations.entrySet()) {
            qualified(c, path, e.getKey().toLowerCase(java.util.Locale.ROOT));
            size += e.getKey().length()
                    + (e.getValue() == null ? 0 : e.getValue().length());
        }
        if (size > 256 << 10) {
            c.invalid(path, size + " bytes", "annotations may have 262144 bytes together");
        }
    }

    private static void qualified(Checker c, String path, String key) {
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        if ((slash >= 0 && !SUBDOMAIN.matcher(key.substring(0, slash)).matches())
                || name.length() > 63
                || !QUALIFIED.matcher(name).matches()) {
            c.invalid(
                    path + "." + key,
                    key,
                    "a key is [PREFIX/]NAME with a DNS name as prefix and at most 63 letters, digits, '-', '_' or '.' as name");
        }
    }

    static void configKey(Checker c, String path, String key) {
        if (key.length() > 253 || !CONFIG_KEY.matcher(key).matches() || key.equals(".") || key.startsWith("..")) {
            c.invalid(
                    path + "." + key,
                    key,
                    "a key must consist of letters, digits, '-', '_' or '.' (it becomes a file name)");
        }
    }

    static void portName(Checker c, String path, String value) {
        if (value.length() > 15
                || !PORT_NAME.matcher(value).matches()
                || value.contains("--")
                || value.chars().noneMatch(ch -> ch >= 'a' && ch <= 'z')) {
            c.invalid(
                    path,
                    value,
                    "a port's name has at most 15 lower case letters, digits or '-', and at least one letter");
        }
    }

    /** Environment variables: what Kubernetes allows since 1.30, any printable ASCII but '='. */
    static void environment(Checker c, String path, @Nullable String name) {
        if (name == null || name.isEmpty()) {
            c.required(path, "give the variable a name");
        } else if (!name.chars().allMatch(ch -> ch >= 0x20 && ch < 0x7f && ch != '=')) {
            c.invalid(path, name, "a variable's name consists of printable ASCII characters other than '='");
        }
    }
}
