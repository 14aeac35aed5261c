// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

/** What {@code --help} prints: what a command does, how it is written, and examples to copy. */
final class Help {
    static final String[] VERBS = {
        "get",
        "describe",
        "logs",
        "events",
        "top",
        "wait",
        "apply",
        "create",
        "run",
        "delete",
        "scale",
        "rollout",
        "exec",
        "port-forward",
        "images",
        "pull",
        "rmi",
        "api-resources",
        "version",
    };

    private Help() {}

    static String of(String verb) {
        String text = switch (verb) {
            case "get" -> GET;
            case "describe" -> DESCRIBE;
            case "logs" -> LOGS;
            case "events" -> EVENTS;
            case "top" -> TOP;
            case "wait" -> WAIT;
            case "apply", "create" -> APPLY;
            case "run" -> RUN;
            case "delete" -> DELETE;
            case "scale" -> SCALE;
            case "rollout" -> ROLLOUT;
            case "exec" -> EXEC;
            case "port-forward" -> PORT_FORWARD;
            case "images", "pull", "rmi" -> IMAGES;
            case "api-resources", "version" -> INFORMATION;
            default -> "";
        };
        return text.isEmpty() ? ALL : text + (verb.equals("version") || verb.equals("api-resources") ? "" : GLOBAL);
    }

    private static final String GLOBAL = """

            Everywhere:
              -n, --namespace NAME   the namespace (default: default)
              --server PATH          socket of the agent (default: $SANDJAR_KUBELET, /run/sandjar/kubelet.sock,
                                     or $XDG_RUNTIME_DIR/sandjar/kubelet.sock for an ordinary user)
            """;

    private static final String ALL = """
            Pods on this machine: these commands talk to the node agent, which `sandjar kubelet` starts.
            They look and behave like kubectl's.

            Look:
              get            objects as a table, YAML or JSON
              describe       one object in full, with what happened to it
              logs           what containers wrote
              events         what happened
              top            CPU and memory in use
              wait           until objects have a condition or are gone
            Change:
              apply          makes or changes what a manifest describes
              run            a pod from an image
              delete         objects by name, file or label
              scale          the number of pods of a deployment
              rollout        status, history, undo, restart of a deployment
            Work in pods:
              exec           a command in a container
              port-forward   a port of this machine leads into a pod
            Images:
              images, pull, rmi
            About:
              api-resources, version

            The first pod:
              sandjar kubelet --runtime=runsc --pod-manifest-path=examples/
              sandjar get pods
              sandjar logs -f hello
              sandjar exec -it hello -- sh

            sandjar COMMAND --help explains a command.
            """;

    private static final String GET = """
            sandjar get TYPE [NAME...] | TYPE/NAME... | -f FILE: shows objects.

              sandjar get pods                          all pods of the namespace
              sandjar get pods -o wide                  with addresses
              sandjar get pod hello -o yaml             one, as the agent has it
              sandjar get deploy,rs,pods                several kinds; `get all` for all that run
              sandjar get pods -l app=web -w            by label; and then each change
              sandjar get pods -A --field-selector status.phase=Running
              sandjar get pod hello -o jsonpath='{.status.podIP}'
              sandjar get pods --sort-by .metadata.creationTimestamp

            Types: pods (po), deployments (deploy), replicasets (rs), jobs, configmaps (cm), secrets, events (ev),
            nodes (no), namespaces (ns), runtimeclasses.

              -o, --output FORMAT    wide, yaml, json, name, jsonpath=TEMPLATE, custom-columns=NAME:.path,...
              -w, --watch            goes on with each change; --watch-only without what is there
              -A, --all-namespaces   of all namespaces
              -l, --selector TEXT    with these labels: app=web, tier!=db, env in (a,b), !old
              --field-selector TEXT  with these fields: status.phase=Running, metadata.name=x
              -L, --label-columns    labels as columns; --show-labels shows all
              --sort-by PATH         in the order of a field
              --no-headers           without the head; --ignore-not-found without an error
            """;

    private static final String DESCRIBE = """
            sandjar describe TYPE [NAME...] | TYPE/NAME...: an object in full, with its events.

              sandjar describe pod hello
              sandjar describe deploy/web
              sandjar describe pods -l app=web
              sandjar describe node

              -l, --selector TEXT, -A, --all-namespaces, --show-events=false
            """;

    private static final String LOGS = """
            sandjar logs POD | TYPE/NAME [-c CONTAINER]: what a container wrote to its standard output and error.

              sandjar logs hello
              sandjar logs -f hello                    goes on
              sandjar logs hello -c sidecar --tail 20  the last lines of one of several containers
              sandjar logs hello -p                    of the container before the last restart
              sandjar logs deployment/web --since 5m --timestamps
              sandjar logs -l app=web --all-containers --prefix

              -f, --follow           goes on as the container writes
              -c, --container NAME   which container
              -p, --previous         the instance before the last restart
              --tail N               only the last lines (with -l: 10, else all)
              --since 5s|2m|3h       only newer ones; --since-time 2026-01-02T15:04:05Z
              --timestamps           with the time of each line
              --all-containers       of all containers; --prefix says whose each line is
              -l, --selector TEXT    of all pods with these labels
              --limit-bytes N        at most so much
            """;

    private static final String EVENTS = """
            sandjar events: what happened, the oldest first.

              sandjar events
              sandjar events --for pod/hello -w
              sandjar events --types=Warning -A

              --for TYPE/NAME   about one object;  --types Normal,Warning
              -w, --watch       goes on;  -A, --all-namespaces;  --no-headers
            """;

    private static final String TOP = """
            sandjar top pods [NAME] | nodes: CPU and memory in use.

              sandjar top pods
              sandjar top pods --containers -A --sort-by=memory
              sandjar top nodes

              --containers   each container;  --sort-by cpu|memory;  -l, --selector TEXT;  -A;  --no-headers
            """;

    private static final String WAIT = """
            sandjar wait TYPE/NAME --for=...: until objects are as you want them. Exit status 1 if the time is over.

              sandjar wait pod/hello --for=condition=Ready --timeout=60s
              sandjar wait job/pi --for=condition=Complete
              sandjar wait pods -l app=web --for=delete
              sandjar wait pod/hello --for=jsonpath='{.status.phase}'=Running

              --for WHAT       condition=NAME[=VALUE], jsonpath={PATH}[=VALUE], delete, create
              --timeout TIME   30s by default; 0 looks once; -1s waits for a week
              -l, --selector TEXT; --all; -A; -f FILE
            """;

    private static final String APPLY = """
            sandjar apply -f FILE|DIR|-: makes what manifests describe, or changes what is there. `create` only makes.

              sandjar apply -f pod.yaml
              sandjar apply -f examples/ -R
              kustomize build . | sandjar apply -f -
              sandjar apply -f pod.yaml --dry-run=server -o yaml    what would be stored

            Errors tell file, line and column. Objects that lie in the agent's --pod-manifest-path are kept as their files say.

              -f, --filename NAME      file, directory or - (standard input); may be repeated
              -R, --recursive          directories below as well
              --dry-run[=server]       says what would be done
              -o, --output             name, yaml or json of the result
            """;

    private static final String RUN = """
            sandjar run NAME --image=IMAGE [-- ARGUMENT...]: a pod with one container.

              sandjar run web --image=nginx --port=80
              sandjar run once --image=busybox --restart=Never -- echo hello
              sandjar run -it --rm shell --image=debian:12            a shell in a new pod that is removed afterwards
              sandjar run web --image=nginx --dry-run -o yaml         the manifest, to go on with

              --image NAME             the image: a registry's, oci:DIR, docker-archive:FILE, sandjar.io/demo (built in)
              --restart POLICY         Always (default), OnFailure, Never
              --env NAME=VALUE         a variable; may be repeated
              --port N                 a port that the container listens on
              --labels, --annotations  NAME=VALUE,...
              --limits cpu=1,memory=64Mi
              --runtime-class NAME     another runtime than the agent's
              --command                the words are the command, not its arguments
              -i, -t, --rm             run the words in the pod with this terminal; remove it afterwards (the image needs a shell)
              --dry-run, -o FORMAT     print it only
            """;

    private static final String DELETE = """
            sandjar delete TYPE NAME... | TYPE/NAME... | -f FILE: deletes objects and waits until they are gone.

              sandjar delete pod hello
              sandjar delete -f examples/hello.yaml
              sandjar delete pods -l app=web
              sandjar delete deploy web --cascade=orphan         its pods stay
              sandjar delete pod stuck --grace-period=0 --force   without waiting for its end

              --grace-period N   seconds that containers have to end (default: as the pod says); --now is 1
              --force            drops the object at once
              --wait=false       does not wait
              --timeout TIME     waits at most so long
              --cascade HOW      background (default), foreground, orphan
              -l, --selector TEXT; --all; -A; --field-selector; --ignore-not-found; -R; -o name; --dry-run
            """;

    private static final String SCALE = """
            sandjar scale deployment/NAME --replicas=N: how many pods a deployment keeps.

              sandjar scale deploy/web --replicas=3
              sandjar scale deploy web --current-replicas=3 --replicas=1

            A deployment whose manifest lies in the agent's --pod-manifest-path gets that file's number again when it changes.
            """;

    private static final String ROLLOUT = """
            sandjar rollout status|history|undo|restart|pause|resume deployment/NAME

              sandjar rollout status deploy/web --timeout=60s
              sandjar rollout history deploy/web --revision=2
              sandjar rollout undo deploy/web                 to the revision before; --to-revision=N
              sandjar rollout restart deploy/web              new pods, one after the other
            """;

    private static final String EXEC = """
            sandjar exec POD | TYPE/NAME [-c CONTAINER] -- COMMAND [ARGUMENT...]: a command in a container.

              sandjar exec hello -- ls -l /
              sandjar exec -it hello -- sh
              sandjar exec deploy/web -c web -- env
              tar cf - notes | sandjar exec -i hello -- tar xf - -C /tmp

            The exit status is the command's own.

              -i, --stdin            with this standard input
              -t, --tty              with a terminal
              -c, --container NAME   which container (default: the first)
            """;

    private static final String PORT_FORWARD = """
            sandjar port-forward POD | TYPE/NAME [LOCAL:]REMOTE...: a TCP port of this machine leads into a pod, until Ctrl-C.

              sandjar port-forward hello 8080:80
              sandjar port-forward deploy/web :80          some free port
              sandjar port-forward hello 8080:80 --address 0.0.0.0
            """;

    private static final String IMAGES = """
            sandjar images | pull IMAGE | rmi IMAGE...: what the agent keeps of images.

              sandjar images
              sandjar pull nginx:1.29
              sandjar pull oci-archive:/tmp/app.tar
              sandjar rmi nginx:1.29

              -q, --quiet     ids only;  --no-trunc whole ids;  -o json|yaml;  --no-headers
            """;

    private static final String INFORMATION = """
            sandjar version [--client] [-o json|yaml]: of this program and of the agent.
            sandjar api-resources [-o name]: the kinds of objects that the agent serves.
            """;
}
