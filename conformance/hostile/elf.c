// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
// BUILD: -O1 -static
// TIMEOUT: 120
// NATIVE: yes
// Hostile ELF files: a good program with fields changed, cut, and filled with random bytes, and interpreter loops.
#include "hostile.h"
#include <elf.h>
#include <stddef.h>

static unsigned char *good;
static size_t size;
static char path[100];
static int run_file(const unsigned char *b, size_t n) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    if (write(fd, b, n) != (ssize_t)n)
        return 0;
    close(fd);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        alarm(1);
        execl(path, path, "--ok", (char *)0);
        _exit(126);
    }
    for (int t = 0; t < 400; t++) {
        if (waitpid(pid, 0, WNOHANG) != 0)
            return 1;
        ms(t < 20 ? 1 : 5);
    }
    kill(pid, SIGKILL);
    waitpid(pid, 0, 0);
    return 1;
}
int main(int argc, char **argv) {
    if (argc > 1 && !strcmp(argv[1], "--ok"))
        return 0;
    /* the smallest program there is, or this one */
    char small[4200] = "";
    ssize_t len = readlink("/proc/self/exe", small, 4000);
    while (len > 0 && small[len - 1] != '/')
        len--;
    strcpy(small + (len < 0 ? 0 : len), "../smoke/s01_hello_raw");
    int fd = open(small, O_RDONLY), n = 0;
    if (fd < 0)
        fd = open("/proc/self/exe", O_RDONLY);
    struct stat st;
    fstat(fd, &st);
    size = st.st_size;
    good = malloc(size + 4096);
    if (read(fd, good, size) != (ssize_t)size)
        return 1;
    char dir[] = "/tmp/elf.XXXXXX";
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/x", dir);
    unsigned char *b = malloc(size + 4096);
    n += run_file(good, size);
    /* fields of the header */
    static const uint64_t values[] = {0, 1, 2, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, 0x100000000, 0x7fffffffffff,
            0x600000000000, 0x5f0000000000, 0x8000000000000000, 0xffffffffffffffff, 0xfffffffffffff000, 0x1000, 63, 4095};
    static const int offsets[] = {offsetof(Elf64_Ehdr, e_ident) + 4, offsetof(Elf64_Ehdr, e_type), offsetof(Elf64_Ehdr, e_machine),
            offsetof(Elf64_Ehdr, e_phoff), offsetof(Elf64_Ehdr, e_phentsize), offsetof(Elf64_Ehdr, e_phnum),
            offsetof(Elf64_Ehdr, e_entry)};
    static const int widths[] = {1, 2, 2, 8, 2, 2, 8};
    for (unsigned o = 0; o < 7; o++)
        for (unsigned v = 0; v < sizeof values / sizeof *values; v += o < 3 ? 4 : 1) {
            memcpy(b, good, size);
            memcpy(b + offsets[o], &values[v], widths[o]);
            n += run_file(b, size);
        }
    /* fields of the program headers */
    Elf64_Ehdr *e = (void *)good;
    for (int p = 0; p < e->e_phnum && p < 4; p++)
        for (int f = 0; f < 7; f++)
            for (unsigned v = p; v < sizeof values / sizeof *values; v += 3) {
                memcpy(b, good, size);
                Elf64_Phdr *h = (void *)(b + e->e_phoff + p * sizeof *h);
                uint64_t *field[] = {&h->p_offset, &h->p_vaddr, &h->p_filesz, &h->p_memsz, &h->p_align};
                if (f < 5)
                    *field[f] = values[v];
                else if (f == 5)
                    h->p_type = values[v] % 8;
                else
                    h->p_flags = values[v] & 7;
                n += run_file(b, size);
            }
    /* all segments at one place; all executable stacks; every header an interpreter */
    for (int k = 0; k < 6; k++) {
        memcpy(b, good, size);
        for (int p = 0; p < e->e_phnum; p++) {
            Elf64_Phdr *h = (void *)(b + e->e_phoff + p * sizeof *h);
            if (k == 0)
                h->p_vaddr = 0x400000;
            else if (k == 1)
                h->p_type = PT_INTERP;
            else if (k == 2)
                h->p_type = PT_GNU_STACK, h->p_flags = 7;
            else if (k == 3)
                h->p_vaddr = STUB_BASE, h->p_type = PT_LOAD;
            else if (k == 4)
                h->p_vaddr = SLOTS_BASE, h->p_type = PT_LOAD;
            else
                h->p_memsz = 1UL << 46;
        }
        n += run_file(b, size);
    }
    /* an interpreter that is the file itself, a directory, a device, a script */
    static const char *const interps[] = {"", "/", "/dev/null", "/dev/zero", "/proc/self/mem", "/proc/self/exe", "x", "/bin/true",
            "/etc/passwd", "/dev/stdin", "/proc/self/maps"};
    for (unsigned k = 0; k < sizeof interps / sizeof *interps + 1; k++) {
        const char *name = k < sizeof interps / sizeof *interps ? interps[k] : path;
        memcpy(b, good, size);
        Elf64_Phdr *h = (void *)(b + e->e_phoff);
        h->p_type = PT_INTERP;
        h->p_offset = size;
        strcpy((char *)b + size, name);
        h->p_filesz = strlen(name) + 1;
        n += run_file(b, size + strlen(name) + 1);
        h->p_filesz = 4096;
        n += run_file(b, size + 4096);
    }
    /* cut short */
    for (int k = 0; k < 40; k++)
        n += run_file(good, k < 20 ? (size_t)k * 8 : rnd() % size);
    /* random bytes in the headers, and anywhere */
    for (int k = 0; k < 120; k++) {
        memcpy(b, good, size);
        for (int i = 0; i < 1 + k % 8; i++)
            b[rnd() % (k < 80 ? 600 : size)] = rnd();
        n += run_file(b, size);
    }
    for (int k = 0; k < 10; k++) {
        for (size_t i = 0; i < 4096; i++)
            b[i] = rnd();
        memcpy(b, good, k < 5 ? 16 : 64);
        n += run_file(b, 4096);
    }
    /* scripts */
    static const char *const scripts[] = {"#!", "#!\n", "#! \n", "#!\t\t\n", "#!/\n", "#!x\n", "#!/dev/null\n", "#!/bin/true"};
    for (unsigned k = 0; k < 8; k++)
        n += run_file((const unsigned char *)scripts[k], strlen(scripts[k]));
    memset(b, '/', 4096);
    memcpy(b, "#!", 2);
    n += run_file(b, 4096);
    unlink(path);
    rmdir(dir);
    return done(n);
}
