// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -static
// Files: create, read back, stat, directories, rename, unlink, and files of the host.
#include "../check.h"
static void run(void) {
    int fd;
    char b[100] = "", cwd[200];
    struct stat st;
    chk_name = "create_write_read";
    fd = OK(open("f", O_RDWR | O_CREAT | O_EXCL, 0640));
    EQ(write(fd, "hello world", 11), 11);
    EQ(lseek(fd, 6, SEEK_SET), 6);
    EQ(read(fd, b, 100), 5);
    CHECK(!memcmp(b, "world", 5));
    EQ(read(fd, b, 100), 0);
    EQ(pread(fd, b, 2, 1), 2);
    CHECK(!memcmp(b, "el", 2));
    EQ(fstat(fd, &st), 0);
    EQ(st.st_size, 11);
    EQ(st.st_mode, S_IFREG | 0640);
    EQ(ftruncate(fd, 3), 0);
    EQ(lseek(fd, 0, SEEK_END), 3);
    EQ(close(fd), 0);
    ERR(open("f", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST);
    ERR(open("none", O_RDONLY), ENOENT);
    chk_end_test();
    chk_name = "directories";
    EQ(mkdir("d", 0755), 0);
    ERR(mkdir("d", 0755), EEXIST);
    EQ(rename("f", "d/g"), 0);
    ERR(rmdir("d"), ENOTEMPTY);
    EQ(chdir("d"), 0);
    CHECK(getcwd(cwd, sizeof cwd) && !strcmp(cwd + strlen(cwd) - 2, "/d"));
    EQ(stat("../d/g", &st), 0);
    EQ(unlink("g"), 0);
    ERR(stat("g", &st), ENOENT);
    EQ(chdir(".."), 0);
    EQ(rmdir("d"), 0);
    chk_end_test();
    chk_name = "readdir";
    for (char n[] = "a"; *n < 'f'; ++*n)
        put(n, n);
    int files = 0, dots = 0;
    DIR *d = opendir(".");
    NEED(d);
    for (struct dirent *e; (e = readdir(d));)
        *(e->d_name[0] == '.' ? &dots : &files) += 1;
    closedir(d);
    EQ(files, 5);
    EQ(dots, 2);
    chk_end_test();
    chk_name = "links";
    EQ(symlink("a", "s"), 0);
    EQ(readlink("s", b, 100), 1);
    EQ(link("a", "h"), 0);
    EQ(stat("s", &st), 0);
    EQ(st.st_nlink, 2);
    EQ(lstat("s", &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    chk_end_test();
    chk_name = "host_files";
    CHECK(strstr(get("/etc/passwd"), "root:"));
    OK(stat("/bin/sh", &st));
    ERR(open("/etc/passwd/x", O_RDONLY), ENOTDIR);
    chk_end_test();
    chk_name = "proc_self";
    int n = readlink("/proc/self/exe", b, sizeof b - 1);
    CHECK(n > 0);
    CHECK(strstr(get("/proc/self/status"), "Pid:"));
    CHECK(strstr(get("/proc/self/maps"), "[stack]"));
    chk_end_test();
    chk_name = "devices";
    fd = OK(open("/dev/null", O_RDWR));
    EQ(write(fd, b, 5), 5);
    EQ(read(fd, b, 5), 0);
    close(fd);
    fd = OK(open("/dev/zero", O_RDONLY));
    EQ(read(fd, b, 5), 5);
    EQ(b[4], 0);
    close(fd);
    fd = OK(open("/dev/urandom", O_RDONLY));
    EQ(read(fd, b, 16), 16);
    chk_end_test();
}
int main(void) {
    char dir[] = "/tmp/smoke.XXXXXX";
    chk_start();
    if (!mkdtemp(dir) || chdir(dir))
        chk_fail(__LINE__, "no directory");
    run();
    chk_remove(dir, 0);
    return chk_summary();
}
