/* Names, ranks and sums of the row accounting. */
#include "cohort/accounting.h"

typedef struct reason_facts {
    const char *name;
    mag_message_id message;
    mag_gate_kind gate;
} reason_facts;

static const reason_facts REASONS[MAG_REASON_COUNT] = {
    [MAG_REASON_NONE] = {"", MAG_MSG_NONE, MAG_GATE_VALUE},
#define MAG_REASON(id, name, rank, message, gate)                                                  \
    [MAG_REASON_##id] = {name, MAG_MSG_##message, MAG_GATE_##gate},
#include "cohort/reason.def"
#undef MAG_REASON
};

const char *mag_reason_name(mag_reason reason) {
    return REASONS[reason].name;
}

mag_message_id mag_reason_message(mag_reason reason) {
    return REASONS[reason].message;
}

mag_gate_kind mag_reason_gate(mag_reason reason) {
    return REASONS[reason].gate;
}

bool mag_reason_is_unit(mag_reason reason) {
    return reason == MAG_REASON_UNIT_MISSING || reason == MAG_REASON_UNIT_UNKNOWN ||
           reason == MAG_REASON_UNIT_CONTRADICTS;
}

uint64_t mag_accounting_rejected(const mag_accounting *accounting) {
    uint64_t sum = 0;
    for (int reason = MAG_REASON_NONE + 1; reason < MAG_REASON_COUNT; reason++)
        sum += accounting->rejected[reason];
    return sum;
}

uint64_t mag_accounting_of_interest(const mag_accounting *accounting) {
    return accounting->accepted + accounting->out_of_window + accounting->duplicate +
           mag_accounting_rejected(accounting);
}

uint64_t mag_accounting_with_unmapped(const mag_accounting *accounting) {
    return mag_accounting_of_interest(accounting) + accounting->unmapped;
}

void mag_accounting_add(mag_accounting *total, const mag_accounting *more) {
    total->read += more->read;
    total->accepted += more->accepted;
    total->out_of_window += more->out_of_window;
    total->duplicate += more->duplicate;
    total->not_of_interest += more->not_of_interest;
    for (int reason = 0; reason < MAG_REASON_COUNT; reason++)
        total->rejected[reason] += more->rejected[reason];
    total->unmapped += more->unmapped;
    total->offset_times += more->offset_times;
    total->utc_times += more->utc_times;
    total->partial_dates += more->partial_dates;
    total->open_orders += more->open_orders;
    total->ended_orders += more->ended_orders;
    total->units_inferred += more->units_inferred;
    total->units_against_code += more->units_against_code;
    total->sex_unknown += more->sex_unknown;
    total->birth_unknown += more->birth_unknown;
    total->demog_noted += more->demog_noted;
    total->death_unknown += more->death_unknown;
    total->detail_unknown += more->detail_unknown;
    total->age_implausible += more->age_implausible;
    total->demog_conflict += more->demog_conflict;
    total->near_ids += more->near_ids;
    total->doses_unread += more->doses_unread;
    total->supplies_unread += more->supplies_unread;
    total->version_conflicts += more->version_conflicts;
}

mag_status mag_accounting_check(const mag_accounting *accounting, const char *source,
                                mag_error *err) {
    uint64_t placed = mag_accounting_of_interest(accounting) + accounting->not_of_interest;
    if (placed == accounting->read)
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                    "%s: %llu rows were read, but %llu are accounted for", source,
                    (unsigned long long)accounting->read, (unsigned long long)placed);
}
