// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Errno;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The bridge to which pods are connected: itself, its network, the cables, its rules in the packet filter. */
final class Bridge {
    private static final String OWNER = "sandjar agent ";
    private static final String CABLE = "sandjar pod ";
    private static final String POD_END = "eth0";
    private static final int MTU = 1500;

    private final NetworkOptions options;
    private final Ipv4.Subnet subnet;
    private final PacketRules rules;
    private final List<String> warnings = new ArrayList<>();
    private boolean filter = true;

    private Bridge(NetworkOptions options, Ipv4.Subnet subnet) {
        this.options = options;
        this.subnet = subnet;
        this.rules = new PacketRules(options.bridge(), subnet);
    }

    /**
     * Finds the network for pods and makes the bridge.
     *
     * @param used addresses of pods that live: they decide when there are any
     * @param filter whether nf_tables is tried
     */
    static Bridge open(NetworkOptions options, Collection<Long> used, boolean filter) throws NetworkException {
        Path file = options.stateDir().resolve("subnet");
        try (Links links = Links.here()) {
            Ipv4.Subnet subnet = choose(options, links, file, used);
            try {
                PodRecord.write(file, subnet + "\n");
            } catch (IOException e) {
                throw new NetworkException("cannot write " + file + ": " + e.getMessage());
            }
            Bridge b = new Bridge(options, subnet);
            b.ensure(links);
            b.forward();
            if (!filter) {
                b.unfiltered("it is switched off");
            }
            return b;
        }
    }

    private static Ipv4.Subnet choose(NetworkOptions options, Links links, Path file, Collection<Long> used)
            throws NetworkException {
        Links.Link own = links.find(options.bridge());
        List<Links.Route> taken = new ArrayList<>(links.routes());
        taken.addAll(links.addresses());
        taken.removeIf(r -> r.to().prefix() == 0 || own != null && r.link() == own.index());
        Ipv4.Subnet before = null;
        if (Files.exists(file)) {
            try {
                before = Ipv4.Subnet.parse(Files.readString(file).trim());
            } catch (IOException e) {
                throw new NetworkException("cannot read " + file + ": " + e.getMessage());
            }
        }
        if (before != null && !used.isEmpty()) {
            return before; // pods have addresses of it
        }
        if (options.subnet() != null) {
            Ipv4.Subnet wanted = Ipv4.Subnet.parse(options.subnet());
            for (Links.Route r : taken) {
                if (r.to().overlaps(wanted)) {
                    throw new NetworkException("the network " + wanted + " for pods is in use: the host has a route to "
                            + r.to() + ". Choose another with --subnet");
                }
            }
            return wanted;
        }
        if (before != null && taken.stream().noneMatch(overlapping(before))) {
            return before;
        }
        for (int i = 0; i < 256; i++) {
            Ipv4.Subnet s = new Ipv4.Subnet(10L << 24 | 88L << 16 | (long) i << 8, 24);
            if (taken.stream().noneMatch(overlapping(s))) {
                return s;
            }
        }
        throw new NetworkException(
                "the host has routes to all of 10.88.0.0/16: choose a network for pods with --subnet");
    }

    private static java.util.function.Predicate<Links.Route> overlapping(Ipv4.Subnet s) {
        return r -> r.to().overlaps(s);
    }

    private void ensure(Links links) throws NetworkException {
        String name = options.bridge();
        String owner = OWNER + options.stateDir();
        Links.Link l = links.find(name);
        if (l == null) {
            links.addBridge(name, owner, mac(subnet.gateway()));
            l = links.find(name);
        }
        if (l == null || !l.bridge()) {
            throw new NetworkException(
                    "the interface " + name + " exists and is not a bridge: choose another with --bridge");
        }
        if (!l.alias().equals(owner)) {
            String other = l.alias().startsWith(OWNER) ? l.alias().substring(OWNER.length()) : "";
            if (other.isEmpty() || Files.isDirectory(Path.of(other))) {
                throw new NetworkException("the bridge " + name + " belongs to "
                        + (other.isEmpty() ? "somebody else" : "the agent with the state in " + other)
                        + ": choose another with --bridge");
            }
            links.setAlias(l.index(), owner);
        }
        links.addAddress(l.index(), subnet.gateway(), subnet.prefix());
        links.up(l.index());
    }

    /** Lets the host's Linux pass packets on. */
    private void forward() {
        Path file = Path.of("/proc/sys/net/ipv4/ip_forward");
        try {
            if (!Files.readString(file).trim().equals("1")) {
                Files.writeString(file, "1");
            }
        } catch (IOException e) {
            warnings.add("IPv4 forwarding cannot be switched on (" + e.getMessage()
                    + "): pods reach each other and the host" + " only. Set net.ipv4.ip_forward=1");
        }
        openFirewall();
    }

    /**
     * Docker and firewalls make the host drop what it passes on; there is no other way around that than a rule in the same
     * place, and for that their own tool.
     */
    private void openFirewall() {
        String tool = null;
        for (String dir : List.of("/usr/sbin/", "/sbin/", "/usr/bin/")) {
            if (tool == null && Files.isExecutable(Path.of(dir + "iptables"))) {
                tool = dir + "iptables";
            }
        }
        if (tool == null || !output(tool, "-w", "5", "-S", "FORWARD").contains("-P FORWARD DROP")) {
            return;
        }
        for (String direction : List.of("-i", "-o")) {
            String[] rule = {direction, options.bridge(), "-m", "comment", "--comment", "sandjar pods", "-j", "ACCEPT"};
            if (status(tool, "-C", rule) != 0 && status(tool, "-I", rule) != 0) {
                warnings.add(
                        "the host's firewall drops packets of pods (policy of iptables' chain FORWARD) and the rules that"
                                + " would let them pass cannot be added");
                return;
            }
        }
    }

    private static int status(String tool, String verb, String[] rule) {
        List<String> command = new ArrayList<>(List.of(tool, "-w", "5", verb, "FORWARD"));
        command.addAll(List.of(rule));
        try {
            Process p = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!p.waitFor(15, TimeUnit.SECONDS)) {
                p.destroyForcibly();
                return -1;
            }
            return p.exitValue();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private static String output(String... command) {
        try {
            Process p = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(p.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!p.waitFor(15, TimeUnit.SECONDS)) {
                p.destroyForcibly();
            }
            return text;
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    Ipv4.Subnet subnet() {
        return subnet;
    }

    List<String> warnings() {
        return warnings;
    }

    /** Whether Linux translates addresses for us; else proxies do what they can. */
    boolean filter() {
        return filter;
    }

    /** Gives Linux the rules for these ports. */
    void setRules(List<HostPort.Mapping> ports) {
        if (!filter) {
            return;
        }
        String error = rules.set(ports);
        if (error == null) {
            try {
                Path local = Path.of("/proc/sys/net/ipv4/conf/" + options.bridge() + "/route_localnet");
                Files.writeString(local, "1"); // 127.0.0.1:PORT of the host; the rule "guard" keeps pods out
            } catch (IOException e) {
                warnings.add("host ports are not reachable as 127.0.0.1 on this host: " + e.getMessage());
            }
            return;
        }
        unfiltered(error);
    }

    private void unfiltered(String why) {
        filter = false;
        warnings.add("pods do not reach networks outside this host, and host ports are served by a proxy in the agent: "
                + why);
    }

    /** An address of its own for each: never a learned one of a pod that is gone. */
    static byte[] mac(long ip) {
        byte[] b = Ipv4.bytes(ip);
        return new byte[] {0x0a, 0x58, b[0], b[1], b[2], b[3]};
    }

    /** Connects a pod; what is there already stays. */
    void attach(PodRecord pod, Path netns) throws NetworkException {
        try (Links host = Links.here();
                Links inside = Links.in(netns.toString())) {
            Links.Link lo = inside.find("lo");
            if (lo != null) {
                inside.up(lo.index());
            }
            Links.Link bridge = host.find(options.bridge());
            if (bridge == null) {
                ensure(host);
                bridge = host.find(options.bridge());
            }
            if (bridge == null) {
                throw new NetworkException("the bridge " + options.bridge() + " is gone");
            }
            Links.Link end = inside.find(POD_END);
            if (end == null) {
                host.delete(pod.link()); // of an attempt that was broken off
                cable(host, pod, netns, bridge);
                end = inside.find(POD_END);
            }
            Links.Link cable = host.find(pod.link());
            if (end == null || cable == null) {
                throw new NetworkException("the pod's interface did not appear");
            }
            host.setAlias(cable.index(), CABLE + pod.uid());
            host.enslave(cable.index(), bridge.index());
            host.up(cable.index());
            inside.addAddress(end.index(), pod.ip(), subnet.prefix());
            inside.up(end.index());
            inside.addDefault(end.index(), subnet.gateway());
        }
    }

    private void cable(Links host, PodRecord pod, Path netns, Links.Link bridge) throws NetworkException {
        int fd = Sys.openat(Sys.AT_FDCWD, netns.toString(), 0, 0);
        if (fd < 0) {
            throw new NetworkException("cannot open " + netns + ": " + Errno.name(-fd));
        }
        try {
            host.addVeth(pod.link(), mac(pod.ip()), POD_END, fd, bridge.mtu() > 0 ? bridge.mtu() : MTU);
        } finally {
            Sys.close(fd);
        }
    }

    void detach(String link) throws NetworkException {
        try (Links host = Links.here()) {
            host.delete(link);
        }
    }

    /** Removes cables of pods that nobody knows. Only what hangs on our bridge and says that it is a pod's. */
    void sweep(Collection<PodRecord> known) throws NetworkException {
        Set<String> names = new HashSet<>();
        known.forEach(p -> names.add(p.link()));
        try (Links host = Links.here()) {
            Links.Link bridge = host.find(options.bridge());
            for (Links.Link l : host.all()) {
                if (bridge != null
                        && l.master() == bridge.index()
                        && l.alias().startsWith(CABLE)
                        && !names.contains(l.name())) {
                    host.delete(l.name());
                }
            }
        }
    }

    /** Removes everything, when there are no pods. */
    void remove() throws NetworkException {
        rules.remove();
        try (Links host = Links.here()) {
            Links.Link l = host.find(options.bridge());
            if (l != null && l.alias().equals(OWNER + options.stateDir())) {
                host.delete(options.bridge());
            }
        }
    }
}
