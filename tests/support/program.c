#define _DEFAULT_SOURCE /* wait4 */
#include "support/program.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

extern char **environ;

static void need(bool ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "test support: %s\n", what);
    abort();
}

const char *program_path(void) {
    const char *path = getenv("MAGSCREEN");
    return path ? path : MAG_BINARY_DIR "/magscreen";
}

const char *program_folder_new(void) {
    static char folder[256];
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/magscreen-test-XXXXXX", root ? root : "/tmp");
    need(mkdtemp(folder) != NULL, "cannot make a folder");
    return folder;
}

void program_folder_remove(const char *folder) {
    char command[512];
    snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", folder, folder);
    need(system(command) == 0, "cannot remove a folder");
}

static void append(bytes *to, const char *at, size_t nbytes) {
    to->at = realloc(to->at, to->nbytes + nbytes + 1);
    need(to->at != NULL, "out of memory");
    memcpy(to->at + to->nbytes, at, nbytes);
    to->nbytes += nbytes;
    to->at[to->nbytes] = '\0';
}

bytes file_read(const char *path) {
    bytes content = {0};
    FILE *in = fopen(path, "rb");
    if (!in)
        return content;
    append(&content, "", 0);
    char buffer[65536];
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, in)) > 0;)
        append(&content, buffer, got);
    fclose(in);
    return content;
}

bytes file_inflate(const char *path) {
    bytes content = {0};
    gzFile in = gzopen(path, "rb");
    if (!in)
        return content;
    append(&content, "", 0);
    char buffer[65536];
    for (int got; (got = gzread(in, buffer, sizeof buffer)) > 0;)
        append(&content, buffer, (size_t)got);
    gzclose(in);
    return content;
}

void file_write(const char *path, const char *at, size_t nbytes) {
    FILE *out = fopen(path, "wb");
    need(out && fwrite(at, 1, nbytes, out) == nbytes, "cannot write a file");
    need(fclose(out) == 0, "cannot close a file");
}

bytes gzip_of(const char *at, size_t nbytes, int level) {
    z_stream z = {0};
    need(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
    size_t room = deflateBound(&z, (uLong)nbytes) + 64;
    bytes packed = {malloc(room), 0};
    need(packed.at != NULL, "out of memory");
    z.next_in = (Bytef *)(uintptr_t)at;
    z.avail_in = (uInt)nbytes;
    z.next_out = (Bytef *)packed.at;
    z.avail_out = (uInt)room;
    need(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
    packed.nbytes = z.total_out;
    deflateEnd(&z);
    return packed;
}

void file_copy(const char *from, const char *to) {
    bytes content = file_read(from);
    need(content.at != NULL, "cannot read a file");
    file_write(to, content.at, content.nbytes);
    free(content.at);
}

void file_write_gzip(const char *path, const char *at, size_t nbytes) {
    bytes packed = gzip_of(at, nbytes, 6);
    file_write(path, packed.at, packed.nbytes);
    free(packed.at);
}

bool file_exists(const char *path) {
    struct stat facts;
    return lstat(path, &facts) == 0;
}

/* --- running -----------------------------------------------------------------------------------
 */

static int scratch_file(void) {
    char path[] = "/tmp/magscreen-test-out-XXXXXX";
    int fd = mkstemp(path);
    need(fd >= 0, "cannot make a scratch file");
    unlink(path);
    return fd;
}

static bytes scratch_content(int fd) {
    bytes content = {0};
    append(&content, "", 0);
    need(lseek(fd, 0, SEEK_SET) == 0, "seek");
    char buffer[65536];
    for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
        append(&content, buffer, (size_t)got);
    close(fd);
    return content;
}

static void become_program(const char *const *arguments, const char *const *environment,
                           const int fds[3]) {
    for (int i = 0; i < 3; i++)
        dup2(fds[i], i);
    for (; environment && *environment; environment++)
        putenv((char *)(uintptr_t)*environment);
    const char *argv[64] = {program_path()};
    size_t count = 1;
    for (; *arguments && count < 63; arguments++)
        argv[count++] = *arguments;
    execv(program_path(), (char *const *)(uintptr_t)argv);
    _exit(127);
}

program_child program_start(const char *const *arguments, const char *const *environment, int in) {
    program_child child = {.out = scratch_file(), .err = scratch_file()};
    child.pid = fork();
    need(child.pid >= 0, "cannot fork");
    if (child.pid == 0)
        become_program(arguments, environment, (const int[3]){in, child.out, child.err});
    return child;
}

program_result program_wait(program_child child) {
    enum { KIB = 1024 };
    struct rusage used;
    int status;
    need(wait4(child.pid, &status, 0, &used) == child.pid, "wait");
    program_result result = {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                             .most_resident_nbytes = (size_t)used.ru_maxrss * KIB};
    result.out = scratch_content(child.out);
    result.err = scratch_content(child.err);
    return result;
}

program_result program_run(const char *const *arguments, const char *const *environment,
                           const bytes *input) {
    int in = input ? scratch_file() : open("/dev/null", O_RDONLY);
    if (input) {
        need(write(in, input->at, input->nbytes) == (ssize_t)input->nbytes, "write");
        need(lseek(in, 0, SEEK_SET) == 0, "seek");
    }
    program_child child = program_start(arguments, environment, in);
    close(in);
    return program_wait(child);
}

void program_result_done(program_result *result) {
    free(result->out.at);
    free(result->err.at);
    *result = (program_result){0};
}

json_t *run_record(const char *out) {
    static const char *const endings[] = {"", ".held", ".failed"};
    for (size_t i = 0; i < 3; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s%s/run.json", out, endings[i]);
        if (file_exists(path))
            return json_load_file(path, 0, NULL);
    }
    return NULL;
}
