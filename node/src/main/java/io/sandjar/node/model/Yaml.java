// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * YAML documents as JSON trees that know where they came from. Scalars mean what they mean to kubectl, that is YAML 1.1:
 * 0644 is octal, yes is true. Aliases are followed within a budget, so that a small file cannot become a huge tree.
 */
final class Yaml {
    static final int LARGEST_BYTES = 3 << 20;
    private static final int MOST_NODES = 200_000;
    private static final int DEEPEST = 100;
    private static final int MOST_DOCUMENTS = 2_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern INTEGER =
            Pattern.compile("([-+]?)(?:0b([01_]+)|0o?([0-7_]+)|(0|[1-9][0-9_]*)|0x([0-9a-fA-F_]+))");
    private static final Pattern FLOAT =
            Pattern.compile("[-+]?(?:[0-9][0-9_]*\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?");

    private static final Pattern JSON_SCALAR = Pattern.compile("true|false|null|-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?");

    /** A document and where its parts stand. */
    record Document(JsonNode tree, Positions positions, int line) {}

    private final String file;
    private final List<Problem> problems;
    private int budget = MOST_NODES;

    private Yaml(String file, List<Problem> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The documents of a file up to the first that is not YAML; what is wrong goes to the problems. */
    static List<Document> read(String file, byte[] bytes, List<Problem> problems) {
        if (bytes.length > LARGEST_BYTES) {
            problems.add(new Problem(
                    file, 0, 0, "", bytes.length + " bytes are too much for manifests: the limit is 3 MiB", true));
            return List.of();
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(new Problem(file, 0, 0, "", "not a text file in UTF-8", true));
            return List.of();
        }
        return new Yaml(file, problems).documents(text.startsWith("\ufeff") ? text.substring(1) : text);
    }

    private List<Document> documents(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setUseMarks(true)
                .setAllowDuplicateKeys(true)
                .setMaxAliasesForCollections(1000)
                .setCodePointLimit(LARGEST_BYTES)
                .build();
        List<Document> documents = new ArrayList<>();
        try {
            for (Node node : new Compose(settings).composeAllFromString(text)) {
                if (documents.size() == MOST_DOCUMENTS) {
                    problems.add(problem(node, "more than " + MOST_DOCUMENTS + " documents in one file; split it"));
                    break;
                }
                Positions positions = new Positions(file);
                positions.put("", node.getStartMark().orElse(null));
                int before = problems.size();
                JsonNode tree = convert(node, "", positions, 0);
                if (problems.size() == before && !tree.isNull()) {
                    documents.add(new Document(
                            tree,
                            positions,
                            node.getStartMark().map(m -> m.getLine() + 1).orElse(0)));
                }
                if (budget <= 0) {
                    break;
                }
            }
        } catch (MarkedYamlEngineException e) {
            problems.add(broken(e));
        } catch (YamlEngineException e) {
            problems.add(new Problem(file, 0, 0, "", "not YAML: " + e.getMessage(), true));
        } catch (StackOverflowError e) {
            problems.add(new Problem(file, 0, 0, "", "not a manifest: nested too deeply", true));
        }
        return documents;
    }

    private Problem broken(MarkedYamlEngineException e) {
        Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
        String what = Optional.ofNullable(e.getProblem()).orElse("not YAML");
        String context = e.getContext() == null ? "" : e.getContext() + ": ";
        String hint = "";
        if (what.contains("'\\t'") || what.contains("\\t(TAB)")) {
            hint = "; YAML is indented with spaces, never with tabs";
        } else if (what.contains("mapping values are not allowed")) {
            hint = "; put text that contains \": \" in quotes, or mend the indentation";
        } else if (what.contains("expected <block end>")) {
            hint = "; lines of one list or mapping begin in one column: mend the indentation";
        }
        return new Problem(
                file,
                mark.map(m -> m.getLine() + 1).orElse(0),
                mark.map(m -> m.getColumn() + 1).orElse(0),
                "",
                "not YAML: " + context + what + hint,
                true);
    }

    private Problem problem(Node node, String message) {
        Mark mark = node.getStartMark().orElse(null);
        return new Problem(
                file,
                mark == null ? 0 : mark.getLine() + 1,
                mark == null ? 0 : mark.getColumn() + 1,
                "",
                message,
                true);
    }

    private JsonNode convert(Node node, String path, Positions positions, int depth) {
        if (--budget <= 0) {
            if (budget == 0) {
                problems.add(problem(
                        node, "more than " + MOST_NODES + " values in one file (aliases count each time): too much"));
            }
            return NODES.nullNode();
        }
        if (depth > DEEPEST) {
            problems.add(problem(node, "nested more than " + DEEPEST + " levels deep (an alias to itself?)"));
            budget = 0;
            return NODES.nullNode();
        }
        return switch (node) {
            case ScalarNode s -> scalar(s);
            case SequenceNode s -> {
                ArrayNode list = NODES.arrayNode();
                int i = 0;
                for (Node item : s.getValue()) {
                    String p = path + "[" + i++ + "]";
                    positions.put(p, item.getStartMark().orElse(null));
                    list.add(convert(item, p, positions, depth + 1));
                    if (budget <= 0) {
                        break;
                    }
                }
                yield list;
            }
            case MappingNode m -> {
                ObjectNode object = NODES.objectNode();
                mapping(m, object, path, positions, depth);
                yield object;
            }
            default -> NODES.nullNode();
        };
    }

    private void mapping(MappingNode m, ObjectNode object, String path, Positions positions, int depth) {
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : m.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(problem(tuple.getKeyNode(), "a key must be text"));
                continue;
            }
            if (budget <= 0) {
                return;
            }
            String name = key.getValue();
            if (key.isPlain() && name.equals("<<")) {
                merge(tuple.getValueNode(), object, path, positions, depth);
                continue;
            }
            if (!seen.add(name)) {
                problems.add(problem(key, "\"" + name + "\" is here twice in one mapping; remove one"));
            }
            String p = path.isEmpty() ? name : path + "." + name;
            positions.put(p, key.getStartMark().orElse(null));
            object.set(name, convert(tuple.getValueNode(), p, positions, depth + 1));
        }
    }

    private void merge(Node value, ObjectNode object, String path, Positions positions, int depth) {
        List<Node> sources = value instanceof SequenceNode s ? s.getValue() : List.of(value);
        for (Node source : sources) {
            JsonNode tree = convert(source, path, positions, depth + 1);
            if (!(tree instanceof ObjectNode from)) {
                problems.add(problem(source, "<< merges mappings only"));
                continue;
            }
            from.properties().forEach(e -> {
                if (!object.has(e.getKey())) {
                    object.set(e.getKey(), e.getValue());
                }
            });
        }
    }

    private JsonNode scalar(ScalarNode s) {
        String text = s.getValue();
        if (!s.isPlain() || (s.getTag().equals(Tag.STR) && tagged(s))) {
            return NODES.stringNode(text);
        }
        JsonNode number = number(text);
        if (number != null) {
            return number;
        }
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> NODES.nullNode();
            case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y" -> NODES.booleanNode(true);
            case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N" -> NODES.booleanNode(false);
            default -> NODES.stringNode(text);
        };
    }

    /** Whether a plain scalar was tagged !!str: untagged it would have another tag. */
    private static boolean tagged(ScalarNode s) {
        return JSON_SCALAR.matcher(s.getValue()).matches();
    }

    private static @Nullable JsonNode number(String text) {
        if (text.isEmpty() || "+-.0123456789".indexOf(text.charAt(0)) < 0) {
            return null;
        }
        Matcher m = INTEGER.matcher(text);
        if (m.matches()) {
            String digits = null;
            int radix = 10;
            int[] radixes = {2, 8, 10, 16};
            for (int g = 0; g < radixes.length; g++) {
                if (m.group(g + 2) != null) {
                    digits = m.group(g + 2).replace("_", "");
                    radix = radixes[g];
                }
            }
            if (digits == null || digits.isEmpty()) {
                return null;
            }
            BigInteger value = new BigInteger(m.group(1) + digits, radix);
            if (value.bitLength() < 32) {
                return NODES.numberNode(value.intValue());
            }
            return value.bitLength() < 64 ? NODES.numberNode(value.longValue()) : NODES.numberNode(value);
        }
        if (FLOAT.matcher(text).matches()
                && !text.equals(".")
                && !text.toLowerCase(Locale.ROOT).equals("e")) {
            try {
                return NODES.numberNode(Double.parseDouble(text.replace("_", "")));
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return null;
    }
}
