// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static io.sandjar.abi.Errno.*;

/** Errors of the host and of the guest's kernel in words, as strerror(3) has them. */
public final class ErrnoText {
    private ErrnoText() {}

    /** @param errno positive or negative */
    public static String of(int errno) {
        int e = Math.abs(errno);
        return switch (e) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case EIO -> "input/output error";
            case E2BIG -> "argument list too long";
            case ENOEXEC -> "not a program";
            case ENOMEM -> "out of memory";
            case EACCES -> "permission denied";
            case EBUSY -> "busy";
            case EEXIST -> "exists already";
            case ENOTDIR -> "not a directory";
            case EISDIR -> "is a directory";
            case EMFILE -> "too many open files";
            case ETXTBSY -> "is open for writing";
            case ENOSPC -> "no space left";
            case EROFS -> "read-only file system";
            case ENAMETOOLONG -> "name too long";
            case ELOOP -> "too many symbolic links";
            default -> name(e);
        };
    }
}
