# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
"""An agent under test: started, asked, killed, looked at when it is gone."""

import copy
import glob
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time

tree = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.environ.get("SANDJAR_IMAGE", os.path.join(tree, "build/image")), "bin")
LIMIT = float(os.environ.get("KUBELET_WAIT", "30"))
APPLETS = "sh cat echo sleep ls id hostname touch true false kill nc httpd wget printf mkdir head dd env ps test grep seq mount stat wc tail yes rm date"


class Failure(Exception):
    pass


def busybox():
    for path in ("/bin/busybox", "/usr/bin/busybox"):
        if os.path.exists(path):
            probe = subprocess.run(["file", "-L", path], capture_output=True, text=True) if shutil.which("file") else None
            if probe is None or "statically" in probe.stdout or "static-pie" in probe.stdout:
                return path
    return None


def make_root(path, program):
    for d in ("bin", "etc", "tmp", "proc", "dev", "sys", "www"):
        os.makedirs(os.path.join(path, d))
    shutil.copy(program, os.path.join(path, "bin/busybox"))
    for a in APPLETS.split():
        os.symlink("busybox", os.path.join(path, "bin", a))
    write(os.path.join(path, "etc/passwd"), "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n")
    write(os.path.join(path, "etc/group"), "root:x:0:\napp:x:1000:\nextra:x:2000:app\n")
    write(os.path.join(path, "www/index.html"), "hello\n")
    return path


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


def remove(path):
    subprocess.run(["sh", "-c", "awk '{print $2}' /proc/mounts | grep \"^$1/\" | sort -r | xargs -r umount -l", "x", path], check=False)
    shutil.rmtree(path, ignore_errors=True)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def wait_for(what, check, limit=None):
    end = time.time() + (limit or LIMIT)
    last = None
    while time.time() < end:
        try:
            last = check()
            if last:
                return last
        except (OSError, http.client.HTTPException, KeyError, IndexError, TypeError) as e:
            last = e
        time.sleep(0.05)
    raise Failure(f"waited for {what}; last: {str(last)[:1500]}")


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r}, not {wanted!r}")


def contains(what, text, part):
    if part not in (text or ""):
        raise Failure(f"{what}: {part!r} is not in {text!r}")


def leftovers(directory, uids):
    """What there is of an agent's pods: processes and mounts by its directory, control groups by the pods' uids."""
    processes = set()
    for p in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = open(p, "rb").read().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if directory + "/" in words:
            processes.add(p.split("/")[2] + ": " + words[:300])
    mounts = {line.split()[1] for line in open("/proc/mounts") if directory + "/" in line}
    groups = set()
    for base in ("/sys/fs/cgroup", *glob.glob("/sys/fs/cgroup/*")):
        for d in glob.glob(base + "/sandjar/*pod*") + glob.glob(base + "/sandjar/*/*pod*"):
            if any(u in d for u in uids):
                groups.add(d)
    return {"processes": processes, "mounts": mounts, "cgroups": groups}


def inside(d):
    """What is in a directory that should not be there, to find out why."""
    found = [os.path.relpath(os.path.join(at, n), d) for at, dirs, files in os.walk(d) for n in dirs + files]
    text = "".join(read(os.path.join(d, n))[:300] for n in found if n == "checkpoint.json")
    return " (" + " ".join(found[:10]) + text + ")" if found else ""


class World:
    """One agent with its directories."""

    def __init__(self, runtime, directory, image, number):
        self.number = number
        self.uids = set()
        self.runtime = runtime
        self.dir = directory
        self.image = "dir:" + image
        self.root = os.path.join(directory, "l")
        self.run = os.path.join(directory, "r")
        self.log = os.path.join(directory, "agent.log")
        self.host = os.path.join(directory, "host")  # for hostPath volumes
        self.pods = []
        os.makedirs(self.host)
        os.chmod(self.host, 0o777)
        self.socket = os.path.join(self.run, "kubelet.sock")
        self.agent = None

    # -- the agent

    def start(self, *options, wait=True):
        with open(self.log, "a") as log:
            self.agent = subprocess.Popen(
                [os.path.join(BIN, "sandjar"), "kubelet", "--root-dir=" + self.root, "--run-dir=" + self.run, "--runtime=" + self.runtime,
                 "--hostname-override=node", *self.network(), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        if wait:
            self.wait_ready()

    def network(self):
        return ["--bridge=sjk%d" % self.number, "--subnet=10.88.%d.0/24" % self.number] if os.getuid() == 0 else []

    def view(self, name):
        """The same agent for another case: its own pods, its own directory of the host."""
        v = copy.copy(self)
        v.host = self.host + "-" + name
        os.makedirs(v.host)
        os.chmod(v.host, 0o777)
        v.pods = []
        return v

    def wait_ready(self):
        def ready():
            if self.agent.poll() is not None:
                raise Failure("the agent ended: " + self.log_text()[-1500:])
            return self.request("GET", "/healthz")[0] == 200
        wait_for("the agent", ready)

    def kill_agent(self):
        """kill -9, of it alone and of nothing that it started."""
        for pid in self.agents():
            os.kill(pid, signal.SIGKILL)
        self.agent.kill()
        self.agent.wait()
        wait_for("the agent's death", lambda: not self.agents())

    def agents(self):
        pids = []
        for p in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                words = open(p, "rb").read().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "--root-dir=" + self.root in words:
                pids.append(int(p.split("/")[2]))
        return pids

    def stop(self):
        if self.agent and self.agent.poll() is None:
            for pid in self.agents():
                os.kill(pid, signal.SIGTERM)
            self.agent.terminate()
            try:
                self.agent.wait(15)
            except subprocess.TimeoutExpired:
                raise Failure("the agent does not end on SIGTERM")

    def destroy(self):
        """After a failure: all that has our directory in its command line."""
        for _ in range(3):
            for line in leftovers(self.dir, ())["processes"]:
                try:
                    os.kill(int(line.split(": ", 1)[0]), signal.SIGKILL)
                except OSError:
                    pass
            time.sleep(0.2)

    def log_text(self):
        return read(self.log) if os.path.exists(self.log) else ""

    # -- its interface

    def request(self, method, path, body=None):
        c = UnixConnection(self.socket)
        try:
            c.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json", "Accept": "application/json"})
            r = c.getresponse()
            text = r.read().decode(errors="replace")
            return r.status, text
        finally:
            c.close()

    def ask(self, method, path, body=None):
        status, text = self.request(method, path, body)
        if status >= 300:
            raise Failure(f"{method} {path}: {status} {text[:1000]}")
        return json.loads(text) if text.startswith(("{", "[")) else text

    def create(self, kind, name, **fields):
        group = "/api/v1"
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **fields}
        return self.ask("POST", f"{group}/namespaces/default/{kind.lower()}s", body)

    def pod(self, name, *containers, **spec):
        """Creates a pod; a container is a script, or a dictionary that is completed."""
        made = []
        for i, c in enumerate(containers):
            c = {"command": ["sh", "-c", c]} if isinstance(c, str) else dict(c)
            c.setdefault("name", "c" if i == 0 else "c%d" % (i + 1))
            c.setdefault("image", self.image)
            made.append(c)
        for c in spec.get("initContainers", []):
            c.setdefault("image", self.image)
        spec.setdefault("terminationGracePeriodSeconds", 2)
        meta = {"metadata": {"name": name, **spec.pop("metadata", {})}}
        made = self.create("Pod", name, **meta, spec={"containers": made, **spec})
        self.uids.add(made["metadata"]["uid"])
        self.pods.append(name)
        return made

    def get(self, name):
        return self.ask("GET", "/api/v1/namespaces/default/pods/" + name)

    def status(self, name, container=None):
        s = self.get(name)["status"]
        if container is None:
            return s
        for c in s.get("containerStatuses", []) + s.get("initContainerStatuses", []):
            if c["name"] == container:
                return c
        raise KeyError(container)

    def phase(self, name, wanted, limit=None):
        wait_for(f"pod {name} {wanted}", lambda: self.get(name)["status"].get("phase") == wanted or self.complain(name), limit)

    def complain(self, name):
        s = self.get(name)["status"]
        raise KeyError(json.dumps(s)[:1200])

    def ready(self, name, limit=None):
        wait_for(f"pod {name} to be ready", lambda: self.condition(name, "Ready") == "True" or self.complain(name), limit)

    def condition(self, name, kind):
        return next((c["status"] for c in self.get(name)["status"].get("conditions", []) if c["type"] == kind), None)

    def waiting(self, name, reason, container="c", limit=None):
        def look():
            c = self.status(name, container)
            w = c["state"].get("waiting", {})
            if w.get("reason") == reason:
                return w
            raise KeyError(json.dumps(c))
        return wait_for(f"{name} to wait with {reason}", look, limit)

    def terminated(self, name, container="c", limit=None):
        return wait_for(f"{name}/{container} to end", lambda: self.status(name, container)["state"]["terminated"], limit)

    def logs(self, name, container="c", **query):
        q = "&".join([f"container={container}"] + [f"{k}={v}" for k, v in query.items()])
        return str(self.request("GET", f"/api/v1/namespaces/default/pods/{name}/log?{q}")[1])

    def says(self, name, text, container="c", limit=None):
        wait_for(f"{name}/{container} to say {text!r}", lambda: text in self.logs(name, container), limit)

    def delete(self, name, grace=None, wait=True):
        query = "" if grace is None else f"?gracePeriodSeconds={grace}"
        status, text = self.request("DELETE", "/api/v1/namespaces/default/pods/" + name + query)
        if status >= 300:
            raise Failure(f"delete {name}: {text}")
        if wait:
            self.gone(name)

    def gone(self, name):
        wait_for(f"pod {name} to go", lambda: self.request("GET", "/api/v1/namespaces/default/pods/" + name)[0] == 404)

    def delete_all(self):
        for name in self.pods:
            if self.request("GET", "/api/v1/namespaces/default/pods/" + name)[0] != 404:
                self.delete(name, 1, wait=False)
        for name in self.pods:
            self.gone(name)

    def events(self, name):
        items = self.ask("GET", "/api/v1/namespaces/default/events")["items"]
        return [e["reason"] + ": " + e.get("message", "") for e in items if e["involvedObject"]["name"] == name]

    def event(self, name, beginning, limit=None):
        wait_for(f"event {beginning!r} of {name}", lambda: any(e.startswith(beginning) for e in self.events(name)) or (_ for _ in ()).throw(KeyError(str(self.events(name)))), limit)

    def command(self, *words, stdin=None, limit=30):
        """A command of the command line: its status and what it wrote."""
        env = dict(os.environ, SANDJAR_KUBELET=self.socket)
        r = subprocess.run([os.path.join(BIN, "sandjar"), *words], env=env, input=stdin, capture_output=True, text=True, timeout=limit)
        return r.returncode, r.stdout, r.stderr

    def exec(self, name, script, container="c"):
        status, out, err = self.command("exec", name, "-c", container, "--", "sh", "-c", script)
        if status != 0:
            raise Failure(f"exec {script!r}: {status} {out} {err}")
        return out

    # -- afterwards

    def left_behind(self):
        end = time.time() + 5
        while True:
            more = leftovers(self.dir, self.uids)
            more["files"] = set()
            for d in (self.root + "/pods", self.root + "/logs", self.run + "/c-runsc", self.run + "/c-runc", self.run + "/runsc", self.run + "/runc",
                      self.run + "/network/netns"):
                if os.path.isdir(d):
                    more["files"] |= {d + "/" + n + inside(d + "/" + n) for n in os.listdir(d)}
            left = {k: sorted(v) for k, v in more.items() if v}
            if not left:
                return None
            if time.time() > end:
                return "      left behind: " + json.dumps(left)[:1500]
            time.sleep(0.1)

    def mend(self):
        """After a failure."""
        self.destroy()
        for d in sorted(leftovers(self.dir, self.uids)["cgroups"], key=len, reverse=True):
            subprocess.run(["find", d, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"], stderr=subprocess.DEVNULL, check=False)
