/* Feeds files to a fuzz target without a fuzzer: what once was found stays found. Arguments are
 * files, or folders whose files are fed in the order of their names. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define LARGEST_INPUT ((size_t)1 << 24)

/* A buffer of exactly the file's size, so that the sanitizers see each byte read beyond it. */
static int feed_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *room = file ? malloc(LARGEST_INPUT) : NULL;
    if (!room) {
        perror(path);
        if (file)
            fclose(file);
        return 1;
    }
    size_t length = fread(room, 1, LARGEST_INPUT, file);
    fclose(file);
    uint8_t *bytes = malloc(length ? length : 1);
    if (bytes)
        memcpy(bytes, room, length);
    free(room);
    printf("%s: %zu bytes\n", path, length);
    fflush(stdout); /* names the input if the next line never comes */
    if (bytes)
        LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
    return 0;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int feed_folder(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, not_hidden, alphasort);
    int failed = count <= 0;
    if (failed)
        fprintf(stderr, "%s: no corpus\n", path);
    for (int i = 0; i < count; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        failed |= feed_file(file);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++) {
        struct stat about;
        if (stat(argv[i], &about) == 0 && S_ISDIR(about.st_mode))
            failed |= feed_folder(argv[i]);
        else
            failed |= feed_file(argv[i]);
    }
    return failed;
}
