// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.oci.SpecError;
import io.sandjar.oci.SpecReader;
import java.io.File;
import java.nio.charset.StandardCharsets;

/**
 * Loads what the JVM would otherwise fetch from files when it is first needed, which is too late once it has none. In an
 * image all classes come from one file that stays open; a build in a directory is loaded class by class.
 */
final class Preload {
    private static final String SAMPLE = "{\"ociVersion\":\"1.0.2\",\"process\":{\"args\":[\"a\"],\"cwd\":\"/\"},"
            + "\"root\":{\"path\":\"r\"},\"linux\":{\"namespaces\":[{\"type\":\"pid\"}]}}";

    private Preload() {}

    static void run() {
        ClassLoader.getSystemResource("io/sandjar/none"); // opens the image's file for the class loaders
        System.getLogger("java.lang.Runtime");
        String path = System.getProperty("java.class.path", "");
        for (String entry : path.split(File.pathSeparator, -1)) {
            File root = new File(entry);
            if (!entry.isEmpty() && root.isDirectory()) {
                classes(root, "");
            }
        }
        try {
            SpecReader.read(SAMPLE.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SpecError e) {
            throw new IllegalStateException(e);
        }
    }

    private static void classes(File dir, String prefix) {
        File[] files = dir.listFiles();
        if (files == null) {
            return;
        }
        for (File f : files) {
            String name = f.getName();
            if (f.isDirectory()) {
                classes(f, prefix + name + ".");
            } else if (name.endsWith(".class") && !name.endsWith("-info.class")) {
                try {
                    Class.forName(
                            prefix + name.substring(0, name.length() - ".class".length()),
                            false,
                            Preload.class.getClassLoader());
                } catch (ClassNotFoundException | LinkageError e) {
                    // not needed then
                }
            }
        }
    }
}
