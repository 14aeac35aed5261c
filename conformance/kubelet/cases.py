# SPDX-License-Identifier: Apache-2.0
# Copyright the Sandjar authors
"""The cases. Each gets a World with a running agent; what it creates is deleted afterwards."""

import os
import signal
import time

from lib import Failure, contains, expect, read, wait_for


def names():
    return [n for n, f in globals().items() if callable(f) and n.startswith(("pod_", "agent_", "user_"))]


def wanted(case, runtime, root):
    only = getattr(case, "runtimes", None)
    return (only is None or runtime in only) and root != case.__name__.startswith("user_")


def runtimes(*all_of):
    def mark(f):
        f.runtimes = all_of
        return f
    return mark


def volume(w, path="/host"):
    """A directory of the host's in the container, to see how often something was done."""
    return {"volumes": [{"name": "host", "hostPath": {"path": w.host, "type": "Directory"}}]}, [{"name": "host", "mountPath": path}]


def lines(w, name):
    path = os.path.join(w.host, name)
    return read(path).splitlines() if os.path.exists(path) else []


# ---------------------------------------------------------------- pods


def pod_basics(w):
    w.create("ConfigMap", "conf", data={"color": "blue", "size": "9"})
    w.create("Secret", "key", stringData={"password": "s3cret"})
    w.pod(
        "basics",
        {
            "command": ["sh", "-c", "echo '$(GREETING)' $0 $1; env; id; hostname; cat /etc/hostname /etc/hosts; exec sleep 600"],
            "args": ["zero", "$(color)"],
            "env": [
                {"name": "NAME", "value": "world"},
                {"name": "GREETING", "value": "hello $(NAME) $$(NAME)"},
                {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                {"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
                {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "key", "key": "password"}}},
                {"name": "NONE", "valueFrom": {"secretKeyRef": {"name": "nokey", "key": "x", "optional": True}}},
            ],
            "envFrom": [{"configMapRef": {"name": "conf"}}, {"prefix": "P_", "configMapRef": {"name": "conf"}}],
            "resources": {"limits": {"memory": "64Mi"}},
            "workingDir": "/www",
            "ports": [{"containerPort": 80}],
        },
        initContainers=[{"name": "first", "command": ["sh", "-c", "echo first >/shared/f"], "volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}],
        volumes=[{"name": "shared", "emptyDir": {}}],
        metadata={"labels": {"app": "demo"}},
        hostAliases=[{"ip": "192.0.2.9", "hostnames": ["elsewhere"]}],
    )
    w.ready("basics")
    w.says("basics", "elsewhere")
    log = w.logs("basics")
    for text in ("hello world $(NAME) zero blue", "POD=basics", "NODE=node", "LABEL=demo", "MEM=64", "SECRET=s3cret", "color=blue", "P_size=9", "PWD=/www",
                 "HOSTNAME=basics", "uid=0(root)", "192.0.2.9\telsewhere"):
        contains("log", log, text)
    if "NONE=" in log:
        raise Failure("an optional key that is missing gave a variable")
    s = w.status("basics")
    expect("phase", s["phase"], "Running")
    expect("qos", s["qosClass"], "Burstable")
    expect("init", s["initContainerStatuses"][0]["state"]["terminated"]["reason"], "Completed")
    contains("address", s["podIP"], "10.88.")
    contains("id", s["containerStatuses"][0]["containerID"], "sandjar://")
    for e in ("Pulled: Container image", "Created: Created container", "Started: Started container c"):
        w.event("basics", e)
    expect("exec", w.exec("basics", "echo $POD; pwd").split(), ["basics", "/www"])
    w.delete("basics")


def pod_restarts(w):
    volumes, mounts = volume(w)
    w.pod("crash", {"command": ["sh", "-c", "echo x >>/host/crash; exit 3"], "volumeMounts": mounts}, **volumes)
    w.pod("retry", {"command": ["sh", "-c", "echo x >>/host/retry; test $(wc -l </host/retry) = 2"], "volumeMounts": mounts}, restartPolicy="OnFailure", **volumes)
    w.pod("never", "echo last words; exit 4", restartPolicy="Never")
    w.pod("message", {"command": ["sh", "-c", "printf bye >/dev/termination-log; exit 1"]},
          {"command": ["sh", "-c", "echo from the log >&2; exit 1"], "terminationMessagePolicy": "FallbackToLogsOnError"}, restartPolicy="Never")
    w.pod("done", "exit 0", {"command": ["sh", "-c", "sleep 0.3"]}, restartPolicy="Never")
    waiting = w.waiting("crash", "CrashLoopBackOff")
    contains("message", waiting["message"], "back-off 10s restarting failed container=c pod=crash_default(")
    c = w.status("crash", "c")
    expect("last", (c["lastState"]["terminated"]["exitCode"], c["lastState"]["terminated"]["reason"]), (3, "Error"))
    w.event("crash", "BackOff: Back-off restarting failed container c in pod crash_default(")
    w.phase("retry", "Succeeded")
    expect("retry", (len(lines(w, "retry")), w.status("retry", "c")["restartCount"]), (2, 1))
    w.phase("never", "Failed")
    t = w.status("never", "c")["state"]["terminated"]
    expect("never", (t["exitCode"], t["reason"]), (4, "Error"))
    expect("log of what is over", w.logs("never"), "last words\n")
    w.phase("done", "Succeeded")
    w.phase("message", "Failed")
    expect("message", w.status("message", "c")["state"]["terminated"]["message"], "bye")
    contains("message", w.status("message", "c2")["state"]["terminated"]["message"], "from the log")
    contains("previous log is there", str(w.command("get", "pods")[1]), "CrashLoopBackOff")
    wait_for("a restart after 10 s", lambda: len(lines(w, "crash")) >= 3, 25)


def pod_probes(w):
    w.pod(
        "web",
        {
            "command": ["sh", "-c", "sleep 1; touch /tmp/live; exec httpd -f -p 8080 -h /www"],
            "ports": [{"name": "web", "containerPort": 8080}],
            "startupProbe": {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1, "failureThreshold": 20},
            "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
            "livenessProbe": {"exec": {"command": ["cat", "/tmp/live"]}, "periodSeconds": 1, "failureThreshold": 1},
        },
    )
    w.pod("never-ready", {"command": ["sleep", "600"], "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}})
    w.pod("slow", {"command": ["sleep", "600"], "livenessProbe": {"exec": {"command": ["sleep", "20"]}, "periodSeconds": 1, "timeoutSeconds": 1, "failureThreshold": 1}})
    w.ready("web")
    w.event("web", "Unhealthy: Startup probe failed:")
    w.exec("web", "rm /tmp/live")
    w.event("web", "Unhealthy: Liveness probe failed:")
    w.event("web", "Killing: Container c failed liveness probe, will be restarted")
    wait_for("the restart", lambda: w.status("web", "c")["restartCount"] >= 1)
    w.ready("web")
    w.event("never-ready", "Unhealthy: Readiness probe failed:")
    expect("ready", w.condition("never-ready", "Ready"), "False")
    expect("restarts", w.status("never-ready", "c")["restartCount"], 0)
    w.event("slow", "Unhealthy: Liveness probe failed: command timed out")
    w.event("slow", "Killing: Container c failed liveness probe")


def pod_hooks_and_ends(w):
    volumes, mounts = volume(w)
    w.pod(
        "hooks",
        {
            "command": ["sh", "-c", "trap 'echo term >>/host/order; exit 0' TERM; while :; do sleep 0.1; done"],
            "volumeMounts": mounts,
            "lifecycle": {
                "postStart": {"exec": {"command": ["sh", "-c", "echo start >>/host/order"]}},
                "preStop": {"exec": {"command": ["sh", "-c", "echo stop >>/host/order; sleep 0.5"]}},
            },
        },
        terminationGracePeriodSeconds=20, **volumes)
    w.pod("deaf", {"command": ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"]}, terminationGracePeriodSeconds=1)
    w.pod("badhook", {"command": ["sleep", "600"], "lifecycle": {"postStart": {"exec": {"command": ["false"]}}}})
    w.pod("limited", "sleep 600", activeDeadlineSeconds=2)
    w.ready("hooks")
    w.ready("deaf")
    begin = time.time()
    w.delete("deaf")
    if time.time() - begin > 6:
        raise Failure(f"the grace period of 1 s took {time.time() - begin:.1f} s")
    w.delete("hooks")
    expect("order", lines(w, "order"), ["start", "stop", "term"])
    w.event("badhook", "FailedPostStartHook")
    w.phase("limited", "Failed")
    expect("reason", w.status("limited")["reason"], "DeadlineExceeded")


def pod_sidecars(w):
    volumes, mounts = volume(w)
    w.pod(
        "job",
        {"command": ["sh", "-c", "echo main >>/host/order; sleep 0.3"], "volumeMounts": mounts},
        restartPolicy="Never",
        initContainers=[
            {"name": "one", "command": ["sh", "-c", "echo one >>/host/order"], "volumeMounts": mounts},
            {"name": "side", "restartPolicy": "Always", "volumeMounts": mounts,
             "command": ["sh", "-c", "trap 'echo side-end >>/host/order; exit 0' TERM; echo side >>/host/order; touch /tmp/up; while :; do sleep 0.1; done"],
             "startupProbe": {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1}},
            {"name": "two", "command": ["sh", "-c", "echo two >>/host/order"], "volumeMounts": mounts},
        ], **volumes)
    w.phase("job", "Succeeded")
    expect("order", lines(w, "order"), ["one", "side", "two", "main", "side-end"])
    w.pod("badinit", "sleep 600", restartPolicy="Never", initContainers=[{"name": "i", "command": ["false"]}])
    w.phase("badinit", "Failed")


def pod_limits(w):
    w.pod("memory", {"command": ["sh", "-c", "head -c 80000000 /dev/zero | tail -c 79000000 | wc -c; sleep 600"], "resources": {"limits": {"memory": "24Mi"}}},
          {"command": ["sleep", "600"]}, restartPolicy="Never")
    w.pod("hungry", {"command": ["sh", "-c", "exec tail -c 300000000 /dev/zero"], "resources": {"limits": {"memory": "24Mi"}}}, restartPolicy="Never")
    w.pod("cpu", {"command": ["sh", "-c", "while :; do :; done"], "resources": {"limits": {"cpu": "100m"}}})
    t = w.terminated("hungry")
    expect("out of memory", (t["reason"], t["exitCode"]), ("OOMKilled", 137))
    w.phase("hungry", "Failed")
    # it may start after the other one has ended already
    wait_for("the neighbour", lambda: w.status("memory", "c2")["state"].get("running") is not None)
    w.ready("cpu")
    top = w.ask("GET", "/api/v1/namespaces/default/pods/cpu")
    expect("qos", top["status"]["qosClass"], "Burstable")
    time.sleep(2)
    used = sum(int(x) for x in cpu_nanos(w, "cpu"))
    if used > 900e6:
        raise Failure(f"with 100m of a CPU, {used / 1e9:.2f} s of CPU were used in some 2.5 s")


def cpu_nanos(w, name):
    import glob
    uid = w.get(name)["metadata"]["uid"]
    found = [p for p in glob.glob(f"/sys/fs/cgroup/**/*pod{uid}*/cpuacct.usage", recursive=True)]
    found += [p for p in glob.glob(f"/sys/fs/cgroup/**/*pod{uid.replace('-', '_')}*/cpuacct.usage", recursive=True)]
    if not found:
        raise Failure("there is no control group of the pod")
    cid = w.status(name, "c")["containerID"].split("//")[1]
    deep = glob.glob(os.path.dirname(found[0]) + f"/{cid}/cpuacct.usage")
    return [read(p).strip() for p in (deep or found[:1])]


def pod_security(w):
    w.pod("user", {"command": ["sh", "-c", "id; touch /data/f; stat -c %u:%g:%a /data /data/f; grep -e NoNewPrivs -e CapEff /proc/self/status; exec sleep 600"],
                   "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                   "volumeMounts": [{"name": "d", "mountPath": "/data"}]},
          securityContext={"runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 4000, "supplementalGroups": [5000]},
          volumes=[{"name": "d", "emptyDir": {}}])
    w.pod("readonly", {"command": ["sh", "-c", "touch /x && echo BAD; touch /tmp/y && echo fine; exec sleep 600"], "securityContext": {"readOnlyRootFilesystem": True},
                       "volumeMounts": [{"name": "d", "mountPath": "/tmp"}]}, volumes=[{"name": "d", "emptyDir": {"medium": "Memory"}}])
    w.pod("nonroot", "sleep 600", securityContext={"runAsNonRoot": True})
    w.pod("privileged", {"command": ["sleep", "600"], "securityContext": {"privileged": True}})
    w.pod("seccomp", {"command": ["sh", "-c", "mount -t tmpfs x /tmp; echo $?; grep Seccomp: /proc/self/status; exec sleep 600"],
                      "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}, "capabilities": {"drop": ["SYS_ADMIN"]}}})
    w.pod("noprofile", {"command": ["sleep", "600"], "securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": "nope.json"}}})
    w.says("user", "CapEff")
    log = w.logs("user")
    contains("log", log, "uid=1000(app) gid=3000")
    for group in ("4000", "5000", "2000"):
        contains("groups", log.splitlines()[0], group)
    contains("log", log, "NoNewPrivs:\t1")
    contains("log", log, "CapEff:\t0000000000000000")
    w.says("readonly", "fine")
    if "BAD" in w.logs("readonly"):
        raise Failure("a read-only root was written to")
    contains("message", w.waiting("nonroot", "CreateContainerConfigError")["message"], "container has runAsNonRoot and image will run as root")
    w.phase("privileged", "Failed")
    contains("message", w.status("privileged")["message"], "privileged")
    w.says("seccomp", "Seccomp:\t2")
    contains("message", w.waiting("noprofile", "CreateContainerConfigError")["message"], "seccomp")


def pod_together(w):
    w.pod("shared",
          {"command": ["sh", "-c", "echo data >/d/f; exec httpd -f -p 8080 -h /www"], "volumeMounts": [{"name": "d", "mountPath": "/d"}]},
          {"command": ["sh", "-c", "until wget -q -O - http://127.0.0.1:8080/; do sleep 0.2; done; cat /d/f; ps; exec sleep 601"],
           "volumeMounts": [{"name": "d", "mountPath": "/d"}]},
          shareProcessNamespace=True, volumes=[{"name": "d", "emptyDir": {}}])
    w.pod("apart", "exec sleep 600", {"command": ["sh", "-c", "sleep 0.2; ps; exec sleep 601"]})
    w.says("shared", "pause", "c2")
    log = w.logs("shared", "c2")
    for text in ("hello", "data", "httpd -f", "pause"):
        contains("log", log, text)
    w.says("apart", "COMMAND", "c2")
    if "sleep 600" in w.logs("apart", "c2"):
        raise Failure("containers see each other's processes")
    w.ready("shared")
    w.pod("client", f"wget -q -O - http://{w.status('shared')['podIP']}:8080/", restartPolicy="OnFailure")
    w.phase("client", "Succeeded")
    expect("over the network", w.logs("client"), "hello\n")


def pod_bad(w):
    w.pod("noimage", {"command": ["x"], "image": "oci:/nowhere/at/all"})
    w.pod("noconfig", {"command": ["sh", "-c", "echo $X; sleep 600"], "env": [{"name": "X", "valueFrom": {"configMapKeyRef": {"name": "later", "key": "x"}}}]})
    w.pod("novolume", {"command": ["sleep", "600"], "volumeMounts": [{"name": "v", "mountPath": "/v"}]}, volumes=[{"name": "v", "configMap": {"name": "later"}}])
    w.pod("noprogram", {"command": ["/no/such/program"]}, restartPolicy="Never")
    w.pod("nopull", {"command": ["x"], "image": "example.invalid/x:1", "imagePullPolicy": "Never"})
    w.waiting("noimage", "ImagePullBackOff")
    w.event("noimage", "Failed: Failed to pull image \"oci:/nowhere/at/all\"")
    w.waiting("noconfig", "CreateContainerConfigError")
    w.event("novolume", "FailedMount")
    t = w.terminated("noprogram")
    expect("no program", (t["reason"], t["exitCode"]), ("ContainerCannotRun", 127))
    w.phase("noprogram", "Failed")
    w.waiting("nopull", "ErrImageNeverPull")
    status, text = w.request("POST", "/api/v1/namespaces/default/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "noclass"},
                             "spec": {"runtimeClassName": "nope", "containers": [{"name": "c", "image": w.image}]}})
    if status < 300:
        w.pods.append("noclass")
        w.phase("noclass", "Failed")
        text = w.status("noclass")["message"]
    contains("message", text, "nope")
    w.create("ConfigMap", "later", data={"x": "now"})
    w.says("noconfig", "now", limit=20)
    w.ready("novolume", limit=40)


def pod_runtime_class(w):
    other = "runc" if w.runtime == "runsc" else "runsc"
    w.pod("other", "grep -c . /proc/version; cat /proc/version; exec sleep 600", runtimeClassName=other)
    try:
        w.ready("other", 15)
    except Failure:
        contains("refusal", w.status("other").get("message"), "not")
        return
    w.says("other", "ersion")
    expect("kernel", "sandjar" in w.logs("other"), other == "runsc")


def pod_commands(w):
    w.pod("cmd", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.2; done")
    w.ready("cmd")
    w.pod("prompt", "printf 'name? '; exec sleep 600")
    status, out, _ = w.command("exec", "cmd", "--", "sh", "-c", "echo out; echo err >&2; exit 5")
    expect("exec", (status, out), (5, "out\n"))
    expect("stdin", w.command("exec", "-i", "cmd", "--", "cat", stdin="typed\n")[1], "typed\n")
    w.says("cmd", "line 3")
    expect("tail", len(w.command("logs", "cmd", "--tail=2")[1].splitlines()), 2)
    contains("timestamps", w.logs("cmd", timestamps="true"), "Z line 0")
    contains("get", w.command("get", "pods")[1], "Running")
    contains("describe", w.command("describe", "pod", "cmd")[1], "Started container c")
    time.sleep(1)
    w.says("prompt", "name? ")
    contains("top", w.command("top", "pod", "cmd")[1], "cmd")


# ---------------------------------------------------------------- the agent's death


def agent_killed_while_pods_run(w):
    volumes, mounts = volume(w)
    w.pod("stays", {"command": ["sh", "-c", "echo start >>/host/stays; i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.1; done"], "volumeMounts": mounts}, **volumes)
    w.pod("ends", {"command": ["sh", "-c", "echo start >>/host/ends; sleep 2; echo over; exit 9"], "volumeMounts": mounts}, restartPolicy="Never", **volumes)
    w.pod("crashes", {"command": ["sh", "-c", "echo start >>/host/crashes; sleep 2; exit 1"], "volumeMounts": mounts}, **volumes)
    for p in ("stays", "ends", "crashes"):
        wait_for(p, lambda p=p: lines(w, p))
    w.ready("stays")
    before = w.status("stays", "c")["containerID"]
    w.kill_agent()
    time.sleep(3)
    w.start()
    w.phase("ends", "Failed")
    t = w.status("ends", "c")["state"]["terminated"]
    expect("adopted exit", (t["exitCode"], t["reason"]), (9, "Error"))
    expect("its log", w.logs("ends"), "over\n")
    w.ready("stays")
    expect("the same container", w.status("stays", "c")["containerID"], before)
    expect("starts", len(lines(w, "stays")), 1)
    expect("restarts", w.status("stays", "c")["restartCount"], 0)
    log = [int(x.split()[1]) for x in w.logs("stays").splitlines()]
    expect("no tick is lost", log, list(range(len(log))))
    wait_for("a restart", lambda: len(lines(w, "crashes")) == 2)
    wait_for("its count", lambda: w.status("crashes", "c")["restartCount"] == 1)
    contains("exec", w.exec("stays", "echo still here"), "still here")
    w.kill_agent()
    w.start()
    w.delete("stays")


def agent_killed_at_many_points(w):
    """At each of many moments of a pod's start, and then of its end."""
    volumes, mounts = volume(w)
    delays = [0, 0.06, 0.12, 0.2, 0.3, 0.45, 0.7]
    for i, delay in enumerate(delays):
        name = f"k{i}"
        w.pod(name, {"command": ["sh", "-c", f"echo main >>/host/{name}; exec sleep 600"], "volumeMounts": mounts},
              {"command": ["sh", "-c", f"echo job >>/host/{name}; exit 0"], "volumeMounts": mounts},
              initContainers=[{"name": "i", "command": ["sh", "-c", f"echo init >>/host/{name}"], "volumeMounts": mounts}],
              restartPolicy="OnFailure", terminationGracePeriodSeconds=1, **volumes)
        time.sleep(delay)
        w.kill_agent()
        w.start()
    for i in range(len(delays)):
        name = f"k{i}"
        wait_for(name, lambda name=name: sorted(lines(w, name)) == ["init", "job", "main"])
        w.terminated(name, "c2")
        expect(f"{name} restarts", [c["restartCount"] for c in w.status(name)["containerStatuses"]], [0, 0])
        expect(f"{name} phase", w.status(name)["phase"], "Running")
    for i, delay in enumerate(delays):
        w.delete(f"k{i}", wait=False)
        if i % 3 == 0:
            time.sleep(delay)
            w.kill_agent()
            w.start()
    for i in range(len(delays)):
        w.gone(f"k{i}")
        expect(f"k{i}", sorted(lines(w, f"k{i}")), ["init", "job", "main"])


def agent_killed_while_pods_end(w):
    volumes, mounts = volume(w)
    w.pod("slow", {"command": ["sh", "-c", "trap 'echo term >>/host/slow; sleep 1; echo end >>/host/slow; exit 0' TERM; while :; do sleep 0.1; done"], "volumeMounts": mounts},
          terminationGracePeriodSeconds=20, **volumes)
    w.ready("slow")
    w.delete("slow", wait=False)
    wait_for("the signal", lambda: lines(w, "slow"))
    w.kill_agent()
    w.start()
    w.gone("slow")
    expect("its end", lines(w, "slow")[-1], "end")


def agent_finds_a_machine_started_anew(w):
    volumes, mounts = volume(w)
    w.pod("back", {"command": ["sh", "-c", "echo start >>/host/back; exec sleep 600"], "volumeMounts": mounts}, **volumes)
    w.pod("over", "exit 0", restartPolicy="Never")
    w.ready("back")
    w.phase("over", "Succeeded")
    w.kill_agent()
    reboot(w)
    w.start()
    wait_for("another start", lambda: len(lines(w, "back")) == 2)
    w.ready("back")
    expect("restarts", w.status("back", "c")["restartCount"], 1)
    expect("over", w.status("over")["phase"], "Succeeded")


def reboot(w):
    """All processes of the pods and all that a reboot takes away."""
    from lib import leftovers, remove
    for _ in range(5):
        for line in leftovers(w.dir, ())["processes"]:
            try:
                os.kill(int(line.split(": ", 1)[0]), signal.SIGKILL)
            except OSError:
                pass
        time.sleep(0.2)
    remove(w.run)


# ---------------------------------------------------------------- as an ordinary user


@runtimes("runsc")
def user_pods(w):
    w.pod("mine", "echo hello; id; exec sleep 600", {"command": ["sh", "-c", "httpd -f -p 8080 -h /www"],
          "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}})
    w.ready("mine")
    contains("log", w.logs("mine"), "uid=0(root)")
    contains("exec", w.exec("mine", "wget -q -O - http://127.0.0.1:8080/"), "hello")
    w.kill_agent()
    w.start()
    w.ready("mine")
    expect("restarts", w.status("mine", "c")["restartCount"], 0)
