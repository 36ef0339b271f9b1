#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/secret.h"
#include "base/world.h"

static void close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define CLEANUP_FD CLEANUP(close_fd)

/* ---- Reading ----------------------------------------------------------------------------- */

static void describe(const struct stat *info, struct file_state *ret_state)
{
    *ret_state = (struct file_state){
        .exists = true,
        .size = info->st_size,
        .modified_ns = (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec,
        .inode = info->st_ino,
    };
}

/* A path that leads nowhere is the config's fault, not the machine's. */
static int open_failed(struct error *error, const char *path)
{
    int number = errno;
    int result = error_errno(error, SCOPE_RUN, number, "cannot read %s", path);
    if (number != ENOENT && number != ENOTDIR)
        return result;
    if (error)
        error->class = ERROR_INPUT;
    return -ERROR_INPUT;
}

static int read_all(int fd, const char *path, struct text *out, struct error *error)
{
    char chunk[64 * 1024];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got == 0)
            return 0;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(error, SCOPE_RUN, errno, "cannot read %s", path);
        text_add_n(out, chunk, (size_t)got);
        if (out->secret)
            secret_wipe(chunk, (size_t)got);
        if (text_failed(out))
            return error_set(error, ERROR_INPUT, SCOPE_RUN, "%s is larger than %zu bytes", path,
                             out->max);
    }
}

int file_read(const char *path, struct text *out, struct file_state *ret_state, struct error *error)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) < 0)
        return open_failed(error, path);
    /* The state is from before the first byte: if somebody writes meanwhile, a later look differs.
     */
    size_t start = out->length;
    int result = read_all(fd, path, out, error);
    if (result < 0)
        return result;
    if (ret_state) {
        describe(&info, ret_state);
        sha256_hex(out->data + start, out->length - start, ret_state->hash);
    }
    return 0;
}

int file_stat(const char *path, struct file_state *ret_state, struct error *error)
{
    struct stat info;
    if (stat(path, &info) == 0) {
        describe(&info, ret_state);
        return 0;
    }
    if (errno != ENOENT)
        return error_errno(error, SCOPE_RUN, errno, "cannot look at %s", path);
    *ret_state = (struct file_state){0};
    return 0;
}

bool file_same(const struct file_state *a, const struct file_state *b)
{
    return a->exists == b->exists && a->size == b->size && a->modified_ns == b->modified_ns &&
           a->inode == b->inode;
}

/* ---- Writing ----------------------------------------------------------------------------- */

/* Returns 0 or -1 with errno. */
static int write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Makes a rename or a new name durable. File systems that cannot do it say so with EINVAL. */
static int sync_folder(int folder)
{
    return fsync(folder) < 0 && errno != EINVAL && errno != ENOTSUP ? -1 : 0;
}

/* The folder of `path`; the caller frees. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return memory_copy(".");
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    char *folder = memory_alloc(length + 1);
    memcpy(folder, path, length);
    return folder;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The file behind links, or the path itself if nothing stands there. NULL with errno if a link
 * leads nowhere. */
static char *follow_links(const char *path)
{
    char *target = realpath(path, NULL);
    struct stat info;
    if (target)
        return target;
    if (errno != ENOENT || lstat(path, &info) == 0)
        return NULL;
    return memory_copy(path);
}

/* Fills the new file and gives it the rights of the old one (`old` may be NULL). */
static int fill(int fd, const char *bytes, size_t length, const struct stat *old)
{
    if (write_all(fd, bytes, length) < 0)
        return -1;
    if (old) {
        /* Only root may give a file away; anybody may keep one of his groups. Failing here costs
         * no content, so it is no reason to fail. Before chmod: chown clears mode bits. */
        if (fchown(fd, old->st_uid, old->st_gid) < 0 && fchown(fd, (uid_t)-1, old->st_gid) < 0)
            errno = 0;
        if (fchmod(fd, old->st_mode & 07777) < 0)
            return -1;
    }
    return fsync(fd);
}

/* Creates the temporary file, fills it and moves it over `name`. Returns 0 or an errno. */
static int replace_in(int folder, const char *name, const char *bytes, size_t length, mode_t mode)
{
    struct stat info;
    bool exists = fstatat(folder, name, &info, 0) == 0;
    if (exists && !S_ISREG(info.st_mode))
        return S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
    uint64_t chance;
    world_real.random(NULL, &chance, sizeof chance);
    char temporary[48];
    snprintf(temporary, sizeof temporary, ".agent-%016" PRIx64 ".tmp", chance);
    int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    exists ? 0600 : mode);
    if (fd < 0)
        return errno;
    int failure = fill(fd, bytes, length, exists ? &info : NULL) < 0 ? errno : 0;
    if (close(fd) < 0 && !failure)
        failure = errno;
    if (!failure && renameat(folder, temporary, folder, name) < 0)
        failure = errno;
    if (failure) {
        unlinkat(folder, temporary, 0);
        return failure;
    }
    return sync_folder(folder) < 0 ? errno : 0;
}

int file_replace(const char *path, const char *bytes, size_t length, mode_t mode,
                 struct error *error)
{
    CLEANUP_FREE char *target = follow_links(path);
    if (!target)
        return error_errno(error, SCOPE_RUN, errno, "cannot write %s", path);
    CLEANUP_FREE char *folder_path = folder_of(target);
    CLEANUP_FD int folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return error_errno(error, SCOPE_RUN, errno, "cannot open the folder %s", folder_path);
    int failure = replace_in(folder, name_of(target), bytes, length, mode);
    return failure ? error_errno(error, SCOPE_RUN, failure, "cannot write %s", path) : 0;
}

/* True if the file is empty or its last byte is a newline. */
static bool ends_clean(int fd, off_t size)
{
    char last = '\n';
    return size == 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n';
}

/* Returns 0 or an errno. */
static int append_to(int fd, const char *bytes, size_t length)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return errno;
    char newline[] = "\n";
    size_t ending = ends_clean(fd, info.st_size) ? 0 : 1;
    struct iovec parts[] = {
        {.iov_base = newline, .iov_len = ending},
        {.iov_base = (void *)(uintptr_t)bytes, .iov_len = length}, /* only read */
    };
    ssize_t written;
    do {
        written = writev(fd, parts, (int)COUNT(parts));
    } while (written < 0 && errno == EINTR);
    if (written < 0)
        return errno;
    /* A full disk takes a part; the rest then fails with the reason. */
    size_t done = (size_t)written > ending ? (size_t)written - ending : 0;
    if (write_all(fd, bytes + done, length - done) < 0 || fsync(fd) < 0)
        return errno;
    return 0;
}

int file_append(const char *path, const char *bytes, size_t length, mode_t mode,
                struct error *error)
{
    bool created = access(path, F_OK) < 0;
    CLEANUP_FD int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, mode);
    if (fd < 0)
        return error_errno(error, SCOPE_RUN, errno, "cannot write %s", path);
    int failure = append_to(fd, bytes, length);
    if (!failure && created) {
        CLEANUP_FREE char *folder_path = folder_of(path);
        CLEANUP_FD int folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0 || sync_folder(folder) < 0)
            failure = errno;
    }
    return failure ? error_errno(error, SCOPE_RUN, failure, "cannot write %s", path) : 0;
}

/* ---- Folders and names ------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int file_make_folder(const char *path, mode_t mode, struct error *error)
{
    CLEANUP_FREE char *part = memory_copy(path);
    for (char *slash = part; slash; slash = strchr(slash, '/')) {
        slash += strspn(slash, "/");
        char *end = strchr(slash, '/');
        if (end)
            *end = '\0';
        /* One that exists may also answer EROFS or EACCES. */
        if (*part && mkdir(part, mode) < 0) {
            int number = errno == EEXIST ? ENOTDIR : errno;
            if (!is_folder(part))
                return error_errno(error, SCOPE_RUN, number, "cannot create the folder %s", part);
        }
        if (!end)
            break;
        *end = '/';
        slash = end;
    }
    return 0;
}

static char *join(const char *folder, const char *name)
{
    struct text path;
    text_init(&path, SIZE_MAX);
    text_addf(&path, "%s/%s", folder, name);
    return text_take(&path);
}

char *file_resolve(const char *beside, const char *path)
{
    if (text_starts(path, "~/")) {
        const char *home = getenv("HOME");
        if (!home || !*home) {
            const struct passwd *user = getpwuid(getuid());
            home = user ? user->pw_dir : NULL;
        }
        return home ? join(home, path + 2) : memory_copy(path);
    }
    if (*path == '/' || !beside || !strchr(beside, '/'))
        return memory_copy(path);
    CLEANUP_FREE char *folder = folder_of(beside);
    return join(strcmp(folder, "/") == 0 ? "" : folder, path);
}
