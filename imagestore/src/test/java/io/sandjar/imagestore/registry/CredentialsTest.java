// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.imagestore.ImageException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Credentials, challenges and proxies. */
final class CredentialsTest {
    @Test
    void whichKeyMeansWhichRegistry() {
        assertTrue(Credentials.fits("https://index.docker.io/v1/", "docker.io", "library/x"));
        assertTrue(Credentials.fits("docker.io", "docker.io", "library/x"));
        assertTrue(Credentials.fits("a.b:5000", "a.b:5000", "x"));
        assertFalse(Credentials.fits("a.b", "a.b:5000", "x"));
        assertTrue(Credentials.fits("*.example.com", "eu.example.com", "x"));
        assertFalse(Credentials.fits("*.example.com", "example.com", "x"));
        assertFalse(Credentials.fits("*.example.com", "evil.com/eu.example.com", "x"));
        assertTrue(Credentials.fits("a.b/team", "a.b", "team/x"));
        assertFalse(Credentials.fits("a.b/team", "a.b", "teamx/y"));
        assertFalse(Credentials.fits("a.b", "xa.b", "x"));
    }

    @Test
    void theMostSpecificOfAFileAndAllFiles() throws ImageException {
        String a = "{\"auths\":{\"r.io\":{\"username\":\"u1\",\"password\":\"p:1\"},"
                + "\"r.io/team\":{\"auth\":\"dTI6cDoy\"},\"x.io\":{\"identitytoken\":\"t\"}}}";
        String old = "{\"r.io\":{\"auth\":\"dTM6cDM=\",\"email\":\"x\"}}";
        Credentials c = new Credentials(List.of(a, old), null);
        assertEquals(
                List.of(new Credentials.Login("u2", "p:2", ""), new Credentials.Login("u3", "p3", "")),
                c.of("r.io", "team/app"));
        assertEquals(
                new Credentials.Login("u1", "p:1", ""), c.of("r.io", "other").getFirst());
        assertEquals(List.of(new Credentials.Login("", "", "t")), c.of("x.io", "a"));
        assertEquals(List.of(), c.of("y.io", "a"));
    }

    @Test
    void challenges() {
        Challenge c = Challenge.parse(
                "Bearer realm=\"https://auth/token\",service=\"reg, \\\"x\\\"\", scope=\"repository:a/b:pull\",error=x");
        assertEquals("bearer", c.scheme());
        assertEquals("https://auth/token", c.get("realm"));
        assertEquals("reg, \"x\"", c.get("service"));
        assertEquals("repository:a/b:pull", c.get("scope"));
        assertEquals("x", c.get("error"));
        assertEquals("basic", Challenge.parse("Basic realm=\"x\"").scheme());
        assertEquals("", Challenge.parse("Bearer realm=\"open").get("nothing"));
        assertNull(Challenge.parse(" "));
    }

    @Test
    void proxies() {
        EnvironmentProxies p = new EnvironmentProxies(Map.of(
                "HTTPS_PROXY", "http://user:pw@proxy:8080",
                "http_proxy", "plain:3128",
                "NO_PROXY", "internal.example, .corp.io,10.0.0.0/8,exact:5000"));
        assertEquals("proxy", p.proxy(URI.create("https://ghcr.io/v2/")).getHost());
        assertEquals("plain", p.proxy(URI.create("http://ghcr.io/v2/")).getHost());
        for (String direct : List.of(
                "internal.example",
                "a.internal.example",
                "x.corp.io",
                "10.1.2.3",
                "exact:5000",
                "localhost",
                "127.0.0.1:80")) {
            assertNull(p.proxy(URI.create("https://" + direct + "/")), direct);
        }
        for (String far : List.of("xinternal.example", "11.1.2.3", "exact:5001")) {
            assertEquals("proxy", p.proxy(URI.create("https://" + far + "/")).getHost(), far);
        }
    }
}
