// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Help for the verbs that are carried out here; the host JVM has it for the others.

#include "runsc.h"

static const struct {
    const char *verb, *text;
} helps[] = {
    {"create", "runsc create - makes a container from a bundle; `runsc start` runs it\n\n"
               "Usage: runsc [GLOBAL OPTION]... create [OPTION]... ID\n\n"
               "  --bundle, -b DIR         the bundle: a directory with config.json (default: here)\n"
               "  --pid-file FILE          gets the pid of the process that stands for the container\n"
               "  --console-socket PATH    gets the terminal's master (process.terminal)\n"
               "  --preserve-fds N         the container has descriptors 3 to 2+N too\n"
               "  --no-pivot --no-new-keyring  accepted\n"},
    {"run", "runsc run - creates a container, starts it, waits, and deletes it; ends with its status\n\n"
            "Usage: runsc [GLOBAL OPTION]... run [OPTION]... ID\n\n"
            "  --bundle, -b DIR         the bundle: a directory with config.json (default: here)\n"
            "  --detach, -d             do not wait\n"
            "  --keep                   do not delete it\n"
            "  --pid-file FILE --console-socket PATH --preserve-fds N   as of create\n\n"
            "Try: mkdir rootfs && cp $(command -v busybox) rootfs/ && runsc spec && runsc run test\n"},
    {"start", "runsc start - runs what was created\n\nUsage: runsc start ID\n"},
    {"state", "runsc state - prints the container's state as JSON\n\nUsage: runsc state ID\n"},
    {"kill", "runsc kill - sends a signal to the container's first process\n\n"
             "Usage: runsc kill [OPTION]... ID [SIGNAL]\n\n"
             "  --all, -a    to all of its processes\n\n"
             "SIGNAL: a name as KILL or SIGKILL, or a number (default: TERM)\n"},
    {"delete", "runsc delete - removes what is left of a container that has stopped\n\n"
               "Usage: runsc delete [OPTION]... ID\n\n"
               "  --force, -f  kill it first if it runs; no error if it does not exist\n"},
    {"exec", "runsc exec - runs one process more in a container; ends with its status\n\n"
             "Usage: runsc exec [OPTION]... ID COMMAND [ARGUMENT]...\n"
             "       runsc exec [OPTION]... --process FILE ID\n\n"
             "  --process, -p FILE       the process as JSON, as in config.json\n"
             "  --tty, -t                with a terminal\n"
             "  --cwd DIR --env, -e NAME=VALUE --user, -u UID[:GID] --additional-gids, -g GID --cap, -c CAPABILITY\n"
             "  --no-new-privs\n"
             "  --detach, -d             do not wait\n"
             "  --pid-file FILE          gets the pid of the process that stands for it\n"
             "  --console-socket PATH    gets the terminal's master\n"
             "  --preserve-fds N         the process has descriptors 3 to 2+N too\n"
             "  --ignore-paused          also when the container is paused\n"},
    {"ps", "runsc ps - lists the processes of a container\n\n"
           "Usage: runsc ps [OPTION]... ID\n\n"
           "  --format, -f table|json  a table of the container's own pids, or the pids on the host\n"},
    {"wait", "runsc wait - waits for the end of a container and prints its exit status as JSON\n\nUsage: runsc wait ID\n"},
    {"list", "runsc list - lists the containers\n\n"
             "Usage: runsc list [OPTION]...\n\n"
             "  --format, -f table|json\n"
             "  --quiet, -q              their IDs only\n"},
    {"pause", "runsc pause - stops all processes of a container; `runsc resume` lets them go on\n\nUsage: runsc pause ID\n"},
    {"resume", "runsc resume - lets the processes of a paused container go on\n\nUsage: runsc resume ID\n"},
};

void print_help(const char *verb) {
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++) {
        if (strcmp(helps[i].verb, verb) == 0) fputs(helps[i].text, stdout);
    }
    printf("\nGlobal options: --root DIR, --log FILE, --log-format text|json, --debug, --debug-log FILE, --network sandbox|host|none,\n"
           "--overlay2 WHERE, --host-uds WHICH, --ignore-cgroups, --strace, and gVisor's, which are accepted.\n");
}
