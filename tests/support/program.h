/* Runs the built program the way a user does, in a folder of its own, and reads back what it left.
 */
#ifndef MAG_TESTS_SUPPORT_PROGRAM_H
#define MAG_TESTS_SUPPORT_PROGRAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Bytes of a file; free .at. */
typedef struct bytes {
    char *at;
    size_t nbytes;
} bytes;

/* Path of the program under test: $MAGSCREEN, or the one beside the test. */
const char *program_path(void);

/* A new folder under $TMPDIR, removed with everything in it by program_folder_remove. */
const char *program_folder_new(void);
void program_folder_remove(const char *folder);

bytes file_read(const char *path); /* .at NULL if it cannot be read */
bytes file_inflate(const char *path);
void file_write(const char *path, const char *at, size_t nbytes);
/* A copy that belongs to whoever runs the test: files of a checkout may belong to somebody else,
   whom the program does not believe. */
void file_copy(const char *from, const char *to);
void file_write_gzip(const char *path, const char *at, size_t nbytes);
bytes gzip_of(const char *at, size_t nbytes, int level);
bool file_exists(const char *path);

typedef struct program_result {
    int exit_code; /* -1: ended by a signal */
    bytes out, err;
    size_t most_resident_nbytes; /* of memory, at any time */
} program_result;

/* A program that was started and not waited for. */
typedef struct program_child {
    pid_t pid;
    int out, err; /* what it says, kept for program_wait */
} program_child;

/* As program_run, without waiting; `in` becomes its stdin and stays the caller's. Descriptors
   without FD_CLOEXEC are the program's too. */
program_child program_start(const char *const *arguments, const char *const *environment, int in);
program_result program_wait(program_child child);

/* arguments: NULL-ended, without the program itself. environment: NULL-ended NAME=VALUE additions
   or NULL. input: what stdin gives; NULL = /dev/null. */
program_result program_run(const char *const *arguments, const char *const *environment,
                           const bytes *input);
void program_result_done(program_result *result);

/* run.json of a finished run: out, out.held or out.failed, whichever is there; NULL if none. */
json_t *run_record(const char *out);

#endif
