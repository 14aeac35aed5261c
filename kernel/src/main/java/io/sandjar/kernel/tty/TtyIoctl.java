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

    static long slave(Caller c, Tty tty, TtyDescription file, int cmd, long arg) {
        tty.lock().lock();
        try {
            if (file.hungUp()) {
                return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
            }
            int r = changes(cmd) ? tty.session().check(c, Sig.SIGTTOU) : 0;
            if (r < 0) {
                return r;
            }
            switch (cmd) {
                case TIOCINQ:
                    tty.inputAvailable(1);
                    return c.mem().writeInt(arg, tty.typed().readableBytes());
                case TIOCSCTTY:
                    return tty.session().acquire(c, (file.flags() & 3) != 1, arg == 1);
                case TIOCNOTTY:
                    return tty.session().giveUp(c);
                case TIOCSTI:
                    return type(c, tty, arg, false);
                case TIOCCONS:
                    return c.creds().has(Cap.CAP_SYS_ADMIN) ? -EBUSY : -EPERM;
                case TCXONC:
                    return flow(tty, (int) arg);
                case TCFLSH:
                    return flush(tty, arg, false);
                case TIOCEXCL, TIOCNXCL:
                    tty.setExclusive(cmd == TIOCEXCL);
                    return 0;
                case TIOCGEXCL:
                    return c.mem().writeInt(arg, tty.exclusive() ? 1 : 0);
                case TIOCGPGRP:
                    if (!tty.session().isTerminalOf(c)) {
                        return -ENOTTY;
                    }
                    return foreground(c, tty, arg);
                case TIOCGSID:
                    if (!tty.session().isTerminalOf(c)) {
                        return -ENOTTY;
                    }
                    return session(c, tty, arg);
                default:
                    return both(c, tty, cmd, arg);
            }
        } finally {
            tty.lock().unlock();
        }
    }

    /** What a process in the background is stopped at. */
    private static boolean changes(int cmd) {
        return switch (cmd) {
            case TIOCSETD, TIOCSBRK, TIOCCBRK, TCSBRK, TCSBRKP, TCXONC, TCFLSH -> true;
            default -> false;
        };
    }

    static long master(Caller c, Tty tty, PtyMaster file, int cmd, long arg) {
        if (cmd == TIOCGPTPEER) {
            return openPeer(c, tty, file, (int) arg);
        }
        tty.lock().lock();
        try {
            switch (cmd) {
                case TIOCINQ:
                    return c.mem().writeInt(arg, Math.min(tty.outputSize(), Tty.ARRIVED));
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
                        tty.packets().set(v[0] != 0);
                    }
                    return r;
                }
                case TIOCGPKT:
                    return c.mem().writeInt(arg, tty.packets().on() ? 1 : 0);
                case TIOCSIG:
                    if (arg != Sig.SIGINT && arg != Sig.SIGQUIT && arg != Sig.SIGTSTP) {
                        return -EINVAL;
                    }
                    tty.signal((int) arg);
                    return 0;
                case TIOCSCTTY:
                    return tty.session().acquire(c, (file.flags() & 3) != 1, arg == 1);
                case TIOCNOTTY:
                    return -ENOTTY;
                case TIOCSTI:
                    return type(c, tty, arg, true);
                case TIOCCONS:
                    return -EINVAL;
                case TCXONC:
                    return flowOfMaster(tty, (int) arg);
                case TCFLSH:
                    return flush(tty, arg, true);
                case TIOCEXCL, TIOCNXCL:
                    file.setExclusive(cmd == TIOCEXCL);
                    return 0;
                case TIOCGEXCL:
                    return c.mem().writeInt(arg, file.exclusive() ? 1 : 0);
                case TIOCGPGRP:
                    return foreground(c, tty, arg);
                case TIOCGSID:
                    return session(c, tty, arg);
                default:
                    return both(c, tty, cmd, arg);
            }
        } finally {
            tty.lock().unlock();
        }
    }

    /** What means the same at both ends: it is about the slave. */
    private static long both(Caller c, Tty tty, int cmd, long arg) {
        switch (cmd) {
            case TCGETS, TCGETS2, TCGETA:
                return getSettings(c, tty.termios(), cmd, arg);
            case TCSETS, TCSETSW, TCSETSF, TCSETS2, TCSETSW2, TCSETSF2, TCSETA, TCSETAW, TCSETAF:
                return setSettings(c, tty, cmd, arg);
            case TIOCGLCKTRMIOS:
                return getSettings(c, tty.locks(), TCGETS, arg);
            case TIOCSLCKTRMIOS:
                return c.creds().has(Cap.CAP_SYS_ADMIN) ? lockSettings(c, tty, arg) : -EPERM;
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
            case TIOCSPGRP:
                return tty.session().setForeground(c, arg);
            case TIOCOUTQ:
                return c.mem().writeInt(arg, 0);
            case TIOCSBRK, TIOCCBRK, TCSBRK, TCSBRKP:
                return 0; // there is no line
            case TIOCGETD:
                return c.mem().writeInt(arg, 0);
            case TIOCSETD:
                return setDiscipline(c, arg);
            case TIOCGDEV:
                return c.mem().writeInt(arg, (int) tty.rdev());
            case TIOCGSOFTCAR:
                return c.mem().writeInt(arg, (tty.termios().cflag & CLOCAL) != 0 ? 1 : 0);
            case TIOCSSOFTCAR:
                return setSoftCarrier(c, tty, arg);
            case TIOCVHANGUP:
                if (!c.creds().has(Cap.CAP_SYS_ADMIN)) {
                    return -EPERM;
                }
                tty.hangUpSlaves();
                return 0;
            default:
                return -ENOTTY;
        }
    }

    private static long foreground(Caller c, Tty tty, long arg) {
        return c.mem().writeInt(arg, c.shownPid(tty.session().foreground()));
    }

    private static long session(Caller c, Tty tty, long arg) {
        int id = tty.session().id();
        return id == 0 ? -ENOTTY : c.mem().writeInt(arg, c.shownPid(id));
    }

    // ---- typing for others ----

    private static long type(Caller c, Tty tty, long arg, boolean atMaster) {
        int r = tty.session().mayType(c, atMaster);
        if (r < 0) {
            return r;
        }
        byte[] one = new byte[1];
        r = c.mem().read(arg, one);
        if (r == 0 && atMaster) {
            tty.sendToMaster(one[0]);
        } else if (r == 0) {
            tty.type(one);
        }
        return r;
    }

    // ---- settings ----

    private static long getSettings(Caller c, Termios t, int cmd, long arg) {
        byte[] b = new byte[cmd == TCGETS ? Termios.SIZE : cmd == TCGETS2 ? Termios.SIZE2 : Termios.SIZE_TERMIO];
        switch (cmd) {
            case TCGETS -> t.encode(b);
            case TCGETS2 -> t.encode2(b);
            default -> t.encodeTermio(b);
        }
        return c.mem().write(arg, b);
    }

    private static long setSettings(Caller c, Tty tty, int cmd, long arg) {
        int r = tty.session().check(c, Sig.SIGTTOU);
        if (r < 0) {
            return r;
        }
        boolean two = cmd == TCSETS2 || cmd == TCSETSW2 || cmd == TCSETSF2;
        boolean one = cmd == TCSETS || cmd == TCSETSW || cmd == TCSETSF;
        byte[] b = new byte[two ? Termios.SIZE2 : one ? Termios.SIZE : Termios.SIZE_TERMIO];
        r = c.mem().read(arg, b);
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
        next.speedsFromFlags();
        if (cmd == TCSETSF || cmd == TCSETSF2 || cmd == TCSETAF) {
            tty.flushTyped();
        }
        tty.apply(next);
        return 0;
    }

    private static long lockSettings(Caller c, Tty tty, long arg) {
        byte[] b = new byte[Termios.SIZE];
        int r = c.mem().read(arg, b);
        if (r == 0) {
            tty.locks().decode(b);
        }
        return r;
    }

    private static long setSoftCarrier(Caller c, Tty tty, long arg) {
        int[] on = new int[1];
        int r = c.mem().readInt(arg, on);
        if (r == 0) {
            Termios t = tty.termios().copy();
            t.cflag = on[0] != 0 ? t.cflag | CLOCAL : t.cflag & ~CLOCAL;
            tty.apply(t);
        }
        return r;
    }

    private static long setDiscipline(Caller c, long arg) {
        int[] n = new int[1];
        int r = c.mem().readInt(arg, n);
        return r < 0 ? r : n[0] == 0 ? 0 : -EINVAL;
    }

    // ---- flow ----

    private static long flow(Tty tty, int action) {
        switch (action) {
            case TCOOFF, TCOON -> tty.hold(action == TCOOFF);
            case TCIOFF, TCION -> {
                int c = tty.termios().cc(action == TCIOFF ? VSTOP : VSTART);
                if (c != 0) {
                    tty.sendToMaster(c);
                }
            }
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }

    private static long flowOfMaster(Tty tty, int action) {
        switch (action) {
            case TCOOFF, TCOON -> tty.holdMaster(action == TCOOFF);
            case TCIOFF, TCION -> {
                byte[] key = {Termios.DEFAULT_CC[action == TCIOFF ? VSTOP : VSTART]};
                tty.masterWrite(key, 0, 1);
            }
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
        if (master) {
            tty.flushMaster(in, out);
        } else {
            tty.flush(in, out);
        }
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
