// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Names of signals, as `kill` takes them: KILL, SIGKILL, kill, 9, RTMIN+2.

#include "runsc.h"
#include <strings.h>

static const char *const names[] = {
    NULL,   "HUP",  "INT",  "QUIT", "ILL",  "TRAP", "ABRT", "BUS",    "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",  "PWR",  "SYS",
};

static int above(const char *text, int base, int sign) {
    if (*text == 0) return base;
    char *end;
    long n = strtol(text + 1, &end, 10);
    return *text == (sign > 0 ? '+' : '-') && text[1] >= '0' && text[1] <= '9' && *end == 0 && n <= 30 ? base + sign * (int)n : -1;
}

int signal_number(const char *text) {
    char *end;
    long number = strtol(text, &end, 10);
    if (end != text && *end == 0) return number >= 0 && number <= 64 ? (int)number : -1;
    if (strncasecmp(text, "SIG", 3) == 0) text += 3;
    for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(names[i], text) == 0) return (int)i;
    }
    if (strcasecmp(text, "IOT") == 0) return SIGABRT;
    if (strcasecmp(text, "CLD") == 0) return SIGCHLD;
    if (strcasecmp(text, "POLL") == 0) return SIGIO;
    if (strncasecmp(text, "RTMIN", 5) == 0) return above(text + 5, 34, 1);
    if (strncasecmp(text, "RTMAX", 5) == 0) return above(text + 5, 64, -1);
    return -1;
}
