/* Small configuration files, read whole. */
#include "base/text.h"
#include "io/file_trust.h"
#include "io/io_fault.h"
#include "io/stop.h"
#include "io/yaml_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_NBYTES = 1 << 16 };

static mag_status read_all(int fd, const char *path, mag_text *into, mag_error *err) {
    static const size_t most = (size_t)MAG_YAML_NBYTES + 1;
    char chunk[CHUNK_NBYTES];
    while (into->nbytes < most) {
        size_t wanted = most - into->nbytes < sizeof chunk ? most - into->nbytes : sizeof chunk;
        ssize_t got = mag_stop_read(fd, chunk, wanted);
        if (got < 0)
            return mag_io_fail_read(path, errno, err);
        if (got == 0)
            break;
        mag_text_add(into, (mag_span){chunk, (size_t)got});
        MAG_TRY(mag_text_check(into, err));
    }
    return MAG_OK;
}

static mag_status read_opened(mag_arena *arena, int fd, const char *path, mag_span *text,
                              mag_error *err) {
    mag_text content;
    mag_text_init(&content, mag_arena_account(arena));
    mag_status status = read_all(fd, path, &content, err);
    if (status == MAG_OK) {
        char *copy = mag_arena_text(arena, mag_text_span(&content));
        *text = (mag_span){copy, content.nbytes};
        if (!copy)
            status = mag_fail_memory(err, content.nbytes);
    }
    mag_text_done(&content);
    return status;
}

static mag_status read_path(mag_arena *arena, const char *path, bool must_be_trusted,
                            mag_span *text, mag_error *err) {
    if (strcmp(path, "-") == 0)
        return read_opened(arena, STDIN_FILENO, path, text, err);
    /* A pipe is waited for where it is read, so that a signal ends the waiting. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return mag_io_fail_open(path, "cannot be read", errno, err);
    mag_status status = must_be_trusted ? mag_file_check_trust(fd, path, err) : MAG_OK;
    if (status == MAG_OK)
        status = read_opened(arena, fd, path, text, err);
    close(fd);
    return status;
}

mag_status mag_yaml_read_file(mag_arena *arena, const char *path, mag_span *text, mag_error *err) {
    return read_path(arena, path, false, text, err);
}

mag_status mag_yaml_read_trusted(mag_arena *arena, const char *path, mag_span *text,
                                 mag_error *err) {
    return read_path(arena, path, true, text, err);
}
