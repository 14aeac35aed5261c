// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static
// A static libc program: stdio, malloc, environment.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
int main(int argc, char **argv) {
    struct utsname u;
    char *p = malloc(1 << 20);
    int bad = 0;
    memset(p, 1, 1 << 20);
    printf("%s stdio\n", argc >= 1 && argv[0] ? "ok" : "not ok");
    int ok = uname(&u) == 0 && !strcmp(u.sysname, "Linux") && !strcmp(u.machine, "x86_64");
    bad += !ok;
    printf("%s uname%s\n", ok ? "ok" : "not ok", ok ? "" : ": wrong");
    ok = getenv("PATH") != 0;
    bad += !ok;
    printf("%s environment%s\n", ok ? "ok" : "not ok", ok ? "" : ": no PATH");
    ok = sysconf(_SC_PAGESIZE) == 4096;
    bad += !ok;
    printf("%s pagesize%s\n", ok ? "ok" : "not ok", ok ? "" : ": wrong");
    printf("%d passed, %d failed\n", 4 - bad, bad);
    return bad != 0;
}
