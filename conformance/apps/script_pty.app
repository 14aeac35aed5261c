interpreter: /usr/bin/python3
packages: python3
needs: /usr/bin/python3
timeout: 60
---
# an interactive shell on a pseudo terminal, driven by keystrokes
import os, pty, time, select, re, signal
pid, fd = pty.fork()
if pid == 0:
    os.environ["PS1"] = "$ "; os.environ["TERM"] = "dumb"
    os.execv("/bin/bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])
buf = b""
def until(text, limit=10):
    global buf
    end = time.time() + limit
    while text not in buf and time.time() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                buf += os.read(fd, 4096)
            except OSError:
                break
    ok = text in buf
    buf = buf.partition(text)[2]
    return ok
print(until(b"$ "))
def line(s, want):
    os.write(fd, s)
    return until(want) 
print("echo", line(b"echo $((40+2))\n", b"42\r\n"))
print("tty", line(b"tty\n", b"/dev/pts/"))
os.write(fd, b"sleep 30\n"); time.sleep(0.5)
print("intr", line(b"\x03", b"$ "))
os.write(fd, b"sleep 31\n"); time.sleep(0.5)
print("susp", line(b"\x1a", b"Stopped"))
print("jobs", line(b"jobs\n", b"sleep 31"))
print("bg", line(b"bg\n", b"sleep 31 &"))
print("kill", line(b"kill %1; wait; echo ended\n", b"ended\r\n"))
os.write(fd, b"cat\n"); time.sleep(0.3)
print("cat", line(b"typed\n", b"typed\r\ntyped\r\n"))
print("eof", line(b"\x04", b"$ "))
os.write(fd, b"exit 5\n")
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
