/* Laboratory results of a partition: sorted, judged and packed a patient at a time, so that all
   that is asked of a patient's rows is asked while they are in cache. */
#include "cohort/settle_labs.h"

#include "base/fast_path.h"
#include "clinical/conversion.h"
#include "cohort/timeline.h"

#define COMPARE(left, right)                                                                       \
    if ((left) != (right))                                                                         \
        return (left) < (right) ? -1 : 1;

/* --- their order ---------------------------------------------------------------------------------
 */

static uint64_t named_specimen(const mag_lab_run *of, size_t idx) {
    return of->specimens ? of->specimens[idx] : 0;
}

/* Content without the position: the packed word holds unit, scale, comparator, reason and flags. */
static int compare_lab_content(const mag_lab_run *of, size_t a, size_t b) {
    const mag_lab_row *x = &of->rows[a], *y = &of->rows[b];
    COMPARE(mag_lab_analyte(&x->lab), mag_lab_analyte(&y->lab))
    COMPARE(x->lab.minute, y->lab.minute)
    COMPARE(x->lab.packed, y->lab.packed)
    COMPARE(x->lab.mantissa, y->lab.mantissa)
    COMPARE(named_specimen(of, a), named_specimen(of, b))
    COMPARE(x->row_hash, y->row_hash)
    return 0;
}

static int compare_labs(const void *context, uint32_t a, uint32_t b) {
    const mag_lab_run *of = context;
    int order = compare_lab_content(of, a, b);
    if (order)
        return order;
    COMPARE(of->rows[a].lab.file_id, of->rows[b].lab.file_id)
    COMPARE(of->rows[a].lab.line, of->rows[b].lab.line)
    return 0;
}

/* Patient, analyte, minute: what the comparison asks first. */
static uint64_t key_of_lab(const void *row) {
    const mag_lab *lab = &((const mag_lab_row *)row)->lab;
    return mag_settle_key(lab->patient, lab->minute) | (uint64_t)mag_lab_analyte(lab) << 32;
}

static uint64_t patient_of_lab(const void *row) {
    return ((const mag_lab_row *)row)->lab.patient;
}

/* A list over items that are another's. */
static mag_list borrowed(void *items, size_t count, size_t item_nbytes) {
    return (mag_list){
        .items = items, .count = count, .capacity = count, .item_nbytes = item_nbytes};
}

static mag_status sort_run(const mag_settling *settling, const mag_lab_run *run, mag_error *err) {
    mag_list rows = borrowed(run->rows, run->count, sizeof *run->rows);
    mag_list beside = borrowed(run->specimens, run->count, sizeof *run->specimens);
    const mag_sorting sorting = {.rows = &rows,
                                 .beside = run->specimens ? &beside : NULL,
                                 .key_of = key_of_lab,
                                 .order = compare_labs,
                                 .context = run};
    return mag_settle_sort(settling, &sorting, err);
}

/* Patient after patient, rows of each as they came. */
static mag_status group_by_patient(const mag_settling *settling, mag_error *err) {
    const mag_sorting sorting = {.rows = &settling->partition->lab_rows,
                                 .beside = &settling->partition->lab_specimens,
                                 .key_of = patient_of_lab};
    return settling->are_labs_grouped ? MAG_OK : mag_settle_sort(settling, &sorting, err);
}

/* --- one row -------------------------------------------------------------------------------------
 */

/* What share of an analyte's results has no usable unit (rules H02); a row that came twice is one.
 */
static void count_unit(const mag_settling *settling, const mag_lab *lab, mag_verdict verdict) {
    const mag_position at = {lab->file_id, lab->line};
    if (!mag_settle_counts(settling, at, MAG_TABLE_LABS) ||
        (verdict.end != MAG_ROW_ACCEPTED && verdict.end != MAG_ROW_REJECTED))
        return;
    mag_unit_count *count = &settling->partition->units[lab->file_id][mag_lab_analyte(lab)];
    count->rows++;
    count->without_unit += mag_reason_is_unit(mag_lab_reject(lab));
}

/* A unit that the analyte may have goes against its source (cohort/unit_profile.h), not against the
   table of units. */
static const char *detail_of(const mag_lab *lab) {
    bool is_against_source = mag_lab_reject(lab) == MAG_REASON_UNIT_CONTRADICTS &&
                             mag_unit_fits(mag_lab_analyte(lab), mag_lab_unit(lab));
    return is_against_source ? "against the source's profile" : NULL;
}

static void note_accepted(const mag_settling *settling, const mag_lab *lab) {
    settling->partition->delivers[mag_lab_analyte(lab)] = true;
    mag_position at = {lab->file_id, lab->line};
    mag_accounting *counts = mag_settle_counts(settling, at, MAG_TABLE_LABS);
    if (counts)
        counts->units_inferred += mag_lab_has(lab, MAG_LAB_INFERRED_UNIT);
}

/* Editions that disagree; before any other contradiction has been looked for. */
static void count_version(const mag_settling *settling, const mag_lab *lab, mag_verdict verdict) {
    const mag_position at = {lab->file_id, lab->line};
    mag_accounting *counts = mag_settle_counts(settling, at, MAG_TABLE_LABS);
    if (counts && verdict.end != MAG_ROW_OUT_OF_WINDOW && mag_lab_has(lab, MAG_LAB_CONFLICT))
        counts->version_conflicts++;
}

/* Keeps accepted results, and rejected ones of roster patients as marks. A rejected row that came
   twice is rejected twice, as every row has its bucket, and leaves one mark: the result is that of
   the row alone. */
mag_status mag_settle_place_lab(mag_lab_packing *packing, const mag_lab_row *row, uint64_t specimen,
                                bool is_duplicate, mag_error *err) {
    const mag_settling *settling = &packing->settling;
    mag_partition *partition = settling->partition;
    const mag_lab *lab = &row->lab;
    mag_reason fault = mag_lab_reject(lab);
    bool is_outside = mag_settle_is_outside(settling, lab->patient, lab->minute);
    mag_verdict verdict = mag_settle_judge(settling, lab->patient, is_outside, fault, is_duplicate);
    verdict.detail = detail_of(lab);
    mag_position at = {lab->file_id, lab->line};
    MAG_TRY(mag_settle_count(settling, at, MAG_TABLE_LABS, verdict, err));
    if (!is_duplicate)
        count_unit(settling, lab, verdict);
    count_version(settling, lab, verdict);
    bool is_mark = verdict.end == MAG_ROW_REJECTED && fault != MAG_REASON_NONE && !is_duplicate &&
                   lab->patient < partition->patient_count;
    if (verdict.end != MAG_ROW_ACCEPTED && !is_mark)
        return MAG_OK;
    if (!is_mark)
        note_accepted(settling, lab);
    if (partition->specimens)
        partition->specimens[packing->kept] =
            specimen ? specimen : mag_specimen_of_minute(lab->minute);
    partition->labs[packing->kept++] = *lab;
    return MAG_OK;
}

/* Older editions end where they would have ended, or as duplicates of the newest. */
static mag_status count_superseded(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    const mag_lab_row *rows = partition->superseded.items;
    for (size_t i = 0; i < partition->superseded.count; i++) {
        const mag_lab *lab = &rows[i].lab;
        bool is_outside = mag_settle_is_outside(settling, lab->patient, lab->minute);
        mag_verdict verdict =
            mag_settle_judge(settling, lab->patient, is_outside, mag_lab_reject(lab), true);
        mag_position at = {lab->file_id, lab->line};
        MAG_TRY(mag_settle_count(settling, at, MAG_TABLE_LABS, verdict, err));
        count_version(settling, lab, verdict);
    }
    mag_list_done(settling->cohort->settings.account, &partition->superseded);
    return MAG_OK;
}

/* --- one patient ---------------------------------------------------------------------------------
 */

static mag_status pack_run(mag_lab_packing *packing, const mag_lab_run *run, mag_error *err) {
    const mag_settling *settling = &packing->settling;
    const mag_partition *partition = settling->partition;
    const size_t begin = packing->kept;
    MAG_TRY(sort_run(settling, run, err));
    MAG_TRY(mag_settle_drip_arm(settling, run->rows, run->count, err));
    for (size_t i = 0; i < run->count; i++) {
        const bool is_duplicate = i && !compare_lab_content(run, i - 1, i);
        MAG_TRY(mag_settle_place_lab(packing, &run->rows[i], named_specimen(run, i), is_duplicate,
                                     err));
    }
    const mag_packed_labs packed = {.labs = partition->labs + begin,
                                    .specimens =
                                        partition->specimens ? partition->specimens + begin : NULL,
                                    .count = packing->kept - begin};
    MAG_TRY(mag_settle_suspect(settling, &packed, err));
    return mag_settle_conflicts(settling, &packed, err);
}

static mag_status pack_patient(mag_lab_packing *packing, const mag_lab_run *run, mag_error *err) {
    bool is_done = false;
    if (packing->plain)
        MAG_TRY(mag_settle_plain(packing, run, &is_done, err));
    if (!is_done)
        MAG_TRY(pack_run(packing, run, err));
    mag_arena_reset(packing->settling.scratch);
    return MAG_OK;
}

/* --- all of them ---------------------------------------------------------------------------------
 */

static mag_status pack_all(mag_lab_packing *packing, mag_error *err) {
    mag_partition *partition = packing->settling.partition;
    mag_lab_row *rows = partition->lab_rows.items;
    uint64_t *specimens = partition->lab_specimens.items;
    const size_t count = partition->lab_rows.count;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const uint32_t patient = rows[begin].lab.patient;
        const size_t kept = packing->kept;
        for (end = begin + 1; end < count && rows[end].lab.patient == patient;)
            end++;
        const mag_lab_run run = {rows + begin, specimens ? specimens + begin : NULL, end - begin};
        MAG_TRY(pack_patient(packing, &run, err));
        if (patient < partition->patient_count)
            partition->lab_first[patient + 1] = (uint32_t)(packing->kept - kept);
    }
    return MAG_OK;
}

static mag_status make_room(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    const size_t count = partition->lab_rows.count;
    void *labs = NULL;
    MAG_TRY(mag_settle_make_arrays(settling, count, sizeof(mag_lab), &labs, &partition->lab_first,
                                   err));
    partition->labs = labs;
    if (!partition->lab_specimens.count)
        return MAG_OK;
    partition->specimens =
        mag_arena_alloc(partition->settled, count * sizeof *partition->specimens);
    return partition->specimens ? MAG_OK
                                : mag_fail_memory(err, count * sizeof *partition->specimens);
}

mag_status mag_settle_labs(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_account *account = settling->cohort->settings.account;
    mag_lab_packing packing = {.settling = *settling};
    MAG_TRY(group_by_patient(settling, err));
    MAG_TRY(make_room(settling, err));
    /* examples have no file, one patient and a few rows */
    if (settling->cohort->files.count && mag_fast_path_allows(MAG_FAST_PATH_ORDINARY))
        MAG_TRY(mag_plain_rows_new(settling, &packing.plain, err));
    packing.settling.scratch = mag_arena_new(account);
    const mag_status status =
        packing.settling.scratch ? pack_all(&packing, err) : mag_fail_memory(err, sizeof(void *));
    mag_arena_free(packing.settling.scratch);
    MAG_TRY(status);
    mag_settle_sum_up(partition->lab_first, partition->patient_count);
    mag_list_done(account, &partition->lab_rows);
    mag_list_done(account, &partition->lab_specimens);
    return count_superseded(settling, err);
}
