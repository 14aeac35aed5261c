// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all containers of a Kubernetes pod may use together, from the annotations that a CRI gives its sandbox. The kubelet limits the pod's
 * cgroup itself and knows better (it sets no limit when a container has none); where no kubelet has made a group, nobody would limit the
 * sum. Then the groups of the pod's containers are made below the sandbox's: its {@code pod} has the total of memory, and the sandbox's own
 * bounds the CPU time of containers and kernel.
 */
public final class PodTotals {
    /** Name of the file that lists the groups in which a pod's containers have theirs, and of those groups. */
    public static final String NAME = "pod";

    private static final String MEMORY = "io.kubernetes.cri.sandbox-memory";
    private static final String QUOTA = "io.kubernetes.cri.sandbox-cpu-quota";
    private static final String PERIOD = "io.kubernetes.cri.sandbox-cpu-period";
    private static final String SHARES = "io.kubernetes.cri.sandbox-cpu-shares";

    private PodTotals() {}

    /**
     * The totals of a sandbox.
     *
     * @param cgroupsPath of the sandbox's spec
     * @return null: there are none, or the kubelet sees to them
     */
    public static @Nullable Limits of(Map<String, String> annotations, String cgroupsPath) {
        if (kubelets(cgroupsPath)) {
            return null;
        }
        Limits l = new Limits();
        l.memoryLimit = number(annotations, MEMORY);
        l.memorySwap = l.memoryLimit; // as the kubelet: no swap
        l.cpuQuota = number(annotations, QUOTA);
        l.cpuPeriod = l.cpuQuota == null ? null : number(annotations, PERIOD);
        l.cpuShares = number(annotations, SHARES);
        return l.memoryLimit == null && l.cpuQuota == null && l.cpuShares == null ? null : l;
    }

    /** Whether a group is one of those that kubelets make and limit: below kubepods, whatever the driver. */
    static boolean kubelets(String cgroupsPath) {
        for (String part : Text.split(cgroupsPath.replace(':', '/'), '/')) {
            if (part.equals("kubepods") || part.startsWith("kubepods.") || part.startsWith("kubepods-")) {
                return true;
            }
        }
        return false;
    }

    /** Sets totals: at first, and when the sandbox is updated. */
    public static void apply(Cgroups sandbox, Cgroups pod, Limits totals) {
        if (totals.memoryLimit != null && totals.memorySwap == null) {
            totals.memorySwap = totals.memoryLimit;
        }
        sandbox.apply(totals);
        Limits memory = new Limits();
        memory.memoryLimit = totals.memoryLimit;
        memory.memorySwap = totals.memorySwap;
        pod.apply(memory);
    }

    /** A positive number; kubelets and CRIs write 0 or less for none. */
    private static @Nullable Long number(Map<String, String> annotations, String key) {
        String text = annotations.get(key);
        long n = text == null ? 0 : Text.number(text.strip(), 0);
        return n > 0 ? n : null;
    }
}
