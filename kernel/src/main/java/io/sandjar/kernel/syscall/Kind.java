// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

/** What a parameter of a system call means, which is how strace prints it. */
public enum Kind {
    /** A signed number. */
    DEC,
    /** An address or bits without names. */
    HEX,
    OCTAL,
    FD,
    /** A descriptor or AT_FDCWD. */
    DIRFD,
    /** The address of a zero-terminated path. */
    PATH,
    /** The address of some other zero-terminated string. */
    STR,
    /** The address of bytes that the call reads; their number is the next parameter. */
    IN,
    /** The address of bytes that the call writes; their number is the result. */
    OUT,
    /** The address of a null-terminated array of strings. */
    STRINGS,
    SIGNAL,
    SIGSET,
    CLOCK,
    TIMESPEC,
    OPEN_FLAGS,
    AT_FLAGS,
    PROT,
    MAP_FLAGS,
    CLONE_FLAGS,
    WAIT_FLAGS,
    SOCK_FAMILY,
    SOCK_TYPE,
    SOCKADDR,
    MSG_FLAGS,
    POLL_EVENTS,
    IOCTL,
    FCNTL,
    WHENCE,
    FUTEX
}
