/* Rows that lie side by side as in a block of a file, decoded in one call against the same rows
   decoded one by one, each text of them read anew: the records that lanes hold, hashes and
   positions included, and all that is counted. */
#ifndef TESTS_COHORT_SIDE_BY_SIDE_H
#define TESTS_COHORT_SIDE_BY_SIDE_H

#include "dump_counts.h"

#include "base/fast_path.h"
#include "cohort/store.h"

#include <stdlib.h>

enum { MOST_ROWS = 4096, MOST_COLUMNS = 16, GUARD_NBYTES = 64 };

/* Cells between '|' of many rows, as a block of a file holds them. */
typedef struct sheet {
    mag_table_kind kind;
    const char *fast_path;        /* that is tested */
    const char *profile, *header; /* NULL: our own profile */
    char *text;                   /* of exactly the bytes that may be read */
    size_t nbytes;
    mag_span cells[MOST_ROWS * MOST_COLUMNS];
    unsigned row_count, column_count;
} sheet;

static sheet page;

/* --- reading ------------------------------------------------------------------------- */

typedef enum way { ONE_BY_ONE, SIDE_BY_SIDE, WITHOUT_MEMO, SWITCHED_OFF } way;

static inline void decode_side_by_side(fixture *f, mag_decoder *decoder) {
    for (unsigned from = 0, step = 1; from < page.row_count; from += step, step = step % 64 + 1) {
        const unsigned left = page.row_count - from;
        const mag_cell_rows rows = {.cells = page.cells + (size_t)from * page.column_count,
                                    .row_count = left < step ? left : step,
                                    .column_count = page.column_count,
                                    .first_line = from + 2,
                                    .readable_end = page.text + page.nbytes};
        must(f, mag_decoder_rows(decoder, &rows, &f->err));
    }
}

static inline const mag_run_file *feed_page(fixture *f, way taken) {
    const mag_profile *profile = f->profile;
    mag_span header[CELL_COUNT];
    uint16_t file_id;
    mag_run_file *file;
    if (page.profile)
        must(f,
             mag_profile_parse(f->arena, "x.yaml", mag_span_of(page.profile), &profile, &f->err));
    must(f, mag_cohort_add_file(f->cohort, "s", "f", page.kind, &file_id, &file, &f->err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f->cohort, table_of(profile, page.kind), file_id, file);
    must(f, mag_decoder_bind(&decoder, header, split_cells(page.header, header), &f->err));
    if (taken == ONE_BY_ONE || taken == WITHOUT_MEMO)
        mag_decoder_forget(&decoder);
    if (taken == SWITCHED_OFF)
        must(f, mag_fast_path_without(page.fast_path, &f->err));
    if (taken != ONE_BY_ONE)
        decode_side_by_side(f, &decoder);
    for (unsigned i = 0; taken == ONE_BY_ONE && i < page.row_count; i++)
        must(f,
             mag_decoder_row(&decoder, page.cells + (size_t)i * page.column_count, i + 2, &f->err));
    must(f, mag_fast_path_without(NULL, &f->err));
    mag_decoder_done(&decoder);
    return file;
}

/* --- comparing ----------------------------------------------------------------------- */

static inline void *row_at(const mag_row_chunks *rows, size_t idx) {
    mag_row_chunk *chunk = rows->first;
    for (; idx >= chunk->row_count; chunk = chunk->next)
        idx -= chunk->row_count;
    return mag_row_chunk_at(chunk, rows->row_nbytes, idx);
}

static inline void assert_same_rows(const mag_row_chunks *a, const mag_row_chunks *b) {
    assert_int_equal(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++)
        assert_memory_equal(row_at(a, i), row_at(b, i), a->row_nbytes);
}

/* Profiles may have been met in another order. */
static inline void assert_same_unit_rows(const fixture *f, const mag_row_chunks *a,
                                         const fixture *g, const mag_row_chunks *b) {
    const mag_unit_profile *of_f = f->cohort->unit_profiles.items;
    const mag_unit_profile *of_g = g->cohort->unit_profiles.items;
    assert_int_equal(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        mag_unit_row x = *(const mag_unit_row *)row_at(a, i);
        const mag_unit_row *y = row_at(b, i);
        const mag_unit_profile *of_x = &of_f[x.profile_idx], *of_y = &of_g[y->profile_idx];
        assert_string_equal(of_x->code, of_y->code);
        assert_string_equal(of_x->system, of_y->system);
        x.profile_idx = y->profile_idx;
        assert_memory_equal(&x, y, offsetof(mag_unit_row, comparator) + sizeof x.comparator);
    }
}

static inline size_t assert_same_lanes(const fixture *f, const fixture *g) {
    size_t row_count = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        const mag_lane_part *a = &f->cohort->lanes[0]->parts[p];
        const mag_lane_part *b = &g->cohort->lanes[0]->parts[p];
        assert_int_equal(a->ids.count, b->ids.count);
        for (size_t i = 0; i < a->ids.count; i++)
            assert_true(mag_span_equals(a->ids.texts[i], b->ids.texts[i]));
        assert_same_rows(&a->labs, &b->labs);
        assert_same_rows(&a->exposures, &b->exposures);
        assert_same_rows(&a->specimens, &b->specimens);
        assert_same_unit_rows(f, &a->unit_rows, g, &b->unit_rows);
        assert_int_equal(a->versions.row_count, b->versions.row_count);
        assert_memory_equal(a->newest, b->newest, sizeof a->newest);
        row_count += a->labs.row_count + a->exposures.row_count;
    }
    return row_count;
}

static inline char *told(fixture *f, const mag_run_file *file) {
    mag_text out;
    mag_text_init(&out, &f->account);
    dump_counts(f, file, &out);
    mag_text_add_char(&out, '\0');
    must(f, mag_text_check(&out, &f->err));
    char *shown = strdup(out.at);
    assert_non_null(shown);
    mag_text_done(&out);
    return shown;
}

/* Returns how many rows became records. */
static inline size_t assert_alike(way taken) {
    fixture f, g;
    fixture_open(&f, usual_settings());
    fixture_open(&g, usual_settings());
    const mag_run_file *one_by_one = feed_page(&f, ONE_BY_ONE);
    const mag_run_file *other = feed_page(&g, taken);
    const size_t count = assert_same_lanes(&f, &g);
    char *a = told(&f, one_by_one), *b = told(&g, other);
    assert_string_equal(a, b);
    assert_memory_equal(&one_by_one->accounting, &other->accounting, sizeof other->accounting);
    assert_int_equal(one_by_one->newest, other->newest);
    assert_int_equal(other->accounting.read, page.row_count);
    free(a);
    free(b);
    fixture_close(&f);
    fixture_close(&g);
    return count;
}

/* --- pages --------------------------------------------------------------------------- */

static inline void begin_page(const char *profile, const char *header) {
    mag_span cells[CELL_COUNT];
    page.profile = profile;
    page.header = header;
    page.row_count = 0;
    page.column_count = (unsigned)split_cells(header, cells);
    assert_true(page.column_count <= MOST_COLUMNS);
}

static inline void add_row(const char *row) {
    mag_span cells[CELL_COUNT];
    assert_true(page.row_count < MOST_ROWS);
    assert_int_equal(split_cells(row, cells), page.column_count);
    memcpy(page.cells + (size_t)page.row_count++ * page.column_count, cells,
           page.column_count * sizeof *cells);
}

/* Moves the cells' bytes to one place, which ends `behind` bytes after the last row. */
static inline void end_page(size_t behind) {
    const size_t cell_count = (size_t)page.row_count * page.column_count;
    page.nbytes = behind;
    for (size_t i = 0; i < cell_count; i++)
        page.nbytes += page.cells[i].nbytes + 1;
    char *text = malloc(page.nbytes), *to = text;
    assert_non_null(text);
    for (size_t i = 0; i < cell_count; i++) {
        memcpy(to, page.cells[i].at, page.cells[i].nbytes);
        page.cells[i].at = to;
        to += page.cells[i].nbytes;
        *to++ = ',';
    }
    memset(to, '7', behind);
    page.text = text;
}

static inline void drop_page(void) {
    free(page.text);
}

static inline unsigned draw(uint64_t *seed, unsigned end) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % end;
}

#endif
