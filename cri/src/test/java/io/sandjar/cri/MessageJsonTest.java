// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.sandjar.cri.proto.ContainerStats;
import io.sandjar.cri.proto.CreateContainerRequest;
import io.sandjar.cri.proto.ExecSyncResponse;
import io.sandjar.cri.proto.MemoryUsage;
import io.sandjar.cri.proto.NamespaceMode;
import io.sandjar.cri.proto.PodSandboxConfig;
import io.sandjar.cri.proto.UInt64Value;
import org.junit.jupiter.api.Test;

/** Messages as JSON and back. */
class MessageJsonTest {
    private static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }

    @Test
    void fieldsOfAllKinds() {
        CreateContainerRequest r = (CreateContainerRequest) MessageJson.parse(
                json("{'podSandboxId':'p','config':{'metadata':{'name':'n','attempt':2},'command':['a','b'],"
                        + "'envs':[{'key':'k','value':'v'}],'labels':{'l':'1'},'tty':true,'linux':{'resources':{'cpuQuota':5000},"
                        + "'securityContext':{'runAsUser':0,'runAsGroup':{'value':7},'supplementalGroups':[1,2],"
                        + "'namespaceOptions':{'pid':'CONTAINER'}}}}}"),
                CreateContainerRequest.getDefaultInstance());
        assertEquals("p", r.getPodSandboxId());
        assertEquals(2, r.getConfig().getMetadata().getAttempt());
        assertEquals("[a, b]", r.getConfig().getCommandList().toString());
        assertEquals("v", r.getConfig().getEnvs(0).getValue());
        assertEquals("1", r.getConfig().getLabelsMap().get("l"));
        assertTrue(r.getConfig().getTty());
        assertEquals(5000, r.getConfig().getLinux().getResources().getCpuQuota());
        var security = r.getConfig().getLinux().getSecurityContext();
        assertTrue(security.hasRunAsUser());
        assertEquals(7, security.getRunAsGroup().getValue());
        assertEquals("[1, 2]", security.getSupplementalGroupsList().toString());
        assertEquals(NamespaceMode.CONTAINER, security.getNamespaceOptions().getPid());
        assertFalse(r.hasSandboxConfig());
        MessageLite again = MessageJson.parse(MessageJson.of(r), CreateContainerRequest.getDefaultInstance());
        assertEquals(r, again);
    }

    @Test
    void answers() {
        ExecSyncResponse r = ExecSyncResponse.newBuilder()
                .setStdout(ByteString.copyFromUtf8("out\n"))
                .setExitCode(3)
                .build();
        assertEquals(
                "{\"exitCode\":3,\"stderr\":\"\",\"stdout\":\"out\\n\"}",
                MessageJson.of(r).toString());
        ContainerStats s = ContainerStats.newBuilder()
                .setMemory(MemoryUsage.newBuilder()
                        .setWorkingSetBytes(UInt64Value.newBuilder().setValue(42)))
                .build();
        assertEquals(
                "{\"memory\":{\"timestamp\":0,\"workingSetBytes\":42}}",
                MessageJson.of(s).toString());
    }

    @Test
    void whatIsWrong() {
        assertThrows(IllegalArgumentException.class, () -> pod("{'nosuch':1}"));
        assertThrows(IllegalArgumentException.class, () -> pod("{'hostname':[1]}"));
        assertThrows(
                IllegalArgumentException.class,
                () -> pod("{'linux':{'securityContext':{'namespaceOptions':{'pid':'NOSUCH'}}}}"));
    }

    private static MessageLite pod(String text) {
        return MessageJson.parse(json(text), PodSandboxConfig.getDefaultInstance());
    }
}
