// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** {@code sandjar completion bash}: a completion script made from the tables of options. */
final class CompletionCommand extends Command {
    @Override
    String name() {
        return "completion";
    }

    @Override
    String summary() {
        return "prints a script that completes commands and options in bash";
    }

    @Override
    String usage() {
        return "bash";
    }

    @Override
    Option[] options() {
        return new Option[0];
    }

    @Override
    String details() {
        return """
            For this shell:   source <(sandjar completion bash)
            For all shells:   sandjar completion bash >~/.local/share/bash-completion/completions/sandjar
            """;
    }

    @Override
    int run(Arguments args) {
        if (args.words().size() != 1 || !args.words().get(0).equals("bash")) {
            throw new UsageError("which shell?", "write sandjar completion bash (other shells are not there yet)");
        }
        Out.out(bash());
        return OK;
    }

    static String bash() {
        StringBuilder b = new StringBuilder(4096);
        b.append("# Completion of sandjar for bash, made by: sandjar completion bash\n");
        b.append(PodCompletion.BASH);
        b.append("_sandjar() {\n");
        b.append("  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]} i\n");
        b.append("  if [ \"$COMP_CWORD\" = 1 ]; then\n");
        b.append("    COMPREPLY=($(compgen -W '").append(String.join(" ", Commands.NAMES));
        b.append(" ").append(PodCompletion.VERBS);
        b.append(" --help --version' -- \"$word\"))\n    return\n  fi\n");
        b.append("  _sandjar_pods && return\n");
        b.append("  case $verb in\n");
        for (String name : Commands.NAMES) {
            command(b, Commands.get(name));
        }
        b.append("  esac\n}\n");
        b.append("complete -o bashdefault -o default -F _sandjar sandjar ./sandjar\n");
        return b.toString();
    }

    private static void command(StringBuilder b, Command c) {
        b.append("  ").append(c.name()).append(")\n");
        if (c.name().equals("help") || c.name().equals("completion")) {
            String words = c.name().equals("help") ? String.join(" ", Commands.NAMES) : "bash";
            b.append("    COMPREPLY=($(compgen -W '").append(words).append("' -- \"$word\"))\n    ;;\n");
            return;
        }
        StringBuilder takesValue = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (Option o : c.options()) {
            names.append("--").append(o.name()).append(' ');
            if (o.value() != null && !o.optional()) {
                takesValue
                        .append(takesValue.isEmpty() ? "" : " | ")
                        .append("--")
                        .append(o.name());
            }
        }
        if (!takesValue.isEmpty()) {
            b.append("    # behind the options the guest's command is completed like any other\n");
            b.append("    for ((i = 2; i < COMP_CWORD; i++)); do\n      case ${COMP_WORDS[i]} in\n");
            b.append("      ").append(takesValue).append(") ((i++)) ;;\n");
            b.append("      --) i=$((i + 1)); break ;;\n      -*) ;;\n      *) break ;;\n      esac\n    done\n");
            b.append("    if [ \"$i\" -lt \"$COMP_CWORD\" ]; then\n      return\n    fi\n");
            b.append("    case $before in\n");
            for (Option o : c.options()) {
                if (o.value() != null && !o.optional()) {
                    b.append("    --").append(o.name()).append(") ");
                    if (!o.complete().isEmpty()) {
                        b.append("COMPREPLY=($(compgen ").append(o.complete()).append(" -- \"$word\"));");
                    }
                    b.append(" return ;;\n");
                }
            }
            b.append("    esac\n");
        }
        b.append("    case $word in\n    -*) COMPREPLY=($(compgen -W '").append(names);
        b.append("--help' -- \"$word\")) ;;\n");
        if (c.name().equals("do")) {
            b.append("    *) COMPREPLY=($(compgen -c -- \"$word\")) ;;\n");
        }
        b.append("    esac\n    ;;\n");
    }
}
