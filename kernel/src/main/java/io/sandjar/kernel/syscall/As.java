// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a parameter of a system call means. Needed only where the name does not say it: fd, dirfd, path, mode, sig
 * and their like are known, other ints are decimal, other longs are addresses unless they are called count, len, size,
 * offset and so on.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PARAMETER)
public @interface As {
    Kind value();
}
