// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** Completion of the pods' commands, which another JVM carries out: names come from the node agent, if one runs. */
final class PodCompletion {
    static final String VERBS =
            "kubelet node get describe logs events top wait apply create run delete scale rollout exec"
                    + " port-forward images pull rmi api-resources";

    private PodCompletion() {}

    /** A function for bash that ends with 1 where the verb is none of these. */
    static final String BASH = """
            _sandjar_names() { # TYPE: names of objects; nothing where no agent answers
              command sandjar get "$1" -A --no-headers -o custom-columns=N:.metadata.name 2>/dev/null
            }
            _sandjar_pods() {
              local types='pods deployments replicasets jobs configmaps secrets events nodes namespaces runtimeclasses all'
              local options words=() i
              case $verb in
              get) options='--output --watch --all-namespaces --selector --field-selector --sort-by --show-labels --no-headers --filename' ;;
              describe) options='--all-namespaces --selector --show-events --filename' ;;
              logs) options='--follow --container --previous --tail --since --timestamps --all-containers --selector --prefix' ;;
              events) options='--for --watch --types --all-namespaces --no-headers' ;;
              top) options='--containers --all-namespaces --sort-by --selector --no-headers' ;;
              wait) options='--for --timeout --selector --all --filename' ;;
              apply | create) options='--filename --recursive --dry-run --output' ;;
              run) options='--image --restart --env --port --labels --limits --rm --stdin --tty --command --dry-run --runtime-class' ;;
              delete) options='--filename --recursive --selector --all --grace-period --force --now --wait --timeout --cascade --ignore-not-found' ;;
              scale) options='--replicas --current-replicas --selector --all' ;;
              rollout) options='--timeout --revision --to-revision' ;;
              exec) options='--stdin --tty --container' ;;
              port-forward) options='--address' ;;
              images | pull | rmi) options='--output --quiet --no-trunc --no-headers' ;;
              api-resources | version) options='--output' ;;
              kubelet) options='--pod-manifest-path --runtime --runtime-provider --root-dir --run-dir --network --detach --debug' ;;
              *) return 1 ;;
              esac
              case $word in
              -*)
                COMPREPLY=($(compgen -W "$options --namespace --server --help" -- "$word"))
                return 0
                ;;
              esac
              case $before in
              -f | --filename | --pod-manifest-path | --root-dir | --run-dir | --server) COMPREPLY=($(compgen -f -- "$word")); return 0 ;;
              -o | --output) COMPREPLY=($(compgen -W 'wide yaml json name jsonpath= custom-columns=' -- "$word")); return 0 ;;
              -n | --namespace) COMPREPLY=($(compgen -W "$(_sandjar_names namespaces)" -- "$word")); return 0 ;;
              --runtime) COMPREPLY=($(compgen -W 'runsc runc' -- "$word")); return 0 ;;
              --runtime-provider) COMPREPLY=($(compgen -W 'runsc unix:///' -- "$word")); return 0 ;;
              --cascade) COMPREPLY=($(compgen -W 'background foreground orphan' -- "$word")); return 0 ;;
              --image) COMPREPLY=($(compgen -W "sandjar.io/demo $(command sandjar images --no-headers 2>/dev/null | cut -d' ' -f1)" -- "$word")); return 0 ;;
              esac
              for ((i = 2; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                --) COMPREPLY=($(compgen -c -- "$word")); return 0 ;;
                -*) ;;
                *) words+=("${COMP_WORDS[i]}") ;;
                esac
              done
              case $verb in
              get | describe | delete | wait | scale)
                case $word in
                */*) COMPREPLY=($(compgen -P "${word%/*}/" -W "$(_sandjar_names "${word%/*}")" -- "${word##*/}")) ;;
                *)
                  if [ ${#words[@]} = 0 ]; then
                    COMPREPLY=($(compgen -W "$types" -- "$word"))
                  else
                    COMPREPLY=($(compgen -W "$(_sandjar_names "${words[0]}")" -- "$word"))
                  fi
                  ;;
                esac
                ;;
              logs | exec | port-forward) [ ${#words[@]} != 0 ] || COMPREPLY=($(compgen -W "$(_sandjar_names pods)" -- "$word")) ;;
              top) [ ${#words[@]} != 0 ] || COMPREPLY=($(compgen -W 'pods nodes' -- "$word")) ;;
              rollout)
                case ${#words[@]} in
                0) COMPREPLY=($(compgen -W 'status history undo restart pause resume' -- "$word")) ;;
                *) COMPREPLY=($(compgen -P deployment/ -W "$(_sandjar_names deployments)" -- "${word#deployment/}")) ;;
                esac
                ;;
              rmi) COMPREPLY=($(compgen -W "$(command sandjar images --no-headers 2>/dev/null | cut -d' ' -f1)" -- "$word")) ;;
              esac
              return 0
            }
            """;
}
