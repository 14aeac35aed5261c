# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
"""fill.py - fills a file system of a few MiB in every way there is; each must end with ENOSPC and give everything back."""
import errno
import mmap
import os
import shutil

TOP = "/var/tmp/fill"
MOST = 60000


def free():
    s = os.statvfs("/var")
    return s.f_bfree * s.f_frsize


def contents():
    with open(TOP + "/f", "wb") as f:
        for _ in range(MOST):
            f.write(b"x" * 65536)


def files():
    for i in range(MOST):
        open(f"{TOP}/{i}", "w").close()


def directories():
    for i in range(MOST):
        os.mkdir(f"{TOP}/{i}")


def links():
    for i in range(MOST):
        os.symlink("x" * 2000, f"{TOP}/{i}")


def attributes():
    for i in range(MOST):
        open(f"{TOP}/{i}", "w").close()
        os.setxattr(f"{TOP}/{i}", "user.a", b"x" * 60000)


def holes():
    with open(TOP + "/f", "wb", 0) as f:
        for i in range(MOST):
            f.seek(i << 16)
            f.write(b"x")


def mapping():
    with open(TOP + "/f", "wb+") as f:
        f.truncate(1 << 30)
        m = mmap.mmap(f.fileno(), 1 << 30)
        for i in range(0, 1 << 30, 4096):
            m[i] = 1


def mapping_that_grows():
    with open(TOP + "/f", "wb+") as f:
        f.truncate(1 << 16)
        m = mmap.mmap(f.fileno(), 1 << 16)
        f.truncate(1 << 30)
        m.resize(1 << 30)
        for i in range(0, 1 << 30, 4096):
            m[i] = 1


def allocation():
    with open(TOP + "/f", "wb") as f:
        os.posix_fallocate(f.fileno(), 0, 1 << 30)


def two_places():
    with open("/tmp/fill", "wb", 0) as f, open(TOP + "/f", "wb", 0) as g:
        for _ in range(MOST):
            f.write(b"x" * 4096)
            g.write(b"x" * 4096)


for way in contents, files, directories, links, attributes, holes, mapping, mapping_that_grows, allocation, two_places:
    before = free()
    os.mkdir(TOP)
    try:
        way()
        print(way.__name__, "has no limit")
    except OSError as e:
        if e.errno != errno.ENOSPC:
            print(way.__name__, e)
    shutil.rmtree(TOP)
    if os.path.exists("/tmp/fill"):
        os.remove("/tmp/fill")
    if free() < before:
        print(way.__name__, before - free(), "bytes are not given back")
