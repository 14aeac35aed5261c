// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.sandjar.oci.SpecError;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.proto.RpcStatus;
import io.sandjar.shim.ttrpc.Frame;
import java.util.HashMap;

/**
 * Answers containerd's calls. Each runs on a virtual thread of its own, since many of them (Wait) last as long as a container;
 * answers go out as they come.
 */
final class RpcServer {
    /** What can be called. */
    interface Service {
        /**
         * Carries out one call.
         *
         * @param again an earlier JVM may have begun with it
         * @throws Failure the answer
         */
        MessageLite call(String method, com.google.protobuf.ByteString payload, boolean again)
                throws InvalidProtocolBufferException;
    }

    private final Link link;
    private final HashMap<String, Service> services = new HashMap<>();

    /** The newest stream of each connection. Only for the link's thread. */
    private final HashMap<Integer, Integer> newest = new HashMap<>();

    RpcServer(Link link) {
        this.link = link;
    }

    void serve(String name, Service service) {
        services.put(name, service);
    }

    void closed(int connection) {
        newest.remove(connection);
    }

    /** A frame has come. For the link's thread. */
    void frame(int connection, byte[] bytes, boolean again) {
        Frame f;
        try {
            f = Frame.parse(bytes);
        } catch (IllegalArgumentException e) {
            Log.warning("connection " + connection + ": " + e.getMessage());
            return;
        }
        if (f.type() != Frame.REQUEST) {
            return; // streams of data are for services that we do not have
        }
        int last = newest.getOrDefault(connection, 0);
        if ((f.stream() & 1) == 0 || !again && f.stream() <= last) {
            String why = (f.stream() & 1) == 0
                    ? "StreamID must be odd for client initiated streams"
                    : "StreamID cannot be re-used";
            answer(connection, f.stream(), status(Failure.INVALID_ARGUMENT, why));
            return;
        }
        newest.put(connection, Math.max(last, f.stream()));
        Thread.ofVirtual().start(new Call(connection, f, again));
    }

    private void answer(int connection, int stream, Response response) {
        byte[] data = response.toByteArray();
        if (data.length > Frame.MAX_DATA) {
            data = status(Failure.RESOURCE_EXHAUSTED, "the answer has " + data.length + " bytes")
                    .toByteArray();
        }
        link.send('F', connection, Frame.response(stream, data).bytes());
    }

    private static Response status(int code, String message) {
        return Response.newBuilder()
                .setStatus(RpcStatus.newBuilder().setCode(code).setMessage(message))
                .build();
    }

    private final class Call implements Runnable {
        private final int connection;
        private final Frame frame;
        private final boolean again;

        Call(int connection, Frame frame, boolean again) {
            this.connection = connection;
            this.frame = frame;
            this.again = again;
        }

        @Override
        public void run() {
            answer(connection, frame.stream(), response());
        }

        private Response response() {
            String what = "a request";
            try {
                Request r = Request.parseFrom(frame.data());
                what = r.getMethod();
                Service s = services.get(r.getService());
                if (s == null) {
                    throw Failure.unimplemented("service " + r.getService());
                }
                MessageLite answer = s.call(r.getMethod(), r.getPayload(), again);
                return Response.newBuilder().setPayload(answer.toByteString()).build();
            } catch (Failure e) {
                if (e.code != Failure.NOT_FOUND) {
                    Log.debug(what + ": " + e.text());
                }
                return status(e.code, e.text());
            } catch (InvalidProtocolBufferException e) {
                return status(Failure.INVALID_ARGUMENT, what + ": not protobuf: " + e.getMessage());
            } catch (SpecError e) {
                return status(Failure.INVALID_ARGUMENT, e.text());
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                Log.error(what, e);
                return status(Failure.UNKNOWN, what + ": " + e);
            }
        }
    }
}
