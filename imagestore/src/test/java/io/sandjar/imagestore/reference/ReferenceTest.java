// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Docker's short forms, and what is no reference. */
final class ReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "debian,                   docker.io/library/debian:latest",
        "debian:12,                docker.io/library/debian:12",
        "joe/app,                  docker.io/joe/app:latest",
        "docker.io/debian,         docker.io/library/debian:latest",
        "index.docker.io/joe/app,  docker.io/joe/app:latest",
        "ghcr.io/a/b/c:v1.2_3,     ghcr.io/a/b/c:v1.2_3",
        "localhost/x,              localhost/x:latest",
        "localhost:5000/x:y,       localhost:5000/x:y",
        "host:5000/x,              host:5000/x:latest",
        "a.b/x,                    a.b/x:latest",
        "[::1]:5000/x,             [::1]:5000/x:latest",
        "UPPER/x,                  UPPER/x:latest",
        "a__b/c.d-e--f,            docker.io/a__b/c.d-e--f:latest",
    })
    void shortFormsBecomeLong(String given, String full) throws ImageException {
        Reference r = Reference.parse(given);
        assertEquals(full, r.toString());
        assertEquals(r, Reference.parse(full));
    }

    @Test
    void digests() throws ImageException {
        Reference r = Reference.parse("debian:12@" + DIGEST);
        assertEquals("docker.io/library/debian:12@" + DIGEST, r.toString());
        assertEquals(DIGEST, r.target());
        assertEquals(
                "docker.io/library/debian@" + DIGEST,
                Reference.parse("debian@" + DIGEST).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a:",
                "Debian",
                "a/",
                "/a",
                "a//b",
                "a b",
                "a:b:c",
                "-a",
                "a-",
                "a..b",
                "a___b",
                "x@sha256:12",
                "x@md5:0123",
                "host:99999999/x",
                "a/../b",
                "http://a.b/x",
                "a:..",
                "a.b/X",
                "a:-b",
                "a\u0000b",
                "é"
            })
    void whatIsNone(String text) {
        ImageException e = assertThrows(ImageException.class, () -> Reference.parse(text), text);
        assertEquals(Kind.INVALID_REFERENCE, e.kind());
    }

    @Test
    void longNames() {
        assertThrows(ImageException.class, () -> Reference.parse("a".repeat(300)));
        assertThrows(ImageException.class, () -> Reference.parse("a:" + "b".repeat(129)));
    }
}
