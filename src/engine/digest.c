/* The lines of the digest; product contract. */
#include "engine/digest.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Lines kept to be sorted: one text, and where each begins. */
typedef struct line_set {
    mag_text text;
    size_t *ends;
    size_t count, capacity;
} line_set;

struct mag_digest {
    mag_account *account;
    mag_sha256 *hash;
    mag_arena *arena;
    line_set kept; /* A, then S lines */
    mag_text line;
    mag_digest_line on_line;
    void *context;
};

mag_status mag_digest_new(mag_digest **out, mag_account *account, mag_digest_line on_line,
                          void *context, mag_error *err) {
    mag_arena *arena = mag_arena_new(account);
    mag_digest *digest = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *digest);
    mag_sha256 *hash = digest == NULL ? NULL : mag_sha256_new();
    if (hash == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *digest);
    }
    *digest = (mag_digest){
        .account = account, .hash = hash, .arena = arena, .on_line = on_line, .context = context};
    mag_text_init(&digest->line, account);
    mag_text_init(&digest->kept.text, account);
    *out = digest;
    return MAG_OK;
}

static void release(mag_digest *digest) {
    mag_text_done(&digest->line);
    mag_text_done(&digest->kept.text);
    mag_drop(digest->account, digest->kept.ends, digest->kept.capacity, sizeof *digest->kept.ends);
    mag_arena_free(digest->arena);
}

void mag_digest_free(mag_digest *digest) {
    if (digest == NULL)
        return;
    mag_sha256_free(digest->hash);
    release(digest);
}

static void emit(mag_digest *digest, mag_span line) {
    mag_sha256_add(digest->hash, line);
    if (digest->on_line != NULL)
        digest->on_line(digest->context, line);
}

static int by_bytes(const void *a, const void *b) {
    return mag_span_compare(*(const mag_span *)a, *(const mag_span *)b);
}

/* Sorts and emits the kept lines, and forgets them. */
static mag_status flush_kept(mag_digest *digest, mag_error *err) {
    line_set *kept = &digest->kept;
    void *room = NULL;
    size_t capacity = 0, begin = 0;
    MAG_TRY(mag_text_check(&kept->text, err));
    if (kept->count == 0)
        return MAG_OK;
    MAG_TRY(mag_grow(digest->account, &room, &capacity, sizeof(mag_span), kept->count, err));
    mag_span *lines = room;
    for (size_t i = 0; i < kept->count; begin = kept->ends[i++])
        lines[i] = (mag_span){kept->text.at + begin, kept->ends[i] - begin};
    qsort(lines, kept->count, sizeof *lines, by_bytes);
    for (size_t i = 0; i < kept->count; i++)
        emit(digest, lines[i]);
    mag_drop(digest->account, lines, capacity, sizeof *lines);
    mag_text_clear(&kept->text);
    kept->count = 0;
    return MAG_OK;
}

static mag_status keep(mag_digest *digest, mag_error *err) {
    line_set *kept = &digest->kept;
    void *ends = kept->ends;
    mag_text_add_char(&digest->line, '\n');
    MAG_TRY(mag_text_check(&digest->line, err));
    mag_text_add(&kept->text, mag_text_span(&digest->line));
    MAG_TRY(mag_grow(digest->account, &ends, &kept->capacity, sizeof *kept->ends, kept->count + 1,
                     err));
    kept->ends = ends;
    kept->ends[kept->count++] = kept->text.nbytes;
    return mag_text_check(&kept->text, err);
}

mag_status mag_digest_lines(mag_digest *digest, mag_span lines, mag_error *err) {
    MAG_TRY(flush_kept(digest, err));
    if (digest->on_line == NULL) {
        mag_sha256_add(digest->hash, lines);
        return MAG_OK;
    }
    while (lines.nbytes > 0) {
        const char *end = memchr(lines.at, '\n', lines.nbytes);
        const size_t nbytes = (size_t)(end - lines.at) + 1;
        emit(digest, (mag_span){lines.at, nbytes});
        lines = (mag_span){lines.at + nbytes, lines.nbytes - nbytes};
    }
    return MAG_OK;
}

/* The line that was begun in the digest itself. */
static mag_status add_own_line(mag_digest *digest, mag_error *err) {
    MAG_TRY(mag_text_check(&digest->line, err));
    return mag_digest_lines(digest, mag_text_span(&digest->line), err);
}

static void begin_line(mag_digest *digest, const char *kind) {
    mag_text_clear(&digest->line);
    mag_text_add_text(&digest->line, kind);
}

static void add_span(mag_text *line, mag_span field) {
    mag_text_add_char(line, '\t');
    mag_text_add(line, field);
}

static void add_field(mag_text *line, const char *field) {
    add_span(line, mag_span_of(field));
}

static void add_count(mag_text *line, uint64_t count) {
    mag_text_format(line, "\t%" PRIu64, count);
}

mag_status mag_digest_lab_summary(mag_digest *digest, const mag_lab_summary_row *row,
                                  mag_error *err) {
    begin_line(digest, "A");
    add_field(&digest->line, row->analyte);
    add_field(&digest->line, row->unit);
    add_count(&digest->line, row->results);
    add_count(&digest->line, row->patients);
    add_count(&digest->line, row->missing_patients);
    add_count(&digest->line, row->censored);
    add_count(&digest->line, row->implausible);
    add_count(&digest->line, row->text);
    for (size_t i = 0; i < sizeof row->quantiles / sizeof row->quantiles[0]; i++)
        add_field(&digest->line, row->quantiles[i]);
    add_count(&digest->line, row->below_range);
    add_count(&digest->line, row->above_range);
    return keep(digest, err);
}

void mag_digest_cannot_tell_line(mag_text *out, const mag_cannot_tell_row *row) {
    mag_text_add_char(out, 'C');
    add_span(out, row->patient_id);
    add_field(out, row->rule_id);
    add_field(out, row->as_of);
    add_field(out, row->reasons);
    mag_text_add_char(out, '\n');
}

void mag_digest_flag_line(mag_text *out, const mag_flag_row *row, mag_span facts) {
    mag_text_add_char(out, 'F');
    add_span(out, row->patient_id);
    add_field(out, row->rule_id);
    add_field(out, row->as_of);
    add_field(out, mag_severity_name(row->severity));
    add_field(out, row->hidden_by[0] == '\0' ? "-" : row->hidden_by);
    add_span(out, facts);
    mag_text_add_char(out, '\n');
}

mag_status mag_digest_cannot_tell(mag_digest *digest, const mag_cannot_tell_row *row,
                                  mag_error *err) {
    mag_text_clear(&digest->line);
    mag_digest_cannot_tell_line(&digest->line, row);
    return add_own_line(digest, err);
}

mag_status mag_digest_flag(mag_digest *digest, const mag_flag_row *row, mag_span facts,
                           mag_error *err) {
    mag_text_clear(&digest->line);
    mag_digest_flag_line(&digest->line, row, facts);
    return add_own_line(digest, err);
}

mag_status mag_digest_header(mag_digest *digest, const char *header, mag_error *err) {
    begin_line(digest, "H");
    add_field(&digest->line, header);
    mag_text_add_char(&digest->line, '\n');
    return add_own_line(digest, err);
}

mag_status mag_digest_summary(mag_digest *digest, const mag_summary_row *row, mag_error *err) {
    begin_line(digest, "S");
    add_field(&digest->line, row->as_of);
    add_field(&digest->line, row->rule_id);
    add_field(&digest->line, row->stratum);
    add_field(&digest->line, row->level);
    add_count(&digest->line, row->eligible);
    add_count(&digest->line, row->flagged);
    add_count(&digest->line, row->clear);
    add_count(&digest->line, row->cannot_tell);
    add_count(&digest->line, row->hidden);
    return keep(digest, err);
}

mag_status mag_digest_end_block(mag_digest *digest, mag_error *err) {
    return flush_kept(digest, err);
}

mag_status mag_digest_end(mag_digest *digest, char hex[MAG_SHA256_HEX_NBYTES], mag_error *err) {
    mag_status status = flush_kept(digest, err);
    if (status != MAG_OK) {
        mag_digest_free(digest);
        return status;
    }
    mag_sha256_end(digest->hash, hex);
    release(digest);
    return MAG_OK;
}
