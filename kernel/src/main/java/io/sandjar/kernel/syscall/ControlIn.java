// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.CmsghdrLayout;
import io.sandjar.abi.Net;
import io.sandjar.abi.O;
import io.sandjar.abi.UcredLayout;
import io.sandjar.kernel.net.Ancillary;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Namespace;
import java.util.ArrayList;

/** The control data of a send (cmsg(3), unix(7)): descriptors and credentials are checked here and looked up. */
final class ControlIn {
    private ControlIn() {}

    /** Files found so far are in {@code msg}'s control data even after an error. */
    static int parse(Caller c, int family, byte[] control, Msg msg) {
        int at = 0;
        while (control.length - at >= CmsghdrLayout.SIZEOF) {
            long len = Bytes.i64(control, at + CmsghdrLayout.cmsg_len);
            if (len < CmsghdrLayout.SIZEOF || len > control.length - at) {
                return -EINVAL;
            }
            int level = Bytes.i32(control, at + CmsghdrLayout.cmsg_level);
            int type = Bytes.i32(control, at + CmsghdrLayout.cmsg_type);
            int data = at + CmsghdrLayout.SIZEOF;
            int n = (int) len - CmsghdrLayout.SIZEOF;
            if (level == Net.SOL_SOCKET && family == Net.AF_UNIX) {
                int r = switch (type) {
                    case Net.SCM_RIGHTS -> rights(c, control, data, n / 4, msg);
                    case Net.SCM_CREDENTIALS -> credentials(c, control, data, n, msg);
                    default -> -EINVAL;
                };
                if (r < 0) {
                    return r;
                }
            }
            if (n > 0 && (level == Net.SOL_IP || level == Net.SOL_IPV6)) {
                int info = level == Net.SOL_IP ? 12 : 20;
                if (type == (level == Net.SOL_IP ? Net.IP_PKTINFO : Net.IPV6_PKTINFO)) {
                    if (n < info) {
                        return -EINVAL;
                    }
                    msg.link = Bytes.i32(control, level == Net.SOL_IP ? data : data + 16);
                    msg.from = level == Net.SOL_IP
                            ? java.util.Arrays.copyOfRange(control, data + 4, data + 8)
                            : java.util.Arrays.copyOfRange(control, data, data + 16);
                }
                int r = header(level, type, n >= 4 ? Bytes.i32(control, data) : control[data] & 0xff, msg);
                if (r < 0) {
                    return r;
                }
            }
            if (level == Net.SOL_UDP && type == Net.UDP_SEGMENT && family != Net.AF_UNIX) {
                if (n != 2) {
                    return -EINVAL;
                }
                msg.segment = Bytes.u16(control, data);
            }
            at += CmsghdrLayout.align((int) len);
        }
        return 0;
    }

    /** Header fields of one datagram (ip(7), RFC 3542). */
    private static int header(int level, int type, int value, Msg msg) {
        boolean hops = level == Net.SOL_IP ? type == Net.IP_TTL : type == Net.IPV6_HOPLIMIT;
        boolean tos = level == Net.SOL_IP ? type == Net.IP_TOS : type == Net.IPV6_TCLASS;
        if ((hops || tos) && (value < -1 || value > 255)) {
            return -EINVAL;
        }
        if (hops) {
            msg.hops = value;
        } else if (tos) {
            msg.trafficClass = value;
        }
        return 0;
    }

    private static Ancillary ancillary(Msg msg) {
        Ancillary a = msg.ancillary;
        if (a == null) {
            a = new Ancillary();
            msg.ancillary = a;
        }
        return a;
    }

    private static int rights(Caller c, byte[] control, int at, int count, Msg msg) {
        Ancillary a = ancillary(msg);
        if (a.files().length + count > Net.SCM_MAX_FD) {
            return -EINVAL;
        }
        ArrayList<FileDescription> files = new ArrayList<>(java.util.Arrays.asList(a.files()));
        int error = 0;
        for (int i = 0; i < count; i++) {
            FileDescription d = c.fds().acquire(Bytes.i32(control, at + i * 4));
            if (d == null || (d.flags() & O.O_PATH) != 0 && d.path() == null) {
                error = -EBADF;
                break;
            }
            files.add(d);
        }
        a.setFiles(files.toArray(new FileDescription[0]));
        return error;
    }

    private static int credentials(Caller c, byte[] control, int at, int n, Msg msg) {
        if (n != UcredLayout.SIZEOF) {
            return -EINVAL;
        }
        int pid = Bytes.i32(control, at + UcredLayout.pid);
        Creds own = c.creds();
        int uid = own.userNs().kernelUid(Bytes.i32(control, at + UcredLayout.uid));
        int gid = own.userNs().kernelGid(Bytes.i32(control, at + UcredLayout.gid));
        if (uid == -1 || gid == -1) {
            return -EINVAL;
        }
        Namespace pids = c.pidNamespace();
        boolean ok = (pid == c.pid() || (pids != null && own.has(pids.owner(), Cap.CAP_SYS_ADMIN)))
                && (uid == own.uid() || uid == own.euid() || uid == own.suid() || own.hasHere(Cap.CAP_SETUID))
                && (gid == own.gid() || gid == own.egid() || gid == own.sgid() || own.hasHere(Cap.CAP_SETGID));
        if (!ok) {
            return -EPERM;
        }
        ancillary(msg).setCreds(c.globalPid(pid), uid, gid);
        return 0;
    }
}
