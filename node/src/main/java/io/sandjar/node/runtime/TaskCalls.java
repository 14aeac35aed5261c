// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.ttrpc.TtrpcClient;
import io.sandjar.shim.ttrpc.Unreachable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;

/**
 * Calls of a shim's Task service. Each has a connection of its own: a Wait takes as long as its container lives, and what
 * happens to one call is nothing to the others.
 *
 * @param address of the socket, as the shim printed it
 * @param service V3 or V2
 */
record TaskCalls(String address, String service) {
    static final String V2 = "containerd.task.v2.Task";
    static final String V3 = "containerd.task.v3.Task";

    /** While a shim's JVM is being replaced again and again, calls are refused so; it is worth another try. */
    private static final int UNAVAILABLE = 14;

    private static final int RETRIES = 20;
    private static final long PAUSE_MILLIS = 500;

    /** What the shim says about a call that it did not do; the codes are those of gRPC. */
    static final class Refused extends Exception {
        static final int NOT_FOUND = 5;
        static final int FAILED_PRECONDITION = 9;
        static final int UNIMPLEMENTED = 12;
        private static final long serialVersionUID = 1;

        final int code;

        Refused(int code, String message) {
            super(message);
            this.code = code;
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * Calls once, and again while the shim says that it is not ready.
     *
     * @param limit for the answer; zero: none
     * @throws Unreachable nobody listens there any more
     */
    <T extends MessageLite> T call(String method, MessageLite request, Parser<T> parser, Duration limit)
            throws Refused, IOException, InterruptedException {
        byte[] bytes = Request.newBuilder()
                .setService(service)
                .setMethod(method)
                .setPayload(request.toByteString())
                .setTimeoutNano(limit.toNanos())
                .build()
                .toByteArray();
        for (int i = 1; ; i++) {
            Response answer;
            try (TtrpcClient client = new TtrpcClient(address, limit.toMillis())) {
                answer = Response.parseFrom(client.call(bytes));
            } catch (ClosedByInterruptException e) {
                Thread.interrupted();
                throw new InterruptedException();
            }
            int code = answer.getStatus().getCode();
            if (code == 0) {
                return parser.parseFrom(answer.getPayload());
            }
            if (code != UNAVAILABLE || i == RETRIES) {
                throw new Refused(code, answer.getStatus().getMessage());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
