/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright the Sandjar authors */

/* suid - says who runs it; installed setuid root it tells whether a container lets programs gain privileges. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
    printf("uid=%u euid=%u\n", (unsigned)getuid(), (unsigned)geteuid());
    return 0;
}
