/* What an earlier night or a supplier left: a manifest (first byte even), the run.json of a
   previous run (odd). */
#include "fuzz.h"

#include "cohort/manifest.h"
#include "engine/previous_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mag_status read_manifest(mag_arena *arena, const uint8_t *data, size_t size,
                                mag_error *err) {
    const mag_manifest *manifest;
    MAG_TRY(mag_manifest_read(arena, fuzz_file(0, data, size), &manifest, err));
    for (size_t i = 0; i < manifest->line_count; i++) {
        const mag_manifest_line *line = &manifest->lines[i];
        fuzz_promise(line->file[0] != '\0' && line->row_count >= -1);
        fuzz_promise(mag_manifest_find(manifest, line->file) != NULL);
    }
    mag_error ignored = {0};
    fuzz_expect_told(mag_manifest_check_set(manifest, NULL, 0, &ignored), &ignored);
    return MAG_OK;
}

/* The folder that holds run.json, made once; the file is a link to the bytes at hand. */
static const char *folder_of(const char *path) {
    static char folder[] = "/dev/shm/magscreen-fuzz-XXXXXX";
    static char link_path[64];
    if (link_path[0] == '\0') {
        fuzz_promise(mkdtemp(folder) != NULL);
        snprintf(link_path, sizeof link_path, "%s/run.json", folder);
        fuzz_promise(symlink(path, link_path) == 0);
    }
    return folder;
}

static mag_status read_previous(mag_arena *arena, const uint8_t *data, size_t size,
                                mag_error *err) {
    const mag_previous_run *run;
    const char *folder = folder_of(fuzz_file(1, data, size));
    MAG_TRY(mag_previous_run_read(arena, folder, &run, err));
    fuzz_promise(run->as_of != NULL && run->result_sha256 != NULL);
    for (size_t i = 0; i < run->tracked_count; i++)
        fuzz_promise(run->tracked[i].count > 0 && run->tracked[i].count <= MAG_TRACKED_RUNS);
    mag_error ignored = {0};
    mag_status status = mag_previous_run_check_as_of(run, "2025-12-31", &ignored);
    fuzz_expect_told(status, &ignored);
    return MAG_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    mag_account account = {0};
    mag_error err = {0};
    mag_arena *arena = mag_arena_new(&account);
    fuzz_promise(arena != NULL);
    mag_status status = data[0] % 2 == 0 ? read_manifest(arena, data + 1, size - 1, &err)
                                         : read_previous(arena, data + 1, size - 1, &err);
    fuzz_expect_told(status, &err);
    mag_arena_free(arena);
    fuzz_promise(account.used_nbytes == 0);
    return 0;
}
