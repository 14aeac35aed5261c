// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.kernel.seccomp.SeccompFilter;
import io.sandjar.kernel.seccomp.Verdict;
import io.sandjar.kernel.task.ProcessSpec;
import io.sandjar.oci.Spec;
import io.sandjar.oci.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Fields of a specification as the kernel gets them. */
class ProcessFieldsTest {
    private static Spec spec(String process, String linux) {
        String json = "{'ociVersion':'1.2.0','process':{'args':['a'],'cwd':'/'" + process + "},'root':{'path':'r'},"
                + "'linux':{'namespaces':[{'type':'pid'}]" + linux + "}}";
        return SpecReader.read(json.replace('\'', '"').getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ProcessSpec fields(String process, String linux) {
        Spec s = spec(process, linux);
        return ProcessFields.of(s.process(), s);
    }

    @Test
    void nothingGiven() {
        ProcessSpec p = fields("", "");
        assertEquals(0, p.creds.uid());
        assertEquals(0, p.creds.capEffective());
        assertEquals(022, p.umask);
        assertNull(p.seccomp);
        assertNull(p.rlimits[Rlimit.RLIMIT_NOFILE]);
        assertTrue(!p.noNewPrivs && p.personality == 0 && p.ioPriority == 0 && p.schedPolicy == 0);
    }

    @Test
    void everythingGiven() {
        ProcessSpec p = fields(
                ",'user':{'uid':1,'gid':2,'umask':63,'additionalGids':[3,4294967294]},'noNewPrivileges':true,"
                        + "'capabilities':{'bounding':['CAP_KILL','CAP_NET_RAW','CAP_NEWER'],'permitted':['CAP_KILL'],"
                        + "'effective':['CAP_KILL'],'inheritable':['CAP_KILL'],'ambient':['CAP_KILL','CAP_NET_RAW']},"
                        + "'rlimits':[{'type':'RLIMIT_NOFILE','soft':5,'hard':18446744073709551615}],'oomScoreAdj':-7,"
                        + "'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':3},'scheduler':{'policy':'SCHED_BATCH'}",
                ",'personality':{'domain':'LINUX32'}");
        assertEquals(1L << Cap.CAP_KILL | 1L << Cap.CAP_NET_RAW, p.creds.capBounding());
        assertEquals(1L << Cap.CAP_KILL, p.creds.capAmbient());
        assertArrayEquals(new int[] {3, -2}, p.creds.groups());
        assertArrayEquals(new long[] {5, -1}, p.rlimits[Rlimit.RLIMIT_NOFILE]);
        assertEquals(077, p.umask);
        assertEquals(-7, p.oomScoreAdj);
        assertEquals(2 << 13 | 3, p.ioPriority);
        assertEquals(3, p.schedPolicy);
        assertEquals(8, p.personality);
        assertTrue(p.noNewPrivs);
    }

    @Test
    void realtimeIsRefused() {
        Refusal r = assertThrows(Refusal.class, () -> fields(",'scheduler':{'policy':'SCHED_FIFO','priority':5}", ""));
        assertEquals("process.scheduler.policy: SCHED_FIFO is not supported", r.text());
    }

    @Test
    void profile() {
        ProcessSpec p = fields(
                "",
                ",'seccomp':{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':13,'architectures':['SCMP_ARCH_X86_64'],"
                        + "'syscalls':[{'names':['read','statx'],'action':'SCMP_ACT_ALLOW'},"
                        + "{'names':['write'],'action':'SCMP_ACT_ERRNO','errnoRet':5},"
                        + "{'names':['kill'],'action':'SCMP_ACT_KILL'},{'names':['dup'],'action':'SCMP_ACT_TRAP'},"
                        + "{'names':['socket'],'action':'SCMP_ACT_ALLOW','args':["
                        + "{'index':0,'value':2,'op':'SCMP_CMP_EQ'},"
                        + "{'index':1,'value':15,'valueTwo':1,'op':'SCMP_CMP_MASKED_EQ'}]}]}");
        SeccompFilter f = Objects.requireNonNull(p.seccomp);
        assertEquals(Verdict.ALLOW, f.verdict(Nr.read, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(Verdict.ERRNO | 5, f.verdict(Nr.write, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(Verdict.ERRNO | 13, f.verdict(Nr.mkdir, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(Verdict.KILL_THREAD, f.verdict(Nr.kill, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(Verdict.TRAP, f.verdict(Nr.dup, 0, 0, 0, 0, 0, 0, 0));
        assertEquals(Verdict.ALLOW, f.verdict(Nr.socket, 0, 2, 0x801, 0, 0, 0, 0));
        assertEquals(Verdict.ERRNO | 13, f.verdict(Nr.socket, 0, 2, 2, 0, 0, 0, 0));
        assertEquals(Verdict.ERRNO | 38, f.verdict(Nr.openat2, 0, 0, 0, 0, 0, 0, 0));
    }
}
