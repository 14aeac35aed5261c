// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the handler of a system call: a method {@code public static long sys_xxx(Task t, ...)} named as Linux names the
 * call, with up to six parameters of int or long. The annotation processor writes {@code SyscallTable}, the shapes that
 * strace prints by, and the compatibility page.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface Syscall {
    /** The number, by its name in {@code Nr}. */
    int nr();

    Support support() default Support.FULL;

    /** For the compatibility page: what is missing, or why the call is refused and with which error. */
    String note() default "";
}
