// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Whose certificates are believed: the machine's own list (/etc/ssl, where administrators add theirs), the JDK's, and
 * what lies in /etc/docker/certs.d/HOST or /etc/containers/certs.d/HOST.
 */
final class Trust {
    private static final List<String> BUNDLES = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem");
    private static final List<String> BY_HOST =
            List.of("/etc/docker/certs.d", "/etc/containers/certs.d", "/etc/containerd/certs.d");

    private Trust() {}

    /** For a host; nothing is checked of an insecure one. */
    static SSLContext forHost(String host, boolean insecure) throws IOException {
        try {
            SSLContext c = SSLContext.getInstance("TLS");
            if (insecure) {
                c.init(null, new TrustManager[] {new Everybody()}, null);
                return c;
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int n = addJdk(store);
            String named = System.getenv("SSL_CERT_FILE");
            for (String b : named != null && !named.isEmpty() ? List.of(named) : BUNDLES) {
                int before = n;
                n = addFile(store, Path.of(b), n);
                if (n > before) {
                    break;
                }
            }
            for (String dir : BY_HOST) {
                n = addDirectory(store, Path.of(dir).resolve(host), n);
            }
            TrustManagerFactory f = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            f.init(store);
            c.init(null, f.getTrustManagers(), null);
            return c;
        } catch (GeneralSecurityException e) {
            throw new IOException("certificates: " + e.getMessage(), e);
        }
    }

    private static int addJdk(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory f = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        f.init((KeyStore) null);
        int n = 0;
        for (TrustManager m : f.getTrustManagers()) {
            if (m instanceof X509TrustManager x) {
                for (X509Certificate c : x.getAcceptedIssuers()) {
                    store.setCertificateEntry("c" + n++, c);
                }
            }
        }
        return n;
    }

    private static int addFile(KeyStore store, Path file, int from) {
        int n = from;
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("c" + n++, c);
            }
        } catch (IOException | GeneralSecurityException e) {
            return n; // not there, or not certificates: the others count
        }
        return n;
    }

    private static int addDirectory(KeyStore store, Path dir, int from) {
        int n = from;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(dir, "*.crt")) {
            for (Path p : files) {
                n = addFile(store, p, n);
            }
        } catch (IOException e) {
            return n;
        }
        return n;
    }

    /** Believes everybody, the host's name included. */
    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
