#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
#
# tty - terminals: run in the foreground, exec -t, a console socket; sizes, keys, hang-up.
. "$(dirname "$0")/lib.bash"

bundle t 'p["args"] = ["sh"]; p["terminal"] = True; p["consoleSize"] = {"height": 33, "width": 99}'
bundle s 'p["args"] = ["sleep", "1000"]'
R create --bundle "$work/s" s1 </dev/null >/dev/null 2>&1
R start s1 </dev/null
RUNTIME="$RUNTIME --root $work/root" python3 - "$work" <<'END' | sed 's/\r//'
import array, fcntl, os, pty, select, shlex, signal, socket, struct, subprocess, sys, termios, time

work = sys.argv[1]
runtime = shlex.split(os.environ['RUNTIME'])
passed = failed = 0

def check(name, good, what=b''):
    global passed, failed
    print('ok ' + name if good else 'not ok %s: %r' % (name, what[-150:] if isinstance(what, bytes) else what), flush=True)
    passed += bool(good)
    failed += not good

def read(fd, until, seconds=8):
    out = b''
    end = time.time() + seconds
    while time.time() < end and until not in out:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                data = os.read(fd, 4096)
            except OSError:
                data = b''
            if not data:
                return out + b'<end>'
            out += data
    return out

def size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

def foreground(*args):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(runtime[0], runtime + list(args))
    return pid, fd

def cooked(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ICANON)

def status(pid):
    end = time.time() + 10
    while time.time() < end:
        got, st = os.waitpid(pid, os.WNOHANG)
        if got:
            return os.waitstatus_to_exitcode(st)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return 'hangs'

def verb(*args):
    return subprocess.run(runtime + list(args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)

def press(fd, key, then, until):
    """Presses a key while the shell waits for a program, then gives it a line; what is read up to its answer."""
    os.write(fd, b'sleep 100\n')
    time.sleep(0.5)
    os.write(fd, key)
    os.write(fd, then)
    return read(fd, until)

pid, fd = foreground('run', '--bundle', work + '/t', 't1')
size(fd, 30, 100)
os.write(fd, b'tty; echo x$((1+1))y\n')
out = read(fd, b'x2y')
check('run_has_terminal', b'/dev/pts/0' in out or b'/dev/console' in out, out)
size(fd, 40, 120)
time.sleep(0.4)
os.write(fd, b'stty size; echo s$((1+1))z\n')
out = read(fd, b's2z')
check('run_size_follows', b'40 120' in out, out)
out = press(fd, b'\x03', b'echo st$?\n', b'st130')
check('run_interrupt', b'st130' in out, out)
out = press(fd, b'\x1c', b'echo st$?\n', b'st131')
check('run_quit', b'st131' in out, out)
out = press(fd, b'\x1a', b'kill -9 %1; wait; echo st$((140+8))\n', b'st148')
check('run_suspend', b'Stopped' in out and b'st148' in out, out)
check('run_raw_meanwhile', not cooked(fd))
os.write(fd, b'exit 6\nexit 6\n') # a shell may warn once because of the job
check('run_status', status(pid) == 6)
check('run_restores_terminal', cooked(fd))
os.close(fd)

pid, fd = foreground('exec', '-t', 's1', 'sh')
os.write(fd, b'tty; echo x$((1+1))y\n')
out = read(fd, b'x2y')
check('exec_has_terminal', b'/dev/pts/' in out, out)
size(fd, 25, 70)
time.sleep(0.4)
os.write(fd, b'stty size; echo s$((1+1))z\n')
out = read(fd, b's2z')
check('exec_size_follows', b'25 70' in out, out)
os.write(fd, b'exit 4\n')
check('exec_status', status(pid) == 4)
check('exec_restores_terminal', cooked(fd))
os.close(fd)

pid, fd = foreground('exec', '-t', 's1', 'sh')
os.write(fd, b'tty; echo x$((1+1))y\n')
read(fd, b'x2y')
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
out = read(fd, b'<end>', 2) # nobody has the terminal any more
check('killed_leaves_terminal_raw', out.endswith(b'<end>') and not cooked(fd), out)
for i in range(60):
    out = verb('ps', 's1').stdout
    if out.count(b'\n') <= 2:
        break
    time.sleep(0.1)
check('killed_hangs_up', out.count(b'\n') <= 2 and b'sleep 1000' in out, out)
os.close(fd)

def console(name, *args):
    path = work + '/console'
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    listener.settimeout(10)
    p = subprocess.run(runtime + list(args) + ['--console-socket', path] + [name], stdin=subprocess.DEVNULL, timeout=20)
    c, _ = listener.accept()
    _, control, _, _ = c.recvmsg(4096, socket.CMSG_SPACE(4))
    fds = array.array('i')
    fds.frombytes(control[0][2][:4])
    listener.close()
    c.close()
    return p.returncode, fds[0]

r, fd = console('t2', 'create', '--bundle', work + '/t')
check('create_with_console', r == 0)
verb('start', 't2')
os.write(fd, b'stty size; echo x$((1+1))y\n')
out = read(fd, b'x2y')
check('console_size_of_config', b'33 99' in out, out)
size(fd, 50, 90)
time.sleep(0.4)
os.write(fd, b'stty size; echo s$((1+1))z\n')
out = read(fd, b's2z')
check('console_size_follows', b'50 90' in out, out)
os.write(fd, b'echo >/dev/console con$((1+1))sole\n')
out = read(fd, b'con2sole')
check('dev_console', b'con2sole' in out, out)
os.write(fd, b'exit 3\n')
out = read(fd, b'<end>')
check('console_ends', out.endswith(b'<end>'), out)
os.close(fd)
time.sleep(0.3)
check('console_stopped', b'"stopped"' in verb('state', 't2').stdout)
verb('delete', 't2')

r, fd = console('t3', 'create', '--bundle', work + '/t')
verb('start', 't3')
os.write(fd, b'echo x$((1+1))y\n')
read(fd, b'x2y')
os.close(fd)
for i in range(60):
    out = verb('state', 't3').stdout
    if b'"stopped"' in out:
        break
    time.sleep(0.1)
check('hang_up_ends_shell', b'"stopped"' in out, out)
verb('delete', '--force', 't3')
print('%d passed, %d failed' % (passed, failed))
END
