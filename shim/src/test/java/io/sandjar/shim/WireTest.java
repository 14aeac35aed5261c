// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sandjar.shim.proto.ConnectRequest;
import io.sandjar.shim.proto.ConnectResponse;
import io.sandjar.shim.proto.KeyValue;
import io.sandjar.shim.proto.Request;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.proto.RpcStatus;
import io.sandjar.shim.ttrpc.Frame;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Bytes as they passed between containerd 2.1.9 and its shim for runc. */
class WireTest {
    private static final String CONNECT = "00000055000000010100"
            + "0a17636f6e7461696e6572642e7461736b2e76332e5461736b"
            + "1207436f6e6e656374"
            + "1a040a0277312080e497d0122a250a1a636f6e7461696e6572642d6e616d6573706163652d7474727063120764656661756c74";

    private static byte[] hex(String s) {
        return HexFormat.of().parseHex(s);
    }

    @Test
    void request() throws Exception {
        Frame f = Frame.parse(hex(CONNECT));
        assertEquals(1, f.stream());
        assertEquals(Frame.REQUEST, f.type());
        Request r = Request.parseFrom(f.data());
        assertEquals(TaskService.V3, r.getService());
        assertEquals("Connect", r.getMethod());
        assertEquals("w1", ConnectRequest.parseFrom(r.getPayload()).getId());
        assertEquals(5_000_000_000L, r.getTimeoutNano());
        assertEquals("default", r.getMetadata(0).getValue());
    }

    @Test
    void requestMadeByUs() {
        Request r = Request.newBuilder()
                .setService(TaskService.V3)
                .setMethod("Connect")
                .setPayload(ConnectRequest.newBuilder().setId("w1").build().toByteString())
                .setTimeoutNano(5_000_000_000L)
                .addMetadata(KeyValue.newBuilder()
                        .setKey("containerd-namespace-ttrpc")
                        .setValue("default"))
                .build();
        assertArrayEquals(hex(CONNECT), Frame.request(1, r.toByteArray()).bytes());
    }

    @Test
    void response() {
        ConnectResponse c =
                ConnectResponse.newBuilder().setShimPid(31508).setTaskPid(31554).build();
        Response r = Response.newBuilder().setPayload(c.toByteString()).build();
        assertArrayEquals(
                hex("0000000a00000001020012080894f60110c2f601"),
                Frame.response(1, r.toByteArray()).bytes());
    }

    @Test
    void unimplemented() {
        Response r = Response.newBuilder()
                .setStatus(RpcStatus.newBuilder().setCode(12).setMessage("service containerd.task.v2.Task"))
                .build();
        assertArrayEquals(
                hex("000000250000000302000a23080c121f7365727669636520636f6e7461696e6572642e7461736b2e76322e5461736b"),
                Frame.response(3, r.toByteArray()).bytes());
    }

    @Test
    void notFound() throws Exception {
        Frame f = Frame.parse(hex(
                "000000260000000502000a2408051220636f6e7461696e6572206e6f7420637265617465643a206e6f7420666f756e64"));
        RpcStatus s = Response.parseFrom(f.data()).getStatus();
        assertEquals(Failure.NOT_FOUND, s.getCode());
        assertEquals("container not created: not found", s.getMessage());
    }

    @Test
    void broken() {
        assertThrows(IllegalArgumentException.class, () -> Frame.parse(hex("0000")));
        assertThrows(IllegalArgumentException.class, () -> Frame.parse(hex("00000055000000010100")));
    }
}
