// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/**
 * A JSON text read into a tree, strictly: no name twice, no NUL in strings, no bytes that are not UTF-8, nothing after the
 * end. Only Gson's tokens are used; its binding to classes works by reflection and costs tens of milliseconds at a start.
 */
public final class Json {
    /** The value null. */
    static final Object NULL = new Object();

    /** A number as it is written. */
    record Num(String text) {}

    private static final int MAX_DEPTH = 64;

    /** Larger documents are refused before they are read: the tree takes several times the space. */
    private static final int MAX_BYTES = 64 << 20;

    private final JsonReader in;

    private Json(JsonReader in) {
        this.in = in;
    }

    /**
     * Reads a document that is an object.
     *
     * @throws SpecError when it is none
     */
    public static JsonObject object(byte[] text) {
        Object tree = read(text);
        if (!(tree instanceof LinkedHashMap<?, ?>)) {
            throw new SpecError("", "expected a JSON object, found " + JsonObject.describe(tree));
        }
        return new JsonObject("", JsonObject.members(tree));
    }

    private static Object read(byte[] text) {
        if (text.length == 0) {
            throw new SpecError("", "the file is empty");
        }
        if (text.length > MAX_BYTES) {
            throw new SpecError("", "the file is larger than " + (MAX_BYTES >> 20) + " MiB");
        }
        JsonReader in = new JsonReader(new StringReader(decode(text)));
        in.setStrictness(Strictness.STRICT);
        in.setNestingLimit(MAX_DEPTH);
        try {
            Object tree = new Json(in).value();
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw new SpecError("", "not JSON: there is more after the end of the object");
            }
            return tree;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new SpecError("", "not JSON: " + sentence(String.valueOf(e.getMessage())));
        }
    }

    /** Without the parser's advice for programmers. */
    private static String sentence(String message) {
        int end = message.indexOf('\n');
        String s = end < 0 ? message : message.substring(0, end);
        int path = s.indexOf(" path $");
        int line = s.indexOf(" at line ");
        if (path > 0 && line > 0 && path > line) {
            s = s.substring(0, path);
        }
        if (s.startsWith("End of input")) {
            return "the file ends too early," + s.substring("End of input".length());
        }
        return s.startsWith("Use JsonReader.setStrictness")
                ? "malformed text" + (line < 0 ? "" : s.substring(line))
                : s;
    }

    private static String decode(byte[] text) {
        int i = 0;
        while (i < text.length && text[i] >= 0) {
            i++;
        }
        if (i == text.length) {
            return new String(text, StandardCharsets.ISO_8859_1);
        }
        ByteBuffer bytes = ByteBuffer.wrap(text);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(bytes)
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SpecError("", "not JSON: byte " + bytes.position() + " is not UTF-8");
        }
    }

    private Object value() throws IOException {
        return switch (in.peek()) {
            case BEGIN_OBJECT -> members();
            case BEGIN_ARRAY -> elements();
            case STRING -> bytes(in.nextString());
            case NUMBER -> new Num(in.nextString());
            case BOOLEAN -> in.nextBoolean();
            case NULL -> {
                in.nextNull();
                yield NULL;
            }
            default -> throw new IllegalStateException("malformed text");
        };
    }

    private LinkedHashMap<String, Object> members() throws IOException {
        LinkedHashMap<String, Object> map = new LinkedHashMap<>();
        in.beginObject();
        while (in.hasNext()) {
            String name = bytes(in.nextName());
            if (map.put(name, value()) != null) {
                throw new SpecError(path(in.getPath()), "the name \"" + name + "\" is there twice");
            }
        }
        in.endObject();
        return map;
    }

    private ArrayList<Object> elements() throws IOException {
        ArrayList<Object> list = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            list.add(value());
        }
        in.endArray();
        return list;
    }

    private static String path(String dollar) {
        return bytes(dollar.startsWith("$.") ? dollar.substring(2) : dollar);
    }

    /** The string's UTF-8 as one char each. Half a pair of surrogates becomes U+FFFD, as in Go. */
    private static String bytes(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) >= 0x80) {
                return encode(s);
            }
        }
        return s;
    }

    private static String encode(String s) {
        StringBuilder out = new StringBuilder(s.length() + 16);
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            if (c >= 0xd800 && c < 0xe000) {
                c = 0xfffd;
            }
            if (c < 0x80) {
                out.append((char) c);
            } else if (c < 0x800) {
                out.append((char) (0xc0 | c >> 6)).append((char) (0x80 | c & 0x3f));
            } else if (c < 0x10000) {
                out.append((char) (0xe0 | c >> 12))
                        .append((char) (0x80 | c >> 6 & 0x3f))
                        .append((char) (0x80 | c & 0x3f));
            } else {
                out.append((char) (0xf0 | c >> 18))
                        .append((char) (0x80 | c >> 12 & 0x3f))
                        .append((char) (0x80 | c >> 6 & 0x3f))
                        .append((char) (0x80 | c & 0x3f));
            }
        }
        return out.toString();
    }
}
