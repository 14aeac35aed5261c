// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.sandjar.imagestore.ImageConfig;
import io.sandjar.node.model.Json;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.volumes.ConfigSource;
import io.sandjar.node.volumes.VolumeMount;
import io.sandjar.oci.SpecReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a pod and an image to config.json, field by field. */
class ConfigJsonTest {
    @TempDir
    Path dir;

    private ImageConfig image = image("", List.of("/entry"), List.of("cmd"));

    @BeforeEach
    void root() throws Exception {
        Files.createDirectories(dir.resolve("root/etc"));
        Files.writeString(dir.resolve("root/etc/passwd"), "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n");
        Files.writeString(dir.resolve("root/etc/group"), "root:x:0:\nstaff:x:50:app\nwheel:x:10:root,other\n");
    }

    private static ImageConfig image(String user, List<String> entrypoint, List<String> cmd) {
        return new ImageConfig(
                List.of("A=image", "PATH=/img"), entrypoint, cmd, user, "/work", List.of(), List.of(), "", Map.of());
    }

    private final ConfigSource source = new ConfigSource() {
        @Override
        public @Nullable ConfigMap configMap(String namespace, String name) {
            return name.equals("map")
                    ? new ConfigMapBuilder()
                            .addToData("k", "v")
                            .addToData("A.b", "dot")
                            .build()
                    : null;
        }

        @Override
        public @Nullable Secret secret(String namespace, String name) {
            return name.equals("key")
                    ? new SecretBuilder().addToData("p", "czNjcmV0").build()
                    : null;
        }
    };

    private final PodAddress address = new PodAddress(
            false,
            Path.of("/run/netns/p"),
            List.of("10.88.0.9"),
            "192.0.2.1",
            "pp",
            Path.of("/h/hosts"),
            Path.of("/h/resolv"),
            List.of());

    static Pod pod(String spec) {
        return Json.read(
                ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'ns','uid':'u1','labels':{'app':'x'}},'spec':"
                                + spec + "}")
                        .replace('\'', '"')
                        .replace('`', '\''), // a quote in a string
                Pod.class);
    }

    /** A pod of one container with these fields, and these of the pod. */
    private static Pod one(String container, String rest) {
        return pod("{'containers':[{'name':'c','image':'i'" + (container.isEmpty() ? "" : "," + container) + "}]"
                + (rest.isEmpty() ? "" : "," + rest) + "}");
    }

    private JsonObject config(Pod pod) throws SpecException {
        return config(pod, true, "/sandjar/podu1/id");
    }

    private JsonObject config(Pod pod, boolean podSandboxes, @Nullable String cgroup) throws SpecException {
        Map<String, String> env =
                Environment.of(pod, pod.getSpec().getContainers().getFirst(), address, source, "node1");
        JsonObject json = ConfigJson.container(new ConfigInput(
                pod,
                pod.getSpec().getContainers().getFirst(),
                image,
                dir.resolve("root"),
                "sand",
                77,
                podSandboxes,
                false,
                address,
                env,
                List.of(new VolumeMount("/data", "bind", "/host/data", List.of("rbind", "ro"))),
                cgroup,
                Path.of("/h/term"),
                Path.of("/h/hostname"),
                null,
                dir.resolve("seccomp")));
        SpecReader.read(json.toString().getBytes(StandardCharsets.UTF_8)); // our own runtime takes it
        return json;
    }

    private static List<String> strings(JsonElement array) {
        List<String> all = new ArrayList<>();
        for (JsonElement e : (JsonArray) array) {
            all.add(e.getAsString());
        }
        return all;
    }

    private static JsonObject process(JsonObject config) {
        return config.getAsJsonObject("process");
    }

    private static JsonObject user(JsonObject config) {
        return process(config).getAsJsonObject("user");
    }

    private @Nullable JsonObject mount(JsonObject config, String at) {
        JsonObject found = null;
        for (JsonElement m : config.getAsJsonArray("mounts")) {
            if (m.getAsJsonObject().get("destination").getAsString().equals(at)) {
                assertNull(found, at + " twice");
                found = m.getAsJsonObject();
            }
        }
        return found;
    }

    @Test
    void commandsReplaceTheImages() throws Exception {
        assertEquals(
                List.of("/entry", "cmd"), strings(process(config(one("", ""))).get("args")));
        assertEquals(
                List.of("/entry", "a"),
                strings(process(config(one("'args':['a']", ""))).get("args")));
        assertEquals(
                List.of("x"),
                strings(process(config(one("'command':['x']", ""))).get("args")));
        assertEquals(
                List.of("x", "a"),
                strings(process(config(one("'command':['x'],'args':['a']", ""))).get("args")));
        image = image("", List.of(), List.of());
        SpecException e = assertThrows(SpecException.class, () -> config(one("", "")));
        assertTrue(e.getMessage().startsWith("no command specified"), e.getMessage());
    }

    @Test
    void referencesAreExpanded() throws Exception {
        JsonObject c = config(one(
                "'command':['$(X)','$$(X)','$(NOPE)','$','a$(Y)b'],'env':[{'name':'X','value':'1'},{'name':'Y','value':'<$(X)>'},{'name':'Z','value':'$(W)'}]",
                ""));
        assertEquals(
                List.of("1", "$(X)", "$(NOPE)", "$", "a<1>b"),
                strings(process(c).get("args")));
        assertTrue(strings(process(c).get("env")).contains("Z=$(W)"));
    }

    @Test
    void variablesComeFromEverywhere() throws Exception {
        List<String> env = strings(process(config(one(
                        "'resources':{'limits':{'cpu':'1500m','memory':'64Mi'}},'envFrom':[{'configMapRef':{'name':'map'}},{'prefix':'S_','secretRef':{'name':'key'}},"
                                + "{'configMapRef':{'name':'nope','optional':true}}],"
                                + "'env':[{'name':'N','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}},"
                                + "{'name':'L','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels[`app`]'}}},"
                                + "{'name':'I','valueFrom':{'fieldRef':{'fieldPath':'status.podIP'}}},{'name':'H','valueFrom':{'fieldRef':{'fieldPath':'spec.nodeName'}}},"
                                + "{'name':'C','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu'}}},{'name':'M','valueFrom':{'resourceFieldRef':{'resource':'limits.memory','divisor':'1Mi'}}},"
                                + "{'name':'K','valueFrom':{'configMapKeyRef':{'name':'map','key':'k'}}},{'name':'P','valueFrom':{'secretKeyRef':{'name':'key','key':'p'}}},"
                                + "{'name':'O','valueFrom':{'secretKeyRef':{'name':'nope','key':'p','optional':true}}},{'name':'A','value':'mine'}]",
                        "")))
                .get("env"));
        for (String v : List.of(
                "k=v",
                "S_p=s3cret",
                "N=p",
                "L=x",
                "I=10.88.0.9",
                "H=node1",
                "C=2",
                "M=64",
                "K=v",
                "P=s3cret",
                "A=mine",
                "PATH=/img",
                "HOSTNAME=pp")) {
            assertTrue(env.contains(v), v + " in " + env);
        }
        assertFalse(env.stream().anyMatch(v -> v.startsWith("O=")));
        assertEquals(1, env.stream().filter(v -> v.startsWith("A=")).count());
    }

    @Test
    void whatIsMissingIsNamed() {
        assertEquals("configmap \"gone\" not found", failure("'envFrom':[{'configMapRef':{'name':'gone'}}]"));
        assertEquals(
                "secret \"gone\" not found",
                failure("'env':[{'name':'X','valueFrom':{'secretKeyRef':{'name':'gone','key':'k'}}}]"));
        assertEquals(
                "couldn't find key x in ConfigMap ns/map",
                failure("'env':[{'name':'X','valueFrom':{'configMapKeyRef':{'name':'map','key':'x'}}}]"));
        assertEquals(
                "unsupported fieldPath: spec.nonsense",
                failure("'env':[{'name':'X','valueFrom':{'fieldRef':{'fieldPath':'spec.nonsense'}}}]"));
    }

    private String failure(String container) {
        return failure(container, "");
    }

    private String failure(String container, String rest) {
        return String.valueOf(assertThrows(SpecException.class, () -> config(one(container, rest)))
                .getMessage());
    }

    @Test
    void usersAreLookedUpInTheImage() throws Exception {
        assertEquals(
                "{\"uid\":0,\"gid\":0,\"additionalGids\":[0,10]}",
                user(config(one("", ""))).toString());
        image = image("app", List.of("x"), List.of());
        assertEquals(
                "{\"uid\":1000,\"gid\":1001,\"additionalGids\":[1001,50]}",
                user(config(one("", ""))).toString());
        image = image("app:staff", List.of("x"), List.of());
        assertEquals(50, user(config(one("", ""))).get("gid").getAsInt());
        image = image("7:8", List.of("x"), List.of());
        assertEquals(
                "{\"uid\":7,\"gid\":8,\"additionalGids\":[8]}",
                user(config(one("", ""))).toString());
        image = image("nobody-knows", List.of("x"), List.of());
        assertTrue(failure("").startsWith("unable to find user nobody-knows"));
        assertEquals(
                "{\"uid\":5,\"gid\":6,\"additionalGids\":[6,9,3]}",
                user(config(
                                one(
                                        "'securityContext':{'runAsUser':5}",
                                        "'securityContext':{'runAsUser':4,'runAsGroup':6,'fsGroup':9,'supplementalGroups':[3]}")))
                        .toString());
    }

    @Test
    void rootIsRefusedWhereItMayNotBe() throws Exception {
        assertTrue(failure("", "'securityContext':{'runAsNonRoot':true}")
                .startsWith("container has runAsNonRoot and image will run as root"));
        assertTrue(failure("'securityContext':{'runAsUser':0}", "'securityContext':{'runAsNonRoot':true}")
                .startsWith("container's runAsUser breaks non-root policy"));
        image = image("app", List.of("x"), List.of());
        assertTrue(failure("'securityContext':{'runAsNonRoot':true}").contains("image has non-numeric user (app)"));
        image = image("1000", List.of("x"), List.of());
        config(one("'securityContext':{'runAsNonRoot':true}", ""));
    }

    @Test
    void linksInTheImageDoNotLeadOut() throws Exception {
        Files.writeString(dir.resolve("passwd"), "app:x:66:66::/:/bin/sh\n");
        Files.delete(dir.resolve("root/etc/passwd"));
        image = image("app", List.of("x"), List.of());
        for (String target : List.of("../../passwd", "/passwd", dir + "/passwd")) {
            Files.createSymbolicLink(dir.resolve("root/etc/passwd"), Path.of(target));
            assertTrue(failure("").startsWith("unable to find user app"), target);
            Files.delete(dir.resolve("root/etc/passwd"));
        }
        Files.createDirectories(dir.resolve("root/usr"));
        Files.writeString(dir.resolve("root/usr/passwd"), "app:x:12:13::/:/bin/sh\n");
        Files.createSymbolicLink(dir.resolve("root/etc/passwd"), Path.of("/usr/passwd"));
        assertEquals(12, user(config(one("", ""))).get("uid").getAsInt());
        Files.delete(dir.resolve("root/etc/passwd"));
        Files.createSymbolicLink(dir.resolve("root/etc/passwd"), Path.of("passwd")); // itself
        assertTrue(failure("").startsWith("unable to find user app"));
    }

    private List<String> capabilities(String change) throws SpecException {
        JsonObject sets = process(config(one("'securityContext':{'capabilities':" + change + "}", "")))
                .getAsJsonObject("capabilities");
        assertEquals(sets.get("bounding"), sets.get("effective"));
        return strings(sets.get("permitted"));
    }

    @Test
    void capabilitiesAreAddedAndDropped() throws Exception {
        assertEquals(14, capabilities("{}").size());
        assertTrue(capabilities("{'add':['NET_ADMIN']}").contains("CAP_NET_ADMIN"));
        assertFalse(capabilities("{'drop':['CHOWN']}").contains("CAP_CHOWN"));
        assertEquals(List.of(), capabilities("{'drop':['ALL']}"));
        assertEquals(List.of("CAP_NET_BIND_SERVICE"), capabilities("{'drop':['ALL'],'add':['NET_BIND_SERVICE']}"));
        assertEquals(41, capabilities("{'add':['ALL']}").size());
        assertFalse(capabilities("{'add':['ALL'],'drop':['SYS_ADMIN']}").contains("CAP_SYS_ADMIN"));
        assertTrue(failure("'securityContext':{'capabilities':{'add':['NO_SUCH']}}")
                .contains("unknown capability \"NO_SUCH\""));
    }

    @Test
    void seccompProfiles() throws Exception {
        assertNull(config(one("", "")).getAsJsonObject("linux").get("seccomp"));
        assertNull(config(one("", "'securityContext':{'seccompProfile':{'type':'Unconfined'}}"))
                .getAsJsonObject("linux")
                .get("seccomp"));
        String profile = config(one("", "'securityContext':{'seccompProfile':{'type':'RuntimeDefault'}}"))
                .getAsJsonObject("linux")
                .get("seccomp")
                .toString();
        assertTrue(profile.contains("\"kexec_load\"")
                && profile.contains("\"mount\"")
                && profile.contains("SCMP_ACT_ERRNO"));
        String admin = config(one(
                        "'securityContext':{'capabilities':{'add':['SYS_ADMIN']}}",
                        "'securityContext':{'seccompProfile':{'type':'RuntimeDefault'}}"))
                .getAsJsonObject("linux")
                .get("seccomp")
                .toString();
        assertFalse(admin.contains("\"mount\""));
        Files.createDirectories(dir.resolve("seccomp"));
        Files.writeString(dir.resolve("seccomp/mine.json"), "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
        assertEquals(
                "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
                config(
                                one(
                                        "",
                                        "'securityContext':{'seccompProfile':{'type':'Localhost','localhostProfile':'mine.json'}}"))
                        .getAsJsonObject("linux")
                        .get("seccomp")
                        .toString());
        assertTrue(failure("", "'securityContext':{'seccompProfile':{'type':'Localhost','localhostProfile':'../x'}}")
                .contains("must be a relative path"));
        assertTrue(failure("", "'securityContext':{'seccompProfile':{'type':'Localhost','localhostProfile':'nope'}}")
                .contains("cannot load seccomp profile"));
    }

    @Test
    void resourcesBecomeLimits() throws Exception {
        JsonObject r = config(
                        one("'resources':{'requests':{'cpu':'250m'},'limits':{'cpu':'500m','memory':'64Mi'}}", ""))
                .getAsJsonObject("linux")
                .getAsJsonObject("resources");
        assertEquals(
                "{\"shares\":256,\"period\":100000,\"quota\":50000}",
                r.get("cpu").toString());
        assertEquals(64 << 20, r.getAsJsonObject("memory").get("limit").getAsLong());
        JsonObject free = config(one("", "")).getAsJsonObject("linux").getAsJsonObject("resources");
        assertEquals("{\"shares\":2}", free.get("cpu").toString());
        assertNull(free.get("memory"));
        assertNull(config(one("", ""), true, null).getAsJsonObject("linux").get("resources"));
        assertEquals(
                "/sandjar/podu1/id",
                config(one("", "")).getAsJsonObject("linux").get("cgroupsPath").getAsString());
    }

    @Test
    void qualityOfService() {
        assertEquals(Qos.BEST_EFFORT, Qos.of(one("", "")));
        assertEquals(Qos.BURSTABLE, Qos.of(one("'resources':{'requests':{'cpu':'1'}}", "")));
        assertEquals(Qos.BURSTABLE, Qos.of(one("'resources':{'limits':{'cpu':'1'}}", "")));
        assertEquals(Qos.GUARANTEED, Qos.of(one("'resources':{'limits':{'cpu':'1','memory':'1Gi'}}", "")));
        assertEquals(
                Qos.GUARANTEED,
                Qos.of(one(
                        "'resources':{'limits':{'cpu':'1000m','memory':'1Gi'},'requests':{'cpu':'1','memory':'1024Mi'}}",
                        "")));
        assertEquals(
                Qos.BURSTABLE,
                Qos.of(one("'resources':{'limits':{'cpu':'1','memory':'1Gi'},'requests':{'memory':'1Mi'}}", "")));
        Pod burst = one("'resources':{'requests':{'memory':'1Mi'}}", "");
        int score = Qos.BURSTABLE.oomScoreAdj(burst.getSpec().getContainers().getFirst());
        assertTrue(score >= 900 && score <= 999, "" + score);
        assertEquals(
                1000,
                Qos.BEST_EFFORT.oomScoreAdj(burst.getSpec().getContainers().getFirst()));
    }

    @Test
    void mountsAndFiles() throws Exception {
        JsonObject c = config(
                one("'securityContext':{'readOnlyRootFilesystem':true},'terminationMessagePath':'/dev/msg'", ""));
        assertTrue(c.getAsJsonObject("root").get("readonly").getAsBoolean());
        assertEquals(
                "/h/hosts", String.valueOf(mount(c, "/etc/hosts").get("source").getAsString()));
        assertTrue(strings(mount(c, "/etc/hosts").get("options")).contains("ro"));
        assertEquals("/h/term", mount(c, "/dev/msg").get("source").getAsString());
        assertEquals(List.of("rbind", "ro"), strings(mount(c, "/data").get("options")));
        assertEquals("/h/hostname", mount(c, "/etc/hostname").get("source").getAsString());
    }

    private static String namespaces(JsonObject config) {
        StringBuilder out = new StringBuilder();
        for (JsonElement n : config.getAsJsonObject("linux").getAsJsonArray("namespaces")) {
            JsonObject o = n.getAsJsonObject();
            out.append(o.get("type").getAsString())
                    .append(o.has("path") ? "=" + o.get("path").getAsString() : "")
                    .append(' ');
        }
        return out.toString().strip();
    }

    @Test
    void namespacesOfMembers() throws Exception {
        assertEquals("mount cgroup pid network=/run/netns/p", namespaces(config(one("", ""))));
        assertEquals("mount cgroup network=/run/netns/p", namespaces(config(one("", "'shareProcessNamespace':true"))));
        assertEquals(
                "mount cgroup pid ipc=/proc/77/ns/ipc uts=/proc/77/ns/uts network=/proc/77/ns/net",
                namespaces(config(one("", ""), false, null)));
        assertEquals(
                "mount cgroup pid=/proc/77/ns/pid ipc=/proc/77/ns/ipc uts=/proc/77/ns/uts network=/proc/77/ns/net",
                namespaces(config(one("", "'shareProcessNamespace':true"), false, null)));
        assertEquals(
                "mount cgroup",
                namespaces(config(one("", "'hostNetwork':true,'hostPID':true,'hostIPC':true"), false, null)));
        JsonObject annotations = config(one("", "")).getAsJsonObject("annotations");
        assertEquals(
                "container", annotations.get("io.kubernetes.cri.container-type").getAsString());
        assertEquals("sand", annotations.get("io.kubernetes.cri.sandbox-id").getAsString());
    }

    @Test
    void theSandboxItself() {
        JsonObject c =
                ConfigJson.sandbox(one("", ""), "sand", Path.of("/pause-root"), address, "/sandjar/podu1/sand", true);
        SpecReader.read(c.toString().getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("/pause"), strings(process(c).get("args")));
        assertEquals("pp", c.get("hostname").getAsString());
        assertEquals("pid ipc uts mount network=/run/netns/p", namespaces(c));
        assertEquals(
                "sandbox",
                c.getAsJsonObject("annotations")
                        .get("io.kubernetes.cri.container-type")
                        .getAsString());
    }

    @Test
    void privilegesAndTerminals() throws Exception {
        assertFalse(process(config(one("", ""))).get("noNewPrivileges").getAsBoolean());
        assertTrue(process(config(one("'securityContext':{'allowPrivilegeEscalation':false}", "")))
                .get("noNewPrivileges")
                .getAsBoolean());
        JsonObject tty = process(config(one("'tty':true,'workingDir':'/there'", "")));
        assertTrue(tty.get("terminal").getAsBoolean());
        assertEquals("/there", tty.get("cwd").getAsString());
        assertTrue(strings(tty.get("env")).contains("TERM=xterm"));
        assertEquals("/work", process(config(one("", ""))).get("cwd").getAsString());
    }
}
