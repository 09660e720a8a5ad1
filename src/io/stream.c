/* Bytes in, verified at their end:

     file ─▶ read() ─▶ input block ─┬─▶ (plain) ─────────────▶ caller's buffer
                │                   └─▶ inflate, per member ─▶
                └─▶ SHA-256

   What the content is, is told by its first bytes. What a record is, is left to the CSV reader.
   Where the faster of two inflaters doubts, the file is read again from its beginning by the other
   one, up to the bytes that the caller has already: its word is the message. */
#include "io/stream.h"

#include "io/file_kind.h"
#include "io/inflate.h"
#include "io/io_fault.h"
#include "io/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INPUT_NBYTES = 1 << 17,
    GARBAGE_NBYTES = 1 << 24,   /* counting what follows the end stops here: a pipe may never end */
    BOMB_STEP_NBYTES = 1 << 16, /* how often a bomb is looked for */
    DOUBT_NBYTES = 1 << 20      /* more than a doubting inflater reads ahead of what it gives */
};

const mag_stream_limits mag_stream_default_limits = {.output_nbytes = UINT64_C(1) << 30,
                                                     .ratio = 200};

struct mag_stream {
    mag_arena *arena; /* holds the stream itself */
    const char *path;
    int fd;
    bool is_stdin;
    struct stat at_open;
    mag_stream_limits limits;
    mag_sha256 *hash;
    unsigned char *input; /* [at, end) is not used yet */
    size_t at, end;
    bool is_input_over;
    bool is_gzip, is_in_member;
    mag_inflater *inflater;
    off_t begin;           /* where the descriptor stood when it was opened; -1: cannot go back */
    uint64_t known_nbytes; /* what the caller has, while the file is read again */
    bool is_verified;
    mag_error fault; /* status MAG_OK: none so far */
    mag_stream_facts facts;
};

/* The name that messages use. */
static const char *shown(const mag_stream *s) {
    return s->is_stdin ? "stdin" : s->path;
}

/* --- input ---------------------------------------------------------------------------------- */

static mag_status fail_read(const mag_stream *s, int reason, mag_error *err) {
    if (reason == ECANCELED)
        return mag_io_fail_read(shown(s), reason, err);
    return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P404, "%s: reading failed at byte %llu: %s",
                    shown(s), (unsigned long long)s->facts.in_nbytes, strerror(reason));
}

/* Reads what there is of the file, once, and hashes it. */
static mag_status read_input(mag_stream *s, void *to, size_t room, size_t *got, mag_error *err) {
    const ssize_t count = mag_stop_read(s->fd, to, room);
    *got = 0;
    if (count < 0)
        return fail_read(s, errno, err);
    *got = (size_t)count;
    s->is_input_over = count == 0;
    mag_sha256_add(s->hash, (mag_span){to, *got});
    s->facts.in_nbytes += *got;
    return MAG_OK;
}

/* Reads until `wanted` unused bytes are there or the input is over. */
static mag_status fill(mag_stream *s, size_t wanted, mag_error *err) {
    if (s->at > 0) {
        memmove(s->input, s->input + s->at, s->end - s->at);
        s->end -= s->at;
        s->at = 0;
    }
    while (s->end < wanted && !s->is_input_over) {
        size_t got;
        MAG_TRY(read_input(s, s->input + s->end, INPUT_NBYTES - s->end, &got, err));
        s->end += got;
    }
    return MAG_OK;
}

static size_t unused_nbytes(const mag_stream *s) {
    return s->end - s->at;
}

/* Bytes of the file that were taken so far. */
static unsigned long long position(const mag_stream *s) {
    return s->facts.in_nbytes - unused_nbytes(s);
}

static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Grown, shrunk, rewritten, or another file under the name. A pipe has nothing to compare. */
static bool has_changed(const mag_stream *s) {
    struct stat now, named;
    if (!S_ISREG(s->at_open.st_mode))
        return false;
    if (fstat(s->fd, &now) != 0 || !is_same_file(&s->at_open, &now))
        return true;
    return !s->is_stdin && (stat(s->path, &named) != 0 || !is_same_file(&s->at_open, &named));
}

static mag_status fail_changed(mag_stream *s, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I109,
             "%s: changed while it was being read; nothing of it is used", shown(s));
    mag_hint(err, "run again when the export has finished");
    return MAG_E_INPUT;
}

/* A file that is being rewritten looks damaged: the change is the better explanation. */
static mag_status fail_damaged(mag_stream *s, mag_message_id message, const char *what,
                               mag_error *err) {
    if (has_changed(s))
        return fail_changed(s, err);
    mag_fail(err, MAG_E_INPUT, message, "%s: %s (gzip member %u, byte %llu); nothing of it is used",
             shown(s), what, s->facts.member_count, position(s));
    mag_hint(err, "copy the file again, or ask for a new export");
    return MAG_E_INPUT;
}

/* --- gzip ----------------------------------------------------------------------------------- */

static mag_status fail_garbage(mag_stream *s, mag_error *err) {
    unsigned long long count = 0;
    for (size_t got = unused_nbytes(s); got > 0 && count < GARBAGE_NBYTES; got = unused_nbytes(s)) {
        count += got;
        s->at = s->end;
        MAG_TRY(fill(s, 1, err));
    }
    if (has_changed(s))
        return fail_changed(s, err);
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I104,
             "%s: %llu%s unexpected bytes after the end of gzip member %u; nothing of it is used",
             shown(s), count, count < GARBAGE_NBYTES ? "" : " or more", s->facts.member_count);
    mag_hint(err, "part of the file may be lost: ask for a new export");
    return MAG_E_INPUT;
}

/* Zeros up to the end of the file, as tapes leave them. */
static mag_status skip_padding(mag_stream *s, mag_error *err) {
    while (unused_nbytes(s) > 0) {
        while (s->at < s->end && s->input[s->at] == 0)
            s->at++;
        if (s->at < s->end)
            return fail_garbage(s, err);
        MAG_TRY(fill(s, 1, err));
    }
    s->facts.has_zero_padding = true;
    return MAG_OK;
}

/* Looks at what follows a member: another one, padding, or the end of the file. */
static mag_status begin_member(mag_stream *s, mag_error *err) {
    MAG_TRY(fill(s, 2, err));
    const unsigned char *head = s->input + s->at;
    size_t count = unused_nbytes(s);
    if (count == 0)
        return MAG_OK;
    if (head[0] == 0) /* never the first member: its head said that it is gzip */
        return skip_padding(s, err);
    if (head[0] != 0x1f || (count > 1 && head[1] != 0x8b))
        return fail_garbage(s, err);
    s->facts.member_count++;
    s->is_in_member = true;
    if (!mag_inflater_begin_member(s->inflater))
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "zlib cannot begin a member");
    return MAG_OK;
}

static bool is_bomb(const mag_stream *s, uint64_t out_nbytes) {
    return out_nbytes > s->limits.output_nbytes && out_nbytes / s->limits.ratio >= position(s);
}

/* Looks at fixed places, so that the buffer's size changes nothing. */
static mag_status check_bomb(mag_stream *s, size_t *got, mag_error *err) {
    if (s->facts.out_nbytes % BOMB_STEP_NBYTES != 0 || !is_bomb(s, s->facts.out_nbytes))
        return MAG_OK;
    *got = 0;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I107,
             "%s: expands more than %llu:1 over %llu MiB; reading stopped at byte %llu", shown(s),
             (unsigned long long)s->limits.ratio,
             (unsigned long long)(s->limits.output_nbytes >> 20), position(s));
    mag_hint(err, "check where the file comes from");
    return MAG_E_INPUT;
}

static mag_status fail_inflate(mag_stream *s, mag_inflate_result result, mag_error *err) {
    switch (result) {
    case MAG_INFLATE_NO_MEMORY:
        return mag_fail_memory(err, INPUT_NBYTES);
    case MAG_INFLATE_BAD_CHECKSUM:
        return fail_damaged(s, MAG_MSG_I102, "checksum differs", err);
    case MAG_INFLATE_BAD_LENGTH:
        return fail_damaged(s, MAG_MSG_I102, "length differs", err);
    case MAG_INFLATE_MORE: /* and there are none */
        return fail_damaged(s, MAG_MSG_I101, "ends early", err);
    case MAG_INFLATE_BAD_DATA:
    case MAG_INFLATE_DOUBT:
    case MAG_INFLATE_END:
        break;
    }
    return fail_damaged(s, MAG_MSG_I103, "bad compressed data", err);
}

/* Room for one call: not beyond the next place to look for a bomb, nor beyond what is known. */
static size_t room_for(const mag_stream *s, size_t capacity) {
    const uint64_t out = s->facts.out_nbytes;
    uint64_t room = mag_inflater_doubts(s->inflater) ? DOUBT_NBYTES / 2
                                                     : BOMB_STEP_NBYTES - out % BOMB_STEP_NBYTES;
    if (out < s->known_nbytes && room > s->known_nbytes - out)
        room = s->known_nbytes - out;
    return room < capacity ? (size_t)room : capacity;
}

/* One call of the inflater into the room that is left. */
static mag_inflate_result inflate_some(mag_stream *s, char *buffer, size_t capacity, size_t *got) {
    const size_t room = room_for(s, capacity);
    mag_inflate_step step = {(const unsigned char *)s->input + s->at, unused_nbytes(s), buffer,
                             room};
    const mag_inflate_result result = mag_inflater_go_on(s->inflater, &step);
    s->at = s->end - step.in_nbytes;
    *got = room - step.out_nbytes;
    s->facts.out_nbytes += *got;
    s->is_in_member = result != MAG_INFLATE_END;
    return result;
}

/* Has zlib read the file from its beginning. */
static mag_status begin_again(mag_stream *s, uint64_t known_nbytes, mag_error *err) {
    if (lseek(s->fd, s->begin, SEEK_SET) < 0)
        return fail_read(s, errno, err);
    mag_sha256_free(s->hash);
    s->hash = mag_sha256_new();
    if (!s->hash)
        return mag_fail_memory(err, INPUT_NBYTES);
    s->facts = (mag_stream_facts){.ends_with_line_end = s->facts.ends_with_line_end};
    s->at = s->end = 0;
    s->is_input_over = s->is_in_member = false;
    s->known_nbytes = known_nbytes;
    mag_inflater_trust(s->inflater);
    return MAG_OK;
}

/* Gives bytes, or none if they are known or there are none in this piece. */
static mag_status read_member(mag_stream *s, char *buffer, size_t capacity, size_t *got,
                              mag_error *err) {
    if (unused_nbytes(s) == 0)
        MAG_TRY(fill(s, 1, err));
    const bool may_doubt = mag_inflater_doubts(s->inflater);
    const mag_inflate_result result = inflate_some(s, buffer, capacity, got);
    const bool is_early =
        result == MAG_INFLATE_MORE && *got == 0 && unused_nbytes(s) == 0 && s->is_input_over;
    const bool is_fine = !is_early && (result == MAG_INFLATE_MORE || result == MAG_INFLATE_END);
    if (may_doubt && (result == MAG_INFLATE_DOUBT || is_early ||
                      is_bomb(s, s->facts.out_nbytes + DOUBT_NBYTES))) {
        const uint64_t known_nbytes = s->facts.out_nbytes - *got;
        *got = 0;
        return begin_again(s, known_nbytes, err);
    }
    if (s->facts.out_nbytes <= s->known_nbytes)
        *got = 0;
    return is_fine ? check_bomb(s, got, err) : fail_inflate(s, result, err);
}

static mag_status read_gzip(mag_stream *s, char *buffer, size_t capacity, size_t *got,
                            mag_error *err) {
    while (*got == 0) {
        if (!s->is_in_member)
            MAG_TRY(begin_member(s, err));
        if (!s->is_in_member)
            return MAG_OK;
        MAG_TRY(read_member(s, buffer, capacity, got, err));
    }
    return MAG_OK;
}

/* --- the port ------------------------------------------------------------------------------- */

static mag_status read_plain(mag_stream *s, char *buffer, size_t capacity, size_t *got,
                             mag_error *err) {
    if (unused_nbytes(s) == 0 && capacity >= INPUT_NBYTES && !s->is_input_over) {
        MAG_TRY(read_input(s, buffer, capacity, got, err)); /* without a copy */
    } else {
        if (unused_nbytes(s) == 0)
            MAG_TRY(fill(s, 1, err));
        *got = unused_nbytes(s) < capacity ? unused_nbytes(s) : capacity;
        memcpy(buffer, s->input + s->at, *got);
        s->at += *got;
    }
    s->facts.out_nbytes += *got;
    return MAG_OK;
}

static mag_status fail_empty(const mag_stream *s, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I106, "%s: empty: there is not even a header", shown(s));
    mag_hint(err, "an empty feed is not read as 'no patients': ask for a new export");
    return MAG_E_INPUT;
}

static mag_status verify_end(mag_stream *s, mag_error *err) {
    if (has_changed(s))
        return fail_changed(s, err);
    if (s->facts.out_nbytes == 0)
        return fail_empty(s, err);
    if (s->facts.out_nbytes < s->known_nbytes)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s: two libraries inflate it otherwise",
                        shown(s));
    mag_sha256_end(s->hash, s->facts.sha256);
    s->hash = NULL;
    s->is_verified = true;
    return MAG_OK;
}

static mag_status read_some(mag_stream *s, char *buffer, size_t capacity, size_t *got,
                            mag_error *err) {
    const mag_status status = s->is_gzip ? read_gzip(s, buffer, capacity, got, err)
                                         : read_plain(s, buffer, capacity, got, err);
    if (*got > 0)
        s->facts.ends_with_line_end = buffer[*got - 1] == '\n' || buffer[*got - 1] == '\r';
    else if (status == MAG_OK)
        return verify_end(s, err);
    return status;
}

/* A fault comes behind the bytes before it. */
mag_status mag_stream_read(mag_stream *s, char *buffer, size_t capacity, size_t *got,
                           mag_error *err) {
    *got = 0;
    if (s->is_verified || capacity == 0)
        return MAG_OK;
    if (s->fault.status == MAG_OK)
        (void)read_some(s, buffer, capacity, got, &s->fault);
    if (s->fault.status == MAG_OK || *got > 0)
        return MAG_OK;
    if (err)
        *err = s->fault;
    return s->fault.status;
}

const mag_stream_facts *mag_stream_facts_of(const mag_stream *s) {
    return &s->facts;
}

/* --- opening -------------------------------------------------------------------------------- */

static mag_status open_file(mag_stream *s, mag_error *err) {
    s->is_stdin = strcmp(s->path, "-") == 0;
    /* Without O_NONBLOCK, opening a pipe that nobody writes would hang. */
    s->fd =
        s->is_stdin ? STDIN_FILENO : open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (s->fd < 0 || fstat(s->fd, &s->at_open) != 0)
        return mag_io_fail_open(shown(s), "cannot be opened", errno, err);
    bool is_file = S_ISREG(s->at_open.st_mode);
    bool is_pipe =
        S_ISFIFO(s->at_open.st_mode) || S_ISSOCK(s->at_open.st_mode) || S_ISCHR(s->at_open.st_mode);
    s->begin = is_file ? lseek(s->fd, 0, SEEK_CUR) : -1;
    if (is_file || (s->is_stdin && is_pipe))
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%s: is %s, not a file", shown(s),
             S_ISDIR(s->at_open.st_mode) ? "a directory" : "a device or pipe");
    mag_hint(err, "name a .csv or .csv.gz file, or - for stdin");
    return MAG_E_USAGE;
}

static mag_status fail_not_gzip(const mag_stream *s, const char *kind, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I108, "%s: this is %s, not gzip", shown(s), kind);
    mag_hint(err, "give a gzip file (.csv.gz) or a plain .csv");
    return MAG_E_INPUT;
}

static bool is_named_gz(const char *path) {
    size_t length = strlen(path);
    return length >= 3 && mag_span_is_ignoring_case(mag_span_of(path + length - 3), ".gz");
}

/* Plain or gzip, by the first bytes; other kinds of container are never read as text. */
static mag_status tell_kind(mag_stream *s, mag_error *err) {
    MAG_TRY(fill(s, MAG_FILE_KIND_NBYTES, err));
    mag_span head = {(const char *)s->input, s->end};
    if (head.nbytes == 0)
        return has_changed(s) ? fail_changed(s, err) : fail_empty(s, err);
    const char *name;
    mag_file_kind kind = mag_file_kind_of(head, &name);
    if (kind == MAG_FILE_CONTAINER || (kind == MAG_FILE_OTHER && is_named_gz(s->path)))
        return fail_not_gzip(s, name, err);
    s->is_gzip = kind == MAG_FILE_GZIP;
    if (!s->is_gzip)
        return MAG_OK;
    s->inflater = mag_inflater_begin(s->arena, s->begin >= 0);
    return s->inflater ? MAG_OK : mag_fail_memory(err, INPUT_NBYTES);
}

static mag_status begin(mag_stream *s, const char *path, mag_error *err) {
    s->path = mag_arena_text(s->arena, mag_span_of(path));
    s->input = mag_arena_alloc(s->arena, INPUT_NBYTES);
    s->hash = mag_sha256_new();
    if (!s->path || !s->input || !s->hash)
        return mag_fail_memory(err, INPUT_NBYTES);
    MAG_TRY(open_file(s, err));
    return tell_kind(s, err);
}

/* A text is input that is there already. */
static mag_status begin_text(mag_stream *s, const char *name, mag_span text, mag_error *err) {
    s->path = mag_arena_text(s->arena, mag_span_of(name));
    s->input = (unsigned char *)mag_arena_text(s->arena, text);
    s->hash = mag_sha256_new();
    if (!s->path || !s->input || !s->hash)
        return mag_fail_memory(err, text.nbytes);
    mag_sha256_add(s->hash, text);
    s->end = text.nbytes;
    s->facts.in_nbytes = text.nbytes;
    s->is_input_over = true;
    return tell_kind(s, err);
}

static mag_stream *new_stream(const mag_stream_limits *limits, mag_account *account,
                              mag_error *err) {
    mag_arena *arena = mag_arena_new(account);
    mag_stream *s = arena ? mag_arena_alloc(arena, sizeof *s) : NULL;
    if (!s) {
        mag_arena_free(arena);
        mag_fail_memory(err, sizeof *s);
        return NULL;
    }
    s->arena = arena;
    s->fd = -1;
    s->begin = -1;
    s->limits = *limits;
    return s;
}

static mag_status hand_out(mag_stream *s, mag_status status, mag_stream **out) {
    if (status == MAG_OK)
        *out = s;
    else
        mag_stream_close(s);
    return status;
}

mag_status mag_stream_open_limited(mag_stream **out, const char *path,
                                   const mag_stream_limits *limits, mag_account *account,
                                   mag_error *err) {
    *out = NULL;
    mag_stream *s = new_stream(limits, account, err);
    return s ? hand_out(s, begin(s, path, err), out) : MAG_E_RESOURCE;
}

mag_status mag_stream_open_text(mag_stream **out, const char *name, mag_span text,
                                mag_account *account, mag_error *err) {
    *out = NULL;
    mag_stream *s = new_stream(&mag_stream_default_limits, account, err);
    return s ? hand_out(s, begin_text(s, name, text, err), out) : MAG_E_RESOURCE;
}

mag_status mag_stream_check(const char *path, mag_error *err) {
    mag_stream looked_at = {.path = path, .fd = -1};
    mag_status status = open_file(&looked_at, err);
    if (looked_at.fd >= 0 && !looked_at.is_stdin)
        close(looked_at.fd);
    return status;
}

mag_status mag_stream_open(mag_stream **out, const char *path, mag_account *account,
                           mag_error *err) {
    return mag_stream_open_limited(out, path, &mag_stream_default_limits, account, err);
}

void mag_stream_close(mag_stream *s) {
    if (!s)
        return;
    mag_inflater_end(s->inflater);
    if (s->fd >= 0 && !s->is_stdin)
        close(s->fd);
    mag_sha256_free(s->hash);
    mag_arena_free(s->arena);
}
