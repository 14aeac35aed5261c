/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright the Sandjar authors */

/* shm - System V shared memory for scripts: "shm make KEY TEXT" leaves a text in a segment, "shm read KEY" prints it, "shm drop KEY" removes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    int make = !strcmp(argv[1], "make");
    int id = shmget((key_t)atoi(argv[2]), 4096, make ? IPC_CREAT | 0600 : 0);
    if (id < 0) {
        perror("shmget");
        return 1;
    }
    if (!strcmp(argv[1], "drop"))
        return shmctl(id, IPC_RMID, 0) != 0;
    char *text = shmat(id, 0, 0);
    if (text == (void *)-1) {
        perror("shmat");
        return 1;
    }
    if (make)
        snprintf(text, 4096, "%s", argc > 3 ? argv[3] : "");
    else
        puts(text);
    return 0;
}
