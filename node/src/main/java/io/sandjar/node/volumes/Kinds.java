// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which kinds of volumes are served, and why the others are not. */
final class Kinds {
    private static final Set<String> SERVED =
            Set.of("emptyDir", "hostPath", "configMap", "secret", "projected", "downwardAPI");

    private Kinds() {}

    /** Volumes of files that we write ourselves: containers see them read-only. */
    static boolean files(Volume v) {
        return v.getConfigMap() != null
                || v.getSecret() != null
                || v.getProjected() != null
                || v.getDownwardAPI() != null;
    }

    /** Volumes that must never be on a disk. */
    static boolean secret(Volume v) {
        if (v.getProjected() != null) {
            for (VolumeProjection p : v.getProjected().getSources()) {
                if (p.getSecret() != null) {
                    return true;
                }
            }
        }
        return v.getSecret() != null;
    }

    /** Why this volume cannot be had here at all; null: it can. */
    static @Nullable String refusal(Volume v) {
        String kind = kind(v);
        if (kind == null || SERVED.contains(kind)) {
            String medium = v.getEmptyDir() == null ? null : v.getEmptyDir().getMedium();
            return medium == null || medium.isEmpty() || medium.equals("Memory")
                    ? null
                    : "emptyDir with medium " + medium + " is not served here: leave the medium away or take Memory";
        }
        return switch (kind) {
            case "persistentVolumeClaim", "ephemeral" ->
                kind
                        + " volumes need a cluster with a storage driver. On one machine take hostPath (data stays) or emptyDir"
                        + " (data goes with the pod)";
            case "image" -> "image volumes are not served here: let an init container copy the files to an emptyDir";
            default -> kind + " volumes are not served here: mount the storage on the host and take hostPath";
        };
    }

    /** The field of the volume that is set; null: none, which means emptyDir. */
    private static @Nullable String kind(Volume v) {
        for (Method m : Volume.class.getMethods()) {
            boolean source = m.getName().startsWith("get")
                    && m.getParameterCount() == 0
                    && m.getReturnType().getName().startsWith("io.fabric8.kubernetes.api.model.");
            try {
                if (source && m.invoke(v) != null) {
                    String n = m.getName().substring(3);
                    return n.substring(0, 1).toLowerCase(Locale.ROOT) + n.substring(1);
                }
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException(e);
            }
        }
        return null;
    }

    /** Whether another container may write to the volume while this one starts. */
    static boolean shared(Pod pod, Container c, Volume v) {
        for (Container other : Resources.containers(pod)) {
            boolean over =
                    pod.getSpec().getInitContainers().contains(other) && !"Always".equals(other.getRestartPolicy());
            if (over || other.getName().equals(c.getName())) {
                continue; // this one does not run now
            }
            for (var m : other.getVolumeMounts()) {
                if (m.getName().equals(v.getName()) && !Boolean.TRUE.equals(m.getReadOnly())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Why this container's mounts cannot be had; null: they can. */
    static @Nullable String refusal(Container c) {
        if (!c.getVolumeDevices().isEmpty()) {
            return "container " + c.getName()
                    + ": volumeDevices (raw block devices) are not served here: take volumeMounts";
        }
        for (var m : c.getVolumeMounts()) {
            String p = m.getMountPropagation();
            if (p != null && !p.isEmpty() && !p.equals("None")) {
                return "container " + c.getName() + ", mount of \"" + m.getName() + "\": mountPropagation " + p
                        + " is not served here, because a sandbox sees no mounts that the host makes later. Leave it away";
            }
            if ("Enabled".equals(m.getRecursiveReadOnly())) {
                return "container " + c.getName() + ", mount of \"" + m.getName()
                        + "\": recursiveReadOnly Enabled is not served here: take IfPossible";
            }
            if (m.getMountPath() == null
                    || !m.getMountPath().startsWith("/")
                    || m.getMountPath().indexOf(':') >= 0) {
                return "container " + c.getName() + ": \"" + m.getMountPath() + "\" is no absolute path to mount at";
            }
        }
        return null;
    }
}
