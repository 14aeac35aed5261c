// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// pause - the first process of a pod: holds the pod's namespaces, takes the statuses of orphans, and ends when it is told to.

#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    sigset_t all;
    sigemptyset(&all);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGINT);
    sigaddset(&all, SIGCHLD);
    sigprocmask(SIG_BLOCK, &all, NULL); // before the first orphan: as pid 1, only what is waited for arrives
    for (;;) {
        int signal;
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (sigwait(&all, &signal) != 0 || signal == SIGCHLD) continue;
        return 0;
    }
}
