// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kubernetes' quantities: 500m, 0.5, 128Mi, 1e3. */
public final class Quantities {
    private static final Pattern FORM =
            Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[EPTGMk]i?|Ki|[numk]|[eE][+-]?\\d{1,3})?");

    private Quantities() {}

    /** What is wrong with a text as a quantity, or null. */
    public static @Nullable String wrong(String text) {
        if (FORM.matcher(text).matches() && !text.endsWith("ki") && text.length() <= 64) {
            return null;
        }
        String hint = "write for example 500m or 0.5 (CPUs), 128Mi or 1Gi (memory)";
        if (text.matches("[0-9.]+ *(GB|MB|KB|gb|mb|kb|Gb|Mb|g|m[bB]|GiB|MiB|KiB|[gG]i?[bB]?)")) {
            String number = text.replaceAll("[^0-9.]", "");
            String unit = text.replaceAll("[0-9. ]", "").substring(0, 1).toUpperCase(java.util.Locale.ROOT);
            hint = "did you mean " + number + unit + "i?";
        } else if (text.matches(".*\\s.*")) {
            hint = "no spaces; " + hint;
        }
        return "\"" + text + "\" is not a quantity; " + hint;
    }

    /** The value in base units (bytes, CPUs). */
    public static BigDecimal value(@Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }

    /** Bytes, rounded up. */
    public static long bytes(@Nullable Quantity quantity) {
        BigDecimal v = value(quantity).setScale(0, RoundingMode.CEILING);
        return v.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : v.longValue();
    }

    /** Thousandths of a CPU, rounded up. */
    public static long milliCpus(@Nullable Quantity quantity) {
        return bytesOf(value(quantity).movePointRight(3));
    }

    private static long bytesOf(BigDecimal v) {
        BigDecimal whole = v.setScale(0, RoundingMode.CEILING);
        return whole.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : whole.longValue();
    }
}
