// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.proto.Mount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file systems that containerd wants beneath the bundle's rootfs. mount(2) is not to be had in Java without native access,
 * so the native shim's hidden actions do it.
 */
final class Rootfs {
    private final Programs programs;
    private final String helper;

    Rootfs(Programs programs, String helper) {
        this.programs = programs;
        this.helper = helper;
    }

    /** Mounts all in order; on an error none is left. */
    void mount(Path bundle, List<Mount> mounts) {
        if (mounts.isEmpty()) {
            return; // it is there already, as dockerd has it
        }
        for (Mount m : mounts) {
            refuse(m);
        }
        Path rootfs = bundle.resolve("rootfs");
        try {
            Files.createDirectories(rootfs);
        } catch (IOException e) {
            throw Failure.unknown("cannot make " + rootfs + ": " + Reasons.of(e));
        }
        for (Mount m : mounts) {
            String target = m.getTarget().isEmpty() ? rootfs.toString() : rootfs + "/" + m.getTarget();
            // On standard input, because option strings of images with many layers are longer than a page.
            Programs.Ended end =
                    programs.run(List.of(helper, "mount", m.getType(), m.getSource(), target), options(m), null);
            if (end.status() != 0) {
                unmount(bundle);
                throw Failure.unknown("cannot mount the root file system of " + bundle.getFileName() + ": "
                        + end.output().strip());
            }
        }
    }

    private static byte[] options(Mount m) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String option : m.getOptionsList()) {
            all.writeBytes(option.getBytes(StandardCharsets.UTF_8));
            all.write(0);
        }
        return all.toByteArray();
    }

    private static void refuse(Mount m) {
        String type = m.getType();
        boolean loop = m.getOptionsList().contains("loop");
        if (type.equals("erofs") || type.contains("/") || loop) {
            throw Failure.unimplemented("mounts of the type \"" + type + (loop ? "\" with the option loop" : "\"")
                    + " are not supported; use containerd's overlayfs or native snapshotter");
        }
    }

    /** Unmounts whatever is there, however often. */
    void unmount(Path bundle) {
        Programs.Ended end =
                programs.run(List.of(helper, "unmount", bundle.resolve("rootfs").toString()), null, null);
        if (end.status() != 0) {
            Log.warning("cannot unmount " + bundle + "/rootfs: " + end.output().strip());
        }
    }
}
