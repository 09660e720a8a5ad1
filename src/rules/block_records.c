/* What a look at the rows of one patient shows, as bits and days of a block. */
#include "rules/block_state.h"
#include "rules/operand_series.h"

#include <string.h>

/* Days before that of T; never MAG_ALL_DAYS. */
static uint16_t age_of(mag_day today, mag_minute at) {
    const int32_t days = today - mag_minute_day(at);
    return days < 0 ? 0 : days < MAG_ALL_DAYS ? (uint16_t)days : MAG_ALL_DAYS - 1;
}

/* --- results ------------------------------------------------------------------------------ */

/* Is any other record of the analyte of one moment with the last? Those of its day lie before it.
 */
static bool is_last_alone(const mag_lab *labs, size_t count) {
    const mag_lab *last = &labs[count - 1];
    if (count == 1)
        return true;
    const mag_minute day = mag_day_begin(last->minute);
    for (size_t k = count - 1; k-- > 0 && labs[k].minute >= day;)
        if (mag_lab_is_one_moment(&labs[k], last))
            return false;
    return true;
}

/* The results of one analyte, one at least. */
static void see_analyte(mag_block *block, size_t i, const mag_lab *labs, size_t count) {
    mag_block_labs *to = &block->labs;
    const uint64_t bit = (uint64_t)1 << i;
    const mag_lab *last = &labs[count - 1];
    const mag_analyte analyte = mag_lab_analyte(last);
    const bool is_of_book = (block->book >> analyte & 1) != 0;
    const uint16_t age = age_of(block->today[i], last->minute);
    to->has_analyte[analyte] |= bit;
    to->age[analyte][i] = age;
    if (!mag_series_is_mark(last)) {
        to->is_usable[analyte] |= bit;
        if (is_last_alone(labs, count))
            to->is_alone[analyte] |= bit;
        if (is_of_book && age < to->usable_age[i])
            to->usable_age[i] = age;
    } else if (is_of_book) {
        to->may_have_newer |= bit;
    }
}

void mag_block_see_labs(mag_block *block, size_t i) {
    mag_block_labs *to = &block->labs;
    const mag_timeline *patient = &block->patients[i];
    const size_t count = patient->first[MAG_ANALYTE_COUNT];
    uint32_t packed = 0;
    block->today[i] = mag_minute_day(patient->as_of);
    to->usable_age[i] = MAG_ALL_DAYS;
    for (size_t first = 0, end; first < count; first = end) {
        end = patient->first[mag_lab_analyte(&patient->labs[first]) + 1];
        see_analyte(block, i, patient->labs + first, end - first);
        for (size_t k = first; k < end; k++)
            packed |= patient->labs[k].packed;
    }
    const mag_lab all = {.packed = packed};
    to->has_mark |= (uint64_t)(mag_lab_reject(&all) != MAG_REASON_NONE) << i;
    for (unsigned flags = mag_lab_flags(&all); flags != 0; flags &= flags - 1)
        to->has_flag[mag_first_of(flags)] |= (uint64_t)1 << i;
}

/* --- prescriptions ------------------------------------------------------------------------ */

/* Of an order without length its moment counts. */
static mag_minute stop_of(const mag_exposure *row) {
    return row->stop <= row->start ? row->start + 1 : row->stop;
}

/* The minute after the last one in effect, by its kind. */
static mag_minute effect_stop_of(const mag_exposure *row) {
    const int64_t grace = mag_exposure_kind(row) == MAG_RX_ISSUE
                              ? (int64_t)MAG_ISSUE_GRACE_DAYS * MAG_MINUTES_PER_DAY
                              : 0;
    const int64_t stop = stop_of(row);
    return stop + grace >= MAG_MINUTE_OPEN ? MAG_MINUTE_OPEN : (mag_minute)(stop + grace);
}

/* The latest start that still joins the row's era, see clinical/era.h. */
static mag_minute reach_of(const mag_exposure *row) {
    const mag_interval interval = {
        .start = row->start, .stop = stop_of(row), .kind = mag_exposure_kind(row)};
    return mag_interval_reach(&interval);
}

/* What a row says of each of its classes. */
typedef struct row_facts {
    uint16_t effect_age, start_age;
    bool is_in_effect, is_running_order;
} row_facts;

static row_facts facts_of(const mag_timeline *patient, mag_day today, const mag_exposure *row) {
    const mag_minute now = patient->as_of, stop = effect_stop_of(row);
    return (row_facts){.effect_age = age_of(today, stop - 1),
                       .start_age = age_of(today, row->start),
                       .is_in_effect = row->start <= now && now < stop,
                       .is_running_order = mag_exposure_kind(row) == MAG_RX_ORDER &&
                                           row->start <= now && now < row->stop};
}

void mag_block_see_drugs(mag_block *block, size_t i) {
    mag_block_drugs *to = &block->drugs;
    const mag_timeline *patient = &block->patients[i];
    const mag_class_set *classes_of = block->plain[i]->room.classes;
    const uint64_t bit = (uint64_t)1 << i;
    mag_class_set seen = 0, running = 0, twice = 0, doubtful = 0, in_effect = 0, packs = 0;
    mag_minute reaches[MAG_CLASS_COUNT]; /* of the newest era of each that was seen */
    for (size_t row = 0; row < patient->exposure_count; row++) {
        const mag_exposure *exposure = &patient->exposures[row];
        const row_facts facts = facts_of(patient, block->today[i], exposure);
        const mag_minute reach = reach_of(exposure);
        if (mag_cohort_drug(patient->cohort, exposure->drug_id)->is_h_pylori_pack)
            packs |= classes_of[row];
        if (exposure->route == MAG_ROUTE_UNKNOWN)
            doubtful |= mag_classes_in_doubt(classes_of[row], MAG_ROUTE_UNKNOWN);
        if (facts.is_in_effect)
            in_effect |= classes_of[row];
        if (facts.is_running_order) {
            twice |= running & classes_of[row];
            running |= classes_of[row];
        }
        for (mag_class_set rest = classes_of[row]; rest != 0; rest &= rest - 1) {
            const size_t drug_class = mag_first_of(rest);
            const bool is_first = (seen >> drug_class & 1) == 0;
            if (is_first)
                to->start_age[drug_class][i] = facts.start_age;
            if (is_first || facts.effect_age < to->effect_age[drug_class][i])
                to->effect_age[drug_class][i] = facts.effect_age;
            const bool is_new_era = is_first || exposure->start > reaches[drug_class];
            if (is_new_era)
                to->era_age[drug_class][i] = facts.start_age;
            if (is_new_era || reach > reaches[drug_class])
                reaches[drug_class] = reach;
        }
        seen |= classes_of[row];
    }
    for (mag_class_set rest = seen; rest != 0; rest &= rest - 1) {
        const size_t drug_class = mag_first_of(rest);
        to->has_class[drug_class] |= bit;
        to->is_in_effect[drug_class] |= (uint64_t)(in_effect >> drug_class & 1) << i;
        to->is_in_doubt[drug_class] |= (uint64_t)(doubtful >> drug_class & 1) << i;
        to->has_pack[drug_class] |= (uint64_t)(packs >> drug_class & 1) << i;
        to->runs_twice[drug_class] |= (uint64_t)(twice >> drug_class & 1) << i;
    }
}

/* --- how long ago ------------------------------------------------------------------------- */

/* Bits of the ages that are at most `days`: one byte for each first, then eight bytes to eight
   bits by a product, in the highest byte of which byte k has become bit k. */
static uint64_t at_most(const uint16_t ages[restrict MAG_BLOCK_PATIENTS], uint16_t days) {
    enum { BYTES = 8 };
    const uint64_t byte_to_bit = 0x0102040810204080;
    uint8_t holds[MAG_BLOCK_PATIENTS];
    uint64_t mask = 0;
    for (size_t i = 0; i < MAG_BLOCK_PATIENTS; i++)
        holds[i] = ages[i] <= days;
    for (size_t i = 0; i < MAG_BLOCK_PATIENTS; i += BYTES) {
        uint64_t eight;
        memcpy(&eight, &holds[i], sizeof eight);
        mask |= (eight * byte_to_bit >> 56) << i;
    }
    return mask;
}

uint64_t mag_block_labs_within(const mag_block *block, mag_analyte analyte, uint16_t days) {
    const uint64_t has = block->labs.has_analyte[analyte];
    if (has == 0 || days == MAG_ALL_DAYS)
        return has;
    return has & at_most(block->labs.age[analyte], days);
}

uint64_t mag_block_at_least(const uint16_t ages[MAG_BLOCK_PATIENTS], int32_t days) {
    if (days <= 0)
        return UINT64_MAX;
    return days < MAG_ALL_DAYS ? ~at_most(ages, (uint16_t)(days - 1)) : 0;
}

uint64_t mag_block_drugs_within(const mag_block *block, mag_class drug_class, uint16_t days) {
    const uint64_t has = block->drugs.has_class[drug_class];
    if (has == 0 || days == MAG_ALL_DAYS)
        return has;
    return has & at_most(block->drugs.effect_age[drug_class], days);
}
