// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The order of the kernel's packages, as package-order.txt gives it. */
class PackageOrderTest {
    private static final String KERNEL = "io.sandjar.kernel";

    private final Map<String, Integer> levels = new HashMap<>();
    private final Set<String> exceptions = new HashSet<>();
    private int anyFileSystem = -1;

    @Test
    void lowerPackagesDoNotUseHigherOnes() throws IOException {
        readOrder();
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : new ClassFileImporter().importPath("target/classes")) {
            String user = packageOf(from);
            if (user == null) {
                continue;
            }
            if (level(user) < 0) {
                wrong.add(user + " is not in package-order.txt");
            }
            for (Dependency d : from.getDirectDependenciesFromSelf()) {
                String used = packageOf(d.getTargetClass());
                if (used != null && level(used) > level(user) && !exceptions.contains(user + " > " + used)) {
                    wrong.add(user + " > " + used + ": " + d.getDescription());
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    private void readOrder() throws IOException {
        int level = 0;
        try (InputStream in = PackageOrderTest.class.getResourceAsStream("/package-order.txt")) {
            for (String line : new String(in.readAllBytes()).lines().toList()) {
                String text = line.replaceFirst("#.*", "").strip();
                if (text.contains(">")) {
                    exceptions.add(text);
                } else if (!text.isEmpty()) {
                    for (String name : text.split(" +")) {
                        levels.put(name, level);
                    }
                    level++;
                }
            }
        }
        anyFileSystem = levels.getOrDefault("fs.*", -1);
    }

    /** The level of the longest part of the name that the list has. */
    private int level(String name) {
        for (String part = name; ; part = part.substring(0, part.lastIndexOf('.'))) {
            Integer level = levels.get(part);
            if (level != null) {
                return level;
            }
            if (part.indexOf('.') <= 0) {
                return part.equals("fs") ? anyFileSystem : -1;
            }
        }
    }

    /** The package below the kernel's, {@code .} for the kernel's own, null outside. */
    private static String packageOf(JavaClass c) {
        String name = c.getPackageName();
        if (name.equals(KERNEL)) {
            return ".";
        }
        return name.startsWith(KERNEL + ".") ? name.substring(KERNEL.length() + 1) : null;
    }
}
