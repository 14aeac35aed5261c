// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// sysv - System V semaphores, message queues and shared memory.
#include "check.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static int op(int id, int num, int n, int flags) {
    struct sembuf b = {num, n, flags};
    return semop(id, &b, 1);
}

TEST(semaphores) {
    int id = semget(IPC_PRIVATE, 3, 0600);
    CHECK(id >= 0);
    union semun u = {.val = 2};
    EQ(semctl(id, 0, SETVAL, u), 0);
    EQ(semctl(id, 0, GETVAL), 2);
    EQ(op(id, 0, -2, 0), 0);
    ERR(op(id, 0, -1, IPC_NOWAIT), EAGAIN);
    EQ(op(id, 0, 0, IPC_NOWAIT), 0);
    EQ(op(id, 0, 5, 0), 0);
    ERR(op(id, 0, 0, IPC_NOWAIT), EAGAIN);
    EQ(semctl(id, 0, GETPID), getpid());
    ERR(op(id, 7, 1, 0), EFBIG);
    ERR(op(id, 0, 32767, 0), ERANGE);
    struct sembuf two[2] = {{0, -1, 0}, {1, -1, IPC_NOWAIT}};
    ERR(semop(id, two, 2), EAGAIN);
    EQ(semctl(id, 0, GETVAL), 5);
    unsigned short all[3] = {1, 2, 3};
    u.array = all;
    EQ(semctl(id, 0, SETALL, u), 0);
    all[2] = 0;
    EQ(semctl(id, 0, GETALL, u), 0);
    EQ(all[2], 3);
    struct semid_ds ds;
    u.buf = &ds;
    EQ(semctl(id, 0, IPC_STAT, u), 0);
    EQ(ds.sem_nsems, 3);
    EQ(ds.sem_perm.mode & 0777, 0600);
    EQ(semctl(id, 0, IPC_RMID), 0);
    ERR(semctl(id, 0, GETVAL), EINVAL);
}

TEST(semaphores_over_processes) {
    int id = semget(IPC_PRIVATE, 1, 0600);
    pid_t pid;
    CHILD(pid) {
        EQ(op(id, 0, -1, 0), 0);
        EQ(op(id, 0, 3, SEM_UNDO), 0);
    }
    for (int i = 0; i < 1000 && semctl(id, 0, GETNCNT) != 1; i++) msleep(10);
    EQ(semctl(id, 0, GETNCNT), 1);
    EQ(op(id, 0, 1, 0), 0);
    WAIT_EXIT(pid, 0);
    EQ(semctl(id, 0, GETVAL), 0);
    CHILD(pid) {
        ERR(op(id, 0, -1, 0), EIDRM);
    }
    sleeps(pid);
    EQ(semctl(id, 0, IPC_RMID), 0);
    WAIT_EXIT(pid, 0);
}

TEST(semaphore_timeout) {
    int id = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf b = {0, -1, 0};
    struct timespec t = {0, 20000000};
    ERR(semtimedop(id, &b, 1, &t), EAGAIN);
    EQ(semctl(id, 0, IPC_RMID), 0);
}

TEST(keys) {
    key_t key = 0x5a5a0000 + getpid();
    ERR(semget(key, 1, 0600), ENOENT);
    int id = semget(key, 2, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(id >= 0);
    ERR(semget(key, 1, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    EQ(semget(key, 0, 0), id);
    ERR(semget(key, 3, 0), EINVAL);
    EQ(semctl(id, 0, IPC_RMID), 0);
    ERR(semget(key, 0, 0), ENOENT);
    int again = semget(key, 1, IPC_CREAT | 0600);
    CHECK(again >= 0 && again != id);
    EQ(semctl(again, 0, IPC_RMID), 0);
}

struct msg {
    long type;
    char text[100];
};

TEST(messages) {
    int id = msgget(IPC_PRIVATE, 0600);
    CHECK(id >= 0);
    struct msg m = {3, "three"};
    EQ(msgsnd(id, &m, 6, 0), 0);
    m = (struct msg){1, "one"};
    EQ(msgsnd(id, &m, 4, 0), 0);
    m = (struct msg){2, "two"};
    EQ(msgsnd(id, &m, 4, 0), 0);
    ERR(msgrcv(id, &m, 100, 9, IPC_NOWAIT), ENOMSG);
    EQ(msgrcv(id, &m, 100, 2, 0), 4);
    CHECK(m.type == 2 && !strcmp(m.text, "two"));
    EQ(msgrcv(id, &m, 100, -3, 0), 4);
    EQ(m.type, 1);
    ERR(msgrcv(id, &m, 2, 0, 0), E2BIG);
    EQ(msgrcv(id, &m, 2, 0, MSG_NOERROR), 2);
    m.type = 0;
    ERR(msgsnd(id, &m, 4, 0), EINVAL);
    m.type = 1;
    int n = 0;
    while (msgsnd(id, &m, 100, IPC_NOWAIT) == 0)
        n++;
    EQ(errno, EAGAIN);
    EQ(n, 163);
    pid_t pid;
    CHILD(pid) {
        EQ(msgsnd(id, &m, 100, 0), 0);
    }
    sleeps(pid);
    EQ(msgrcv(id, &m, 100, 0, 0), 100);
    WAIT_EXIT(pid, 0);
    struct msqid_ds ds;
    EQ(msgctl(id, IPC_STAT, &ds), 0);
    EQ(ds.msg_qnum, 163);
    EQ(ds.msg_qbytes, 16384);
    CHILD(pid) {
        ERR(msgrcv(id, &m, 100, 77, 0), EIDRM);
    }
    sleeps(pid);
    EQ(msgctl(id, IPC_RMID, 0), 0);
    WAIT_EXIT(pid, 0);
}

TEST(shared_memory) {
    int id = shmget(IPC_PRIVATE, 10000, 0600);
    CHECK(id >= 0);
    volatile int *p = shmat(id, 0, 0);
    CHECK(p != (void *)-1);
    EQ(p[0], 0);
    p[0] = 7;
    volatile int *q = shmat(id, 0, SHM_RDONLY);
    CHECK(q != (void *)-1 && q != p);
    EQ(q[0], 7);
    struct shmid_ds ds;
    EQ(shmctl(id, IPC_STAT, &ds), 0);
    EQ(ds.shm_nattch, 2);
    EQ(ds.shm_segsz, 10000);
    pid_t pid;
    CHILD(pid) {
        EQ(p[0], 7);
        p[2000] = 9;
        EQ(shmctl(id, IPC_STAT, &ds), 0);
        EQ(ds.shm_nattch, 4);
    }
    WAIT_EXIT(pid, 0);
    EQ(p[2000], 9);
    EQ(shmdt((void *)q), 0);
    ERR(shmdt((void *)q), EINVAL);
    EQ(shmctl(id, IPC_RMID, 0), 0);
    EQ(p[2000], 9);
    EQ(shmctl(id, IPC_STAT, &ds), 0);
    EQ(ds.shm_nattch, 1);
    EQ(shmdt((void *)p), 0);
    ERR(shmctl(id, IPC_STAT, &ds), EINVAL);
}

MAIN()
