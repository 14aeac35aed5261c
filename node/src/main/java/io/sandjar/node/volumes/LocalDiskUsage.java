// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Disk space of pods, measured by walking. File systems with project quotas could refuse the write itself, but a root
 * directory on one of those cannot be counted on; kubelet's own default is to walk and to evict, too.
 */
public final class LocalDiskUsage implements DiskUsage {
    private static final String STORAGE = "ephemeral-storage";

    private final Path pods;

    /** @param rootDir the same as of {@link LocalVolumes} */
    public LocalDiskUsage(Path rootDir) {
        this.pods = rootDir.toAbsolutePath().normalize().resolve("pods");
    }

    private static @Nullable Quantity sizeLimit(Volume v) {
        EmptyDirVolumeSource e = v.getEmptyDir();
        Quantity q = e == null ? null : e.getSizeLimit();
        return q == null || q.getNumericalAmount().signum() <= 0 ? null : q;
    }

    private static @Nullable Quantity limit(Container c) {
        var r = c.getResources();
        return r == null || r.getLimits() == null ? null : r.getLimits().get(STORAGE);
    }

    private static boolean onDisk(Volume v) {
        boolean other = v.getHostPath() != null || Kinds.files(v);
        return !other
                && !(v.getEmptyDir() != null && "Memory".equals(v.getEmptyDir().getMedium()));
    }

    @Override
    public boolean hasLimits(Pod pod) {
        for (Volume v : pod.getSpec().getVolumes()) {
            if (sizeLimit(v) != null) {
                return true;
            }
        }
        for (Container c : Resources.containers(pod)) {
            if (limit(c) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public @Nullable String exceeded(Pod pod, Map<String, ContainerDisk> containers) {
        Path volumes = pods.resolve(pod.getMetadata().getUid()).resolve(LocalVolumes.VOLUMES);
        long total = 0;
        for (Volume v : pod.getSpec().getVolumes()) {
            Quantity limit = sizeLimit(v);
            if (!onDisk(v) && limit == null) {
                continue;
            }
            long used = GuestTree.usage(volumes.resolve(v.getName()));
            if (limit != null && BigDecimal.valueOf(used).compareTo(limit.getNumericalAmount()) > 0) {
                return "Usage of EmptyDir volume \"" + v.getName() + "\" exceeds the limit \"" + limit + "\". ";
            }
            total = add(total, onDisk(v) ? used : 0);
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (Container c : Resources.containers(pod)) {
            ContainerDisk d = containers.get(c.getName());
            long own = d == null ? 0 : add(usage(d.logs()), d.written().getAsLong());
            Quantity limit = limit(c);
            if (limit != null && BigDecimal.valueOf(own).compareTo(limit.getNumericalAmount()) > 0) {
                return "Container " + c.getName() + " exceeded its local ephemeral storage limit \"" + limit + "\". ";
            }
            total = add(total, own);
            if (pod.getSpec().getContainers().contains(c)) {
                sum = limit == null ? sum : sum.add(limit.getNumericalAmount());
            }
        }
        // one limit on any container bounds the pod, as with kubelet: those without count as nothing
        if (sum.signum() > 0 && BigDecimal.valueOf(total).compareTo(sum) > 0) {
            return "Pod ephemeral local storage usage exceeds the total limit of containers " + text(sum) + ". ";
        }
        return null;
    }

    private static String text(BigDecimal bytes) {
        String[] units = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
        int i = 0;
        BigDecimal by = BigDecimal.valueOf(1024);
        BigDecimal v = bytes;
        while (i + 1 < units.length && v.signum() > 0 && v.remainder(by).signum() == 0) {
            v = v.divide(by);
            i++;
        }
        return v.stripTrailingZeros().toPlainString() + units[i];
    }

    private static long usage(List<Path> paths) {
        long total = 0;
        for (Path p : paths) {
            if (Files.isDirectory(p)) {
                total = add(total, GuestTree.usage(p));
            } else {
                total = add(total, p.toFile().length());
            }
        }
        return total;
    }

    private static long add(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
