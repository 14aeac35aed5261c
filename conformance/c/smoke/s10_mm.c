// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD:
// Memory: brk, mmap anonymous, mmap of files, mprotect, mremap.
#include "../check.h"
static void run(void) {
    chk_name = "brk";
    char *b = sbrk(0);
    CHECK(sbrk(100000) == b);
    b[99999] = 3;
    CHECK((char *)sbrk(0) == b + 100000);
    chk_end_test();
    chk_name = "mmap_anonymous";
    char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NEED(p != MAP_FAILED);
    p[1 << 19] = 7;
    EQ(p[0], 0);
    EQ(mprotect(p, 4096, PROT_READ), 0);
    EQ(munmap(p, 1 << 20), 0);
    chk_end_test();
    chk_name = "mmap_file_private";
    int fd = OK(open("/etc/passwd", O_RDONLY));
    p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    NEED(p != MAP_FAILED);
    close(fd);
    CHECK(!memcmp(p, get("/etc/passwd"), 20));
    p[0] = '!';
    CHECK(get("/etc/passwd")[0] != '!');
    chk_end_test();
    chk_name = "mmap_file_shared";
    char name[] = "/tmp/smoke.XXXXXX";
    fd = mkstemp(name);
    EQ(ftruncate(fd, 8192), 0);
    p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEED(p != MAP_FAILED);
    strcpy(p + 4096, "shared");
    char r[7] = "";
    EQ(pread(fd, r, 6, 4096), 6);
    STREQ(r, "shared");
    unlink(name);
    chk_end_test();
    chk_name = "mremap";
    p = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    p[8191] = 9;
    p = mremap(p, 8192, 1 << 20, MREMAP_MAYMOVE);
    NEED(p != MAP_FAILED);
    EQ(p[8191], 9);
    chk_end_test();
    chk_name = "shared_anonymous_over_fork";
    int *s = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(s != MAP_FAILED);
    pid_t pid = fork();
    if (pid == 0) {
        *s = 77;
        _exit(0);
    }
    WAIT_EXIT(pid, 0);
    EQ(*s, 77);
    chk_end_test();
}
int main(void) {
    chk_start();
    run();
    return chk_summary();
}
