// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -pthread
// TIMEOUT: 30
// Leaves processes of all kinds behind: spinning, sleeping, stopped, in sessions of their own, ignoring every signal. Argument
// `stay` keeps the first process there as well, so that the runner can kill the JVM or the launcher meanwhile.
#include "hostile.h"

static void *spin(void *a) {
    for (;;)
        __asm__ volatile("pause");
    return a;
}
int main(int argc, char **argv) {
    (void)argv;
    only_inside();
    for (int k = 0; k < 8; k++) {
        if (fork())
            continue;
        if (k & 1)
            setsid();
        for (int s = 1; s < 65; s++)
            signal(s, SIG_IGN);
        int p[2];
        char c;
        pthread_t t;
        switch (k) {
        case 0: spin(0); break;
        case 1: for (;;) pause();
        case 2: for (;;) sleep(1000);
        case 3: if (pipe(p) == 0 && read(p[0], &c, 1) < 0) _exit(1); break;
        case 4: raise(SIGSTOP); break;
        case 5: for (int i = 0; i < 5; i++) pthread_create(&t, 0, spin, 0); for (;;) pause();
        case 6: for (;;) if (fork() == 0) { for (;;) sleep(5); } else sleep(1);
        case 7: if (vfork() == 0) for (;;) pause();
        }
        for (;;)
            sleep(100);
    }
    ms(200);
    printf("left behind\n");
    fflush(stdout);
    if (argc > 1)
        for (;;)
            getppid();
    return 0;
}
