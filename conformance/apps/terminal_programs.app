interpreter: /usr/bin/python3
packages: python3 vim less procps bsdutils
needs: /usr/bin/python3 /usr/bin/vim.tiny /usr/bin/less /usr/bin/top /usr/bin/script /usr/bin/stty
timeout: 90
program: vim, less, top, script on a terminal that is resized
---
# full-screen programs on a pseudo terminal: keys, resizing, stop and continue, settings that come back
import fcntl, os, pty, select, signal, struct, sys, tempfile, termios, time
d = tempfile.mkdtemp()
os.chdir(d)
os.environ.update(TERM="xterm", HOME=d, LC_ALL="C.UTF-8", LESSHISTFILE="-")
with open("lines", "w") as f:
    f.write("".join("line %d\n" % i for i in range(1, 1001)))

class Screen:
    def __init__(self, *command, rows=24, columns=80):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvp(command[0], command)
    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    def until(self, text, limit=15):
        end = time.time() + limit
        while text not in self.seen and time.time() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 4096)
                except OSError:
                    break
        found = text in self.seen
        self.seen = self.seen.partition(text)[2] if found else self.seen
        return found
    def keys(self, text, want=None, limit=15):
        os.write(self.fd, text)
        return want is None or self.until(want, limit)
    def modes(self):
        t = termios.tcgetattr(self.fd)
        return t[:4], [c for i, c in enumerate(t[6])]
    def ends(self):
        while True:
            try:
                if not os.read(self.fd, 4096):
                    break
            except OSError:
                break
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

s = Screen("bash", "--norc", "--noprofile", "--noediting", "-i")
s.keys(b"PS1=rea''dy:\n", b"ready:")
before = s.modes()
print("less", s.keys(b"less lines\n", b"line 22"), s.keys(b"G", b"line 1000"), s.keys(b"?^line 500$\n", b"line 500"))
print("raw", not s.modes()[0][3] & termios.ICANON)
s.size(40, 100)
time.sleep(1)
# less leaves its read by longjmp when it is resized, and may lose a key
print("resized", any(s.keys(b"g", b"line 39", 3) for i in range(5)), s.keys(b"q", b"ready:"), s.modes() == before)
print("size", s.keys(b"stty size\n", b"40 100"))
print("vim", s.keys(b"vim.tiny -u NONE -n lines\n", b"line 30"))
s.keys(b":%s/^line 5/FIVE 5/\r", b"FIVE 5")
s.keys(b"ggOtop\x1b")
print("stopped", s.keys(b"\x1a", b"Stopped"), s.modes() == before)
s.size(20, 60)
print("goes on", s.keys(b"fg\n", b"top"), s.keys(b":wq\r", b"ready:"), s.modes() == before)
print(open("lines").readline(), open("lines").read().count("FIVE"), sep="")
print("top", s.keys(b"top -d 1\n", b"load average"), s.keys(b"q", b"ready:"), s.modes() == before)
print("killed", s.keys(b"less lines\n", b"line 18"))
less = [p for p in os.listdir("/proc") if p.isdigit() and open("/proc/%s/stat" % p).read().split()[1] == "(less)" and os.readlink("/proc/%s/cwd" % p) == os.path.realpath(d)]
os.kill(int(less[0]), signal.SIGKILL)
print("shell is back", s.until(b"Killed"), s.keys(b"stty sane; echo a''b\n", b"ab"))
s.keys(b"trap 'echo g''ot QUIT' QUIT; sleep 100\n")
time.sleep(0.5)
print("quit", s.keys(b"\x1c", b"got QUIT"))
s.keys(b"exit 3\n")
print("status", s.ends())
s = Screen("script", "-q", "-c", "stty size; read x; echo got $x; stty size", "log", rows=33, columns=77)
print("script", s.until(b"33 77"))
s.size(11, 22)
time.sleep(0.5)
print("typed", s.keys(b"hello\n", b"got hello"), s.until(b"11 22"), s.ends(), b"got hello" in open("log", "rb").read())
s = Screen("sh", "-c", "trap '' HUP; sleep 1; echo gone >gone", rows=5, columns=5)
time.sleep(0.3)
os.close(s.fd)
os.waitpid(s.pid, 0)
print("hung up", not os.path.exists("gone") or open("gone").read())
os.chdir("/")
os.system("rm -rf " + d)
