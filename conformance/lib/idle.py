# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
"""A guest in which everything waits: for a connection, by poll, select and epoll, for a pipe, a lock, a child, a long time."""
import os
import select
import signal
import socket
import sys
import threading
import time

s = socket.create_server(("127.0.0.1", 0))
r, w = os.pipe()


def poll(timeout):
    p = select.poll()
    p.register(r, select.POLLIN)
    p.register(s.fileno(), select.POLLIN)
    p.poll(timeout)


e = select.epoll()
e.register(r, select.EPOLLIN)
lock = threading.Lock()
lock.acquire()
child = os.fork()
if child == 0:
    signal.pause()
    os._exit(0)
for f in (s.accept, lambda: poll(None), lambda: poll(900000), lambda: select.select([r, s], [], []), e.poll, lambda: os.read(r, 1),
          lock.acquire, lambda: os.waitpid(child, 0), lambda: time.sleep(900)):
    threading.Thread(target=f, daemon=True).start()
time.sleep(0.5)
print("all wait", flush=True)
sys.stdin.read()
os._exit(0)
