/* Who we are and whether another process still lives, from /proc. */
#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"

/* Files of /proc have no size; one read of a small one is whole. Returns the bytes, NUL added. */
static ssize_t read_proc(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, buffer, size - 1);
    close(fd);
    if (length >= 0)
        buffer[length] = '\0';
    return length;
}

/* Fields 3 (state) and 22 (start) of /proc/PID/stat. Field 2 is the program's name in brackets
 * and may hold anything, so counting starts after the last one. */
static bool read_stat(int64_t id, char *ret_state, int64_t *ret_start)
{
    char path[48], line[1024];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)id);
    if (read_proc(path, line, sizeof line) <= 0)
        return false;
    char *rest = strrchr(line, ')');
    if (!rest || rest[1] != ' ')
        return false;
    char *word = rest + 2;
    char state = *word;
    for (int field = 3; field < 22; field++) {
        word = strchr(word, ' ');
        if (!word)
            return false;
        word++;
    }
    word[strcspn(word, " \n")] = '\0';
    long long start;
    if (!text_to_int64(word, &start))
        return false;
    *ret_state = state;
    *ret_start = start;
    return true;
}

/* "agent reconcile": the program's name and its subcommand. */
static void read_command(char *command, size_t size)
{
    char line[4096];
    ssize_t length = read_proc("/proc/self/cmdline", line, sizeof line);
    if (length <= 0) {
        snprintf(command, size, "agent");
        return;
    }
    const char *slash = strrchr(line, '/');
    const char *name = slash ? slash + 1 : line;
    const char *next = line + strlen(line) + 1;
    bool subcommand = next < line + length && *next && *next != '-';
    snprintf(command, size, "%.31s%s%.31s", name, subcommand ? " " : "", subcommand ? next : "");
}

void process_self(struct process *ret_process)
{
    *ret_process = (struct process){.id = getpid()};
    if (gethostname(ret_process->host, sizeof ret_process->host - 1))
        snprintf(ret_process->host, sizeof ret_process->host, "localhost");
    char state;
    read_stat(ret_process->id, &state, &ret_process->start);
    read_command(ret_process->command, sizeof ret_process->command);
}

bool process_alive(int64_t id, int64_t start, bool *ret_certain)
{
    char state;
    int64_t present;
    *ret_certain = true;
    if (read_stat(id, &state, &present))
        return state != 'Z' && state != 'X' && (start == 0 || present == start);
    /* Mounted with hidepid, /proc does not show other users' processes; signals still tell. */
    if (kill((pid_t)id, 0) && errno == ESRCH)
        return false;
    *ret_certain = false;
    return true;
}

/* /proc/locks names the holder without opening the file: closing any descriptor of it would drop
 * this process's own locks (POSIX has it so). */
bool process_holding(const char *path, char *buffer, size_t size)
{
    struct stat about;
    if (stat(path, &about))
        return false;
    FILE *locks = fopen("/proc/locks", "re");
    if (!locks)
        return false;
    char line[256];
    long long holder = 0;
    bool writer = false;
    while (!writer && fgets(line, sizeof line, locks)) {
        char mode[8];
        long long id;
        unsigned major_id, minor_id;
        unsigned long inode;
        if (sscanf(line, "%*s POSIX %*s %7s %lld %x:%x:%lu", mode, &id, &major_id, &minor_id,
                   &inode) != 5)
            continue;
        if (inode != about.st_ino || makedev(major_id, minor_id) != about.st_dev || id == getpid())
            continue;
        holder = id;
        writer = strcmp(mode, "WRITE") == 0;
    }
    fclose(locks);
    if (holder <= 0)
        return false;
    char comm[48], name_path[48];
    snprintf(name_path, sizeof name_path, "/proc/%lld/comm", holder);
    ssize_t length = read_proc(name_path, comm, sizeof comm);
    if (length <= 0)
        return false;
    comm[strcspn(comm, "\n")] = '\0';
    snprintf(buffer, size, "process %lld (%s)", holder, comm);
    return true;
}
