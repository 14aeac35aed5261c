// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.install;

import io.sandjar.oci.JsonOut;
import io.sandjar.runsc.Failure;
import io.sandjar.runsc.install.JsonText.Member;
import io.sandjar.runsc.install.JsonText.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Docker's daemon.json as a text: our entry below {@code runtimes} put in and taken out, nothing else touched. */
final class DaemonJson {
    private static final String RUNTIMES = "runtimes";
    private static final String STEP = "    ";

    private final String file;
    private final String text;
    private final Value top;

    /** @param text of the file; blank: there is none */
    DaemonJson(String file, String text) {
        this.file = file;
        this.text = text.isBlank() ? "{}\n" : text;
        this.top = JsonText.read(this.text, file);
        if (this.text.charAt(top.start) != '{') {
            throw new Failure(1, file + ": it is not a JSON object", "the file was left as it is");
        }
    }

    /** A string of the outermost object; null if there is none. */
    @Nullable
    String string(String name) {
        Member m = top.member(name);
        if (m == null || text.charAt(m.value().start) != '"') {
            return null;
        }
        return text.substring(m.value().start + 1, m.value().end - 1);
    }

    private @Nullable Member runtimes() {
        Member m = top.member(RUNTIMES);
        if (m != null && text.charAt(m.value().start) != '{') {
            throw new Failure(1, file + ": runtimes: it is not an object", "the file was left as it is");
        }
        return m;
    }

    /** The text with the entry; the same text if it is there already. */
    String with(String name, String path, List<String> args, boolean clobber) {
        JsonOut o = new JsonOut("");
        o.object().put("path", path);
        if (!args.isEmpty()) {
            o.put("runtimeArgs", args);
        }
        String entry = o.end().text();
        Member all = runtimes();
        String quoted = new JsonOut("").array().add(name).endArray().text();
        String member = quoted.substring(1, quoted.length() - 1) + ": ";
        if (all == null) {
            boolean lines = top.members.isEmpty() || broken(top);
            String indent = indent(top, STEP);
            String inner = lines
                    ? "{\n" + indent + STEP + member + laidOut(entry, indent + STEP) + "\n" + indent + "}"
                    : "{" + member + entry + "}";
            return insert(top, "\"runtimes\": " + inner, STEP, "");
        }
        Member old = all.value().member(name);
        if (old == null) {
            String outer = indent(top, STEP);
            boolean lines = broken(all.value()) || (all.value().members.isEmpty() && broken(top));
            String inner = indent(all.value(), outer + STEP);
            return insert(all.value(), member + (lines ? laidOut(entry, inner) : entry), outer + STEP, outer);
        }
        String there = text.substring(old.value().start, old.value().end);
        if (JsonText.bare(there).equals(JsonText.bare(entry))) {
            return text;
        }
        if (!clobber) {
            throw new Failure(
                    1,
                    file + ": there is another runtime \"" + name + "\": " + JsonText.bare(there),
                    "--clobber replaces it, --runtime NAME takes another name");
        }
        String fresh = there.indexOf('\n') >= 0 ? laidOut(entry, indent(all.value(), STEP + STEP)) : entry;
        return text.substring(0, old.value().start) + fresh + text.substring(old.value().end);
    }

    /**
     * The text without the entry.
     *
     * @param emptyToo takes the object {@code runtimes} away when nothing is left in it
     */
    String without(String name, boolean emptyToo) {
        Member all = runtimes();
        Member old = all == null ? null : all.value().member(name);
        if (all == null || old == null) {
            return text;
        }
        return emptyToo && all.value().members.size() == 1 ? remove(top, all) : remove(all.value(), old);
    }

    /** Whether the entry of this name leads to one of our programs. */
    boolean ours(String name) {
        Member all = runtimes();
        Member old = all == null ? null : all.value().member(name);
        Member path = old == null ? null : old.value().member("path");
        return path != null
                && text.substring(path.value().start, path.value().end).endsWith("/bin/runsc\"");
    }

    boolean has(String name) {
        Member all = runtimes();
        return all != null && all.value().member(name) != null;
    }

    boolean hasRuntimes() {
        return runtimes() != null;
    }

    boolean isEmpty() {
        return top.members.isEmpty();
    }

    /** Whether an object's members stand on lines of their own. */
    private boolean broken(Value object) {
        return !object.members.isEmpty()
                && text.substring(object.start, object.members.get(0).start()).indexOf('\n') >= 0;
    }

    /** What stands before the names of an object's members. */
    private String indent(Value object, String otherwise) {
        if (!broken(object)) {
            return otherwise;
        }
        int start = object.members.get(0).start();
        return text.substring(text.lastIndexOf('\n', start) + 1, start);
    }

    private String insert(Value object, String member, String indent, String outer) {
        if (object.members.isEmpty()) {
            return text.substring(0, object.start) + "{\n" + indent + member + "\n" + outer + "}"
                    + text.substring(object.end);
        }
        int end = object.members.get(object.members.size() - 1).value().end;
        String between = broken(object) ? ",\n" + indent(object, indent) : ", ";
        return text.substring(0, end) + between + member + text.substring(end);
    }

    private String remove(Value object, Member m) {
        int i = object.members.indexOf(m);
        if (object.members.size() == 1) {
            return text.substring(0, object.start) + "{}" + text.substring(object.end);
        }
        int from = i == 0 ? m.start() : object.members.get(i - 1).value().end;
        int to = i == 0 ? object.members.get(1).start() : m.value().end;
        return text.substring(0, from) + text.substring(to);
    }

    /** An entry on several lines. */
    private static String laidOut(String entry, String indent) {
        Value v = JsonText.read(entry, "");
        StringBuilder b = new StringBuilder("{");
        for (Member m : v.members) {
            b.append(b.length() == 1 ? "\n" : ",\n").append(indent).append(STEP);
            b.append('"').append(m.name()).append("\": ");
            b.append(entry, m.value().start, m.value().end);
        }
        return b.append('\n').append(indent).append('}').toString();
    }
}
