// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Proxies as the environment names them: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, in either case. */
final class EnvironmentProxies extends ProxySelector {
    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
        this.environment = environment;
    }

    private String value(String name) {
        String v = environment.getOrDefault(name, "");
        return v.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : v;
    }

    @Override
    public List<Proxy> select(URI uri) {
        URI p = proxy(uri);
        if (p == null) {
            return List.of(Proxy.NO_PROXY);
        }
        int port = p.getPort() > 0 ? p.getPort() : 3128;
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(p.getHost(), port)));
    }

    /** The proxy's address for somewhere; null: none. */
    @Nullable
    URI proxy(URI uri) {
        String host = uri.getHost();
        if (host == null || Hosts.isThisMachine(host) || direct(host.toLowerCase(Locale.ROOT), uri.getPort())) {
            return null;
        }
        String text = value("https".equals(uri.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY");
        if (text.isEmpty()) {
            text = value("ALL_PROXY");
        }
        if (text.isEmpty()) {
            return null;
        }
        try {
            URI p = URI.create(text.contains("://") ? text : "http://" + text);
            return p.getHost() == null ? null : p;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private boolean direct(String host, int port) {
        for (String item : value("NO_PROXY").split(",", -1)) {
            String s = item.strip().toLowerCase(Locale.ROOT);
            if (s.isEmpty()) {
                continue;
            }
            if (s.equals("*") || s.equals(host) || s.equals(host + ":" + port)) {
                return true;
            }
            String suffix = s.startsWith("*.") ? s.substring(1) : s.startsWith(".") ? s : "." + s;
            if (host.endsWith(suffix) || Hosts.inNetwork(host, s)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // the caller gets the failure
    }
}
