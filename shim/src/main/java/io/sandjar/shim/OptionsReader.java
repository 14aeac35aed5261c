// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.sandjar.shim.proto.RuncOptions;
import io.sandjar.shim.proto.RuntimeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * The options that come with Create: a file or a text in TOML from the CRI's configuration (runtimeoptions.v1.Options), or
 * runc's (containerd.runc.v1.Options) from {@code ctr --runc-binary} and dockerd. What is not understood is a warning, since
 * files written for gVisor are to work; what cannot be read is an error.
 */
final class OptionsReader {
    /** Keys of gVisor's shim that mean nothing here. */
    private static final Set<String> WITHOUT_USE =
            Set.of("shim_cgroup", "io_uid", "io_gid", "grouping", "pod_init_config", "version", "type_url");

    private final Hello hello;

    OptionsReader(Hello hello) {
        this.hello = hello;
    }

    /** @param id of the container, for log_path */
    TaskOptions read(Any options, String id) {
        String url = options.getTypeUrl();
        String type = url.substring(url.lastIndexOf('/') + 1);
        try {
            return switch (type) {
                case "" -> plain();
                case "runtimeoptions.v1.Options" -> runtime(RuntimeOptions.parseFrom(options.getValue()), id);
                case "containerd.runc.v1.Options" -> runc(RuncOptions.parseFrom(options.getValue()));
                default -> {
                    Log.warning("options of the type " + url + " are not known and not used");
                    yield plain();
                }
            };
        } catch (InvalidProtocolBufferException e) {
            throw Failure.invalid(
                    "the runtime's options (" + url + ") are not what their type says: " + e.getMessage());
        }
    }

    /** Each of containerd's namespaces has its containers. */
    private String root(String given) {
        return Path.of(given.isEmpty() ? TaskOptions.DEFAULT_ROOT : given, hello.namespace())
                .toString();
    }

    private TaskOptions plain() {
        return new TaskOptions(hello.runsc(), root(""), List.of());
    }

    private TaskOptions runc(RuncOptions o) {
        ArrayList<String> flags = new ArrayList<>();
        if (o.getSystemdCgroup()) {
            flags.add("--systemd-cgroup");
        }
        return new TaskOptions(
                o.getBinaryName().isEmpty() ? hello.runsc() : o.getBinaryName(), root(o.getRoot()), flags);
    }

    private TaskOptions runtime(RuntimeOptions o, String id) {
        if (!o.getConfigPath().isEmpty()) {
            String text;
            try {
                text = Files.readString(Path.of(o.getConfigPath()));
            } catch (IOException e) {
                throw Failure.invalid("cannot read the runtime's options in " + o.getConfigPath() + ": " + Reasons.of(e)
                        + "; create the file or take ConfigPath out of containerd's configuration");
            }
            return toml(text, o.getConfigPath(), id);
        }
        return o.getConfigBody().isEmpty() ? plain() : toml(o.getConfigBody(), "containerd's runtime options", id);
    }

    private TaskOptions toml(String text, String where, String id) {
        TomlParseResult t = Toml.parse(text);
        if (t.hasErrors()) {
            TomlParseError e = t.errors().get(0);
            throw Failure.invalid(where + ": line " + e.position().line() + ", column "
                    + e.position().column() + ": " + e.getMessage());
        }
        String binary = hello.runsc();
        String root = "";
        ArrayList<String> flags = new ArrayList<>();
        for (String key : t.keySet()) {
            switch (key) {
                case "binary_name", "BinaryName" -> binary = string(t, key, where);
                case "root", "Root" -> root = string(t, key, where);
                case "log_path" -> Log.file(Path.of(string(t, key, where).replace("%ID%", id)));
                case "log_level" -> level(string(t, key, where), where);
                case "runsc_config" -> flags.addAll(flags(t, where));
                case "SystemdCgroup" -> {
                    if (Boolean.TRUE.equals(t.get("SystemdCgroup"))) {
                        flags.add("--systemd-cgroup");
                    }
                }
                default -> unused(key, where, t.get(List.of(key)));
            }
        }
        return new TaskOptions(binary, root(root), flags);
    }

    private static void unused(String key, String where, @org.jspecify.annotations.Nullable Object value) {
        if (WITHOUT_USE.contains(key)) {
            Log.debug(where + ": " + key + " has no use here");
        } else if (!Boolean.FALSE.equals(value)
                && !"".equals(value)
                && !Long.valueOf(0).equals(value)) {
            Log.warning(where + ": the key " + key + " is not known and not used");
        }
    }

    private static void level(String name, String where) {
        if (!Log.level(name)) {
            Log.warning(where + ": log_level \"" + name + "\" is none of debug, info, warn, error");
        }
    }

    private static String string(TomlTable t, String key, String where) {
        Object v = t.get(List.of(key));
        if (v instanceof String s) {
            return s;
        }
        throw Failure.invalid(where + ": line " + line(t, key) + ": " + key + " must be a string in quotes");
    }

    private static int line(TomlTable t, String key) {
        var at = t.inputPositionOf(List.of(key));
        return at == null ? 0 : at.line();
    }

    private static List<String> flags(TomlTable all, String where) {
        if (!(all.get("runsc_config") instanceof TomlTable t)) {
            throw Failure.invalid(where + ": line " + line(all, "runsc_config")
                    + ": runsc_config must be a table: [runsc_config], then NAME = \"VALUE\"");
        }
        ArrayList<String> flags = new ArrayList<>();
        for (String key : t.keySet()) {
            Object v = t.get(List.of(key));
            if (!(v instanceof String) && !(v instanceof Boolean) && !(v instanceof Number)) {
                throw Failure.invalid(where + ": line " + line(t, key) + ": runsc_config." + key
                        + " must be a string, a number or true/false");
            }
            flags.add("--" + key + "=" + v);
        }
        return flags;
    }
}
