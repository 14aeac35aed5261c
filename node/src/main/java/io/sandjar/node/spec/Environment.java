// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapKeySelector;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.volumes.ConfigSource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The variables that a pod's manifest gives a container, in the order of the kubelet: envFrom first, then env. */
public final class Environment {
    private final Pod pod;
    private final Container container;
    private final PodAddress address;
    private final ConfigSource source;
    private final String nodeName;
    private final Map<String, String> result = new LinkedHashMap<>();

    private Environment(Pod pod, Container container, PodAddress address, ConfigSource source, String nodeName) {
        this.pod = pod;
        this.container = container;
        this.address = address;
        this.source = source;
        this.nodeName = nodeName;
    }

    public static Map<String, String> of(
            Pod pod, Container container, PodAddress address, ConfigSource source, String nodeName)
            throws SpecException {
        Environment e = new Environment(pod, container, address, source, nodeName);
        for (EnvFromSource from : container.getEnvFrom()) {
            e.all(from);
        }
        for (EnvVar v : container.getEnv()) {
            String value = v.getValueFrom() == null
                    ? Expansion.expand(v.getValue() == null ? "" : v.getValue(), e.result)
                    : e.from(v.getValueFrom());
            if (value != null) {
                e.result.put(v.getName(), value);
            }
        }
        return e.result;
    }

    private String namespace() {
        return pod.getMetadata().getNamespace();
    }

    private void all(EnvFromSource from) throws SpecException {
        String prefix = from.getPrefix() == null ? "" : from.getPrefix();
        Map<String, String> values = null;
        if (from.getConfigMapRef() != null) {
            values = configMap(
                    from.getConfigMapRef().getName(), from.getConfigMapRef().getOptional());
        } else if (from.getSecretRef() != null) {
            values = secret(from.getSecretRef().getName(), from.getSecretRef().getOptional());
        }
        if (values != null) {
            new TreeMap<>(values).forEach((k, v) -> result.put(prefix + k, v));
        }
    }

    private @Nullable Map<String, String> configMap(String name, @Nullable Boolean optional) throws SpecException {
        ConfigMap map = source.configMap(namespace(), name);
        if (map == null) {
            if (Boolean.TRUE.equals(optional)) {
                return null;
            }
            throw new SpecException("configmap \"" + name + "\" not found");
        }
        return map.getData() == null ? Map.of() : map.getData();
    }

    private @Nullable Map<String, String> secret(String name, @Nullable Boolean optional) throws SpecException {
        Secret secret = source.secret(namespace(), name);
        if (secret == null) {
            if (Boolean.TRUE.equals(optional)) {
                return null;
            }
            throw new SpecException("secret \"" + name + "\" not found");
        }
        Map<String, String> values = new LinkedHashMap<>();
        if (secret.getData() != null) {
            for (Map.Entry<String, String> e : secret.getData().entrySet()) {
                try {
                    values.put(
                            e.getKey(),
                            new String(Base64.getMimeDecoder().decode(e.getValue()), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException x) {
                    throw new SpecException("secret \"" + name + "\": data." + e.getKey() + " is not base64");
                }
            }
        }
        if (secret.getStringData() != null) {
            values.putAll(secret.getStringData());
        }
        return values;
    }

    private @Nullable String from(EnvVarSource v) throws SpecException {
        if (v.getFieldRef() != null) {
            return Downward.field(pod, address, nodeName, v.getFieldRef().getFieldPath());
        }
        if (v.getResourceFieldRef() != null) {
            return Downward.resource(pod, container, v.getResourceFieldRef());
        }
        ConfigMapKeySelector map = v.getConfigMapKeyRef();
        if (map != null) {
            return key(
                    "ConfigMap",
                    map.getName(),
                    configMap(map.getName(), map.getOptional()),
                    map.getKey(),
                    map.getOptional());
        }
        SecretKeySelector secret = v.getSecretKeyRef();
        if (secret != null) {
            return key(
                    "Secret",
                    secret.getName(),
                    secret(secret.getName(), secret.getOptional()),
                    secret.getKey(),
                    secret.getOptional());
        }
        throw new SpecException(
                "valueFrom names no source: give fieldRef, resourceFieldRef, configMapKeyRef or secretKeyRef");
    }

    private @Nullable String key(
            String kind, String name, @Nullable Map<String, String> values, String key, @Nullable Boolean optional)
            throws SpecException {
        String value = values == null ? null : values.get(key);
        if (value == null && !Boolean.TRUE.equals(optional)) {
            throw new SpecException("couldn't find key " + key + " in " + kind + " " + namespace() + "/" + name);
        }
        return value;
    }

    /** NAME=VALUE for config.json: the image's variables, then the pod's, a PATH if neither has one. */
    public static Map<String, String> merged(
            List<String> image, Map<String, String> own, String hostname, boolean tty) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        all.put("HOSTNAME", hostname);
        if (tty) {
            all.put("TERM", "xterm");
        }
        for (String v : image) {
            int eq = v.indexOf('=');
            if (eq > 0) {
                all.put(v.substring(0, eq), v.substring(eq + 1));
            }
        }
        all.putAll(own);
        return all;
    }
}
