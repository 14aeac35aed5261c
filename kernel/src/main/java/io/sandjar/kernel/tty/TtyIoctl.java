// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;

/** The ioctls of terminals (ioctl_tty(2)). */
final class TtyIoctl {
    private TtyIoctl() {}

    static long slave(Caller c, Tty tty, FileDescription file, int cmd, long arg) {
        tty.lock().lock();
        try {
            if (tty.hungUp()) {
                return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
            }
            switch (cmd) {
                case TIOCINQ:
                    tty.inputAvailable(1);
                    return c.mem().writeInt(arg, tty.line().readableBytes());
                case TIOCOUTQ:
                    return c.mem().writeInt(arg, 0);
                case TIOCSCTTY:
                    return tty.acquire(c, (file.flags() & 3) != 1, arg == 1);
                case TIOCNOTTY:
                    return giveUp(c, tty);
                case TIOCSTI:
                    return -EIO; // typing for others is off on Linux as well
                case TCSBRK, TCSBRKP:
                case TIOCSBRK, TIOCCBRK, TIOCSETD: {
                    int r = tty.checkForeground(c, Sig.SIGTTOU);
                    if (r < 0) {
                        return r;
                    }
                    return cmd == TIOCSETD ? setDiscipline(c, arg) : 0;
                }
                case TCXONC: {
                    int r = tty.checkForeground(c, Sig.SIGTTOU);
                    return r < 0 ? r : flow(tty, (int) arg);
                }
                case TCFLSH: {
                    int r = tty.checkForeground(c, Sig.SIGTTOU);
                    if (r < 0) {
                        return r;
                    }
                    return flush(tty, arg, false);
                }
                default:
                    return both(c, tty, cmd, arg, false);
            }
        } finally {
            tty.lock().unlock();
        }
    }

    static long master(Caller c, Tty tty, PtyMaster file, int cmd, long arg) {
        if (cmd == TIOCGPTPEER) {
            return openPeer(c, tty, file, (int) arg);
        }
        tty.lock().lock();
        try {
            switch (cmd) {
                case TIOCINQ:
                    return c.mem().writeInt(arg, tty.outputSize());
                case TIOCOUTQ:
                    return c.mem().writeInt(arg, 0);
                case TIOCGPTN:
                    return c.mem().writeInt(arg, tty.index());
                case TIOCSPTLCK: {
                    int[] v = new int[1];
                    int r = c.mem().readInt(arg, v);
                    if (r == 0) {
                        tty.setLocked(v[0] != 0);
                    }
                    return r;
                }
                case TIOCGPTLCK:
                    return c.mem().writeInt(arg, tty.locked() ? 1 : 0);
                case TIOCPKT: {
                    int[] v = new int[1];
                    int r = c.mem().readInt(arg, v);
                    if (r == 0) {
                        tty.setPacket(v[0] != 0);
                    }
                    return r;
                }
                case TIOCGPKT:
                    return c.mem().writeInt(arg, tty.packet() ? 1 : 0);
                case TIOCSIG:
                    if (arg != Sig.SIGINT && arg != Sig.SIGQUIT && arg != Sig.SIGTSTP) {
                        return -EINVAL;
                    }
                    tty.signal((int) arg);
                    return 0;
                case TIOCSCTTY, TIOCNOTTY, TIOCSTI:
                    return cmd == TIOCSTI ? -EIO : -ENOTTY;
                case TCFLSH:
                    return flush(tty, arg, true);
                case TCSBRK, TCSBRKP:
                    return 0;
                default:
                    return both(c, tty, cmd, arg, true);
            }
        } finally {
            tty.lock().unlock();
        }
    }

    /** What means the same at both ends: it is about the slave. */
    private static long both(Caller c, Tty tty, int cmd, long arg, boolean master) {
        switch (cmd) {
            case TCGETS, TCGETS2, TCGETA:
                return getSettings(c, tty, cmd, arg);
            case TCSETS, TCSETSW, TCSETSF, TCSETS2, TCSETSW2, TCSETSF2, TCSETA, TCSETAW, TCSETAF:
                return setSettings(c, tty, cmd, arg, master);
            case TIOCGLCKTRMIOS:
                return c.mem().write(arg, new byte[Termios.SIZE]);
            case TIOCSLCKTRMIOS:
                return -EPERM;
            case TIOCGWINSZ:
                return c.mem().write(arg, tty.winsize());
            case TIOCSWINSZ: {
                byte[] size = new byte[8];
                int r = c.mem().read(arg, size);
                if (r == 0) {
                    tty.resize(size);
                }
                return r;
            }
            case TIOCGPGRP:
                if (!master && tty.jobs().terminalOf(c) != tty) {
                    return -ENOTTY;
                }
                return c.mem().writeInt(arg, c.shownPid(tty.foreground()));
            case TIOCSPGRP:
                return setForeground(c, tty, arg);
            case TIOCGSID:
                if ((!master && tty.jobs().terminalOf(c) != tty) || tty.session() == 0) {
                    return -ENOTTY;
                }
                return c.mem().writeInt(arg, c.shownPid(tty.session()));
            case TIOCGETD:
                return c.mem().writeInt(arg, 0);
            case TIOCEXCL, TIOCNXCL:
                tty.setExclusive(cmd == TIOCEXCL);
                return 0;
            case TIOCGEXCL:
                return c.mem().writeInt(arg, tty.exclusive() ? 1 : 0);
            case TIOCGDEV:
                return c.mem().writeInt(arg, (int) tty.rdev());
            case TIOCGSOFTCAR:
                return c.mem().writeInt(arg, (tty.termios().cflag & CLOCAL) != 0 ? 1 : 0);
            case TIOCVHANGUP:
                if (!c.creds().has(Cap.CAP_SYS_ADMIN)) {
                    return -EPERM;
                }
                tty.hangUp();
                return 0;
            default:
                return -ENOTTY;
        }
    }

    private static long getSettings(Caller c, Tty tty, int cmd, long arg) {
        byte[] b = new byte[cmd == TCGETS ? Termios.SIZE : cmd == TCGETS2 ? Termios.SIZE2 : Termios.SIZE_TERMIO];
        switch (cmd) {
            case TCGETS -> tty.termios().encode(b);
            case TCGETS2 -> tty.termios().encode2(b);
            default -> tty.termios().encodeTermio(b);
        }
        return c.mem().write(arg, b);
    }

    private static long setSettings(Caller c, Tty tty, int cmd, long arg, boolean master) {
        if (!master) {
            int r = tty.checkForeground(c, Sig.SIGTTOU);
            if (r < 0) {
                return r;
            }
        }
        boolean two = cmd == TCSETS2 || cmd == TCSETSW2 || cmd == TCSETSF2;
        boolean one = cmd == TCSETS || cmd == TCSETSW || cmd == TCSETSF;
        byte[] b = new byte[two ? Termios.SIZE2 : one ? Termios.SIZE : Termios.SIZE_TERMIO];
        int r = c.mem().read(arg, b);
        if (r < 0) {
            return r;
        }
        Termios next = tty.termios().copy();
        if (two) {
            next.decode2(b);
        } else if (one) {
            next.decode(b);
        } else {
            next.decodeTermio(b);
        }
        tty.apply(next, cmd == TCSETSF || cmd == TCSETSF2 || cmd == TCSETAF);
        return 0;
    }

    private static long setForeground(Caller c, Tty tty, long arg) {
        int r = tty.checkForeground(c, Sig.SIGTTOU);
        if (r < 0) {
            return r == -EIO ? -ENOTTY : r;
        }
        int own = tty.jobs().sessionOf(c);
        if (tty.jobs().terminalOf(c) != tty || tty.session() != own) {
            return -ENOTTY;
        }
        int[] group = new int[1];
        r = c.mem().readInt(arg, group);
        if (r < 0) {
            return r;
        }
        if (group[0] < 0) {
            return -EINVAL;
        }
        int session = tty.jobs().sessionOfGroup(c.rootPid(group[0]));
        if (session == 0) {
            return -ESRCH;
        }
        if (session != own) {
            return -EPERM;
        }
        tty.setForeground(c.rootPid(group[0]));
        return 0;
    }

    private static long giveUp(Caller c, Tty tty) {
        if (tty.jobs().terminalOf(c) != tty) {
            return -ENOTTY;
        }
        if (tty.jobs().isSessionLeader(c)) {
            tty.leaderLeaves(tty.jobs().sessionOf(c), true);
        }
        return 0;
    }

    private static long setDiscipline(Caller c, long arg) {
        int[] n = new int[1];
        int r = c.mem().readInt(arg, n);
        return r < 0 ? r : n[0] == 0 ? 0 : -EINVAL;
    }

    private static long flow(Tty tty, int action) {
        switch (action) {
            case TCOOFF -> tty.stop();
            case TCOON -> tty.start();
            case TCIOFF -> tty.sendToMaster(tty.termios().cc(VSTOP));
            case TCION -> tty.sendToMaster(tty.termios().cc(VSTART));
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }

    private static long flush(Tty tty, long which, boolean master) {
        if (which < TCIFLUSH || which > TCIOFLUSH) {
            return -EINVAL;
        }
        boolean in = which != TCOFLUSH;
        boolean out = which != TCIFLUSH;
        tty.flush(master ? out : in, master ? in : out);
        return 0;
    }

    private static long openPeer(Caller c, Tty tty, PtyMaster file, int flags) {
        Ref<FileDescription> out = new Ref<>();
        int r = file.owner().openSlave(c, tty, flags & ~io.sandjar.abi.O.O_CLOEXEC, out);
        if (r < 0) {
            return r;
        }
        int fd = c.fds()
                .install(out.get(), (flags & io.sandjar.abi.O.O_CLOEXEC) != 0, 0, c.rlimit(Rlimit.RLIMIT_NOFILE));
        if (fd < 0) {
            out.get().release();
        }
        return fd;
    }
}
