/* Runs a target over the kept inputs: files, or folders of files. Prints how many. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_NBYTES = 4096 };

static size_t input_count;

static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    fuzz_promise(file != NULL);
    size_t capacity = 1 << 20, nbytes;
    uint8_t *at = malloc(capacity);
    fuzz_promise(at != NULL);
    nbytes = fread(at, 1, capacity, file);
    fclose(file);
    uint8_t *exact = malloc(nbytes ? nbytes : 1); /* so that a read past the end is seen */
    fuzz_promise(exact != NULL);
    memcpy(exact, at, nbytes);
    free(at);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, nbytes);
    free(exact);
    input_count++;
}

static void run_folder(const char *path, DIR *folder) {
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char child[PATH_NBYTES];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        run_file(child);
    }
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        DIR *folder = opendir(arguments[i]);
        if (!folder) {
            run_file(arguments[i]);
            continue;
        }
        run_folder(arguments[i], folder);
        closedir(folder);
    }
    printf("%zu inputs\n", input_count);
    return input_count == 0;
}
