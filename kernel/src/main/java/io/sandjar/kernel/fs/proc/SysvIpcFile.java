// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.IpcPermLayout;
import io.sandjar.abi.MsqidDsLayout;
import io.sandjar.abi.SemidDsLayout;
import io.sandjar.abi.ShmidDsLayout;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.ipc.IpcObject;
import io.sandjar.kernel.ipc.SystemV;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;

/** /proc/sysvipc/msg, sem and shm: the objects of the reader's namespace (sysvipc(7)). */
final class SysvIpcFile extends TextInode {
    private static final String MSG =
            "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime"
                    + "      rtime      ctime\n";
    private static final String SEM =
            "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n";
    private static final String SHM =
            "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime"
                    + "      dtime      ctime                   rss                  swap\n";

    private final String kind;

    SysvIpcFile(ProcFs proc, String kind) {
        super(proc, proc.newIno(), 0444);
        this.kind = kind;
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        b.append(
                switch (kind) {
                    case "msg" -> MSG;
                    case "sem" -> SEM;
                    default -> SHM;
                });
        if (!(c instanceof Task t)) {
            return 0;
        }
        SystemV of = t.namespaces().ipc.systemV;
        for (IpcObject o : switch (kind) {
            case "msg" -> of.messages.all();
            case "sem" -> of.semaphores.all();
            default -> of.memory.all();
        }) {
            line(t, o.id(), o.stat(t.creds().userNs()), b);
        }
        return 0;
    }

    private void line(Task t, int id, byte[] s, StringBuilder b) {
        right(b, Integer.toString(Bytes.i32(s, IpcPermLayout.key)), 10);
        right(b, Integer.toString(id), 11);
        right(b, Integer.toOctalString(Bytes.i32(s, IpcPermLayout.mode)), 6);
        switch (kind) {
            case "msg" -> {
                b.append(' ');
                number(b, s, MsqidDsLayout.msg_cbytes, 11);
                number(b, s, MsqidDsLayout.msg_qnum, 11);
                right(b, Integer.toString(t.localPid(Bytes.i32(s, MsqidDsLayout.msg_lspid))), 6);
                right(b, Integer.toString(t.localPid(Bytes.i32(s, MsqidDsLayout.msg_lrpid))), 6);
            }
            case "sem" -> number(b, s, SemidDsLayout.sem_nsems, 11);
            default -> {
                number(b, s, ShmidDsLayout.shm_segsz, 22);
                right(b, Integer.toString(t.localPid(Bytes.i32(s, ShmidDsLayout.shm_cpid))), 6);
                right(b, Integer.toString(t.localPid(Bytes.i32(s, ShmidDsLayout.shm_lpid))), 6);
                number(b, s, ShmidDsLayout.shm_nattch, 7);
            }
        }
        right(b, Integer.toUnsignedString(Bytes.i32(s, IpcPermLayout.uid)), 6);
        right(b, Integer.toUnsignedString(Bytes.i32(s, IpcPermLayout.gid)), 6);
        right(b, Integer.toUnsignedString(Bytes.i32(s, IpcPermLayout.cuid)), 6);
        right(b, Integer.toUnsignedString(Bytes.i32(s, IpcPermLayout.cgid)), 6);
        switch (kind) {
            case "msg" -> {
                number(b, s, MsqidDsLayout.msg_stime, 11);
                number(b, s, MsqidDsLayout.msg_rtime, 11);
                number(b, s, MsqidDsLayout.msg_ctime, 11);
            }
            case "sem" -> {
                number(b, s, SemidDsLayout.sem_otime, 11);
                number(b, s, SemidDsLayout.sem_ctime, 11);
            }
            default -> {
                number(b, s, ShmidDsLayout.shm_atime, 11);
                number(b, s, ShmidDsLayout.shm_dtime, 11);
                number(b, s, ShmidDsLayout.shm_ctime, 11);
                right(b, "0", 22);
                right(b, "0", 22);
            }
        }
        b.append('\n');
    }

    private static void number(StringBuilder b, byte[] s, int at, int width) {
        right(b, Long.toString(Bytes.i64(s, at)), width);
    }

    private static void right(StringBuilder b, String text, int width) {
        for (int i = text.length(); i < width; i++) {
            b.append(' ');
        }
        b.append(text);
    }
}
