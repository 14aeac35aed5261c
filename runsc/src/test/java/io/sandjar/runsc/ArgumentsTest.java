// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    private static final Option[] TABLE = {
        Option.flag("quiet", ""),
        Option.one("name", "NAME", "", ""),
        Option.many("volume", "SRC:DST", "", ""),
        Option.optional("strace", "CALLS", ""),
    };

    private static Arguments parse(String... words) {
        return Arguments.parse(TABLE, List.of(words), 0);
    }

    private static UsageError wrong(String... words) {
        return assertThrows(UsageError.class, () -> parse(words));
    }

    @Test
    void valuesFollowTheOptionOrAnEqualsSign() {
        assertEquals("x", parse("--name", "x").value("name"));
        assertEquals("x=y", parse("--name=x=y").value("name"));
        assertEquals("", parse("--name=").value("name"));
        assertEquals("-x", parse("--name", "-x").value("name"));
    }

    @Test
    void theLastValueCounts() {
        assertEquals("b", parse("--name", "a", "--name=b").value("name"));
    }

    @Test
    void manyValuesKeepTheirOrder() {
        assertEquals(
                List.of("a:b", "c:d"),
                parse("--volume", "a:b", "--quiet", "--volume=c:d").values("volume"));
    }

    @Test
    void anOptionalValueMustFollowAnEqualsSign() {
        Arguments a = parse("--strace", "ls");
        assertTrue(a.has("strace"));
        assertNull(a.value("strace"));
        assertEquals(List.of("ls"), a.words());
        assertEquals("read", parse("--strace=read", "ls").value("strace"));
    }

    @Test
    void optionsEndAtTheFirstWord() {
        Arguments a = parse("--quiet", "ls", "--name", "x");
        assertEquals(List.of("ls", "--name", "x"), a.words());
        assertNull(a.value("name"));
    }

    @Test
    void optionsEndAtTwoDashes() {
        assertEquals(List.of("--quiet"), parse("--", "--quiet").words());
        assertEquals(List.of("--", "x"), parse("--", "--", "x").words());
        assertEquals(List.of("-"), parse("-").words());
    }

    @Test
    void helpIsNoticedAmongOptionsOnly() {
        assertTrue(parse("--quiet", "--help").help());
        assertTrue(parse("-h").help());
        assertFalse(parse("ls", "--help").help());
    }

    @Test
    void mistakesAreExplained() {
        assertEquals("unknown option --nam", wrong("--nam", "x").text());
        assertEquals("did you mean --name?", wrong("--nmae").hint());
        assertEquals("did you mean --volume?", wrong("--vol=x:y").hint());
        assertEquals("unknown option -x", wrong("-x").text());
        assertEquals("--name needs a value", wrong("--name").text());
        assertEquals("--name needs a value", wrong("--name", "--", "ls").text());
        assertEquals("write --name NAME", wrong("--name").hint());
        assertEquals("--quiet takes no value", wrong("--quiet=yes").text());
    }
}
