#include "tests/support/folder.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

void folder_make(char *folder, size_t size, const char *name)
{
    bool memory = access("/dev/shm", W_OK) == 0;
    snprintf(folder, size, "%s/%s-XXXXXX", memory ? "/dev/shm" : "/tmp", name);
    assert_non_null(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

void folder_remove(const char *folder)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
