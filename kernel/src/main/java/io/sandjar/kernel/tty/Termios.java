// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Bytes;

/** The settings of a terminal: struct termios in its three shapes (termios(3), TCGETS, TCGETS2, TCGETA). */
public final class Termios {
    /** Bytes of struct termios, termios2 and termio. */
    public static final int SIZE = 36;

    public static final int SIZE2 = 44;
    public static final int SIZE_TERMIO = 18;

    private static final int TERMIO_CCS = 8;
    private static final int DEFAULT_SPEED = 38400;
    private static final int CBAUDEX = 010000;
    private static final int BOTHER = 010000;
    private static final int INPUT_SPEED_SHIFT = 16;
    private static final int FIRST_OF_CBAUDEX = 15;
    private static final int[] SPEEDS = {
        0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400,
        460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
    };
    static final byte[] DEFAULT_CC = {
        3, 28, 0x7f, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0,
    };

    int iflag = ICRNL | IXON;
    int oflag = OPOST | ONLCR;
    int cflag = B38400 | CS8 | CREAD;
    int lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    byte line;
    final byte[] cc = DEFAULT_CC.clone();
    int ispeed = DEFAULT_SPEED;
    int ospeed = DEFAULT_SPEED;

    /** A copy of the settings. */
    Termios copy() {
        Termios t = new Termios();
        t.set(this);
        return t;
    }

    /** Settings of zeroes: as locks (TIOCSLCKTRMIOS) they keep nothing. */
    static Termios none() {
        Termios t = new Termios();
        t.decode2(new byte[SIZE2]);
        return t;
    }

    void set(Termios other) {
        byte[] all = new byte[SIZE2];
        other.encode2(all);
        decode2(all);
    }

    /** Takes from {@code old} what {@code locks} has bits for. */
    void keep(Termios old, Termios locks) {
        iflag = (iflag & ~locks.iflag) | (old.iflag & locks.iflag);
        oflag = (oflag & ~locks.oflag) | (old.oflag & locks.oflag);
        cflag = (cflag & ~locks.cflag) | (old.cflag & locks.cflag);
        lflag = (lflag & ~locks.lflag) | (old.lflag & locks.lflag);
        if (locks.line != 0) {
            line = old.line;
        }
        for (int i = 0; i < NCCS; i++) {
            if (locks.cc[i] != 0) {
                cc[i] = old.cc[i];
            }
        }
    }

    /** Makes the speeds in numbers agree with those that c_cflag names; it may also say that the numbers count. */
    void speedsFromFlags() {
        ospeed = speed(cflag & CBAUD, ospeed);
        int input = (cflag >>> INPUT_SPEED_SHIFT) & CBAUD;
        ispeed = input == 0 ? ospeed : speed(input, ispeed);
    }

    private static int speed(int code, int number) {
        if (code == BOTHER) {
            return number;
        }
        int i = (code & CBAUDEX) != 0 ? (code & ~CBAUDEX) + FIRST_OF_CBAUDEX : code;
        return i < SPEEDS.length ? SPEEDS[i] : 0;
    }

    boolean canonical() {
        return (lflag & ICANON) != 0;
    }

    int cc(int index) {
        return cc[index] & 0xff;
    }

    /** Whether {@code c} is the special character {@code index}; NUL means that there is none. */
    boolean is(int c, int index) {
        return c != 0 && c == (cc[index] & 0xff);
    }

    public void encode(byte[] out) {
        Bytes.put32(out, 0, iflag);
        Bytes.put32(out, 4, oflag);
        Bytes.put32(out, 8, cflag);
        Bytes.put32(out, 12, lflag);
        out[16] = line;
        System.arraycopy(cc, 0, out, 17, NCCS);
    }

    public void decode(byte[] in) {
        iflag = Bytes.i32(in, 0);
        oflag = Bytes.i32(in, 4);
        cflag = Bytes.i32(in, 8);
        lflag = Bytes.i32(in, 12);
        line = in[16];
        System.arraycopy(in, 17, cc, 0, NCCS);
    }

    void encode2(byte[] out) {
        encode(out);
        Bytes.put32(out, 36, ispeed);
        Bytes.put32(out, 40, ospeed);
    }

    void decode2(byte[] in) {
        decode(in);
        ispeed = Bytes.i32(in, 36);
        ospeed = Bytes.i32(in, 40);
    }

    void encodeTermio(byte[] out) {
        Bytes.put16(out, 0, iflag);
        Bytes.put16(out, 2, oflag);
        Bytes.put16(out, 4, cflag);
        Bytes.put16(out, 6, lflag);
        out[8] = line;
        System.arraycopy(cc, 0, out, 9, TERMIO_CCS);
    }

    void decodeTermio(byte[] in) {
        iflag = (iflag & ~0xffff) | Bytes.u16(in, 0);
        oflag = (oflag & ~0xffff) | Bytes.u16(in, 2);
        cflag = (cflag & ~0xffff) | Bytes.u16(in, 4);
        lflag = (lflag & ~0xffff) | Bytes.u16(in, 6);
        line = in[8];
        System.arraycopy(in, 9, cc, 0, TERMIO_CCS);
    }
}
