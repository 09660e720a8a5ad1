/* The loop over prescriptions that are usual in all their cells. The image of a row is put together
   around a fixed place, so that its drug is known before its patient is:

     [ ... kind, id | drug cells | start, stop | order cells ]
                    ^ DRUG_AT: the id ends here                   */
#include "cohort/plain_prescription.h"

#include "base/fast_path.h"
#include "base/word.h"
#include "cohort/store.h"

enum {
    ID_NBYTES = 128,    /* longest id */
    DATE_NBYTES = 19,   /* longest date of the usual form */
    DRUG_AT = 144,      /* of the image */
    STEP_NBYTES = 32,   /* of a copy */
    AHEAD_NBYTES = 32,  /* so far behind a row its cells may be read */
    BETWEEN_NBYTES = 2, /* of a cell in the image: its mark, a NUL */
    IMAGE_NBYTES =
        DRUG_AT + 2 * MAG_MEMO_RUN_NBYTES + 2 * (DATE_NBYTES + BETWEEN_NBYTES) + STEP_NBYTES
};
_Static_assert(DRUG_AT >= 1 + ID_NBYTES + BETWEEN_NBYTES, "kind and id have room");

/* One call's work: rows that follow each other in a block. */
typedef struct work {
    mag_decoder *decoder;
    const mag_plain_prescriptions *plain;
    mag_lane *lane;
    mag_span last_id;   /* in the rows; at NULL: no row came so far, or one that was not usual */
    mag_lane_home home; /* of that patient */
    const char *id_at;  /* where the image begins */
    uint64_t other_count, kept_count;
    char image[IMAGE_NBYTES]; /* as row_image.h says */
} work;

/* --- the image ------------------------------------------------------------------------------- */

/* Adds a cell that is not empty; up to STEP_NBYTES more are written behind it. */
static inline char *add_cell(char *to, char mark, mag_span cell) {
    *to++ = mark;
    memcpy(to, cell.at, STEP_NBYTES);
    for (size_t at = STEP_NBYTES; at < cell.nbytes; at += STEP_NBYTES)
        memcpy(to + at, cell.at + at, STEP_NBYTES);
    to[cell.nbytes] = '\0';
    return to + cell.nbytes + 1;
}

/* As take_run of decode_prescription.c does it; false if the run is too long to be remembered. */
static inline bool add_run(const mag_plain_columns *run, const mag_span *cells, char *from,
                           mag_run_text *text) {
    char *to = from;
    uint64_t lengths = 0;
    for (size_t i = 0; i < run->count; i++) {
        const mag_span cell = cells[run->columns[i].idx];
        lengths = lengths << 8 | cell.nbytes;
        if (!cell.nbytes)
            continue;
        if ((size_t)(to - from) + cell.nbytes + BETWEEN_NBYTES > MAG_MEMO_RUN_NBYTES)
            return false;
        to = add_cell(to, run->columns[i].mark, cell);
    }
    text->lengths = lengths;
    text->image = (mag_span){from, (size_t)(to - from)};
    return true;
}

/* --- what cells come to ---------------------------------------------------------------------- */

static inline const mag_drug_memo *find_drug(const work *w, const mag_run_text *run) {
    mag_prescription_memo *memos = w->decoder->prescriptions;
    if (memos->last_drug && mag_memo_run_is(&memos->last_drug->run, run))
        return memos->last_drug;
    mag_drug_memo *memo = &memos->drugs[mag_memo_run_place(run, MAG_DRUG_MEMO_BITS)];
    if (!mag_memo_run_is(&memo->run, run))
        return NULL;
    return memos->last_drug = memo;
}

static inline const mag_order_memo *find_order(const work *w, const mag_run_text *run) {
    mag_prescription_memo *memos = w->decoder->prescriptions;
    if (memos->last_order && mag_memo_run_is(&memos->last_order->run, run))
        return memos->last_order;
    mag_order_memo *memo = &memos->orders[mag_memo_run_place(run, MAG_ORDER_MEMO_BITS)];
    if (!mag_memo_run_is(&memo->run, run))
        return NULL;
    return memos->last_order = memo;
}

static inline bool take_date(const work *w, mag_span text, mag_moment *moment) {
    return mag_moment_parse_short(text, moment) && !mag_decoder_is_sentinel(moment->last_day) &&
           !mag_decoder_is_missing(w->decoder, text);
}

/* Adds both to the image; NULL: one of them is not usual. */
static inline char *take_dates(const work *w, const mag_span *cells, char *to,
                               mag_order_facts *facts) {
    const mag_span start = cells[w->plain->start_idx];
    facts->stop = (mag_moment){.minute = MAG_MINUTE_NONE};
    if (!take_date(w, start, &facts->start) || facts->start.minute > w->decoder->latest)
        return NULL;
    to = add_cell(to, MAG_FIELD_START + 1, start);
    if (w->plain->stop_idx < 0 || !cells[w->plain->stop_idx].nbytes)
        return to;
    const mag_span stop = cells[w->plain->stop_idx];
    return take_date(w, stop, &facts->stop) ? add_cell(to, MAG_FIELD_STOP + 1, stop) : NULL;
}

/* A patient that another row came of is looked up again; *is_usual is false if the id is none. */
static mag_status change_patient(work *w, bool *is_usual, mag_error *err) {
    mag_span id;
    w->last_id.at = NULL;
    *is_usual = mag_decoder_id(w->decoder, &id);
    if (!*is_usual)
        return MAG_OK;
    MAG_TRY(mag_lane_home_of(w->lane, id, w->decoder->file_id, &w->home, err));
    char *to = w->image + DRUG_AT - id.nbytes - BETWEEN_NBYTES - 1;
    w->id_at = to;
    *to++ = (char)w->decoder->table->kind;
    *to++ = MAG_FIELD_PATIENT_ID + 1;
    memcpy(to, id.at, id.nbytes);
    to[id.nbytes] = '\0';
    w->last_id = id;
    return MAG_OK;
}

static inline bool is_last_patient(const work *w, mag_span id) {
    return w->last_id.at && w->last_id.nbytes == id.nbytes &&
           memcmp(w->last_id.at, id.at, id.nbytes) == 0;
}

/* --- rows ------------------------------------------------------------------------------------ */

static inline mag_status put(work *w, const mag_order_facts *facts, uint64_t row_hash,
                             uint32_t line, mag_error *err) {
    mag_lane_part *part = w->home.part;
    mag_exposure_row *kept = mag_row_chunks_add(&part->exposures, w->lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    mag_decode_exposure(facts, &kept->exposure);
    kept->exposure.patient = w->home.patient;
    kept->exposure.file_id = w->decoder->file_id;
    kept->exposure.line = line;
    mag_exposure_row_set_hash(kept, row_hash);
    if (facts->start.minute > part->newest[MAG_TABLE_PRESCRIPTIONS])
        part->newest[MAG_TABLE_PRESCRIPTIONS] = facts->start.minute;
    if (facts->start.minute > w->decoder->file->newest)
        w->decoder->file->newest = facts->start.minute;
    w->kept_count++;
    return MAG_OK;
}

/* A drug of interest, whose cells are in the image up to `to`. */
static inline mag_status decode_kept(work *w, const mag_span *cells, mag_order_facts *facts,
                                     char *to, uint32_t line, bool *is_usual, mag_error *err) {
    const mag_span id = cells[w->decoder->column_idx[MAG_FIELD_PATIENT_ID]];
    mag_run_text run = {.more = facts->drug_id};
    char *order_at = take_dates(w, cells, to, facts);
    if (!order_at || !add_run(&w->plain->order, cells, order_at, &run))
        return MAG_OK;
    facts->order = find_order(w, &run);
    if (!facts->order || facts->order->has_unread_supply || facts->order->has_unread_dose)
        return MAG_OK;
    *is_usual = true;
    if (!is_last_patient(w, id))
        MAG_TRY(change_patient(w, is_usual, err));
    if (!*is_usual)
        return MAG_OK;
    const mag_span image = {w->id_at, (size_t)(order_at + run.image.nbytes - w->id_at)};
    return put(w, facts, mag_span_hash(image), line, err);
}

/* *is_usual is false if nothing was noted of the row. */
static inline mag_status decode_row(work *w, const mag_span *cells, uint32_t line, bool *is_usual,
                                    mag_error *err) {
    mag_run_text run = {0};
    w->decoder->cells = cells;
    *is_usual = false;
    if (!add_run(&w->plain->drug, cells, w->image + DRUG_AT, &run))
        return MAG_OK;
    const mag_drug_memo *drug = find_drug(w, &run);
    if (!drug)
        return MAG_OK;
    if (drug->is_of_interest) {
        mag_order_facts facts = {.drug_id = drug->drug_id};
        return decode_kept(w, cells, &facts, w->image + DRUG_AT + run.image.nbytes, line, is_usual,
                           err);
    }
    if (!drug->is_well_formed || drug->looks_like_ours)
        return MAG_OK;
    if (drug->has_code)
        mag_decoder_count_code(w->decoder, MAG_TABLE_PRESCRIPTIONS, drug->number);
    w->other_count++;
    *is_usual = true;
    return MAG_OK;
}

/* The cells of the row, and what is read behind them, lie in memory that may be read. */
static inline bool has_room_behind(const mag_cell_rows *rows, const mag_span *cells) {
    const mag_span last = cells[rows->column_count - 1];
    return (size_t)(rows->readable_end - last.at) >= last.nbytes + AHEAD_NBYTES;
}

static mag_status decode_rows(work *w, const mag_cell_rows *rows, mag_error *err) {
    const mag_span *cells = rows->cells;
    for (unsigned i = 0; i < rows->row_count; i++, cells += rows->column_count) {
        const uint32_t line = rows->first_line + i;
        bool is_usual = false;
        if (has_room_behind(rows, cells))
            MAG_TRY(decode_row(w, cells, line, &is_usual, err));
        if (is_usual)
            continue;
        w->last_id.at = NULL;
        MAG_TRY(mag_decoder_row(w->decoder, cells, line, err));
    }
    return MAG_OK;
}

mag_status mag_plain_prescriptions_decode(mag_decoder *decoder, const mag_cell_rows *rows,
                                          mag_error *err) {
    work w;
    w.decoder = decoder;
    w.plain = decoder->plain_prescriptions;
    w.lane = decoder->lane;
    w.last_id.at = NULL;
    w.other_count = w.kept_count = 0;
    MAG_TRY(mag_lane_make_room(w.lane, rows->row_count, err));
    const mag_status status = decode_rows(&w, rows, err);
    decoder->file->accounting.read += w.other_count + w.kept_count;
    decoder->file->accounting.not_of_interest += w.other_count;
    return status;
}

/* --- what columns and profile allow ---------------------------------------------------------- */

/* Words that stand for a date, or that it is one in each row. Of other cells the memos hold what
   the profile makes of them. */
static bool says_of_dates(const mag_decoder *decoder, mag_field field) {
    return decoder->has_values[field] || decoder->constants[field].nbytes != 0;
}

static bool is_of_use(const mag_decoder *decoder) {
    return mag_fast_path_allows(MAG_FAST_PATH_ORDERS) && decoder->table->keep_count == 0 &&
           !decoder->table->date_formats && !says_of_dates(decoder, MAG_FIELD_START) &&
           !says_of_dates(decoder, MAG_FIELD_STOP);
}

static void add_column(mag_plain_columns *run, const mag_mapped_column *column) {
    run->columns[run->count].idx = column->column_idx;
    run->columns[run->count++].mark = (char)(column->field + 1);
}

mag_status mag_plain_prescriptions_new(mag_decoder *decoder, mag_error *err) {
    mag_plain_prescriptions *plain = mag_arena_alloc(decoder->memos, sizeof *plain);
    if (!plain)
        return mag_fail_memory(err, sizeof *plain);
    plain->is_of_use = is_of_use(decoder);
    plain->start_idx = decoder->column_idx[MAG_FIELD_START];
    plain->stop_idx = decoder->column_idx[MAG_FIELD_STOP];
    for (size_t i = 0; i < decoder->mapped_count; i++) {
        const mag_mapped_column *column = &decoder->mapped[i];
        if (column->field > MAG_FIELD_PATIENT_ID && column->field <= MAG_FIELD_INGREDIENT)
            add_column(&plain->drug, column);
        else if (column->field > MAG_FIELD_STOP)
            add_column(&plain->order, column);
    }
    decoder->plain_prescriptions = plain;
    return MAG_OK;
}
