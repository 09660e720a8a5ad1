/* Small configuration files, read whole. */
#include "base/text.h"
#include "io/yaml_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_NBYTES = 1 << 16 };

static mag_status fail_read(const char *path, mag_error *err) {
    int reason = errno;
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%s: cannot be read: %s", path,
                    strerror(reason));
}

static mag_status read_all(int fd, const char *path, mag_text *into, mag_error *err) {
    static const size_t most = (size_t)MAG_YAML_NBYTES + 1;
    char chunk[CHUNK_NBYTES];
    while (into->nbytes < most) {
        size_t wanted = most - into->nbytes < sizeof chunk ? most - into->nbytes : sizeof chunk;
        ssize_t got = read(fd, chunk, wanted);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_read(path, err);
        if (got == 0)
            break;
        mag_text_add(into, (mag_span){chunk, (size_t)got});
        MAG_TRY(mag_text_check(into, err));
    }
    return MAG_OK;
}

mag_status mag_yaml_read_file(mag_arena *arena, const char *path, mag_span *text, mag_error *err) {
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_read(path, err);
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
    if (!is_stdin)
        close(fd);
    return status;
}
