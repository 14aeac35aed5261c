// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.sandjar.node.runtime.ExecResult;
import io.sandjar.node.runtime.RuntimeFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Checks over the network, with sockets only: an HTTP client of the JDK takes a tenth of a second to load, follows what it
 * should not and has no limit for the whole. Where the host does not reach the pod, the pause program makes the check inside.
 */
final class NetworkCheck implements HttpCheck {
    private static final int MAX_BODY = 10 << 10;

    @Override
    public Actions.Result get(@Nullable Inside inside, String host, int port, HTTPGetAction action, Duration limit)
            throws InterruptedException {
        boolean tls = "HTTPS".equalsIgnoreCase(action.getScheme());
        if (inside != null) {
            if (tls) {
                return new Actions.Result(false, "HTTPS probes need a pod network: this pod has a loopback only");
            }
            Actions.Result answer = inside(
                    inside, limit, List.of("/pause", "get", host, Integer.toString(port), request(host, port, action)));
            return answer.success() ? judge(answer.message()) : answer;
        }
        return limited(limit, () -> exchange(host, port, tls, request(host, port, action), limit));
    }

    @Override
    public Actions.Result connect(@Nullable Inside inside, String host, int port, Duration limit)
            throws InterruptedException {
        if (inside != null) {
            return inside(inside, limit, List.of("/pause", "connect", host, Integer.toString(port)));
        }
        return limited(limit, () -> {
            try (Socket s = new Socket()) {
                s.connect(new InetSocketAddress(host, port), millis(limit));
                return new Actions.Result(true, "");
            } catch (SocketTimeoutException e) {
                return new Actions.Result(false, "dial tcp " + host + ":" + port + ": i/o timeout");
            } catch (IOException e) {
                return new Actions.Result(false, "dial tcp " + host + ":" + port + ": connect: " + words(e));
            }
        });
    }

    private static int millis(Duration d) {
        return (int) Math.clamp(d.toMillis(), 1, 3_600_000);
    }

    private static String words(IOException e) {
        String text = String.valueOf(e.getMessage());
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static Actions.Result inside(Inside inside, Duration limit, List<String> command)
            throws InterruptedException {
        try {
            ExecResult result = inside.driver().exec(inside.sandboxId(), command, limit);
            return result.timedOut()
                    ? new Actions.Result(false, "timed out after " + limit.toSeconds() + "s")
                    : new Actions.Result(result.code() == 0, result.output().strip());
        } catch (RuntimeFailure e) {
            return new Actions.Result(false, String.valueOf(e.getMessage()));
        }
    }

    /** The whole of a check in its time, however slowly the other side speaks. */
    private static Actions.Result limited(Duration limit, java.util.concurrent.Callable<Actions.Result> check)
            throws InterruptedException {
        FutureTask<Actions.Result> task = new FutureTask<>(check);
        Thread t = Thread.startVirtualThread(task);
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            t.interrupt();
            return new Actions.Result(false, "context deadline exceeded (no answer within " + limit.toSeconds() + "s)");
        } catch (ExecutionException e) {
            return new Actions.Result(false, String.valueOf(e.getCause()));
        }
    }

    private static String request(String host, int port, HTTPGetAction action) {
        String path = action.getPath() == null || action.getPath().isEmpty() ? "/" : action.getPath();
        StringBuilder text = new StringBuilder();
        text.append("GET ").append(path.startsWith("/") ? path : "/" + path).append(" HTTP/1.1\r\n");
        boolean named = false;
        boolean agent = false;
        for (HTTPHeader h : action.getHttpHeaders()) {
            named |= h.getName().equalsIgnoreCase("Host");
            agent |= h.getName().equalsIgnoreCase("User-Agent");
            text.append(h.getName()).append(": ").append(h.getValue()).append("\r\n");
        }
        if (!named) {
            text.append("Host: ").append(host).append(':').append(port).append("\r\n");
        }
        if (!agent) {
            text.append("User-Agent: kube-probe/1.33\r\n");
        }
        return text.append("Accept: */*\r\nConnection: close\r\n\r\n").toString();
    }

    private static Actions.Result exchange(String host, int port, boolean tls, String request, Duration limit) {
        String url = (tls ? "https://" : "http://") + host + ":" + port;
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), millis(limit));
            plain.setSoTimeout(millis(limit));
            Socket s = tls ? trusting().getSocketFactory().createSocket(plain, host, port, true) : plain;
            s.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            s.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            InputStream in = s.getInputStream();
            byte[] block = new byte[4096];
            for (int n; answer.size() < MAX_BODY && (n = in.read(block)) >= 0; ) {
                answer.write(block, 0, n);
                if (answer.toString(StandardCharsets.ISO_8859_1).contains("\r\n\r\n")) {
                    break; // the status is what counts
                }
            }
            return judge(answer.toString(StandardCharsets.ISO_8859_1));
        } catch (SocketTimeoutException e) {
            return new Actions.Result(false, "Get \"" + url + "\": context deadline exceeded");
        } catch (IOException | GeneralSecurityException e) {
            return new Actions.Result(false, "Get \"" + url + "\": " + e.getMessage());
        }
    }

    /** Success is 200 to 399. */
    static Actions.Result judge(String answer) {
        int end = answer.indexOf('\n');
        String line = (end < 0 ? answer : answer.substring(0, end)).strip();
        String[] words = line.split(" ", 3);
        try {
            int status = words.length > 1 && words[0].startsWith("HTTP/") ? Integer.parseInt(words[1]) : -1;
            if (status > 0) {
                return status >= 200 && status < 400
                        ? new Actions.Result(true, "")
                        : new Actions.Result(false, "HTTP probe failed with statuscode: " + status);
            }
        } catch (NumberFormatException e) {
            // no HTTP
        }
        return new Actions.Result(false, "malformed HTTP response \"" + line + "\"");
    }

    /** As the kubelet: probes do not check certificates. */
    private static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustEverybody()}, null);
        return context;
    }

    /** Says yes to every certificate. */
    private static final class TrustEverybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            // nobody is asked
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // whoever answers is what is probed
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
