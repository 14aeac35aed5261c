// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.model;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for volumes. */
final class VolumeValidation {
    private static final List<String> HOST_PATH_TYPES = List.of(
            "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice");

    private final Checker c;

    VolumeValidation(Checker c) {
        this.c = c;
    }

    void check(Volume v, String path) {
        List<String> kinds = VolumeKinds.of(v);
        if (kinds.size() > 1) {
            c.forbidden(
                    path + "." + kinds.get(1),
                    "may not specify more than 1 volume type (here are " + String.join(", ", kinds) + ")");
        }
        for (String kind : kinds) {
            if (!VolumeKinds.SERVED.contains(kind)) {
                c.forbidden(
                        path + "." + kind,
                        "volumes of type " + kind + " are not served here; use emptyDir, hostPath, configMap, secret,"
                                + " projected or downwardAPI");
            }
        }
        if (v.getHostPath() != null) {
            hostPath(v, path + ".hostPath");
        }
        if (v.getConfigMap() != null) {
            if (empty(v.getConfigMap().getName())) {
                c.required(path + ".configMap.name", "name the ConfigMap");
            }
            mode(path + ".configMap.defaultMode", v.getConfigMap().getDefaultMode());
            items(path + ".configMap.items", v.getConfigMap().getItems());
        }
        if (v.getSecret() != null) {
            if (empty(v.getSecret().getSecretName())) {
                c.required(path + ".secret.secretName", "name the Secret");
            }
            mode(path + ".secret.defaultMode", v.getSecret().getDefaultMode());
            items(path + ".secret.items", v.getSecret().getItems());
        }
        if (v.getEmptyDir() != null) {
            c.oneOf(path + ".emptyDir.medium", v.getEmptyDir().getMedium(), List.of("", "Memory"));
            if (v.getEmptyDir().getSizeLimit() != null
                    && Quantities.value(v.getEmptyDir().getSizeLimit()).signum() < 0) {
                c.invalid(path + ".emptyDir.sizeLimit", v.getEmptyDir().getSizeLimit(), "must not be negative");
            }
        }
        if (v.getProjected() != null) {
            mode(path + ".projected.defaultMode", v.getProjected().getDefaultMode());
            int i = 0;
            for (VolumeProjection p : Defaults.list(v.getProjected().getSources())) {
                projection(p, path + ".projected.sources[" + i++ + "]");
            }
        }
        if (v.getDownwardAPI() != null) {
            mode(path + ".downwardAPI.defaultMode", v.getDownwardAPI().getDefaultMode());
            int i = 0;
            for (var item : Defaults.list(v.getDownwardAPI().getItems())) {
                inside(path + ".downwardAPI.items[" + i++ + "].path", item.getPath());
            }
        }
    }

    private void hostPath(Volume v, String path) {
        String host = v.getHostPath().getPath();
        if (empty(host)) {
            c.required(path + ".path", "name the directory or file of the host");
        } else if (!host.startsWith("/")) {
            c.invalid(path + ".path", host, "must be an absolute path");
        } else if (List.of(host.split("/")).contains("..")) {
            c.invalid(path + ".path", host, "must not contain '..'");
        }
        c.oneOf(path + ".type", v.getHostPath().getType(), HOST_PATH_TYPES);
    }

    private void projection(VolumeProjection p, String path) {
        int kinds = 0;
        if (p.getConfigMap() != null) {
            kinds++;
            if (empty(p.getConfigMap().getName())) {
                c.required(path + ".configMap.name", "name the ConfigMap");
            }
            items(path + ".configMap.items", p.getConfigMap().getItems());
        }
        if (p.getSecret() != null) {
            kinds++;
            if (empty(p.getSecret().getName())) {
                c.required(path + ".secret.name", "name the Secret");
            }
            items(path + ".secret.items", p.getSecret().getItems());
        }
        if (p.getDownwardAPI() != null) {
            kinds++;
        }
        if (p.getServiceAccountToken() != null || p.getClusterTrustBundle() != null || p.getPodCertificate() != null) {
            kinds++;
            c.forbidden(path, "tokens and certificates of a cluster are not served here; leave this source out");
        }
        if (kinds != 1) {
            c.invalid(path, kinds + " sources", "each item has exactly one of configMap, secret, downwardAPI");
        }
    }

    private void items(String path, @Nullable List<KeyToPath> items) {
        int i = 0;
        for (KeyToPath item : Defaults.list(items)) {
            String p = path + "[" + i++ + "]";
            if (empty(item.getKey())) {
                c.required(p + ".key", "name the key");
            }
            inside(p + ".path", item.getPath());
            mode(p + ".mode", item.getMode());
        }
    }

    private void inside(String path, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            c.required(path, "name the file in the volume");
        } else if (value.startsWith("/") || List.of(value.split("/")).contains("..") || value.startsWith("..")) {
            c.invalid(path, value, "must be a relative path without '..'");
        }
    }

    private void mode(String path, @Nullable Integer mode) {
        if (mode != null && (mode < 0 || mode > 0777)) {
            c.invalid(path, mode, "must be between 0 and 0777 (octal), as 0644; in JSON 0 to 511");
        }
    }

    private static boolean empty(@Nullable String text) {
        return text == null || text.isEmpty();
    }
}
