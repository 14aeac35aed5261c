// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Tty.*;
import static org.junit.jupiter.api.Assertions.*;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is typed, what is shown, what is read. */
class LineDisciplineTest implements LineDiscipline.Events {
    private final Termios t = new Termios();
    private final ByteQueue out = new ByteQueue();
    private final LineDiscipline line = new LineDiscipline(t, new OutputProcessor(t, out), this);
    private final List<Integer> signals = new ArrayList<>();
    private boolean stopped;

    @Override
    public void signal(int sig) {
        signals.add(sig);
    }

    @Override
    public void flushed() {
        out.clear();
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void start() {
        stopped = false;
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    private int type(String s) {
        byte[] b = s.getBytes(StandardCharsets.ISO_8859_1);
        return line.receive(b, 0, b.length);
    }

    private String shown() {
        byte[] b = new byte[out.size()];
        out.peek(b, 0, b.length);
        out.clear();
        return new String(b, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of one read, or null where a reader would wait. */
    private String read(int n) {
        byte[] b = new byte[n];
        int r = line.ring().read(b, 0, n);
        return r < 0 ? null : new String(b, 0, r, StandardCharsets.ISO_8859_1);
    }

    private void check(String typed, String echo, String firstRead) {
        type(typed);
        assertEquals(echo, shown());
        assertEquals(firstRead, read(4096));
    }

    @Test
    void lines() {
        check("abc", "abc", null);
        check("\r", "\r\n", "abc\n");
        check("x\ny\n", "x\r\ny\r\n", "x\n");
        assertEquals("y\n", read(10));
        assertNull(read(10));
    }

    @Test
    void shortReadsTakeALineInPieces() {
        type("hello\n");
        assertEquals("he", read(2));
        assertEquals("llo", read(3));
        assertEquals("\n", read(3));
        assertNull(read(3));
    }

    @Test
    void endOfFile() {
        check("\4", "", "");
        assertNull(read(10));
        check("ab\4", "ab", "ab");
        assertNull(read(10));
        type("abc\4");
        assertEquals("abc", read(3)); // the mark goes with the last byte
        assertNull(read(3));
    }

    @Test
    void erase() {
        check("ab\177c\n", "ab\b \bc\r\n", "ac\n");
        check("\177\177x\n", "x\r\n", "x\n");
        check("\1\177\n", "^A\b \b\b \b\r\n", "\n");
    }

    @Test
    void eraseOfATabGoesBackToItsStart() {
        check("ab\t\177\n", "ab\t\b\b\b\b\b\b\r\n", "ab\n");
        check("\tx\t\177\177\n", "\tx\t\b\b\b\b\b\b\b\b \b\r\n", "\t\n");
    }

    @Test
    void eraseOfACharacterOfTwoBytes() {
        t.iflag |= IUTF8;
        check("a\303\251\177\n", "a\303\251\b \b\r\n", "a\n");
    }

    @Test
    void wordAndLine() {
        check("one two  \27\n", "one two  " + "\b \b".repeat(5) + "\r\n", "one \n");
        check("abc\25d\n", "abc" + "\b \b".repeat(3) + "d\r\n", "d\n");
        t.lflag &= ~ECHOKE;
        check("abc\25d\n", "abc^U\r\nd\r\n", "d\n");
    }

    @Test
    void literalNext() {
        check("\26\3\n", "^\b^C\r\n", "\3\n");
        assertTrue(signals.isEmpty());
        check("\26\177\n", "^\b^?\r\n", "\177\n");
    }

    @Test
    void reprint() {
        check("ab\22\n", "ab^R\r\nab\r\n", "ab\n");
    }

    @Test
    void signalsFlush() {
        type("abc");
        shown();
        type("\3");
        assertEquals(List.of(2), signals);
        assertEquals("^C", shown());
        check("d\n", "d\r\n", "d\n");
        type("\34\32");
        assertEquals(List.of(2, 3, 20), signals);
    }

    @Test
    void signalsWithoutFlush() {
        t.lflag |= NOFLSH;
        type("ab\3c\n");
        assertEquals(List.of(2), signals);
        assertEquals("ab^Cc\r\n", shown());
        assertEquals("abc\n", read(10));
    }

    @Test
    void noSignalsWithoutIsig() {
        t.lflag &= ~ISIG;
        check("\3\n", "^C\r\n", "\3\n");
        assertTrue(signals.isEmpty());
    }

    @Test
    void carriageReturns() {
        t.iflag = IGNCR;
        check("a\rb\n", "ab\r\n", "ab\n");
        t.iflag = INLCR;
        type("a\n");
        assertNull(read(10));
        t.iflag = 0;
        type("\r\n");
        assertEquals("a\r\r\n", read(10));
    }

    @Test
    void echoOff() {
        t.lflag &= ~ECHO;
        check("secret\n", "", "secret\n");
        t.lflag |= ECHONL;
        check("secret\n", "\r\n", "secret\n");
        check("ab\177\177\177c\n", "\r\n", "c\n");
    }

    @Test
    void flowControl() {
        type("\23");
        assertTrue(stopped);
        type("a");
        assertTrue(stopped);
        type("\21");
        assertFalse(stopped);
        t.iflag |= IXANY;
        type("\23b");
        assertFalse(stopped);
        check("\n", "ab\r\n", "ab\n");
    }

    @Test
    void raw() {
        t.iflag = 0;
        t.oflag = 0;
        t.lflag = 0;
        line.settingsChanged(ICANON);
        check("a\3\177\n\0", "", "a\3\177\n\0");
        assertFalse(line.ring().available(1));
        type("xyz");
        assertTrue(line.ring().available(3));
        assertFalse(line.ring().available(4));
        assertEquals("xy", read(2));
        assertEquals("z", read(2));
        assertNull(read(2));
    }

    @Test
    void rawTakesWhatThereIsRoomFor() {
        t.lflag = 0;
        line.settingsChanged(ICANON);
        assertEquals(4095, type("x".repeat(5000)));
        assertEquals(4000, read(4000).length());
        assertEquals(4000, type("y".repeat(5000)));
    }

    @Test
    void aLineThatIsTooLongCanStillBeEnded() {
        assertEquals(5001, type("x".repeat(5000) + "\n"));
        shown();
        String s = read(5000);
        assertEquals(4096, s.length());
        assertTrue(s.endsWith("x\n"));
        assertNull(read(1));
    }

    @Test
    void switchingModesKeepsWhatWasTyped() {
        type("abc");
        t.lflag &= ~ICANON;
        line.settingsChanged(t.lflag | ICANON);
        assertEquals("abc", read(10));
        type("de");
        t.lflag |= ICANON;
        line.settingsChanged(t.lflag & ~ICANON);
        assertEquals("de", read(10));
        check("f\n", "abcdef\r\n", "f\n");
    }

    @Test
    void secondEndOfLine() {
        t.cc[VEOL] = ';';
        line.settingsChanged(t.lflag);
        check("a;", "a;", "a;");
    }

    @Test
    void outputTranslation() {
        OutputProcessor p = new OutputProcessor(t, out);
        for (char ch : "a\tb\n".toCharArray()) {
            p.put(ch);
        }
        assertEquals("a\tb\r\n", shown());
        t.oflag |= XTABS;
        for (char ch : "a\tb\n".toCharArray()) {
            p.put(ch);
        }
        assertEquals("a       b\r\n", shown());
        t.oflag = OPOST | OCRNL;
        p.put('\r');
        assertEquals("\n", shown());
        t.oflag = 0;
        p.put('\n');
        assertEquals("\n", shown());
    }
}
