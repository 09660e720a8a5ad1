/* The loop over rows that are usual in all their cells. */
#include "cohort/plain_lab.h"

#include "base/decimal_word.h"
#include "base/fast_path.h"
#include "cohort/store.h"

enum {
    WORD_NBYTES = sizeof(uint64_t),
    TEXT_NBYTES = MAG_PLAIN_WORDS * WORD_NBYTES, /* longest code, longest unit */
    DATE_NBYTES = MAG_PLAIN_DATE_WORDS * WORD_NBYTES,
    ID_NBYTES = 128,    /* longest id */
    STEP_NBYTES = 16,   /* of a copy */
    AHEAD_NBYTES = 32,  /* so far behind a row its cells may be read */
    IMAGE_NBYTES = 256, /* of a row, with what is written behind its last cell */
    MOST_WAITING = 16   /* rows whose hashes are still to be made */
};
_Static_assert(1 + ID_NBYTES + 2 * TEXT_NBYTES + WORD_NBYTES + DATE_NBYTES + 5 * 2 + STEP_NBYTES <=
                   IMAGE_NBYTES,
               "kind, five cells with a mark and a NUL each, and the last step of a copy");

/* The patient of the row before. */
typedef struct patient {
    mag_span id; /* in the rows; at NULL: no row came so far, or one that was not usual */
    mag_lane_home home;
    char image[IMAGE_NBYTES]; /* what the images of the patient's rows begin with */
    size_t image_nbytes;
} patient;

/* A row that was put without its hash. A hash reads the words of an image across the stores that
   wrote it, and would wait for them: so images are written for many rows, and hashed then. */
typedef struct waiting_row {
    mag_lab_row *row;
    mag_unit_row *unit_row; /* NULL: it has none */
    size_t image_nbytes;
    char image[IMAGE_NBYTES]; /* as row_image.h says */
} waiting_row;

/* One call's work: rows that follow each other in a block. */
typedef struct work {
    mag_decoder *decoder;
    mag_plain_labs *plain;
    mag_lane *lane;
    patient last;
    uint64_t other_count, result_count;
    unsigned waiting_count;
    waiting_row waiting[MOST_WAITING];
} work;

/* What the cells of a row come to. */
typedef struct usual_row {
    mag_span id, value, code, unit, date;
    const mag_plain_entry *entry;
    mag_decimal number;
} usual_row;

/* --- entries --------------------------------------------------------------------------------- */

/* The words of a text of up to TEXT_NBYTES; what lies behind it may be read. */
static inline void take_words(mag_span text, uint64_t words[MAG_PLAIN_WORDS]) {
    const size_t first = text.nbytes < WORD_NBYTES ? text.nbytes : WORD_NBYTES;
    words[0] = mag_word_within(text.at, first);
    words[1] = mag_word_within(text.at + WORD_NBYTES, text.nbytes - first);
}

static inline bool is_key(const mag_plain_key *a, const mag_plain_key *b) {
    return ((a->code[0] ^ b->code[0]) | (a->code[1] ^ b->code[1]) | (a->unit[0] ^ b->unit[0]) |
            (a->unit[1] ^ b->unit[1]) | (uint64_t)(a->lengths ^ b->lengths)) == 0;
}

static inline size_t place_of(const mag_plain_key *key) {
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t mixed = key->code[0] ^ key->code[1] * 3 ^ key->unit[0] * 5 ^ key->unit[1] * 7;
    return (size_t)(mixed * odd >> (64 - MAG_PLAIN_BITS));
}

static void take_bands(const mag_decoder *decoder, const mag_lab_kind *kind,
                       mag_plain_entry *entry) {
    for (unsigned scale = 0; scale < MAG_PLAIN_SCALES; scale++) {
        const mag_plausible_band *band =
            mag_decode_lab_band(decoder, kind->analyte, kind->unit, (uint8_t)scale);
        const bool has_any = band && band->soft_low <= INT32_MAX && band->soft_high >= 0;
        const int64_t low = has_any && band->soft_low > 0 ? band->soft_low : 0;
        const int64_t high = has_any ? band->soft_high : -1;
        entry->bands[scale].low = (int32_t)low;
        entry->bands[scale].high = high > INT32_MAX ? INT32_MAX : (int32_t)high;
    }
}

/* Of the row at hand. */
static mag_status learn(const work *w, const mag_plain_key *key, mag_plain_entry *entry,
                        mag_error *err) {
    mag_lab_kind kind;
    MAG_TRY(mag_decode_lab_kind(w->decoder, &kind, err));
    *entry = (mag_plain_entry){.key = *key, .state = MAG_PLAIN_UNUSUAL, .number = kind.number};
    if (!kind.is_usual)
        return MAG_OK;
    entry->state = kind.is_of_interest ? MAG_PLAIN_RESULT : MAG_PLAIN_OTHER;
    entry->packed =
        mag_lab_pack(kind.analyte, kind.unit, 0, MAG_EXACT, MAG_REASON_NONE, kind.flags);
    if (kind.is_of_interest)
        take_bands(w->decoder, &kind, entry);
    entry->has_unit_profile = kind.has_unit_profile;
    if (kind.has_unit_profile) {
        const mag_unit_case unit_case = {.system = kind.system, .code = kind.code};
        MAG_TRY(mag_lane_unit_profile_of(w->lane, w->decoder->file_id, &unit_case,
                                         &entry->profile_idx, err));
    }
    return MAG_OK;
}

/* *entry is NULL if the texts are too long. */
static inline mag_status find_entry(const work *w, mag_span code, mag_span unit,
                                    const mag_plain_entry **entry, mag_error *err) {
    mag_plain_key key = {.lengths = (uint32_t)(code.nbytes << 8 | unit.nbytes)};
    *entry = NULL;
    if (code.nbytes > TEXT_NBYTES || unit.nbytes > TEXT_NBYTES)
        return MAG_OK;
    take_words(code, key.code);
    take_words(unit, key.unit);
    mag_plain_entry *found = &w->plain->entries[place_of(&key)];
    if (found->state == MAG_PLAIN_UNSEEN || !is_key(&found->key, &key))
        MAG_TRY(learn(w, &key, found, err));
    *entry = found;
    return MAG_OK;
}

/* --- other cells ----------------------------------------------------------------------------- */

static inline bool take_number(const work *w, usual_row *row) {
    const mag_span text = row->value;
    if (text.nbytes == 0 || text.nbytes > WORD_NBYTES ||
        !mag_decimal_of_word(mag_word_within(text.at, text.nbytes), text.nbytes, w->plain->point,
                             &row->number) ||
        row->number.scale >= MAG_PLAIN_SCALES)
        return false;
    const int32_t mantissa = row->number.mantissa;
    return mantissa >= row->entry->bands[row->number.scale].low &&
           mantissa <= row->entry->bands[row->number.scale].high &&
           !mag_decoder_is_missing(w->decoder, text);
}

/* Reads the date of the row at hand; false: not usual. */
static bool read_date(const work *w, mag_span text, const uint64_t words[MAG_PLAIN_DATE_WORDS]) {
    mag_decoder *decoder = w->decoder;
    mag_plain_labs *plain = w->plain;
    mag_moment moment;
    decoder->has_offset = decoder->has_z = decoder->has_partial = false;
    if (!mag_decoder_moment(decoder, MAG_FIELD_COLLECTED_AT, MAG_MOMENT_REQUIRED, &moment) ||
        decoder->has_offset || decoder->has_z || decoder->has_partial)
        return false;
    memcpy(plain->date, words, sizeof plain->date);
    plain->date_nbytes = text.nbytes;
    plain->minute = moment.minute;
    plain->date_flags = (uint32_t)(moment.is_date_only ? MAG_LAB_DATE_ONLY : 0) << MAG_LAB_FLAGS_AT;
    return true;
}

static inline bool take_date(const work *w, mag_span text) {
    uint64_t words[MAG_PLAIN_DATE_WORDS] = {0};
    if (text.nbytes == 0 || text.nbytes > DATE_NBYTES)
        return false;
    if (text.nbytes <= TEXT_NBYTES) {
        take_words(text, words);
    } else {
        words[0] = mag_word_eight(text.at);
        words[1] = mag_word_eight(text.at + WORD_NBYTES);
        words[2] = mag_word_within(text.at + TEXT_NBYTES, text.nbytes - TEXT_NBYTES);
    }
    const uint64_t *last = w->plain->date;
    const uint64_t differs = (words[0] ^ last[0]) | (words[1] ^ last[1]) | (words[2] ^ last[2]) |
                             (text.nbytes ^ w->plain->date_nbytes);
    return differs == 0 || read_date(w, text, words);
}

static inline bool are_others_empty(const work *w, const mag_span *cells) {
    size_t nbytes = 0;
    for (size_t i = 0; i < w->plain->empty_count; i++)
        nbytes |= cells[w->plain->empty_idx[i]].nbytes;
    return nbytes == 0;
}

/* --- the image of a row ---------------------------------------------------------------------- */

/* Adds a cell that is not empty; up to STEP_NBYTES more are written behind it. */
static inline char *add_cell(char *to, mag_field field, mag_span cell) {
    *to++ = (char)(field + 1);
    memcpy(to, cell.at, STEP_NBYTES);
    for (size_t at = STEP_NBYTES; at < cell.nbytes; at += STEP_NBYTES)
        memcpy(to + at, cell.at + at, STEP_NBYTES);
    to[cell.nbytes] = '\0';
    return to + cell.nbytes + 1;
}

static void hash_waiting(work *w) {
    for (unsigned i = 0; i < w->waiting_count; i++) {
        const waiting_row *waiting = &w->waiting[i];
        const uint64_t hash = mag_span_hash((mag_span){waiting->image, waiting->image_nbytes});
        waiting->row->row_hash = hash;
        if (waiting->unit_row)
            waiting->unit_row->row_hash = hash;
    }
    w->waiting_count = 0;
}

/* The image in the order of the fields, as row_image.c does it. */
static inline void wait_for_hash(work *w, const usual_row *row, mag_lab_row *kept,
                                 mag_unit_row *unit_row) {
    waiting_row *waiting = &w->waiting[w->waiting_count++];
    char *to = waiting->image;
    for (size_t at = 0; at < w->last.image_nbytes; at += STEP_NBYTES)
        memcpy(to + at, w->last.image + at, STEP_NBYTES);
    to += w->last.image_nbytes;
    to = add_cell(to, MAG_FIELD_CODE, row->code);
    to = add_cell(to, MAG_FIELD_VALUE, row->value);
    if (row->unit.nbytes)
        to = add_cell(to, MAG_FIELD_UNIT, row->unit);
    to = add_cell(to, MAG_FIELD_COLLECTED_AT, row->date);
    waiting->row = kept;
    waiting->unit_row = unit_row;
    waiting->image_nbytes = (size_t)(to - waiting->image);
    if (w->waiting_count == MOST_WAITING)
        hash_waiting(w);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* A patient that another row came of is looked up again; *is_usual is false if the id is none. */
static mag_status change_patient(work *w, const usual_row *row, bool *is_usual, mag_error *err) {
    mag_span id;
    w->last.id.at = NULL;
    *is_usual = row->id.nbytes <= ID_NBYTES && mag_decoder_id(w->decoder, &id);
    if (!*is_usual)
        return MAG_OK;
    MAG_TRY(mag_lane_home_of(w->lane, id, w->decoder->file_id, &w->last.home, err));
    w->last.image[0] = (char)w->decoder->table->kind;
    w->last.image_nbytes =
        (size_t)(add_cell(w->last.image + 1, MAG_FIELD_PATIENT_ID, id) - w->last.image);
    w->last.id = id;
    return MAG_OK;
}

/* What lies behind both may be read. */
static inline bool is_same_patient(const patient *last, mag_span id) {
    if (!last->id.at || last->id.nbytes != id.nbytes)
        return false;
    size_t at = 0;
    for (; at + WORD_NBYTES <= id.nbytes; at += WORD_NBYTES)
        if (mag_word_eight(last->id.at + at) != mag_word_eight(id.at + at))
            return false;
    return mag_word_within(last->id.at + at, id.nbytes - at) ==
           mag_word_within(id.at + at, id.nbytes - at);
}

/* Of the row that was put last. */
static mag_unit_row *put_unit_row(const work *w, const usual_row *row, const mag_lab_row *kept,
                                  mag_error *err) {
    const mag_unit_case unit_case = {.value = row->number, .comparator = MAG_EXACT};
    return mag_lane_add_unit_row(w->lane, w->last.home.part, kept, &unit_case,
                                 row->entry->profile_idx, err);
}

static inline mag_status put(work *w, const usual_row *row, uint32_t line, mag_error *err) {
    mag_lane_part *part = w->last.home.part;
    const mag_plain_labs *plain = w->plain;
    mag_lab_row *kept = mag_row_chunks_add(&part->labs, w->lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    kept->lab = (mag_lab){.patient = w->last.home.patient,
                          .minute = plain->minute,
                          .mantissa = row->number.mantissa,
                          .packed = row->entry->packed | plain->date_flags |
                                    (uint32_t)row->number.scale << MAG_LAB_SCALE_AT,
                          .file_id = w->decoder->file_id,
                          .line = line};
    mag_unit_row *unit_row = NULL;
    if (row->entry->has_unit_profile) {
        unit_row = put_unit_row(w, row, kept, err);
        if (!unit_row)
            return MAG_E_RESOURCE;
    }
    wait_for_hash(w, row, kept, unit_row);
    w->lane->last_lab_part = part;
    if (plain->minute > part->newest[MAG_TABLE_LABS])
        part->newest[MAG_TABLE_LABS] = plain->minute;
    if (plain->minute > w->decoder->file->newest)
        w->decoder->file->newest = plain->minute;
    w->result_count++;
    return MAG_OK;
}

/* *is_usual is false if nothing was noted of the row. */
static inline mag_status decode_row(work *w, const mag_span *cells, uint32_t line, bool *is_usual,
                                    mag_error *err) {
    mag_decoder *decoder = w->decoder;
    const mag_plain_labs *plain = w->plain;
    usual_row row = {.code = cells[decoder->column_idx[MAG_FIELD_CODE]],
                     .unit =
                         plain->unit_idx < 0 ? (mag_span){cells->at, 0} : cells[plain->unit_idx]};
    decoder->cells = cells;
    *is_usual = false;
    MAG_TRY(find_entry(w, row.code, row.unit, &row.entry, err));
    if (!row.entry || row.entry->state == MAG_PLAIN_UNUSUAL)
        return MAG_OK;
    if (row.entry->state == MAG_PLAIN_OTHER) {
        mag_decoder_count_code(decoder, MAG_TABLE_LABS, row.entry->number);
        w->other_count++;
        *is_usual = true;
        return MAG_OK;
    }
    row.id = cells[decoder->column_idx[MAG_FIELD_PATIENT_ID]];
    row.value = cells[decoder->column_idx[MAG_FIELD_VALUE]];
    row.date = cells[decoder->column_idx[MAG_FIELD_COLLECTED_AT]];
    if (!are_others_empty(w, cells) || !take_number(w, &row) || !take_date(w, row.date))
        return MAG_OK;
    *is_usual = true;
    if (!is_same_patient(&w->last, row.id))
        MAG_TRY(change_patient(w, &row, is_usual, err));
    /* where specimens are listed, each row has a line there */
    if (*is_usual && w->last.home.part->specimens.row_count)
        *is_usual = false;
    return *is_usual ? put(w, &row, line, err) : MAG_OK;
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
        w->last.id.at = NULL;
        hash_waiting(w); /* rows that are put may be written to disk next */
        MAG_TRY(mag_decoder_row(w->decoder, cells, line, err));
    }
    return MAG_OK;
}

mag_status mag_plain_labs_decode(mag_decoder *decoder, const mag_cell_rows *rows, mag_error *err) {
    work w;
    w.decoder = decoder;
    w.plain = decoder->plain_labs;
    w.lane = decoder->lane;
    w.last.id.at = NULL;
    w.other_count = w.result_count = 0;
    w.waiting_count = 0;
    MAG_TRY(mag_lane_make_room(w.lane, rows->row_count, err));
    const mag_status status = decode_rows(&w, rows, err);
    hash_waiting(&w);
    decoder->file->accounting.read += w.other_count + w.result_count;
    decoder->file->accounting.not_of_interest += w.other_count;
    return status;
}

/* --- what columns and profile allow ---------------------------------------------------------- */

static bool is_read(mag_field field) {
    return field == MAG_FIELD_PATIENT_ID || field == MAG_FIELD_CODE || field == MAG_FIELD_VALUE ||
           field == MAG_FIELD_UNIT || field == MAG_FIELD_COLLECTED_AT;
}

/* The profile may say something of each row where the cell is empty, or where there is none. */
static bool says_of_each_row(const mag_decoder *decoder, mag_field field) {
    return decoder->has_values[field] ||
           (decoder->constants[field].nbytes && field != MAG_FIELD_CODE_SYSTEM);
}

static bool is_of_use(const mag_decoder *decoder) {
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        if (!is_read((mag_field)i) && says_of_each_row(decoder, (mag_field)i))
            return false;
    return mag_fast_path_allows(MAG_FAST_PATH_PLAIN) && decoder->table->keep_count == 0 &&
           decoder->column_idx[MAG_FIELD_CODE_SYSTEM] < 0 && !decoder->has_values[MAG_FIELD_VALUE];
}

mag_status mag_plain_labs_new(mag_decoder *decoder, mag_error *err) {
    mag_plain_labs *plain = mag_arena_alloc(decoder->memos, sizeof *plain);
    if (!plain)
        return mag_fail_memory(err, sizeof *plain);
    plain->is_of_use = is_of_use(decoder);
    plain->point = decoder->table->has_decimal_comma ? ',' : '.';
    plain->unit_idx = decoder->column_idx[MAG_FIELD_UNIT];
    for (size_t i = 0; i < decoder->mapped_count; i++)
        if (!is_read((mag_field)decoder->mapped[i].field))
            plain->empty_idx[plain->empty_count++] = decoder->mapped[i].column_idx;
    decoder->plain_labs = plain;
    return MAG_OK;
}
