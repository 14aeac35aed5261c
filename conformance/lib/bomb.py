# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
"""bomb.py - a fork bomb where processes are limited: nobody makes another while it goes on, and all is well when it is killed."""
import os
import signal
import time

bomb = os.fork()
if bomb == 0:
    os.setsid()
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.001)


def process():
    """Whether one more can be made."""
    try:
        pid = os.fork()
    except OSError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


end = time.monotonic() + 20
while process() and time.monotonic() < end:
    time.sleep(0.01)
print("full" if time.monotonic() < end else "never full", end=" ")
os.killpg(bomb, signal.SIGKILL)
os.waitpid(bomb, 0)
while not process() and time.monotonic() < end + 20:
    time.sleep(0.01)
print("alive" if process() else "stuck")
