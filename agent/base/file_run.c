/* Running a helper program: a secret's command, a credential process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/world.h"

/* How often a silent program is asked whether it has ended: a child of it may keep the pipe open.
 */
enum { ASK_AGAIN_MS = 10 };

enum ending { ENDED, TOO_LONG, TOO_MUCH, BROKEN };

/* The program leads a process group of its own, so that what it started ends with it, and starts
 * with no signal blocked or ignored: the daemon blocks most. Returns 0 or an errno. */
static int start(char *const argv[], char *const environment[], int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    int failure = posix_spawnp(ret_pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

/* True once the program has ended; it is not reaped, so its id still names its group. */
static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == pid;
}

/* Takes what there is; false at the end of the output. */
static bool take_output(int input, struct text *out, enum ending *ending)
{
    char chunk[4096];
    ssize_t got = read(input, chunk, sizeof chunk);
    if (got > 0)
        text_add_n(out, chunk, (size_t)got);
    secret_wipe(chunk, sizeof chunk); /* often a secret; the caller wipes its own copy */
    if (text_failed(out))
        *ending = TOO_MUCH;
    else if (got < 0 && errno != EINTR && errno != EAGAIN)
        *ending = BROKEN;
    return got != 0;
}

/* Reads until the program has ended, its output is too much or its time is up. What a child of the
 * program does with the output after that is not waited for. */
static enum ending follow(pid_t pid, int input, int64_t deadline, struct text *out)
{
    enum ending ending = ENDED;
    bool open = true;
    while (ending == ENDED) {
        int64_t left = deadline - world_ticks(&world_real);
        if (left <= 0)
            return TOO_LONG;
        bool ended = has_ended(pid); /* before the look at the pipe: its last words are in it */
        struct pollfd wait = {.fd = open ? input : -1, .events = POLLIN};
        int timeout = ended ? 0 : left < ASK_AGAIN_MS ? (int)left : ASK_AGAIN_MS;
        if (poll(&wait, 1, timeout) > 0)
            open = take_output(input, out, &ending);
        else if (ended)
            break;
        if (ended && !open)
            break;
    }
    return ending;
}

static int judge(const char *program, enum ending ending, int status, int64_t timeout_ms,
                 const struct text *out, struct error *error)
{
    if (ending == TOO_LONG)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RUN, "%s did not end within %lld ms",
                         program, (long long)timeout_ms);
    if (ending == TOO_MUCH)
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s printed more than %zu bytes", program,
                         out->max);
    if (ending == BROKEN)
        return error_set(error, ERROR_TEMPORARY, SCOPE_RUN, "cannot read what %s prints", program);
    if (WIFSIGNALED(status))
        return error_set(error, ERROR_AUTH, SCOPE_RUN, "%s was ended by signal %d", program,
                         WTERMSIG(status));
    /* What shells answer for a command that is not there or cannot be run; so does a C library
     * that learns of it only after the fork. */
    if (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127)
        return error_set(error, ERROR_INPUT, SCOPE_RUN,
                         "%s: no such program, or not executable (exit status %d)", program,
                         WEXITSTATUS(status));
    if (WEXITSTATUS(status) != 0)
        return error_set(error, ERROR_AUTH, SCOPE_RUN, "%s ended with exit status %d", program,
                         WEXITSTATUS(status));
    return 0;
}

int file_run_with(char *const argv[], char *const environment[], int64_t timeout_ms,
                  struct text *out, struct error *error)
{
    int64_t deadline = world_ticks(&world_real) + timeout_ms;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_errno(error, SCOPE_RUN, errno, "cannot start %s", argv[0]);
    pid_t pid = 0;
    int failure = start(argv, environment, ends[1], &pid);
    close(ends[1]);
    if (failure) {
        close(ends[0]);
        int result = error_errno(error, SCOPE_RUN, failure, "cannot start %s", argv[0]);
        if (failure != ENOENT && failure != EACCES)
            return result;
        if (error)
            error->class = ERROR_INPUT; /* the config names a program that is not there */
        return -ERROR_INPUT;
    }
    enum ending ending = follow(pid, ends[0], deadline, out);
    close(ends[0]);
    /* The whole group, in every case: a program that ended well may have left children. */
    kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return judge(argv[0], ending, status, timeout_ms, out, error);
}

int file_run(char *const argv[], int64_t timeout_ms, struct text *out, struct error *error)
{
    return file_run_with(argv, environ, timeout_ms, out, error);
}
