// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request and the way to answer it; handlers run on virtual threads and may block. */
interface Exchange {
    /** GET, POST, PUT, PATCH, DELETE, HEAD. */
    String method();

    /** The path without query, decoded and split: {@code [api, v1, pods]}. */
    List<String> path();

    /** All values of the query by name. */
    Map<String, List<String>> query();

    @Nullable
    String header(String name);

    byte[] body();

    /** Answers with a whole body. Once. */
    void send(int code, String contentType, byte[] body);

    /** Adds a header to the answer that is still to come. */
    void addHeader(String name, String value);

    /** Answers with a body that goes on; each flush sends. Writing blocks while the client does not read. */
    OutputStream stream(int code, String contentType);

    /** Runs something when the client has gone (at once if it has). */
    void onGone(Runnable action);

    /**
     * Answers 101 and hands over the raw connection: bytes of the client go to the sink, closing is reported by onGone.
     *
     * @return where bytes for the client are written
     */
    OutputStream upgrade(String protocol, Sink sink);

    /** What takes bytes from the client after an upgrade. */
    interface Sink {
        void accept(byte[] bytes) throws IOException;

        /** The client writes no more. */
        void end() throws IOException;
    }

    default @Nullable String param(String name) {
        List<String> values = query().get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    default boolean flag(String name) {
        String value = param(name);
        return value != null && (value.equals("true") || value.equals("1") || value.isEmpty());
    }

    default void text(int code, String text) {
        send(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
