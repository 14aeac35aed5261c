// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.store;

import java.io.Serial;

/** A request that the store refuses, with the reason as Kubernetes' Status objects name it. */
public final class StoreException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Why, with the HTTP status that goes with it. */
    public enum Reason {
        NOT_FOUND(404, "NotFound"),
        ALREADY_EXISTS(409, "AlreadyExists"),
        CONFLICT(409, "Conflict"),
        INVALID(422, "Invalid"),
        BAD_REQUEST(400, "BadRequest"),
        FORBIDDEN(403, "Forbidden"),
        EXPIRED(410, "Expired"),
        METHOD_NOT_ALLOWED(405, "MethodNotAllowed"),
        UNSUPPORTED_MEDIA_TYPE(415, "UnsupportedMediaType"),
        NOT_ACCEPTABLE(406, "NotAcceptable"),
        TOO_LARGE(413, "RequestEntityTooLarge"),
        UNAVAILABLE(503, "ServiceUnavailable"),
        NO_SPACE(507, "InsufficientStorage"),
        INTERNAL(500, "InternalError");

        private final int code;
        private final String word;

        Reason(int code, String word) {
            this.code = code;
            this.word = word;
        }

        public int code() {
            return code;
        }

        public String word() {
            return word;
        }
    }

    private final Reason reason;

    public StoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public StoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    static StoreException notFound(Kind<?> kind, String name) {
        return new StoreException(Reason.NOT_FOUND, kind.qualified() + " \"" + name + "\" not found");
    }
}
