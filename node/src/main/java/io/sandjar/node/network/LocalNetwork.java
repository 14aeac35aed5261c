// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.abi.Errno;
import io.sandjar.host.Netns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The network of this machine's pods, in all its modes. One lock for everything: what is done under it takes
 * milliseconds, and addresses, host ports and rules are one set that all pods share.
 */
final class LocalNetwork implements PodNetwork {
    private final NetworkOptions options;
    private final NetworkOptions.Mode mode;
    private final NameFiles names;
    private final @Nullable Bridge bridge;
    private final boolean namespaces;
    private final String hostIp;
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, PodRecord> pods = new TreeMap<>();
    private final Map<String, List<PortProxy>> proxies = new HashMap<>();
    private long lastIp;

    LocalNetwork(NetworkOptions options, NetworkOptions.Mode mode, boolean namespaces, NameFiles names, boolean filter)
            throws NetworkException {
        this.options = options;
        this.mode = mode;
        this.namespaces = namespaces;
        this.names = names;
        try {
            Files.createDirectories(options.stateDir());
            Files.createDirectories(netnsDir());
            Files.createDirectories(filesDir());
            for (PodRecord p : PodRecord.loadAll(options.stateDir())) {
                pods.put(p.uid(), p);
            }
        } catch (IOException e) {
            throw new NetworkException("cannot read or make the network's directory: " + e);
        }
        List<Long> used = new ArrayList<>();
        pods.values().stream().filter(p -> p.ip() != 0).forEach(p -> used.add(p.ip()));
        bridge = mode == NetworkOptions.Mode.BRIDGE ? Bridge.open(options, used, filter) : null;
        hostIp = options.hostIp() != null ? options.hostIp() : findHostIp(options.bridge());
    }

    private static String findHostIp(String ownBridge) {
        try (Links links = Links.here()) {
            List<Links.Route> addresses = links.addresses();
            int outward = 0;
            for (Links.Route r : links.routes()) {
                if (r.to().prefix() == 0) {
                    outward = r.link();
                    if (r.source() != 0) {
                        return Ipv4.text(r.source());
                    }
                    break;
                }
            }
            Links.Link own = links.find(ownBridge);
            String second = "127.0.0.1";
            for (Links.Route a : addresses) {
                if (a.link() == outward) {
                    return Ipv4.text(a.source());
                }
                if (a.source() >> 24 != 127 && (own == null || own.index() != a.link())) {
                    second = Ipv4.text(a.source());
                }
            }
            return second;
        } catch (NetworkException e) {
            return "127.0.0.1";
        }
    }

    private Path netnsDir() {
        return options.runDir().resolve("netns");
    }

    private Path filesDir() {
        return options.runDir().resolve("names");
    }

    private Path netns(String uid) {
        return netnsDir().resolve(uid);
    }

    @Override
    public synchronized PodAddress setUp(Pod pod) throws NetworkException {
        String uid = checked(pod.getMetadata().getUid());
        List<PodAddress.Warning> notes = new ArrayList<>();
        boolean host = NameFiles.hostNetwork(pod);
        try {
            List<String> ips = new ArrayList<>();
            if (host) {
                ips.add(hostIp);
            } else {
                PodRecord record = record(pod, uid, notes);
                if (namespaces) {
                    connect(record, notes);
                } else if (!record.ports().isEmpty()) {
                    notes.add(new PodAddress.Warning(
                            "FailedHostPort",
                            "host ports need root: nobody else can reach into the pod's network. Run the agent as root, or"
                                    + " use hostNetwork"));
                }
                ips.add(record.ip() == 0 ? "127.0.0.1" : Ipv4.text(record.ip()));
            }
            Path dir = Files.createDirectories(filesDir().resolve(uid));
            Path hosts = dir.resolve("hosts");
            if (!Files.exists(hosts)) { // containers may have added to it
                Files.writeString(hosts, names.hosts(pod, ips));
            }
            Path resolv = dir.resolve("resolv.conf");
            Files.writeString(resolv, names.resolvConf(pod, notes));
            Path ns = host || !namespaces ? null : netns(uid);
            List<String> shown = mode == NetworkOptions.Mode.BRIDGE || host ? ips : List.of();
            return new PodAddress(host, ns, shown, hostIp, names.hostname(pod), hosts, resolv, notes);
        } catch (IOException e) {
            throw new NetworkException("the network of the pod cannot be recorded: " + e);
        }
    }

    private static String checked(String uid) throws NetworkException {
        if (uid == null || uid.isEmpty() || uid.startsWith(".") || uid.indexOf('/') >= 0 || uid.indexOf('\n') >= 0) {
            throw new NetworkException("\"" + uid + "\" is not a pod's uid");
        }
        return uid;
    }

    private PodRecord record(Pod pod, String uid, List<PodAddress.Warning> notes) throws NetworkException, IOException {
        String name = pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
        PodRecord before = pods.get(uid);
        long ip = before != null ? before.ip() : 0;
        if (bridge != null && (ip == 0 || !bridge.subnet().contains(ip))) {
            ip = freeAddress(bridge.subnet());
        } else if (bridge == null) {
            ip = 0;
        }
        List<HostPort.Mapping> ports = HostPort.of(pod, ip, notes);
        for (PodRecord other : pods.values()) {
            for (HostPort.Mapping m : ports) {
                if (!other.uid().equals(uid) && other.ports().stream().anyMatch(m::clashes)) {
                    throw new NetworkException("hostPort " + m.where() + " is used by the pod " + other.pod()
                            + ": this pod starts when that one is gone");
                }
            }
        }
        PodRecord record = new PodRecord(uid, name, ip, linkName(uid), List.copyOf(ports));
        if (!record.equals(before)) {
            record.save(options.stateDir());
            pods.put(uid, record);
        }
        return record;
    }

    /** The next address after the last one given, so that one that was given back rests as long as possible. */
    private long freeAddress(Ipv4.Subnet subnet) throws NetworkException {
        Set<Long> used = new HashSet<>();
        for (PodRecord p : pods.values()) {
            used.add(p.ip());
            lastIp = lastIp == 0 ? Math.max(lastIp, p.ip()) : lastIp;
        }
        long ip = subnet.contains(lastIp) ? lastIp : subnet.first() - 1;
        for (long i = subnet.first(); i <= subnet.last(); i++) {
            ip = ip >= subnet.last() ? subnet.first() : ip + 1;
            if (!used.contains(ip)) {
                lastIp = ip;
                return ip;
            }
        }
        throw new NetworkException("all addresses of the pods' network " + subnet
                + " are in use: delete pods or start the agent" + " with a larger --subnet");
    }

    static String linkName(String uid) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(uid.getBytes(StandardCharsets.UTF_8));
            return "sj" + HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void connect(PodRecord record, List<PodAddress.Warning> notes) throws NetworkException {
        Path ns = netns(record.uid());
        if (!Netns.exists(ns.toString())) {
            Netns.remove(ns.toString()); // a file of before the last boot
            int r = Netns.create(ns.toString());
            if (r < 0) {
                throw new NetworkException("no network namespace at " + ns + ": " + Errno.name(-r));
            }
        }
        if (bridge != null) {
            bridge.attach(record, ns);
            setRules();
        } else {
            try (Links inside = Links.in(ns.toString())) {
                Links.Link lo = inside.find("lo");
                if (lo != null) {
                    inside.up(lo.index());
                }
            }
        }
        startProxies(record, notes);
    }

    private void setRules() {
        if (bridge != null) {
            List<HostPort.Mapping> ports = new ArrayList<>();
            pods.values().forEach(p -> ports.addAll(p.ports()));
            bridge.setRules(ports);
        }
    }

    private void startProxies(PodRecord record, List<PodAddress.Warning> notes) {
        if (bridge != null && bridge.filter() || record.ports().isEmpty()) {
            return;
        }
        List<PortProxy> running = proxies.computeIfAbsent(record.uid(), u -> new ArrayList<>());
        for (HostPort.Mapping m : record.ports()) {
            if (running.stream().anyMatch(p -> p.mapping().equals(m))) {
                continue;
            }
            try {
                running.add(
                        PortProxy.start(m, bridge == null ? netns(record.uid()).toString() : null));
            } catch (NetworkException e) {
                notes.add(new PodAddress.Warning("FailedHostPort", String.valueOf(e.getMessage())));
            }
        }
    }

    @Override
    public synchronized void tearDown(String podUid) throws NetworkException {
        String uid = checked(podUid);
        List<PortProxy> running = proxies.remove(uid);
        if (running != null) {
            running.forEach(PortProxy::close);
        }
        PodRecord record = pods.get(uid);
        if (record != null && bridge != null) {
            bridge.detach(record.link());
        }
        int r = Netns.remove(netns(uid).toString());
        if (r < 0) {
            throw new NetworkException("cannot remove " + netns(uid) + ": " + Errno.name(-r));
        }
        try {
            Path dir = filesDir().resolve(uid);
            Files.deleteIfExists(dir.resolve("hosts"));
            Files.deleteIfExists(dir.resolve("resolv.conf"));
            Files.deleteIfExists(dir);
            PodRecord.remove(options.stateDir(), uid);
        } catch (IOException e) {
            throw new NetworkException("cannot remove files of the pod's network: " + e);
        }
        pods.remove(uid);
        if (record != null && !record.ports().isEmpty()) {
            setRules();
        }
    }

    @Override
    public synchronized void adopt(Collection<Pod> living) throws NetworkException {
        Set<String> keep = new HashSet<>();
        living.forEach(p -> keep.add(p.getMetadata().getUid()));
        Set<String> gone = new HashSet<>(pods.keySet());
        for (Path dir : List.of(netnsDir(), filesDir())) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(dir)) {
                files.forEach(f -> gone.add(f.getFileName().toString()));
            } catch (IOException e) {
                throw new NetworkException("cannot read " + dir + ": " + e);
            }
        }
        gone.removeAll(keep);
        for (String uid : gone) {
            tearDown(uid);
        }
        if (bridge != null) {
            bridge.sweep(pods.values());
            setRules();
        }
        List<PodAddress.Warning> notes = new ArrayList<>();
        for (PodRecord p : pods.values()) {
            if (namespaces && Netns.exists(netns(p.uid()).toString())) {
                startProxies(p, notes);
            }
        }
        notes.forEach(n -> warnings.add(n.message()));
    }

    @Override
    public synchronized List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        if (bridge != null) {
            all.addAll(bridge.warnings());
        }
        return all;
    }

    @Override
    public String hostIp() {
        return hostIp;
    }

    @Override
    public String mode() {
        return mode == NetworkOptions.Mode.BRIDGE ? "bridge" : "loopback";
    }

    @Override
    public synchronized void close() {
        proxies.values().forEach(l -> l.forEach(PortProxy::close));
        proxies.clear();
        if (bridge != null && pods.isEmpty()) {
            try {
                bridge.remove();
            } catch (NetworkException e) {
                warnings.add(String.valueOf(e.getMessage()));
            }
        }
    }
}
