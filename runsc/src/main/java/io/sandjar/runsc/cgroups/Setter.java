// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import org.jspecify.annotations.Nullable;

/** Writes one setting and turns an error into a sentence that names the place in the spec. */
final class Setter {
    private Setter() {}

    static void set(String group, String file, String value, String where) {
        check(Files.write(group + "/" + file, value), group, file, value, where);
    }

    static void check(int result, String group, String file, String value, String where) {
        if (result == 0) {
            return;
        }
        String why = switch (-result) {
            case Files.ENOENT -> "this kernel has no " + file;
            case Files.EINVAL, 34 -> "the kernel refuses the value";
            case Files.EACCES, Files.EPERM, Files.EROFS -> "permission denied";
            case Files.EBUSY -> "the group is busy: it uses more than that";
            case Files.ENODEV -> "there is no such device";
            case 28 -> "no space: the parent group does not allow that much";
            default -> "error " + -result;
        };
        throw new CgroupError(where + ": cannot write \"" + value + "\" to " + group + "/" + file + ": " + why, "");
    }

    static String number(@Nullable Long n) {
        return n == null ? "" : Long.toString(n);
    }
}
