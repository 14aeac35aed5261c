interpreter: /usr/bin/python3
packages: python3
needs: /usr/bin/python3
timeout: 60
---
import threading, subprocess, os, signal, sys, queue, tempfile, time
q = queue.Queue()
lock = threading.Lock()
n = 0
def work(k):
    global n
    for _ in range(200):
        with lock:
            n += 1
    q.put(k)
ts = [threading.Thread(target=work, args=(i,)) for i in range(20)]
[t.start() for t in ts]
[t.join() for t in ts]
print(n, sorted(q.get() for _ in ts))
print(subprocess.check_output(["echo", "hi"]))
print(subprocess.run("exit 3", shell=True).returncode)
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(p.communicate(b"x" * 200000)[0].count(b"x"), p.returncode)
print(subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
try:
    subprocess.run(["sleep", "5"], timeout=0.2)
except subprocess.TimeoutExpired as e:
    print("timeout", e.cmd)
rs = []
def sub(i):
    rs.append(int(subprocess.check_output(["sh", "-c", f"echo {i}"])))
ts = [threading.Thread(target=sub, args=(i,)) for i in range(10)]
[t.start() for t in ts]
[t.join() for t in ts]
print(sorted(rs))
e = threading.Event()
signal.signal(signal.SIGALRM, lambda *a: e.set())
signal.setitimer(signal.ITIMER_REAL, 0.05)
print(e.wait(5))
r, w = os.pipe()
if os.fork() == 0:
    os.write(w, b"child")
    os._exit(5)
print(os.read(r, 10), os.waitstatus_to_exitcode(os.wait()[1]))
with tempfile.TemporaryDirectory() as d:
    f = os.path.join(d, "a")
    open(f, "w").write("text" * 1000)
    print(os.stat(f).st_size, os.listdir(d))
print(os.uname().sysname, os.cpu_count() > 0, os.getpid() > 0)
try:
    open("/no/such")
except FileNotFoundError as x:
    print(x)
t = time.monotonic(); time.sleep(0.05); print(time.monotonic() - t >= 0.05)
