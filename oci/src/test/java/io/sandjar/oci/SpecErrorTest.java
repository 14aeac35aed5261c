// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each sentence that a wrong specification gives. */
class SpecErrorTest {
    /** A small good file with one member of one place replaced. */
    private static String spec(String place, String member) {
        String process = "'args':['sh'],'cwd':'/'";
        String linux = "'namespaces':[{'type':'uts'},{'type':'mount'}]";
        String top = "";
        switch (place) {
            case "process" -> process = member;
            case "process+" -> process += "," + member;
            case "linux" -> linux = member;
            case "linux+" -> linux += "," + member;
            default -> top = member.isEmpty() ? "" : "," + member;
        }
        String version = member.startsWith("'ociVersion'") ? "" : "'ociVersion':'1.0.2',";
        String root = member.startsWith("'root'") ? "" : ",'root':{'path':'r'}";
        return "{" + version + "'process':{" + process + "},'linux':{" + linux + "}" + root + top + "}";
    }

    private static void expect(String place, String member, String text) {
        String json = spec(place, member).replace("{,", "{");
        assertEquals(text, SpecReaderTest.error(SpecReaderTest.bytes(json)), json);
    }

    @Test
    void good() {
        assertNull(SpecReaderTest.error(SpecReaderTest.bytes(spec("top", ""))));
        assertNull(SpecReaderTest.error(SpecReaderTest.bytes(spec("top", "'unknown':{'a':[1,2.5e3,null]}"))));
        assertNull(SpecReaderTest.error(SpecReaderTest.bytes(spec("linux+", "'resources':null"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "top|'ociVersion':''|ociVersion: must be given",
                "top|'ociVersion':'2.0.0'|ociVersion: 2.0.0 is not supported; versions 1.0 to 1.3 are",
                "top|'ociVersion':'one'|ociVersion: expected a version like \"1.2.0\", found \"one\"",
                "top|'ociVersion':'1.0'|ociVersion: expected a version like \"1.2.0\", found \"1.0\"",
                "top|'ociVersion':1|ociVersion: expected a string, found 1",
                "top|'root':null|root: must be given",
                "top|'root':{}|root.path: must not be empty",
                "top|'root':[]|root: expected an object, found an array",
                "top|'hostname':['a']|hostname: expected a string, found an array",
                "top|'mounts':[{'destination':''}]|mounts[0].destination: must not be empty",
                "top|'mounts':[{'destination':'/a','options':['rbind','idmap']}]|mounts[0].options[1]: mounts with mapped ids are not supported",
                "top|'mounts':[{'destination':'/a','uidMappings':[{'size':1}]}]|mounts[0].uidMappings: mounts with mapped ids are not supported",
                "top|'mounts':[1]|mounts[0]: expected an object, found 1",
                "top|'mounts':{}|mounts: expected an array, found an object",
                "top|'hooks':{'poststop':[{'path':'x'}]}|hooks.poststop[0].path: must be an absolute path, found \"x\"",
                "top|'hooks':{'prestart':[{}]}|hooks.prestart[0].path: must not be empty",
                "top|'hooks':{'prestart':[{'path':'/x','timeout':0}]}|hooks.prestart[0].timeout: must be greater than zero, found 0",
                "top|'annotations':{'a':1}|annotations.a: expected a string, found 1",
                "top|'annotations':{'':'1'}|annotations: a name must not be empty",
                "top|'annotations':{'a':'1','a':'2'}|annotations.a: the name \"a\" is there twice",
                "process|'cwd':'/'|process.args: must not be empty",
                "process|'args':[],'cwd':'/'|process.args: must not be empty",
                "process|'args':[''],'cwd':'/'|process.args[0]: must not be empty",
                "process|'args':['a',7],'cwd':'/'|process.args[1]: expected a string, found 7",
                "process|'args':['a\\u0000b'],'cwd':'/'|process.args[0]: must not hold a NUL byte",
                "process|'args':['a']|process.cwd: must not be empty",
                "process|'args':['a'],'cwd':'x'|process.cwd: must be an absolute path, found \"x\"",
                "process+|'terminal':'yes'|process.terminal: expected true or false, found \"yes\"",
                "process+|'user':{'uid':-1}|process.user.uid: -1 is out of range, 0 to 4294967295 is allowed",
                "process+|'user':{'uid':1.5}|process.user.uid: expected a whole number, found 1.5",
                "process+|'user':{'additionalGids':[4294967296]}|process.user.additionalGids[0]: 4294967296 is out of range, 0 to 4294967295 is allowed",
                "process+|'rlimits':[{'type':'RLIMIT_X'}]|process.rlimits[0].type: \"RLIMIT_X\" is no resource limit",
                "process+|'rlimits':[{'type':'RLIMIT_CPU'},{'type':'RLIMIT_CPU'}]|process.rlimits[1].type: RLIMIT_CPU is there twice",
                "process+|'rlimits':[{'type':'RLIMIT_CPU','soft':2,'hard':1}]|process.rlimits[0].soft: 2 is more than the hard limit 1",
                "process+|'rlimits':[{'type':'RLIMIT_CPU','soft':-1}]|process.rlimits[0].soft: -1 must not be negative",
                "process+|'oomScoreAdj':1001|process.oomScoreAdj: expected -1000 to 1000, found 1001",
                "process+|'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':8}|process.ioPriority.priority: expected 0 to 7, found 8",
                "process+|'ioPriority':{'class':'BE'}|process.ioPriority.class: \"BE\" is no I/O class",
                "process+|'scheduler':{'policy':'SCHED_X'}|process.scheduler.policy: \"SCHED_X\" is no scheduling policy",
                "process+|'scheduler':{'policy':'SCHED_FIFO'}|process.scheduler.priority: expected 1 to 99, found 0",
                "process+|'scheduler':{'policy':'SCHED_OTHER','nice':20}|process.scheduler.nice: expected -20 to 19, found 20",
                "linux+|'resources':{'memory':{'limit':'a'}}|linux.resources.memory.limit: expected a number, found \"a\"",
                "linux+|'resources':{'memory':{'limit':99999999999999999999}}|linux.resources.memory.limit: 99999999999999999999 is out of range",
                "linux+|'resources':{'memory':{'limit':5,'swap':4}}|linux.resources.memory.swap: is memory and swap together and must not be less than the memory limit",
                "linux+|'resources':{'cpu':{'shares':-1}}|linux.resources.cpu.shares: -1 must not be negative",
                "linux+|'resources':{'devices':[{'type':'x'}]}|linux.resources.devices[0].type: expected \"a\", \"b\" or \"c\", found \"x\"",
                "linux+|'resources':{'devices':[{'access':'rx'}]}|linux.resources.devices[0].access: expected letters of \"rwm\", found \"rx\"",
                "linux+|'resources':{'blockIO':{'weight':5}}|linux.resources.blockIO.weight: expected 10 to 1000, found 5",
                "linux+|'resources':{'unified':{'../x':'1'}}|linux.resources.unified: \"../x\" is not the name of a cgroup v2 file",
                "linux|'namespaces':[{'type':'pid'},{'type':'pid'}]|linux.namespaces[1].type: \"pid\" is there twice",
                "linux|'namespaces':[{'type':'net'}]|linux.namespaces[0].type: \"net\" is no type of namespace",
                "linux|'namespaces':[{'type':'pid','path':'x'}]|linux.namespaces[0].path: must be an absolute path, found \"x\"",
                "linux+|'uidMappings':[{'size':1}]|linux.uidMappings: cannot be set without a user namespace",
                "linux+|'rootfsPropagation':'x'|linux.rootfsPropagation: \"x\" is no kind of mount propagation",
                "linux+|'maskedPaths':['x']|linux.maskedPaths[0]: must be an absolute path, found \"x\"",
                "linux+|'devices':[{'path':'/dev/x'}]|linux.devices[0].type: expected \"c\", \"b\", \"u\" or \"p\", found \"\"",
                "linux+|'sysctl':{'vm.swappiness':'1'}|linux.sysctl.vm.swappiness: is not separate for containers",
                "linux+|'sysctl':{'net.core.somaxconn':'1'}|linux.sysctl.net.core.somaxconn: cannot be set without the container's own network namespace",
                "linux+|'timeOffsets':{'real':{}}|linux.timeOffsets.real: expected \"monotonic\" or \"boottime\"",
                "linux+|'timeOffsets':{'monotonic':{'secs':1}}|linux.timeOffsets.monotonic: offsets are not supported: guests read the host's clocks",
                "linux+|'personality':{'domain':'BSD'}|linux.personality.domain: expected \"LINUX\" or \"LINUX32\", found \"BSD\"",
                "linux+|'netDevices':{'eth0':{}}|linux.netDevices: moving the host's network devices is not supported",
                "linux+|'seccomp':{}|linux.seccomp.defaultAction: must not be empty",
                "linux+|'seccomp':{'defaultAction':'SCMP_ACT_NOTIFY'}|linux.seccomp.defaultAction: SCMP_ACT_NOTIFY needs a listener for system calls, which is not supported",
                "linux+|'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':[]}]}|linux.seccomp.syscalls[0].names: must not be empty",
                "linux+|'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'ALLOW'}]}|linux.seccomp.syscalls[0].action: \"ALLOW\" is no action",
                "linux+|'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['a'],'action':'SCMP_ACT_ERRNO','args':[{'index':6}]}]}|linux.seccomp.syscalls[0].args[0].index: 6 is out of range, 0 to 5 is allowed",
            })
    void sentence(String place, String member, String text) {
        expect(place, member, text);
    }

    @Test
    void hostnameNeedsItsNamespace() {
        String json = "{'ociVersion':'1.0.0','process':{'args':['a'],'cwd':'/'},'root':{'path':'r'},'hostname':'h'}";
        assertEquals(
                "hostname: cannot be set without a uts namespace", SpecReaderTest.error(SpecReaderTest.bytes(json)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[]",
                "[",
                "null",
                "1",
                "'a'",
                "{}x",
                "{} {}",
                "{'a'}",
                "{'a':}",
                "{'a':1,}",
                "{,}",
                "{'a':01}",
                "{'a':1.}",
                "{'a':+1}",
                "{'a':.5}",
                "{'a':0x1}",
                "{'a':NaN}",
                "{'a':Infinity}",
                "{'a':tru}",
                "{'a':TRUE}",
                "{a:1}",
                "{'a':'\\x'}",
                "{'a':'\\u12'}",
                "{'a':'\n'}",
                "{'a':'\t'}",
                "{'a';1}",
                "{'a'=1}",
                "{'a':[1,]}",
                "{'a':[1 2]}",
                "{'a':[}",
                "/*c*/{}",
                "#c\n{}",
                "{'a':1}//c",
                "{'a':'",
                "{'a':-}",
                "{'a':1e}",
                "\ufeff",
                "{'a':1 'b':2}",
                "[[[[",
                "{'':",
                ")]}'\n{}",
            })
    void notJson(String text) {
        String e = SpecReaderTest.error(SpecReaderTest.bytes(text));
        assertTrue(Objects.requireNonNull(e).matches("(not JSON: |the file is empty|expected a JSON object).*"), e);
    }

    @Test
    void deep() {
        String e = SpecReaderTest.error(SpecReaderTest.bytes("{'a':" + "[".repeat(200_000)));
        assertTrue(Objects.requireNonNull(e).startsWith("not JSON: "), e);
        assertTrue(Objects.requireNonNull(SpecReaderTest.error(SpecReaderTest.bytes("{'a':".repeat(100_000))))
                .startsWith("not JSON: "));
    }

    @Test
    void notUtf8() {
        byte[] json = SpecReaderTest.bytes(spec("top", "'hostname':'hxst'"));
        for (byte[] bad : new byte[][] {
            {(byte) 0xff}, {(byte) 0x80}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}
        }) {
            int at = new String(json, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("hxst") + 1;
            byte[] broken = new byte[json.length - 1 + bad.length];
            System.arraycopy(json, 0, broken, 0, at);
            System.arraycopy(bad, 0, broken, at, bad.length);
            System.arraycopy(json, at + 1, broken, at + bad.length, json.length - at - 1);
            assertEquals("not JSON: byte " + at + " is not UTF-8", SpecReaderTest.error(broken));
        }
    }

    @Test
    void large() {
        char[] much = new char[10 << 20];
        Arrays.fill(much, 'x');
        assertNull(SpecReaderTest.error(
                SpecReaderTest.bytes(spec("top", "'annotations':{'a':'" + new String(much) + "'}"))));
        StringBuilder args = new StringBuilder("'args':['a'");
        while (args.length() < 5 << 20) {
            args.append(",'argument'");
        }
        assertNull(SpecReaderTest.error(SpecReaderTest.bytes(spec("process", args + "],'cwd':'/'"))));
        String digits = "9".repeat(1 << 20);
        String e = SpecReaderTest.error(SpecReaderTest.bytes(spec("process+", "'oomScoreAdj':" + digits)));
        assertTrue(Objects.requireNonNull(e).startsWith("not JSON: ") && e.length() < 200, e);
    }
}
