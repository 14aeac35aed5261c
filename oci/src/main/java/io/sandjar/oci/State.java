// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.Map;

/**
 * The state of a container, with runc's additions to what the specification says.
 *
 * @param status creating, created, running, paused or stopped
 * @param pid of the host; 0 when it has ended
 * @param created a date of RFC 3339; may be empty
 */
public record State(
        String ociVersion,
        String id,
        String status,
        int pid,
        String bundle,
        String rootfs,
        String created,
        String owner,
        Map<String, String> annotations) {

    /** The version of the runtime-spec that this runtime speaks. */
    public static final String VERSION = "1.3.0";

    public State with(String newStatus, int newPid) {
        return new State(ociVersion, id, newStatus, newPid, bundle, rootfs, created, owner, annotations);
    }

    /** As {@code state} prints it. */
    public String text() {
        return write(new JsonOut("  "), true) + "\n";
    }

    /** For a hook's standard input: what the specification says and no more. */
    public byte[] forHook() {
        JsonOut out = new JsonOut("");
        write(out, false);
        return out.bytes();
    }

    private String write(JsonOut out, boolean more) {
        out.object().put("ociVersion", ociVersion).put("id", id);
        if (more) {
            out.put("pid", pid).put("status", status);
        } else {
            out.put("status", status);
            if (pid != 0) {
                out.put("pid", pid);
            }
        }
        out.put("bundle", bundle);
        if (more) {
            out.put("rootfs", rootfs).put("created", created);
        }
        if (!annotations.isEmpty()) {
            out.put("annotations", annotations);
        }
        if (more) {
            out.put("owner", owner);
        }
        return out.end().text();
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws SpecError when it is no state
     */
    public static State read(byte[] json) {
        JsonObject o = Json.object(json);
        State s = new State(
                o.string("ociVersion"),
                o.string("id"),
                o.string("status"),
                o.integer("pid", 0, Integer.MAX_VALUE, 0),
                o.string("bundle"),
                o.string("rootfs"),
                o.string("created"),
                o.string("owner"),
                o.stringMap("annotations"));
        if (s.id.isEmpty()) {
            throw new SpecError("id", "must not be empty");
        }
        switch (s.status) {
            case "creating", "created", "running", "paused", "stopped" -> {}
            default -> throw new SpecError("status", "\"" + s.status + "\" is no status of a container");
        }
        return s;
    }
}
