// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Terminals: ioctl numbers, flags of struct termios, indices of c_cc. */
public final class Tty {
    // ioctls
    public static final int TCGETS = 0x5401;
    public static final int TCSETS = 0x5402;
    public static final int TCSETSW = 0x5403;
    public static final int TCSETSF = 0x5404;
    public static final int TCGETA = 0x5405;
    public static final int TCSETA = 0x5406;
    public static final int TCSETAW = 0x5407;
    public static final int TCSETAF = 0x5408;
    public static final int TCSBRK = 0x5409;
    public static final int TCXONC = 0x540a;
    public static final int TCFLSH = 0x540b;
    public static final int TIOCEXCL = 0x540c;
    public static final int TIOCNXCL = 0x540d;
    public static final int TIOCSCTTY = 0x540e;
    public static final int TIOCGPGRP = 0x540f;
    public static final int TIOCSPGRP = 0x5410;
    public static final int TIOCOUTQ = 0x5411;
    public static final int TIOCSTI = 0x5412;
    public static final int TIOCGWINSZ = 0x5413;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int TIOCMGET = 0x5415;
    public static final int TIOCMBIS = 0x5416;
    public static final int TIOCMBIC = 0x5417;
    public static final int TIOCMSET = 0x5418;
    public static final int TIOCGSOFTCAR = 0x5419;
    public static final int TIOCSSOFTCAR = 0x541a;
    public static final int TIOCINQ = 0x541b;
    public static final int TIOCCONS = 0x541d;
    public static final int TIOCGSERIAL = 0x541e;
    public static final int TIOCSSERIAL = 0x541f;
    public static final int TIOCPKT = 0x5420;
    public static final int TIOCNOTTY = 0x5422;
    public static final int TIOCSETD = 0x5423;
    public static final int TIOCGETD = 0x5424;
    public static final int TCSBRKP = 0x5425;
    public static final int TIOCSBRK = 0x5427;
    public static final int TIOCCBRK = 0x5428;
    public static final int TIOCGSID = 0x5429;
    public static final int TIOCVHANGUP = 0x5437;
    public static final int TIOCGPTPEER = 0x5441;
    public static final int TIOCGLCKTRMIOS = 0x5456;
    public static final int TIOCSLCKTRMIOS = 0x5457;
    public static final int TIOCMIWAIT = 0x545c;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCSIG = 0x40045436;
    public static final int TCSETS2 = 0x402c542b;
    public static final int TCSETSW2 = 0x402c542c;
    public static final int TCSETSF2 = 0x402c542d;
    public static final int TIOCGPTN = 0x80045430;
    public static final int TIOCGDEV = 0x80045432;
    public static final int TIOCGPKT = 0x80045438;
    public static final int TIOCGPTLCK = 0x80045439;
    public static final int TIOCGEXCL = 0x80045440;
    public static final int TCGETS2 = 0x802c542a;

    // packet mode
    public static final int TIOCPKT_DATA = 0;
    public static final int TIOCPKT_FLUSHREAD = 1;
    public static final int TIOCPKT_FLUSHWRITE = 2;
    public static final int TIOCPKT_STOP = 4;
    public static final int TIOCPKT_START = 8;
    public static final int TIOCPKT_NOSTOP = 16;
    public static final int TIOCPKT_DOSTOP = 32;
    public static final int TIOCPKT_IOCTL = 64;

    // queues of TCFLSH and actions of TCXONC
    public static final int TCIFLUSH = 0;
    public static final int TCOOFF = 0;
    public static final int TCOFLUSH = 1;
    public static final int TCOON = 1;
    public static final int TCIOFF = 2;
    public static final int TCIOFLUSH = 2;
    public static final int TCION = 3;

    // c_iflag
    public static final int IGNBRK = 01;
    public static final int BRKINT = 02;
    public static final int IGNPAR = 04;
    public static final int PARMRK = 010;
    public static final int INPCK = 020;
    public static final int ISTRIP = 040;
    public static final int INLCR = 0100;
    public static final int IGNCR = 0200;
    public static final int ICRNL = 0400;
    public static final int IUCLC = 01000;
    public static final int IXON = 02000;
    public static final int IXANY = 04000;
    public static final int IXOFF = 010000;
    public static final int IMAXBEL = 020000;
    public static final int IUTF8 = 040000;

    // c_oflag
    public static final int OPOST = 01;
    public static final int OLCUC = 02;
    public static final int ONLCR = 04;
    public static final int OCRNL = 010;
    public static final int ONOCR = 020;
    public static final int ONLRET = 040;
    public static final int OFILL = 0100;
    public static final int OFDEL = 0200;
    public static final int TAB3 = 014000;
    public static final int TABDLY = 014000;
    public static final int XTABS = 014000;

    // c_cflag
    public static final int CS5 = 0;
    public static final int B9600 = 015;
    public static final int B38400 = 017;
    public static final int CS6 = 020;
    public static final int CS7 = 040;
    public static final int CS8 = 060;
    public static final int CSIZE = 060;
    public static final int CSTOPB = 0100;
    public static final int CREAD = 0200;
    public static final int PARENB = 0400;
    public static final int PARODD = 01000;
    public static final int HUPCL = 02000;
    public static final int CLOCAL = 04000;
    public static final int CBAUD = 010017;
    public static final int CRTSCTS = 020000000000;

    // c_lflag
    public static final int ISIG = 01;
    public static final int ICANON = 02;
    public static final int XCASE = 04;
    public static final int ECHO = 010;
    public static final int ECHOE = 020;
    public static final int ECHOK = 040;
    public static final int ECHONL = 0100;
    public static final int NOFLSH = 0200;
    public static final int TOSTOP = 0400;
    public static final int ECHOCTL = 01000;
    public static final int ECHOPRT = 02000;
    public static final int ECHOKE = 04000;
    public static final int FLUSHO = 010000;
    public static final int PENDIN = 040000;
    public static final int IEXTEN = 0100000;
    public static final int EXTPROC = 0200000;

    // indices of c_cc
    public static final int VINTR = 0;
    public static final int VQUIT = 1;
    public static final int VERASE = 2;
    public static final int VKILL = 3;
    public static final int VEOF = 4;
    public static final int VTIME = 5;
    public static final int VMIN = 6;
    public static final int VSWTC = 7;
    public static final int VSTART = 8;
    public static final int VSTOP = 9;
    public static final int VSUSP = 10;
    public static final int VEOL = 11;
    public static final int VREPRINT = 12;
    public static final int VDISCARD = 13;
    public static final int VWERASE = 14;
    public static final int VLNEXT = 15;
    public static final int VEOL2 = 16;

    public static final int NCCS = 19;

    private Tty() {}
}
