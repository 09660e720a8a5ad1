/* What all tables share: columns, ids, dates, hashes and the counting of a row's fate. */
#include "cohort/decoder.h"

#include "base/fast_path.h"
#include "cohort/identifier.h"
#include "cohort/plain_lab.h"
#include "cohort/plain_prescription.h"

#include <string.h>

enum { ID_NBYTES = 128 };

static void prepare_texts(mag_decoder *decoder) {
    const mag_profile_table *table = decoder->table;
    for (int i = 0; i < MAG_FIELD_COUNT; i++) {
        decoder->has_values[i] = table->values[i].count != 0;
        if (table->constants[i])
            decoder->constants[i] = mag_span_of(table->constants[i]);
    }
    for (const char *const *word = table->missing; *word; word++) {
        const mag_span text = mag_span_of(*word);
        const unsigned char first = (unsigned char)text.at[0]; /* of an empty one its NUL */
        decoder->missing_first[first >> 6] |= UINT64_C(1) << (first & 63);
        if (text.nbytes > decoder->missing_longest)
            decoder->missing_longest = text.nbytes;
    }
    const mag_span system = decoder->constants[MAG_FIELD_CODE_SYSTEM];
    if (system.at)
        decoder->constant_system = mag_code_system_find(system);
}

void mag_decoder_init(mag_decoder *decoder, mag_cohort *cohort, const mag_profile_table *table,
                      uint16_t file_id, mag_run_file *file) {
    const mag_cohort_settings *settings = mag_cohort_settings_of(cohort);
    *decoder = (mag_decoder){.cohort = cohort,
                             .lane = mag_cohort_lane(cohort, 0),
                             .table = table,
                             .file = file,
                             .file_id = file_id};
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        decoder->column_idx[i] = -1;
    decoder->latest = settings->data_until == MAG_MINUTE_OPEN
                          ? MAG_MINUTE_OPEN
                          : mag_minute_plus(settings->data_until, MAG_MINUTES_PER_DAY);
    decoder->is_forgetful = !mag_fast_path_allows(MAG_FAST_PATH_MEMO);
    prepare_texts(decoder);
    mag_text_init(&decoder->scratch, settings->account);
}

static void drop_memos(mag_decoder *decoder) {
    mag_arena_free(decoder->memos);
    decoder->memos = NULL;
    decoder->labs = NULL;
    decoder->prescriptions = NULL;
    decoder->plain_labs = NULL;
    decoder->plain_prescriptions = NULL;
    decoder->memo_lane = NULL;
    decoder->last_system_key = (mag_memo_key){0};
}

void mag_decoder_done(mag_decoder *decoder) {
    mag_text_done(&decoder->scratch);
    drop_memos(decoder);
}

void mag_decoder_forget(mag_decoder *decoder) {
    drop_memos(decoder);
    decoder->is_forgetful = true;
}

/* Before the first row that goes into a lane: memos hold numbers of its tables. */
static mag_status make_memos(mag_decoder *decoder, mag_error *err) {
    const mag_table_kind kind = decoder->table->kind;
    const bool are_labs = kind == MAG_TABLE_LABS || kind == MAG_TABLE_MEASUREMENTS;
    drop_memos(decoder);
    decoder->memo_lane = decoder->lane;
    if (decoder->is_forgetful || (!are_labs && kind != MAG_TABLE_PRESCRIPTIONS))
        return MAG_OK;
    const size_t nbytes = are_labs ? sizeof *decoder->labs : sizeof *decoder->prescriptions;
    decoder->memos = mag_arena_new(mag_cohort_settings_of(decoder->cohort)->account);
    void *memo = decoder->memos ? mag_arena_alloc(decoder->memos, nbytes) : NULL;
    if (!memo)
        return mag_fail_memory(err, nbytes);
    if (are_labs)
        decoder->labs = memo;
    else
        decoder->prescriptions = memo;
    return MAG_OK;
}

/* --- columns -------------------------------------------------------------------------------------
 */

static int find_column(const mag_span *header, size_t column_count, const char *name) {
    for (size_t i = 0; i < column_count; i++)
        if (mag_span_is(header[i], name))
            return (int)i;
    return -1;
}

/* No name of the profile, and none that is like the missing one: a row, or lines above a header. */
static mag_status fail_no_header(const mag_decoder *decoder, const char *name, mag_error *err) {
    mag_fail(
        err, MAG_E_INPUT, MAG_MSG_I129,
        "%s, line 1: not a header: the column \"%.80s\" is missing and no other of the profile "
        "is there; the file is not used",
        decoder->file->name, name);
    mag_hint(err, "export the file with its header, without lines above it");
    return MAG_E_INPUT;
}

/* The header's name nearest to the one that is missing is told by its place, never by its text: the
   first line of a file without a header is a person's. */
static mag_status fail_missing(const mag_decoder *decoder, const mag_span *header,
                               size_t column_count, const char *name, mag_error *err) {
    mag_arena *arena = mag_arena_new(mag_cohort_settings_of(decoder->cohort)->account);
    const char **names = arena ? mag_arena_alloc(arena, (column_count + 1) * sizeof *names) : NULL;
    for (size_t i = 0; names && i < column_count; i++)
        if (!(names[i] = mag_arena_text(arena, header[i])))
            break;
    const char *nearest = names ? mag_nearest_name(name, names) : NULL;
    size_t at = 0;
    while (nearest && names[at] != nearest)
        at++;
    const bool has_nearest = nearest != NULL;
    mag_arena_free(arena);
    if (!has_nearest && !decoder->file->is_table &&
        decoder->file->unused_column_count == column_count)
        return fail_no_header(decoder, name, err);
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I128,
             "%s: the column \"%.80s\" is missing; the file is not used", decoder->file->name,
             name);
    if (has_nearest)
        mag_hint(
            err,
            "column %zu of the file has a similar name. The profile says which column is which.",
            at + 1);
    else
        mag_hint(err, "The profile says which column is which.");
    return MAG_E_INPUT;
}

/* Of two columns one must be there; returns the one to complain about, or NULL. */
static const char *missing_of_either(const mag_decoder *decoder, mag_field one, mag_field other) {
    if (decoder->column_idx[one] >= 0 || decoder->column_idx[other] >= 0)
        return NULL;
    const char *name = decoder->table->columns[one];
    return name ? name : decoder->table->columns[other];
}

static const char *missing_column(const mag_decoder *decoder) {
    const mag_profile_table *table = decoder->table;
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        if (decoder->column_idx[i] < 0 && mag_field_is_required((mag_field)i, table->kind))
            return table->columns[i];
    for (size_t i = 0; i < table->keep_count; i++)
        if (decoder->keep_idx[i] < 0)
            return table->keep[i].column;
    if (table->kind == MAG_TABLE_PATIENTS) {
        const char *name = missing_of_either(decoder, MAG_FIELD_BIRTH, MAG_FIELD_ANCHOR_AGE);
        return name ? name : missing_of_either(decoder, MAG_FIELD_BIRTH, MAG_FIELD_ANCHOR_YEAR);
    }
    if (table->kind == MAG_TABLE_PRESCRIPTIONS)
        return missing_of_either(decoder, MAG_FIELD_DRUG_NAME, MAG_FIELD_DRUG_CODE);
    if (table->kind == MAG_TABLE_CONDITIONS)
        return missing_of_either(decoder, MAG_FIELD_RECORDED_ON, MAG_FIELD_STAY_ID);
    return NULL;
}

static unsigned count_unused(const mag_decoder *decoder, const mag_span *header,
                             size_t column_count) {
    unsigned unused = 0;
    for (size_t i = 0; i < column_count; i++)
        unused += !mag_profile_table_declares(decoder->table, header[i]);
    return unused;
}

/* Neither the header's words nor a row are shown: the first line of a file without a header is a
   person's. */
static mag_status check_identifiers(const mag_decoder *decoder, const mag_span *header,
                                    size_t column_count, mag_error *err) {
    for (size_t i = 0; i < column_count; i++) {
        const char *what = mag_identifier_of_header(header[i]);
        if (!what || mag_profile_table_declares(decoder->table, header[i]))
            continue;
        mag_fail(err, MAG_E_PRIVACY, MAG_MSG_S611,
                 "%s, line 1: column %zu looks like an identifier (%s); the file was not read past "
                 "its header",
                 decoder->file->name, i + 1, what);
        mag_hint(err, "remove the column from the export, or list it under  drop: [...]  in the "
                      "profile's table or the pipeline's source");
        return MAG_E_PRIVACY;
    }
    return MAG_OK;
}

const char *mag_decoder_find_columns(mag_decoder *decoder, const mag_span *header,
                                     size_t column_count) {
    const mag_profile_table *table = decoder->table;
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        decoder->column_idx[i] =
            table->columns[i] ? find_column(header, column_count, table->columns[i]) : -1;
    decoder->mapped_count = 0;
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        if (decoder->column_idx[i] >= 0)
            decoder->mapped[decoder->mapped_count++] =
                (mag_mapped_column){decoder->column_idx[i], (uint8_t)i};
    for (size_t i = 0; i < table->keep_count; i++)
        decoder->keep_idx[i] = find_column(header, column_count, table->keep[i].column);
    return missing_column(decoder);
}

mag_status mag_decoder_bind(mag_decoder *decoder, const mag_span *header, size_t column_count,
                            mag_error *err) {
    MAG_TRY(check_identifiers(decoder, header, column_count, err));
    const char *missing = mag_decoder_find_columns(decoder, header, column_count);
    decoder->file->unused_column_count = count_unused(decoder, header, column_count);
    return missing ? fail_missing(decoder, header, column_count, missing, err) : MAG_OK;
}

bool mag_decoder_is_missing_word(const mag_decoder *decoder, mag_span text) {
    for (const char *const *word = decoder->table->missing; *word; word++)
        if (mag_span_is(text, *word))
            return true;
    return false;
}

mag_span mag_decoder_mapped_text(const mag_decoder *decoder, mag_field field) {
    mag_span text = mag_decoder_cell(decoder, field);
    if (text.nbytes && mag_decoder_is_missing(decoder, text))
        text.nbytes = 0;
    const mag_text_map *map = &decoder->table->values[field];
    for (size_t i = 0; i < map->count; i++)
        if (mag_span_is(text, map->pairs[i].from))
            return mag_span_of(map->pairs[i].to);
    return text.nbytes ? text : decoder->constants[field];
}

/* --- parts of a row
 * -------------------------------------------------------------------------------- */

bool mag_decoder_reject(mag_decoder *decoder, mag_reason reason, mag_field field) {
    decoder->fate = MAG_FATE_REJECTED;
    decoder->reason = reason;
    decoder->reason_field = field;
    return false;
}

/* False: at least one byte of the word is a control character or none of ASCII. */
static bool is_plain(uint64_t word) {
    const uint64_t top = MAG_WORD_ALL(0x80);
    return ((word | (word + MAG_WORD_ALL(1)) | (word - MAG_WORD_ALL(0x20))) & top) == 0;
}

/* Control characters of ASCII and of Latin-1 in UTF-8. */
static bool is_printable(mag_span text) {
    size_t plain = 0;
    while (plain + 8 <= text.nbytes && is_plain(mag_word_eight(text.at + plain)))
        plain += 8;
    if (plain + 8 > text.nbytes && text.nbytes >= 8 &&
        is_plain(mag_word_eight(text.at + text.nbytes - 8)))
        return true;
    for (size_t i = 0; i < text.nbytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c == 0x7f)
            return false;
        if (c == 0xc2 && i + 1 < text.nbytes && (unsigned char)text.at[i + 1] < 0xa0)
            return false;
    }
    return true;
}

bool mag_decoder_id(mag_decoder *decoder, mag_span *id) {
    *id = decoder->cells[decoder->column_idx[MAG_FIELD_PATIENT_ID]];
    mag_span shown = mag_span_trim(*id);
    if (!shown.nbytes || id->nbytes > ID_NBYTES || mag_decoder_is_missing(decoder, shown) ||
        !is_printable(*id))
        return mag_decoder_reject(decoder, MAG_REASON_ID_BLANK, MAG_FIELD_PATIENT_ID);
    return true;
}

/* What a fault of the date says about the row; MAG_REASON_NONE if the date can be used. */
static mag_reason judge_date(const mag_decoder *decoder, mag_date_fault fault,
                             const mag_moment *moment) {
    switch (fault) {
    case MAG_DATE_OK:
        return mag_decoder_is_sentinel(moment->last_day) ? MAG_REASON_DATE_SENTINEL
                                                         : MAG_REASON_NONE;
    case MAG_DATE_PARTIAL:
        if (!decoder->table->has_partial_dates)
            return MAG_REASON_DATE_INVALID;
        return mag_decoder_is_sentinel(moment->last_day) ||
                       mag_decoder_is_sentinel(mag_minute_day(moment->minute))
                   ? MAG_REASON_DATE_SENTINEL
                   : MAG_REASON_NONE;
    case MAG_DATE_EMPTY:
        return MAG_REASON_NULL_REQUIRED;
    case MAG_DATE_INVALID:
        return MAG_REASON_DATE_INVALID;
    case MAG_DATE_FORMAT:
        return MAG_REASON_DATE_FORMAT;
    case MAG_DATE_NOT_FINITE:
        return MAG_REASON_DATE_NOT_FINITE;
    }
    return MAG_REASON_DATE_FORMAT;
}

/* Reads the text anew; a date that is accepted goes into *memo. */
static bool read_moment(mag_decoder *decoder, mag_field field, mag_moment_need need, mag_span text,
                        mag_moment_memo *memo) {
    *memo = (mag_moment_memo){0};
    mag_moment *moment = &memo->moment;
    mag_date_fault fault = mag_moment_parse(text, decoder->table->date_formats, moment);
    mag_reason reason = judge_date(decoder, fault, moment);
    memo->is_partial = fault == MAG_DATE_PARTIAL;
    if (need == MAG_MOMENT_END &&
        (reason == MAG_REASON_DATE_SENTINEL || reason == MAG_REASON_DATE_NOT_FINITE)) {
        *memo = (mag_moment_memo){.moment = {.minute = MAG_MINUTE_NONE}};
        return true;
    }
    if (reason == MAG_REASON_NONE && need != MAG_MOMENT_END && moment->minute > decoder->latest)
        reason = MAG_REASON_DATE_FUTURE;
    if (reason == MAG_REASON_NONE)
        return true;
    return mag_decoder_reject(decoder, reason, field);
}

bool mag_decoder_moment(mag_decoder *decoder, mag_field field, mag_moment_need need,
                        mag_moment *moment) {
    const mag_span text = mag_decoder_text(decoder, field);
    if (!text.nbytes && need != MAG_MOMENT_REQUIRED) {
        *moment = (mag_moment){.minute = MAG_MINUTE_NONE};
        return true;
    }
    mag_memo_key key;
    mag_moment_memo fresh, *memo = &decoder->last_moments[need == MAG_MOMENT_END];
    const bool is_short = !decoder->is_forgetful && mag_memo_key_of(text, 0, &key);
    if (!is_short || !mag_memo_key_is(&memo->key, &key)) {
        if (!read_moment(decoder, field, need, text, &fresh))
            return false;
        memo = is_short ? memo : &fresh;
        *memo = fresh;
        if (is_short)
            memo->key = key;
    }
    *moment = memo->moment;
    decoder->has_offset |= moment->has_offset;
    decoder->has_z |= moment->has_z;
    decoder->has_partial |= memo->is_partial;
    return true;
}

bool mag_decoder_read_system(mag_decoder *decoder, mag_code_system *system) {
    const mag_span text = mag_decoder_text(decoder, MAG_FIELD_CODE_SYSTEM);
    *system = decoder->constant_system;
    if (!text.nbytes || text.at == decoder->constants[MAG_FIELD_CODE_SYSTEM].at)
        return true;
    mag_memo_key key;
    const bool is_short = !decoder->is_forgetful && mag_memo_key_of(text, 0, &key);
    if (is_short && mag_memo_key_is(&decoder->last_system_key, &key)) {
        *system = decoder->last_system;
    } else {
        *system = mag_code_system_find(text);
        decoder->last_system_key = is_short ? key : decoder->last_system_key;
        decoder->last_system = is_short ? *system : decoder->last_system;
    }
    return *system != MAG_SYSTEM_NONE;
}

bool mag_decoder_system(mag_decoder *decoder, mag_code_system *system) {
    if (mag_decoder_find_system(decoder, system))
        return true;
    return mag_decoder_reject(decoder, MAG_REASON_CODE_SYSTEM, MAG_FIELD_CODE_SYSTEM);
}

/* Of a row that is longer than an image may be: the same bytes, without putting them together. */
static uint64_t hash_long_row(const mag_decoder *decoder) {
    char marks[MAG_FIELD_COUNT + 1] = {(char)decoder->table->kind};
    mag_span parts[1 + 3 * MAG_FIELD_COUNT] = {{marks, 1}};
    size_t count = 1;
    for (size_t i = 0; i < decoder->mapped_count; i++) {
        const mag_span cell = decoder->cells[decoder->mapped[i].column_idx];
        if (!cell.nbytes)
            continue;
        marks[i + 1] = (char)(decoder->mapped[i].field + 1);
        parts[count++] = (mag_span){&marks[i + 1], 1};
        parts[count++] = cell;
        parts[count++] = (mag_span){"", 1};
    }
    return mag_spans_hash(parts, count);
}

uint64_t mag_decoder_image_hash(const mag_decoder *decoder) {
    const mag_row_image *image = &decoder->image;
    return image->is_too_long ? hash_long_row(decoder)
                              : mag_span_hash((mag_span){image->bytes, image->nbytes});
}

uint64_t mag_decoder_row_hash(mag_decoder *decoder) {
    mag_row_image_begin(&decoder->image, decoder->table->kind);
    mag_row_image_add(&decoder->image, decoder->mapped, decoder->mapped_count, decoder->cells);
    return mag_decoder_image_hash(decoder);
}

uint64_t mag_decoder_name_hash(mag_span name) {
    uint64_t hash = mag_span_hash(name);
    return hash ? hash : 1;
}

mag_position mag_decoder_position(const mag_decoder *decoder) {
    return (mag_position){decoder->file_id, decoder->line};
}

mag_minute mag_minute_plus(mag_minute minute, int64_t more) {
    int64_t sum = minute + more;
    if (sum >= MAG_MINUTE_OPEN)
        return MAG_MINUTE_OPEN - 1;
    return sum <= MAG_MINUTE_NONE ? MAG_MINUTE_NONE + 1 : (mag_minute)sum;
}

/* --- rows
 * ------------------------------------------------------------------------------------------ */

mag_status mag_decoder_reject_row(mag_decoder *decoder, uint32_t line, mag_reason reason,
                                  const char *column, const char *detail, mag_error *err) {
    decoder->file->accounting.read++;
    decoder->file->accounting.rejected[reason]++;
    mag_reject reject = {decoder->file_id, (uint8_t)reason, line, column, detail};
    return mag_lane_put_reject(decoder->lane, &reject, err);
}

static bool is_kept(const mag_decoder *decoder) {
    for (size_t i = 0; i < decoder->table->keep_count; i++) {
        mag_span cell = mag_span_trim(decoder->cells[decoder->keep_idx[i]]);
        const char *const *text = decoder->table->keep[i].texts;
        while (*text && !mag_span_is(cell, *text))
            text++;
        if (!*text)
            return false;
    }
    return true;
}

static mag_status decode(mag_decoder *decoder, mag_error *err) {
    switch (decoder->table->kind) {
    case MAG_TABLE_PATIENTS:
        return mag_decode_patient(decoder, err);
    case MAG_TABLE_LABS:
    case MAG_TABLE_MEASUREMENTS:
        return mag_decode_lab(decoder, err);
    case MAG_TABLE_PRESCRIPTIONS:
        return mag_decode_prescription(decoder, err);
    case MAG_TABLE_CONDITIONS:
        return mag_decode_condition(decoder, err);
    case MAG_TABLE_STAYS:
        return mag_decode_stay(decoder, err);
    case MAG_TABLE_KIND_COUNT:
        break;
    }
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "a table of no kind");
}

/* Cells that say something and leave no trace in the record; the first line leads to the others. */
static void count_unread(mag_decoder *decoder) {
    mag_run_file *file = decoder->file;
    if (decoder->has_unread_dose && file->accounting.doses_unread++ == 0)
        file->first_dose_line = decoder->line;
    if (decoder->has_unread_supply && file->accounting.supplies_unread++ == 0)
        file->first_supply_line = decoder->line;
}

mag_status mag_decoder_row(mag_decoder *decoder, const mag_span *cells, uint32_t line,
                           mag_error *err) {
    if (decoder->memo_lane != decoder->lane)
        MAG_TRY(make_memos(decoder, err));
    decoder->cells = cells;
    decoder->line = line;
    decoder->fate = MAG_FATE_KEPT;
    decoder->has_offset = decoder->has_z = decoder->has_partial = false;
    decoder->has_unit_against_code = false;
    decoder->has_unread_dose = decoder->has_unread_supply = false;
    if (is_kept(decoder))
        MAG_TRY(decode(decoder, err));
    else
        decoder->fate = MAG_FATE_NOT_OF_INTEREST;

    mag_accounting *counts = &decoder->file->accounting;
    if (decoder->fate == MAG_FATE_REJECTED)
        return mag_decoder_reject_row(decoder, line, decoder->reason,
                                      mag_field_name(decoder->reason_field), "", err);
    counts->read++;
    if (decoder->fate == MAG_FATE_NOT_OF_INTEREST) {
        counts->not_of_interest++;
        return MAG_OK;
    }
    counts->offset_times += decoder->has_offset;
    counts->utc_times += decoder->has_z;
    counts->partial_dates += decoder->has_partial;
    counts->units_against_code += decoder->has_unit_against_code;
    count_unread(decoder);
    return MAG_OK;
}

mag_status mag_decoder_rows(mag_decoder *decoder, const mag_cell_rows *rows, mag_error *err) {
    if (decoder->memo_lane != decoder->lane)
        MAG_TRY(make_memos(decoder, err));
    if (decoder->labs && !decoder->plain_labs)
        MAG_TRY(mag_plain_labs_new(decoder, err));
    if (decoder->plain_labs && decoder->plain_labs->is_of_use)
        return mag_plain_labs_decode(decoder, rows, err);
    if (decoder->prescriptions && !decoder->plain_prescriptions)
        MAG_TRY(mag_plain_prescriptions_new(decoder, err));
    if (decoder->plain_prescriptions && decoder->plain_prescriptions->is_of_use)
        return mag_plain_prescriptions_decode(decoder, rows, err);
    for (unsigned i = 0; i < rows->row_count; i++)
        MAG_TRY(mag_decoder_row(decoder, rows->cells + (size_t)i * rows->column_count,
                                rows->first_line + i, err));
    return MAG_OK;
}
