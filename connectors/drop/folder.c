#include "connectors/drop/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

#define POINT     "drop"
#define ROOM_MODE 0770 /* producers are others; the umask narrows it */
#define FILE_MODE 0660

static const char *const rooms[] = {"inbox", "done", "failed", "outbox", "state", "state/prepared"};

const char *drop_path(const struct drop_folder *folder, struct arena *arena, const char *room,
                      const char *name)
{
    return arena_printf(arena, "%s/%s%s%s", folder->path, room, name ? "/" : "", name ? name : "");
}

int drop_folder_check(const struct drop_folder *folder, bool make, struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct stat info;
    if (stat(folder->path, &info) < 0) {
        int number = errno;
        error_errno(error, SCOPE_CLOUD, number, "cannot use the folder %s", folder->path);
        return number != ENOENT
                   ? -(int)error->class
                   : error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                               "there is no folder %s: make it, or correct clouds.drop.folder",
                               folder->path);
    }
    if (!S_ISDIR(info.st_mode))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                         "%s is no folder: correct clouds.drop.folder", folder->path);
    int r = 0;
    for (size_t i = 0; make && r == 0 && i < COUNT(rooms); i++)
        r = file_make_folder(drop_path(folder, arena, rooms[i], NULL), ROOM_MODE, error);
    return r;
}

/* ---- listing ---- */

static bool is_ours(const char *name)
{
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 && !strcmp(name + length - 4, ".csv");
}

static int by_age(const void *a, const void *b)
{
    const struct drop_file *left = a, *right = b;
    int64_t difference = left->state.modified_ns - right->state.modified_ns;
    return difference ? (difference < 0 ? -1 : 1) : strcmp(left->name, right->name);
}

bool drop_folder_is_file(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* A link is none of ours, wherever it leads. */
static bool look_at(int room, const char *name, struct file_state *ret_state)
{
    struct stat info;
    if (fstatat(room, name, &info, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(info.st_mode))
        return false;
    *ret_state = (struct file_state){.exists = true,
                                     .size = info.st_size,
                                     .modified_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 +
                                                    info.st_mtim.tv_nsec,
                                     .inode = info.st_ino};
    return true;
}

int drop_folder_list(const struct drop_folder *folder, struct arena *arena, const char *room,
                     struct drop_file **ret_files, size_t *ret_count, struct error *error)
{
    const char *path = drop_path(folder, arena, room, NULL);
    struct drop_file *files = NULL, *kept = NULL;
    size_t count = 0, capacity = 0;
    DIR *stream = opendir(path);
    int number = errno;
    if (!stream && number != ENOENT)
        return error_errno(error, SCOPE_CLOUD, number, "cannot read the folder %s", path);
    while (stream) {
        struct file_state state;
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (!entry)
            break;
        if (!is_ours(entry->d_name) || !look_at(dirfd(stream), entry->d_name, &state))
            continue;
        ARRAY_GROW(files, &capacity, count + 1);
        files[count++] = (struct drop_file){arena_copy(arena, entry->d_name), state};
    }
    number = stream ? errno : 0;
    if (stream)
        closedir(stream);
    if (count) {
        qsort(files, count, sizeof *files, by_age);
        kept = arena_array(arena, count, sizeof *kept);
        memcpy(kept, files, count * sizeof *files);
    }
    free(files);
    if (number)
        return error_errno(error, SCOPE_CLOUD, number, "cannot read the folder %s", path);
    *ret_files = kept;
    *ret_count = count;
    return 0;
}

/* ---- changing ---- */

static int sync_room(const char *path, struct error *error)
{
    CLEANUP_FREE char *room = memory_copy(path);
    *strrchr(room, '/') = '\0';
    int fd = open(room, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP);
    int number = errno;
    if (fd >= 0)
        close(fd);
    return failed ? error_errno(error, SCOPE_CLOUD, number, "cannot sync the folder %s", room) : 0;
}

int drop_folder_move(const struct drop_folder *folder, const char *from, const char *to,
                     struct error *error)
{
    world_point(folder->world, POINT);
    if (rename(from, to) < 0) {
        int number = errno;
        if (number == ENOENT && access(from, F_OK) < 0)
            return 1;
        error_errno(error, SCOPE_CLOUD, number, "cannot move %s to %s", from, to);
        return number == EXDEV ? error_context(error, "the rooms of a drop share a file system")
                               : -(int)error->class;
    }
    int r = sync_room(to, error);
    return r < 0 ? r : sync_room(from, error);
}

int drop_folder_write(const struct drop_folder *folder, const char *path,
                      const struct text *content, struct error *error)
{
    struct stat info;
    world_point(folder->world, POINT);
    if (text_failed(content))
        return error_set(error, ERROR_INPUT, SCOPE_CLOUD, "%s would grow too large", path);
    if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode) && unlink(path) < 0)
        return error_errno(error, SCOPE_CLOUD, errno, "cannot replace the link %s", path);
    return file_replace(path, content->data, content->length, FILE_MODE, error);
}

int drop_folder_lock(const struct drop_folder *folder, const char *name, int *ret_fd,
                     struct error *error)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *path = drop_path(folder, arena, "state", arena_printf(arena, "%s.lock", name));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return error_errno(error, SCOPE_CLOUD, errno, "cannot open %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *ret_fd = fd;
        return 0;
    }
    int number = errno;
    close(fd);
    return number == EWOULDBLOCK
               ? error_set(error, ERROR_TEMPORARY, SCOPE_CLOUD,
                           "another process is at work in %s: try again", folder->path)
               : error_errno(error, SCOPE_CLOUD, number, "cannot lock %s", path);
}
