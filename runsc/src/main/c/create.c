// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// `create` and `run`. The sandbox's JVM is started before anything else is looked at, since its start takes longest; the
// host JVM, which understands config.json, starts beside it.

#include "runsc.h"
#include <sys/prctl.h>
#include <sys/stat.h>

// What `create` has made and takes back when it fails.
struct made {
    int dir, life, tty, master;
    pid_t launcher, kernel;
    struct spec spec;
    const char *sandbox;
};

// Ends the launcher or waiter and forgets the container. A closed pipe is the order to go; a launcher that does not is killed.
static void take_back(struct made *made) {
    if (made->life >= 0) close(made->life);
    for (int i = 0; made->launcher > 0 && i < 200; i++) {
        if (waitpid(made->launcher, NULL, WNOHANG) != 0) made->launcher = 0;
        else usleep(10000);
    }
    if (made->launcher > 0) {
        kill(made->launcher, SIGKILL);
        waitpid(made->launcher, NULL, 0);
    }
    remove_directory(options.id);
}

static void give_up(struct made *made, const char *what) {
    int error = errno;
    take_back(made);
    fail("cannot create container %s: %s: %s", options.id, what, strerror(error));
}

// The launcher tells the pid of the JVM as soon as its namespaces exist, or why there is none.
static void read_report(struct made *made, int report) {
    char text[2048];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof text - 1 && (got = read(report, text + n, sizeof text - 1 - n)) != 0) {
        if (got > 0) n += got;
        else if (errno != EINTR) break;
        if (n > 0 && text[n - 1] == '\n') break;
    }
    text[n] = 0;
    close(report);
    if (sscanf(text, "kernel %d", &made->kernel) == 1) return;
    text[strcspn(text, "\n")] = 0;
    take_back(made);
    fail("cannot create container %s: the sandbox did not start: %s", options.id, n == 0 ? "its launcher died" : text);
}

static void start_sandbox(struct made *made) {
    int life[2], report[2];
    struct plan plan = {.id = options.id, .net = -1, .tty = made->tty, .boot = options.boot, .log = open_debug_log("boot")};
    plan.listen = listen_at(made->dir);
    plan.status = make_status(made->dir);
    if (plan.listen < 0) give_up(made, "its control socket");
    const char *network = options.network == NULL ? "sandbox" : options.network;
    plan.new_net = made->spec.new_net || strcmp(network, "none") == 0;
    plan.host_net = strcmp(network, "host") == 0;
    if (*made->spec.net != 0 && !plan.new_net && !plan.host_net) {
        plan.net = open(made->spec.net, O_RDONLY | O_CLOEXEC);
        if (plan.net < 0) give_up(made, made->spec.net);
    }
    if (plan.host_net) plan.new_net = 0;
    if (pipe2(life, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) give_up(made, "a pipe");
    plan.life = life[0];
    plan.report = report[1];
    made->launcher = start_launcher(&plan);
    if (made->launcher < 0) give_up(made, "fork");
    made->life = life[1];
    close(life[0]);
    close(report[1]);
    close(plan.listen);
    if (plan.status >= 0) close(plan.status);
    if (plan.net >= 0) close(plan.net);
    read_report(made, report[0]);
    made->sandbox = options.id;
}

static void join_sandbox(struct made *made) {
    struct container sandbox;
    if (!find_container(made->spec.sandbox, &sandbox) || !sandbox.alive) {
        take_back(made);
        fail("cannot create container %s: its sandbox %s is not running (see %s list)", options.id, made->spec.sandbox, program);
    }
    if (write_small(made->dir, "sandbox", made->spec.sandbox) != 0) give_up(made, "its state directory");
    int socket = connect_to(sandbox.dir);
    if (socket < 0) give_up(made, "the sandbox's control socket");
    int status = make_status(made->dir);
    made->launcher = fork_waiter(options.id, socket, made->tty, status, &made->life);
    if (made->launcher < 0) give_up(made, "fork");
    close(socket);
    if (status >= 0) close(status);
    made->sandbox = made->spec.sandbox;
}

static void tell_host_jvm(struct made *made) {
    char text[3 * PATH_MAX], number[32], *at = text;
    at += sprintf(at, "launcher=%d ", made->launcher);
    if (made->kernel > 0) at += sprintf(at, "kernel=%d ", made->kernel);
    if (made->tty >= 0) {
        snprintf(number, sizeof number, "tty=%d ", made->tty);
        at += sprintf(at, "%s", number);
        fcntl(made->tty, F_SETFD, 0);
    }
    snprintf(at, sizeof text - (at - text), "sandbox=%s state=%s/%s", made->sandbox, options.root, options.id);
    setenv("SANDJAR_CREATE", text, 1);
}

static int run_host_jvm(struct made *made) {
    pid_t self = getpid(), pid = fork();
    if (pid < 0) give_up(made, "fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != self) _exit(1);
        tell_host_jvm(made);
        walls_own_mounts();
        exec_host();
    }
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    say_error("cannot create container %s: its creation was killed by signal %d", options.id, WTERMSIG(status));
    return 1;
}

static void make_console(struct made *made, int foreground) {
    if (!made->spec.terminal) return;
    if (!foreground && options.console_socket == NULL) {
        remove_directory(options.id);
        fail("cannot allocate tty if runsc will detach without setting console socket: give --console-socket, or process.terminal false");
    }
    made->tty = open_console(options.console_socket, made->spec.rows, made->spec.columns, &made->master);
    if (made->tty < 0) give_up(made, options.console_socket != NULL ? "the console socket" : "a pseudo terminal");
}

static void create(struct made *made, int foreground) {
    *made = (struct made){.dir = -1, .life = -1, .tty = -1, .master = -1};
    const char *bundle = options.bundle == NULL || *options.bundle == 0 ? "." : options.bundle;
    if (!read_spec(bundle, &made->spec)) exec_host(); // to say what is wrong with it
    if (made->spec.member) {
        check_id(made->spec.sandbox);
        follow_image(made->spec.sandbox, arguments);
    }
    made->dir = make_directory(options.id);
    record_image(made->dir);
    make_console(made, foreground);
    if (made->spec.member) join_sandbox(made);
    else start_sandbox(made);
    char path[PATH_MAX];
    if (realpath(bundle, path) == NULL || write_small(made->dir, "bundle", path) != 0) give_up(made, "its state directory");
    if (write_pid(made->dir, made->launcher) != 0) give_up(made, "its state directory");
    int status = run_host_jvm(made);
    if (status != 0) {
        take_back(made);
        exit(status);
    }
    if (write(made->life, "k", 1) != 1) give_up(made, "the sandbox died");
    close(made->life);
    write_pid_file(options.pid_file, made->launcher);
}

int create_command(void) {
    struct made made;
    create(&made, 0);
    return 0;
}

int run_command(void) {
    struct made made;
    int foreground = !options.detach;
    options.verb = "create"; // for the host JVM
    if (foreground) prctl(PR_SET_CHILD_SUBREAPER, 1);
    create(&made, foreground);
    return run_created(made.launcher, made.master, foreground);
}
