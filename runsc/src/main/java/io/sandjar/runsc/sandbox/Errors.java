// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static io.sandjar.abi.Errno.*;

/** Errors in the words of strerror(3) that engines look for, in lower case as runc prints them. */
final class Errors {
    private Errors() {}

    /** @param errno positive or negative */
    static String text(int errno) {
        int e = Math.abs(errno);
        return switch (e) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case ESRCH -> "no such process";
            case EIO -> "input/output error";
            case E2BIG -> "argument list too long";
            case ENOEXEC -> "exec format error";
            case EBADF -> "bad file descriptor";
            case EAGAIN -> "resource temporarily unavailable";
            case ENOMEM -> "cannot allocate memory";
            case EACCES -> "permission denied";
            case EBUSY -> "device or resource busy";
            case EEXIST -> "file exists";
            case ENOTDIR -> "not a directory";
            case EISDIR -> "is a directory";
            case EINVAL -> "invalid argument";
            case EMFILE, ENFILE -> "too many open files";
            case ETXTBSY -> "text file busy";
            case ENOSPC -> "no space left on device";
            case EROFS -> "read-only file system";
            case ENAMETOOLONG -> "file name too long";
            case ELOOP -> "too many levels of symbolic links";
            default -> name(e);
        };
    }
}
