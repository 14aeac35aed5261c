// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A condition on objects: labels as {@code app=web,tier notin (cache,db),!old}, or fields. */
public final class Selector implements Predicate<HasMetadata> {
    private static final Pattern SET = Pattern.compile("\\s*([^\\s!=,()]+)\\s+(in|notin)\\s*\\(([^()]*)\\)\\s*(?:,|$)");
    private static final Pattern EQUALITY =
            Pattern.compile("\\s*([^\\s!=,()]+)\\s*(==|=|!=)\\s*([^\\s!=,()]*)\\s*(?:,|$)");
    private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*([^\\s!=,()]+)\\s*(?:,|$)");

    public static final Selector EVERYTHING = new Selector(List.of());

    private final List<Predicate<HasMetadata>> terms;

    private Selector(List<Predicate<HasMetadata>> terms) {
        this.terms = terms;
    }

    @Override
    public boolean test(HasMetadata object) {
        for (Predicate<HasMetadata> term : terms) {
            if (!term.test(object)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Selector and(Predicate<? super HasMetadata> other) {
        List<Predicate<HasMetadata>> both = new ArrayList<>(terms);
        both.add(other::test);
        return new Selector(both);
    }

    /** Objects with all of these labels. */
    public static Selector labels(Map<String, String> labels) {
        List<Predicate<HasMetadata>> terms = new ArrayList<>();
        labels.forEach((key, value) -> terms.add(o -> value.equals(labelsOf(o).get(key))));
        return new Selector(terms);
    }

    /** The selector of a Deployment, ReplicaSet or Job. An absent one matches nothing, an empty one everything. */
    public static Selector of(@Nullable LabelSelector selector) {
        if (selector == null) {
            return new Selector(List.of(o -> false));
        }
        List<Predicate<HasMetadata>> terms = new ArrayList<>();
        if (selector.getMatchLabels() != null) {
            terms.addAll(labels(selector.getMatchLabels()).terms);
        }
        if (selector.getMatchExpressions() != null) {
            for (LabelSelectorRequirement r : selector.getMatchExpressions()) {
                Set<String> values = r.getValues() == null ? Set.of() : Set.copyOf(r.getValues());
                terms.add(requirement(r.getKey(), r.getOperator(), values));
            }
        }
        return new Selector(terms);
    }

    private static Predicate<HasMetadata> requirement(String key, String operator, Set<String> values) {
        return switch (operator) {
            case "In" ->
                o -> labelsOf(o).containsKey(key) && values.contains(labelsOf(o).get(key));
            case "NotIn" ->
                o -> !labelsOf(o).containsKey(key)
                        || !values.contains(labelsOf(o).get(key));
            case "Exists" -> o -> labelsOf(o).containsKey(key);
            case "DoesNotExist" -> o -> !labelsOf(o).containsKey(key);
            default ->
                throw new StoreException(
                        StoreException.Reason.INVALID,
                        "\"" + operator
                                + "\" is not a valid label selector operator (In, NotIn, Exists, DoesNotExist)");
        };
    }

    /** A label selector as people write it. */
    public static Selector parseLabels(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return EVERYTHING;
        }
        List<Predicate<HasMetadata>> terms = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            Matcher set = SET.matcher(text).region(at, text.length());
            Matcher equality = EQUALITY.matcher(text).region(at, text.length());
            Matcher exists = EXISTS.matcher(text).region(at, text.length());
            if (set.lookingAt()) {
                Set<String> values = Set.copyOf(Arrays.stream(set.group(3).split(",", -1))
                        .map(String::strip)
                        .distinct()
                        .toList());
                terms.add(requirement(set.group(1), set.group(2).equals("in") ? "In" : "NotIn", values));
                at = set.end();
            } else if (equality.lookingAt()) {
                Set<String> value = Set.of(equality.group(3));
                terms.add(requirement(equality.group(1), equality.group(2).equals("!=") ? "NotIn" : "In", value));
                at = equality.end();
            } else if (exists.lookingAt()) {
                terms.add(
                        requirement(exists.group(2), exists.group(1).isEmpty() ? "Exists" : "DoesNotExist", Set.of()));
                at = exists.end();
            } else {
                throw new StoreException(
                        StoreException.Reason.BAD_REQUEST,
                        "unable to parse the label selector \"" + text + "\" at character " + (at + 1)
                                + "; write for example app=web,tier!=db,env in (a,b),!old");
            }
        }
        return new Selector(terms);
    }

    /** A field selector as people write it: {@code status.phase=Running,metadata.name!=x}. */
    public static Selector parseFields(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return EVERYTHING;
        }
        List<Predicate<HasMetadata>> terms = new ArrayList<>();
        for (String term : text.split(",", -1)) {
            Matcher m = EQUALITY.matcher(term);
            if (!m.lookingAt()) {
                throw new StoreException(
                        StoreException.Reason.BAD_REQUEST,
                        "unable to parse the field selector \"" + text + "\"; write for example status.phase=Running");
            }
            String path = m.group(1);
            Fields.check(path);
            boolean wanted = !m.group(2).equals("!=");
            String value = m.group(3);
            terms.add(o -> Fields.get(o, path).equals(value) == wanted);
        }
        return new Selector(terms);
    }

    private static Map<String, String> labelsOf(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }
}
