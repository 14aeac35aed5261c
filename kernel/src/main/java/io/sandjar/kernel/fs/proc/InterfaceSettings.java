// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * net/ipv4/conf, net/ipv4/neigh and the same of IPv6 in /proc/sys: a directory for each interface of the reader's network,
 * one for those to come and (conf) one for all.
 */
final class InterfaceSettings extends PseudoDir {
    /** Which. */
    enum Kind {
        CONF4("ipv4", "conf", SysctlTable.IPV4, NetValue.Which.FORWARDING),
        NEIGH4("ipv4", "neigh", SysctlTable.NEIGHBOURS, null),
        CONF6("ipv6", "conf", SysctlTable.IPV6, NetValue.Which.FORWARDING_V6),
        NEIGH6("ipv6", "neigh", SysctlTable.NEIGHBOURS, null);

        final String family;
        final String directory;
        private final String table;

        /** What the forwarding of one interface stands for: that of the network. */
        private final NetValue.@Nullable Which forwarding;

        Kind(String family, String directory, String table, NetValue.@Nullable Which forwarding) {
            this.family = family;
            this.directory = directory;
            this.table = table;
            this.forwarding = forwarding;
        }
    }

    private final ProcFs proc;
    private final Kind kind;

    /** Guarded by this. */
    private final WeakHashMap<NetStack, Map<String, PseudoDir>> networks = new WeakHashMap<>();

    InterfaceSettings(ProcFs proc, Kind kind) {
        super(proc);
        this.proc = proc;
        this.kind = kind;
        if (kind.forwarding != null) {
            named("all");
        }
        named("default");
    }

    /** The directory of a name that is there whatever interfaces there are: made when it is not. */
    PseudoDir named(String name) {
        if (entry(name) instanceof PseudoDir there) {
            return there;
        }
        PseudoDir d = filled();
        add(name, d);
        return d;
    }

    private PseudoDir filled() {
        PseudoDir d = new PseudoDir(proc);
        SysctlTable.each(
                kind.table, "", (path, text) -> d.add(path.substring(1), new SysctlSetting(proc, text + "\n")));
        if (kind.forwarding != null) {
            d.add("forwarding", new NetValue(proc, kind.forwarding));
        }
        return d;
    }

    /** The directories of the interfaces that the reader's network has now; those of interfaces that are gone are forgotten. */
    private synchronized Map<String, PseudoDir> ofNetwork(Caller c) {
        if (!(c instanceof Task t)) {
            return Map.of();
        }
        NetStack net = t.namespaces().net;
        LinkedHashMap<String, PseudoDir> now = new LinkedHashMap<>();
        Map<String, PseudoDir> before = networks.getOrDefault(net, Map.of());
        for (Link l : net.interfaces().links()) {
            PseudoDir d = before.get(l.name);
            now.put(l.name, d == null ? filled() : d);
        }
        networks.put(net, now);
        return now;
    }

    @Override
    public int lookup(Caller c, String name, Ref<Inode> out) {
        if (super.lookup(c, name, out) == 0) {
            return 0;
        }
        PseudoDir d = ofNetwork(c).get(name);
        out.set(d);
        return d == null ? -ENOENT : 0;
    }

    @Override
    protected void list(Caller c, List<Entry> out) {
        super.list(c, out);
        for (Map.Entry<String, PseudoDir> e : ofNetwork(c).entrySet()) {
            if (entry(e.getKey()) == null) {
                out.add(new Entry(e.getKey(), e.getValue().ino(), 4));
            }
        }
    }
}
