// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Serial;

/** A call that the container runtime refused, or that did not reach it. */
public final class CriException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String method;
    private final Status.Code code;

    CriException(String method, StatusRuntimeException cause, String socket) {
        super(text(method, cause, socket), cause);
        this.method = method;
        this.code = cause.getStatus().getCode();
    }

    /** The method's short name, such as RunPodSandbox. */
    public String method() {
        return method;
    }

    /** Why, in gRPC's terms: NOT_FOUND, UNAVAILABLE, DEADLINE_EXCEEDED... */
    public Status.Code code() {
        return code;
    }

    /** Whether nobody answered at the socket, so that asking again may help. */
    public boolean isUnavailable() {
        return code == Status.Code.UNAVAILABLE;
    }

    private static String text(String method, StatusRuntimeException cause, String socket) {
        Status status = cause.getStatus();
        String said = status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE -> {
                Throwable reason = status.getCause();
                while (reason != null && reason.getCause() != null) reason = reason.getCause();
                yield method + ": no container runtime answers at " + socket
                        + (reason != null && reason.getMessage() != null ? " (" + reason.getMessage() + ")" : "")
                        + "; is it running, and is this its CRI socket?";
            }
            case UNIMPLEMENTED ->
                method + ": what listens at " + socket + " does not speak CRI v1"
                        + (said == null ? "" : " (" + said + ")") + "; containerd needs its CRI plugin enabled";
            case DEADLINE_EXCEEDED -> method + ": the container runtime at " + socket + " did not answer in time";
            default -> method + ": " + (said == null ? status.getCode() : said);
        };
    }
}
