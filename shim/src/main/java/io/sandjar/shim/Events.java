// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.sandjar.shim.proto.Envelope;
import io.sandjar.shim.proto.ForwardRequest;
import io.sandjar.shim.proto.KeyValue;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.ttrpc.Carrier;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Tells containerd what happens, in the order of happening, by calls of its own ttrpc service. While containerd is away
 * events wait: each is tried up to five times with growing pauses, and only the newest {@link #MAX_WAITING} are kept.
 */
final class Events implements Runnable {
    /** How long containerd may take for an answer. */
    static final long PATIENCE_MILLIS = 5000;

    static final int MAX_WAITING = 2048;
    private static final int TRIES = 5;
    private static final String SERVICE = "containerd.services.events.ttrpc.v1.Events";
    private static final long CALL_NANOS = 5_000_000_000L;

    private record Waiting(ForwardRequest request, @Nullable Runnable told) {}

    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>(MAX_WAITING);
    private final Carrier carrier;
    private final String namespace;
    private final long pauseMillis;
    private boolean over;

    /** @param pauseMillis after the first failure; the n-th pause is n times as long */
    Events(Carrier carrier, String namespace, long pauseMillis) {
        this.carrier = carrier;
        this.namespace = namespace;
        this.pauseMillis = pauseMillis;
    }

    /**
     * Queues an event.
     *
     * @param topic as /tasks/start
     * @param name of the message, without containerd.events.
     * @param told runs when containerd has it
     */
    void send(String topic, String name, MessageLite event, @Nullable Runnable told) {
        Any any = Figures.any("containerd.events." + name, event.toByteString());
        Envelope envelope = Envelope.newBuilder()
                .setTimestamp(Times.timestamp(Times.now()))
                .setNamespace(namespace)
                .setTopic(topic)
                .setEvent(any)
                .build();
        Waiting w =
                new Waiting(ForwardRequest.newBuilder().setEnvelope(envelope).build(), told);
        while (!queue.offer(w)) {
            Waiting lost = queue.poll();
            if (lost != null) {
                Log.warning("too many events wait for containerd; one of "
                        + lost.request.getEnvelope().getTopic() + " is dropped");
            }
        }
    }

    /** For a thread of its own. */
    @Override
    public void run() {
        try {
            while (true) {
                forward(queue.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forward(Waiting w) throws InterruptedException {
        byte[] request = Request.newBuilder()
                .setService(SERVICE)
                .setMethod("Forward")
                .setPayload(w.request.toByteString())
                .setTimeoutNano(CALL_NANOS)
                .addMetadata(KeyValue.newBuilder()
                        .setKey("containerd-namespace-ttrpc")
                        .setValue(namespace))
                .build()
                .toByteArray();
        String topic = w.request.getEnvelope().getTopic();
        for (int i = 1; i <= TRIES; i++) {
            String why = attempt(request);
            if (why.isEmpty()) {
                tell(w.told);
                return;
            }
            Log.debug("event " + topic + ", attempt " + i + ": " + why);
            if (i == TRIES) {
                Log.warning("containerd does not take the event " + topic + ": " + why);
            } else {
                Thread.sleep(pauseMillis * i);
            }
        }
    }

    private synchronized void tell(@Nullable Runnable told) {
        if (told != null && !over) {
            told.run();
        }
    }

    /** Nobody is told any more of what containerd has; when this returns. */
    synchronized void stop() {
        over = true;
    }

    /** What was wrong; empty: nothing. */
    private String attempt(byte[] request) {
        try {
            Response answer = Response.parseFrom(ByteString.copyFrom(carrier.call(request)));
            return answer.hasStatus() && answer.getStatus().getCode() != 0
                    ? "code " + answer.getStatus().getCode() + ", "
                            + answer.getStatus().getMessage()
                    : "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage() == null ? e : e.getMessage());
        }
    }
}
