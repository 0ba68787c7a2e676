/* Feeds every file of the folders named to a fuzz target, so that what was once found stays found
 * on machines without a fuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_BYTES = 16 * 1024 * 1024, PATH_BYTES = 4096 };

/* The input lies in memory of exactly its size, so that a sanitizer sees each byte read behind it.
 */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *room = malloc(FILE_BYTES);
    size_t size = file == NULL || room == NULL ? 0 : fread(room, 1, FILE_BYTES, file);
    uint8_t *input = malloc(size == 0 ? 1 : size);
    int failed = file == NULL || room == NULL || input == NULL || ferror(file) != 0;
    if (!failed) {
        memcpy(input, room, size);
        (void)LLVMFuzzerTestOneInput(input, size);
    } else {
        fprintf(stderr, "%s: cannot be read\n", path);
    }
    if (file != NULL)
        (void)fclose(file);
    free(room);
    free(input);
    return failed;
}

static int replay_folder(const char *folder, int *replayed)
{
    char path[PATH_BYTES];
    int failed = 0;
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        fprintf(stderr, "%s: cannot be read\n", folder);
        return 1;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (entry->d_name[0] == '.')
            continue;
        int size = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        failed |= size < 0 || (size_t)size >= sizeof path || replay_file(path) != 0;
        (*replayed)++;
    }
    (void)closedir(entries);
    return failed;
}

int main(int argc, char **argv)
{
    int replayed = 0;
    int failed = argc < 2;
    for (int index = 1; index < argc; index++)
        failed |= replay_folder(argv[index], &replayed);
    printf("%d inputs replayed\n", replayed);
    return failed || replayed == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
