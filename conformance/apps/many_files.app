interpreter: /usr/bin/python3
tags: heavy
timeout: 900
program: python
remark: a million files in memory, directories of 100,000 names, files of 4 GB with holes
---
# a million files, a directory of 100,000 names changed while it is read, 4 GB files with holes, maps of one file in two processes
import mmap, os, shutil, tempfile
d = tempfile.mkdtemp(); os.chdir(d)
for i in range(1000):
    os.mkdir("d%d" % i)
    for k in range(1000):
        os.close(os.open("d%d/f%d" % (i, k), os.O_CREAT | os.O_WRONLY))
print(sum(len(os.listdir("d%d" % i)) for i in range(1000)))
shutil.rmtree(d); os.mkdir(d); os.chdir(d)
n = 100000
os.mkdir("big")
for i in range(n):
    os.close(os.open("big/name%d" % i, os.O_CREAT | os.O_WRONLY))
seen = set()
with os.scandir("big") as it:
    for k, e in enumerate(it):
        seen.add(e.name)
        if k == 1000:  # names that come and go meanwhile: those that stay are listed, once each
            for i in range(0, n, 1000):
                os.unlink("big/name%d" % i)
                os.rename("big/name%d" % (i + 1), "big/other%d" % i)
stay = {"name%d" % i for i in range(n) if i % 1000 > 1}
print(stay <= seen, len(os.listdir("big")))
print(os.stat("big").st_nlink, os.path.exists("big/name0"), os.path.exists("big/other0"))
shutil.rmtree("big")
with open("sparse", "wb+") as f:
    for at in (0, 1 << 30, (1 << 32) - 1, (1 << 32) + 4096):
        f.seek(at); f.write(b"x" * 4096)
    f.flush(); fd = f.fileno(); end = os.fstat(fd).st_size; print(end, os.fstat(fd).st_blocks < 200)
    at, data = 0, []
    while at < end:
        try: at = os.lseek(fd, at, os.SEEK_DATA)
        except OSError: break
        hole = os.lseek(fd, at, os.SEEK_HOLE); data.append((at, hole - at)); at = hole
    print(data)
    os.posix_fallocate(fd, 0, 8192); os.truncate("sparse", 1 << 20); os.truncate("sparse", 5 << 30)
    print(os.pread(fd, 4, 4 << 30), os.lseek(fd, 1 << 20, os.SEEK_HOLE) == 1 << 20)
    m = mmap.mmap(fd, 1 << 16)
    pid = os.fork()
    if pid == 0:
        other = mmap.mmap(os.open("sparse", os.O_RDWR), 1 << 16)
        other[5000:5005] = b"child"; os.pwrite(fd, b"write", 9000); os._exit(0)
    os.waitpid(pid, 0)
    print(m[5000:5005], m[9000:9005], os.pread(fd, 5, 5000))
shutil.rmtree(d)
