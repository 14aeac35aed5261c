// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the files of configMap, secret, projected and downwardAPI volumes hold. */
final class Contents {
    private static final int USUAL_MODE = 0644;

    private final ConfigSource source;
    private final Pod pod;
    private final String volume;
    private final Map<String, AtomicFiles.Content> files = new TreeMap<>();

    private Contents(ConfigSource source, Pod pod, String volume) {
        this.source = source;
        this.pod = pod;
        this.volume = volume;
    }

    /** The files; null: not a volume of these kinds. */
    static @Nullable Map<String, AtomicFiles.Content> of(ConfigSource source, Pod pod, Volume v)
            throws VolumeException {
        Contents c = new Contents(source, pod, v.getName());
        if (v.getConfigMap() != null && v.getConfigMap().getDefaultUser() != null
                || v.getSecret() != null && v.getSecret().getDefaultUser() != null
                || v.getProjected() != null && v.getProjected().getDefaultUser() != null
                || v.getDownwardAPI() != null && v.getDownwardAPI().getDefaultUser() != null) {
            throw c.refused("owners of files (defaultUser) are not served here: take fsGroup");
        }
        if (v.getConfigMap() != null) {
            var s = v.getConfigMap();
            c.configMap(s.getName(), s.getItems(), mode(s.getDefaultMode()), Boolean.TRUE.equals(s.getOptional()));
        } else if (v.getSecret() != null) {
            var s = v.getSecret();
            c.secret(s.getSecretName(), s.getItems(), mode(s.getDefaultMode()), Boolean.TRUE.equals(s.getOptional()));
        } else if (v.getDownwardAPI() != null) {
            c.downward(v.getDownwardAPI().getItems(), mode(v.getDownwardAPI().getDefaultMode()));
        } else if (v.getProjected() != null) {
            int mode = mode(v.getProjected().getDefaultMode());
            for (VolumeProjection p : v.getProjected().getSources()) {
                c.projection(p, mode);
            }
        } else {
            return null;
        }
        return c.files;
    }

    private static int mode(@Nullable Integer given) {
        return given == null ? USUAL_MODE : given & 0777;
    }

    private void projection(VolumeProjection p, int mode) throws VolumeException {
        if (p.getConfigMap() != null) {
            var s = p.getConfigMap();
            configMap(s.getName(), s.getItems(), mode, Boolean.TRUE.equals(s.getOptional()));
        } else if (p.getSecret() != null) {
            var s = p.getSecret();
            secret(s.getName(), s.getItems(), mode, Boolean.TRUE.equals(s.getOptional()));
        } else if (p.getDownwardAPI() != null) {
            downward(p.getDownwardAPI().getItems(), mode);
        } else if (p.getServiceAccountToken() != null) {
            throw refused(
                    "a serviceAccountToken needs a cluster that issues it. Take the source out of the volume, or run the"
                            + " pod on a cluster");
        } else if (p.getClusterTrustBundle() != null) {
            if (!Boolean.TRUE.equals(p.getClusterTrustBundle().getOptional())) {
                throw refused(
                        "a clusterTrustBundle needs a cluster. Take the source out of the volume or make it optional");
            }
        } else {
            throw refused("it has a projected source of a kind that is not served here (served: configMap, secret,"
                    + " downwardAPI)");
        }
    }

    private VolumeException refused(String why) {
        return new VolumeException("FailedMount", false, "volume \"" + volume + "\": " + why);
    }

    private VolumeException waiting(String why) {
        return new VolumeException(
                "FailedMount", true, "MountVolume.SetUp failed for volume \"" + volume + "\" : " + why);
    }

    private void configMap(@Nullable String name, List<KeyToPath> items, int mode, boolean optional)
            throws VolumeException {
        ConfigMap map = source.configMap(pod.getMetadata().getNamespace(), Objects.requireNonNullElse(name, ""));
        if (map == null) {
            if (!optional) {
                throw waiting("configmap \"" + name + "\" not found");
            }
            return;
        }
        Map<String, byte[]> data = new TreeMap<>();
        if (map.getData() != null) {
            map.getData().forEach((k, v) -> data.put(k, DownwardFields.bytes(v)));
        }
        if (map.getBinaryData() != null) {
            for (Map.Entry<String, String> e : map.getBinaryData().entrySet()) {
                data.put(e.getKey(), decode(e.getKey(), e.getValue()));
            }
        }
        select(data, items, mode, optional);
    }

    private void secret(@Nullable String name, List<KeyToPath> items, int mode, boolean optional)
            throws VolumeException {
        Secret s = source.secret(pod.getMetadata().getNamespace(), Objects.requireNonNullElse(name, ""));
        if (s == null) {
            if (!optional) {
                throw waiting("secret \"" + name + "\" not found");
            }
            return;
        }
        Map<String, byte[]> data = new TreeMap<>();
        if (s.getData() != null) {
            for (Map.Entry<String, String> e : s.getData().entrySet()) {
                data.put(e.getKey(), decode(e.getKey(), e.getValue()));
            }
        }
        if (s.getStringData() != null) {
            s.getStringData().forEach((k, v) -> data.put(k, DownwardFields.bytes(v)));
        }
        select(data, items, mode, optional);
    }

    private byte[] decode(String key, String base64) throws VolumeException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw waiting("the value of the key \"" + key + "\" is not base64");
        }
    }

    private void select(Map<String, byte[]> data, List<KeyToPath> items, int mode, boolean optional)
            throws VolumeException {
        if (items == null || items.isEmpty()) {
            for (Map.Entry<String, byte[]> e : data.entrySet()) {
                put(e.getKey(), e.getValue(), mode);
            }
            return;
        }
        for (KeyToPath i : items) {
            if (i.getUser() != null) {
                throw refused("owners of single files (user) are not served here: take fsGroup");
            }
            byte[] value = data.get(i.getKey());
            if (value != null) {
                put(i.getPath(), value, i.getMode() == null ? mode : i.getMode() & 0777);
            } else if (!optional) {
                throw waiting("references non-existent config key: " + i.getKey());
            }
        }
    }

    private void put(@Nullable String path, byte[] value, int mode) throws VolumeException {
        if (path == null || !AtomicFiles.safe(path)) {
            throw waiting(
                    "\"" + path + "\" cannot be the path of a file: it must be relative and must not contain or begin"
                            + " with \"..\"");
        }
        for (String other : files.keySet()) {
            if (other.startsWith(path + "/") || path.startsWith(other + "/")) {
                throw waiting("\"" + path + "\" and \"" + other + "\" cannot both be files");
            }
        }
        files.put(path, new AtomicFiles.Content(value, mode));
    }

    private void downward(List<DownwardAPIVolumeFile> items, int mode) throws VolumeException {
        for (DownwardAPIVolumeFile f : items) {
            String value;
            if (f.getFieldRef() != null) {
                value = DownwardFields.metadata(pod, f.getFieldRef().getFieldPath());
                if (value == null) {
                    throw refused(
                            "a file cannot show the field \"" + f.getFieldRef().getFieldPath() + "\"");
                }
            } else if (f.getResourceFieldRef() != null) {
                var r = f.getResourceFieldRef();
                Container c = Resources.container(pod, r.getContainerName());
                if (c == null) {
                    throw refused("resourceFieldRef names the container \"" + r.getContainerName()
                            + "\", which the pod does" + " not have");
                }
                value = Resources.field(c, r.getResource(), r.getDivisor());
            } else {
                throw refused("the item \"" + f.getPath() + "\" has neither fieldRef nor resourceFieldRef");
            }
            put(f.getPath(), DownwardFields.bytes(value), f.getMode() == null ? mode : f.getMode() & 0777);
        }
    }
}
