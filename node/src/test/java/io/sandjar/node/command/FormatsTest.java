// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsTest {
    @Test
    void columnsAreAsWideAsTheirRun() {
        TabWriter w = TabWriter.description();
        w.add("Name:\tx\nLonger name:\ty\n\nA:\tz\n  in\tside\tthree\n");
        assertEquals("Name:         x\nLonger name:  y\n\nA:    z\n  in  side  three\n", w.toString());
    }

    /** Seconds and what the column AGE says, from kubectl's own rule. */
    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "119,119s",
        "120,2m",
        "125,2m5s",
        "599,9m59s",
        "600,10m",
        "10799,179m",
        "10800,3h",
        "12600,3h30m",
        "28800,8h",
        "172799,47h",
        "172800,2d",
        "176400,2d1h",
        "691200,8d",
        "63072000,2y"
    })
    void ages(long seconds, String text) {
        assertEquals(text, Time.duration(seconds * 1000));
    }

    @Test
    void times() {
        assertEquals(1_767_323_045_678L, Time.millis("2026-01-02T03:04:05.678901Z"));
        assertEquals(1_767_323_045_000L, Time.millis("2026-01-02T05:04:05+02:00"));
        assertEquals(-1, Time.millis("yesterday"));
        assertEquals(90_500, Time.parseDuration("1m30.5s"));
        assertEquals(-1, Time.parseDuration("3 days"));
        assertEquals("2026-01-02T03:04:05Z", Time.rfc3339(1_767_323_045_678L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{.a.b}|1",
                "{.l[*].n}|x y",
                "{.l[-1].n}|y",
                "{.l[0:1].n}|x",
                "{.l[?(@.v>1)].n}|y",
                "{.l[?(@.n=='x')].v}|1",
                "{range .l[*]}{.n}{\"-\"}{.v}{\" \"}{end}|`x-1 y-2 `",
                "{..n}|x y",
                "{.a.none}|``",
                "{.d\\.e}|3",
                "{['d.e']}|3",
                "{.a}|{\"b\":1}",
                "{$.a.b}:{@.a.b}|1:1",
            })
    void jsonPaths(String template, String text) {
        Object root = Json.parse("{\"a\":{\"b\":1},\"l\":[{\"n\":\"x\",\"v\":1},{\"n\":\"y\",\"v\":2}],\"d.e\":3}");
        assertEquals(text, JsonPath.print(template, root));
    }

    @Test
    void brokenPathsSayWhere() {
        for (String template : new String[] {"{.a", "{range .a}{.b}", "{.a[0}", "{\"x}", "{.a[?(@.b==)]}", "{end}"}) {
            assertThrows(CommandException.class, () -> JsonPath.print(template, Json.of("a", Json.of())), template);
        }
    }

    @Test
    void argumentsAreTakenApartAsKubectlDoes() {
        String[] words = {"exec", "-it", "web", "-ck", "--namespace=n", "--", "ls", "-l"};
        Args args = Args.parse("exec", Exec.OPTIONS, words, 1);
        assertEquals("k", args.get("container", ""));
        assertEquals("n", args.get("namespace", ""));
        assertEquals("[web] [ls, -l]", args.words() + " " + args.rest());
        assertEquals(true, args.on("stdin") && args.on("tty"));
        String[] wrong = {"get", "-z"};
        assertEquals(
                "error: unknown shorthand flag: 'z' in -z\nSee 'sandjar get --help' for usage.",
                assertThrows(CommandException.class, () -> Args.parse("get", Get.OPTIONS, wrong, 1))
                        .text());
        String[] missing = {"get", "pods", "-o"};
        assertThrows(CommandException.class, () -> Args.parse("get", Get.OPTIONS, missing, 1));
        // part of another option's name is none
        String[] part = {"get", "--name"};
        assertThrows(CommandException.class, () -> Args.parse("get", Get.OPTIONS, part, 1));
    }

    @ParameterizedTest
    @CsvSource({"250m,0.25", "1500000n,0.0015", "2,2", "1Ki,1024", "1.5Gi,1610612736", "3M,3000000"})
    void quantities(String text, double value) {
        assertEquals(value, Top.amount(text), 1e-9);
    }
}
