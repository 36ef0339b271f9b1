/* A folder of a test's own. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

#include <stddef.h>

/* Makes a new folder, in memory where that can be: fsync costs nothing there, and a killed process
 * loses no more than on a disk. `name` is the start of its name. */
void folder_make(char *folder, size_t size, const char *name);
/* Removes it with all it holds. */
void folder_remove(const char *folder);

#endif
