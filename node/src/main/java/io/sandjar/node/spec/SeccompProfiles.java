// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * linux.seccomp for a pod's seccompProfile. RuntimeDefault is a list of what ordinary programs have no business with: calls that
 * change the machine (modules, clocks, swap), other processes' namespaces and keys, or have been a door too often (bpf, perf,
 * userfaultfd). What a capability was added for is not on it.
 */
final class SeccompProfiles {
    private static final List<String> NEVER = List.of(
            "acct",
            "add_key",
            "bpf",
            "clock_adjtime",
            "clock_settime",
            "create_module",
            "delete_module",
            "finit_module",
            "get_kernel_syms",
            "init_module",
            "io_uring_enter",
            "io_uring_register",
            "io_uring_setup",
            "ioperm",
            "iopl",
            "kcmp",
            "kexec_file_load",
            "kexec_load",
            "keyctl",
            "lookup_dcookie",
            "mbind",
            "migrate_pages",
            "move_pages",
            "nfsservctl",
            "open_by_handle_at",
            "perf_event_open",
            "query_module",
            "quotactl",
            "quotactl_fd",
            "reboot",
            "request_key",
            "settimeofday",
            "stime",
            "swapoff",
            "swapon",
            "_sysctl",
            "sysfs",
            "userfaultfd",
            "uselib",
            "ustat",
            "vhangup",
            "vm86",
            "vm86old");
    private static final Set<String> WITH_SYS_ADMIN = Set.of(
            "bpf",
            "lookup_dcookie",
            "perf_event_open",
            "quotactl",
            "quotactl_fd",
            "mount",
            "umount",
            "umount2",
            "setns",
            "unshare",
            "fsopen",
            "fsconfig",
            "fsmount",
            "fspick",
            "move_mount",
            "open_tree",
            "mount_setattr",
            "pivot_root",
            "sethostname",
            "setdomainname");
    private static final List<String> ADMIN = List.of(
            "mount",
            "umount",
            "umount2",
            "setns",
            "unshare",
            "fsopen",
            "fsconfig",
            "fsmount",
            "fspick",
            "move_mount",
            "open_tree",
            "mount_setattr",
            "pivot_root",
            "sethostname",
            "setdomainname");
    private static final Set<String> WITH_SYS_TIME = Set.of("settimeofday", "stime", "clock_settime", "clock_adjtime");

    private SeccompProfiles() {}

    /** Null: no filter. */
    static @Nullable JsonElement of(@Nullable SeccompProfile profile, List<String> capabilities, Path profileDir)
            throws SpecException {
        String type = profile == null || profile.getType() == null ? "Unconfined" : profile.getType();
        return switch (type) {
            case "Unconfined" -> null;
            case "RuntimeDefault" -> runtimeDefault(capabilities);
            case "Localhost" -> localhost(profile == null ? "" : profile.getLocalhostProfile(), profileDir);
            default ->
                throw new SpecException("seccompProfile.type \"" + type
                        + "\" is unknown: give RuntimeDefault, Localhost or Unconfined");
        };
    }

    private static JsonObject runtimeDefault(List<String> capabilities) {
        JsonArray names = new JsonArray();
        boolean admin = capabilities.contains("CAP_SYS_ADMIN");
        boolean time = capabilities.contains("CAP_SYS_TIME");
        for (String n : NEVER) {
            if (!(admin && WITH_SYS_ADMIN.contains(n)) && !(time && WITH_SYS_TIME.contains(n))) {
                names.add(n);
            }
        }
        if (!admin) {
            ADMIN.forEach(names::add);
        }
        JsonObject rule = new JsonObject();
        rule.add("names", names);
        rule.addProperty("action", "SCMP_ACT_ERRNO");
        rule.addProperty("errnoRet", 1);
        JsonArray rules = new JsonArray();
        rules.add(rule);
        JsonArray architectures = new JsonArray();
        architectures.add("SCMP_ARCH_X86_64");
        architectures.add("SCMP_ARCH_X86");
        architectures.add("SCMP_ARCH_X32");
        JsonObject seccomp = new JsonObject();
        seccomp.addProperty("defaultAction", "SCMP_ACT_ALLOW");
        seccomp.add("architectures", architectures);
        seccomp.add("syscalls", rules);
        return seccomp;
    }

    private static JsonElement localhost(@Nullable String name, Path profileDir) throws SpecException {
        if (name == null || name.isEmpty()) {
            throw new SpecException("seccompProfile.localhostProfile must name a file below " + profileDir);
        }
        Path file = profileDir.resolve(name).normalize();
        if (name.startsWith("/") || !file.startsWith(profileDir.normalize())) {
            throw new SpecException(
                    "seccompProfile.localhostProfile \"" + name + "\" must be a relative path below " + profileDir);
        }
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException e) {
            throw new SpecException("cannot load seccomp profile \"" + file + "\": no such file or it cannot be read");
        } catch (JsonParseException | IllegalStateException e) {
            throw new SpecException("seccomp profile \"" + file + "\" is not a JSON object: " + e.getMessage());
        }
    }
}
