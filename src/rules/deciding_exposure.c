#include "rules/deciding_exposure.h"

#include "rules/operand_overlap.h"

/* How the rows of an operand are told from the patient's other rows. */
typedef enum choice {
    CHOICE_NONE,    /* looks at no exposures */
    CHOICE_CURRENT, /* what is in effect at T */
    CHOICE_WINDOW,  /* in effect in the window; at T if it has none */
    CHOICE_LENGTH,  /* in effect in the time before T that the operand asks for */
    CHOICE_ERA,     /* of the era that began at the value's moment */
    CHOICE_START,   /* that begin at the value's moment */
    CHOICE_STOP,    /* that end at the value's moment */
    CHOICE_CHANGE,  /* in effect a day before or behind the value's moment */
    CHOICE_BEGUN,   /* that begin in the window */
    CHOICE_MEETING  /* that meet the other list */
} choice;

static choice choice_of(const mag_operand *operand) {
    const bool has_window = operand->window.kind != MAG_WINDOW_HISTORY;
    switch ((int)operand->kind) {
    case MAG_OPERAND_ACTIVE:
        return has_window ? CHOICE_WINDOW : CHOICE_CURRENT;
    case MAG_OPERAND_COUNT_ACTIVE:
        if (operand->length.amount > 0)
            return CHOICE_LENGTH;
        return has_window ? CHOICE_WINDOW : CHOICE_CURRENT;
    case MAG_OPERAND_DAYS_ON:
    case MAG_OPERAND_DOSE:
    case MAG_OPERAND_DOSE_UNCLEAR:
    case MAG_OPERAND_REPEATED_ORDERS:
        return CHOICE_CURRENT;
    case MAG_OPERAND_EXPOSED:
    case MAG_OPERAND_PRODUCTS_ACTIVE:
    case MAG_OPERAND_MAX_DAY_DOSE:
    case MAG_OPERAND_SALT:
    case MAG_OPERAND_ROUTE:
        return CHOICE_WINDOW;
    case MAG_OPERAND_CONTINUOUS:
        return CHOICE_LENGTH;
    case MAG_OPERAND_COURSE:
        return CHOICE_ERA;
    case MAG_OPERAND_STARTED:
        return CHOICE_START;
    case MAG_OPERAND_STOPPED:
        return CHOICE_STOP;
    case MAG_OPERAND_DOSE_CHANGE:
        return CHOICE_CHANGE;
    case MAG_OPERAND_ISSUES:
        return CHOICE_BEGUN;
    case MAG_OPERAND_OVERLAP:
    case MAG_OPERAND_GAP_KEPT:
        return CHOICE_MEETING;
    }
    return CHOICE_NONE;
}

/* Without a window exposed, issues and the like look at all of history; products, salt and route at
   T. */
static bool is_about_now(const mag_operand *operand) {
    return operand->window.kind == MAG_WINDOW_HISTORY &&
           (operand->kind == MAG_OPERAND_PRODUCTS_ACTIVE || operand->kind == MAG_OPERAND_SALT ||
            operand->kind == MAG_OPERAND_ROUTE);
}

static mag_period length_before(mag_minute as_of, mag_length length) {
    const mag_window window = {.kind = MAG_WINDOW_BACK, .far = length};
    const mag_anchor now = {as_of, false};
    return mag_period_of(&window, now, now, as_of);
}

static mag_period a_day_around(const mag_value *value) {
    return (mag_period){.from = value->at - MAG_MINUTES_PER_DAY,
                        .until = value->at + MAG_MINUTES_PER_DAY,
                        .date_only_from = value->at - MAG_MINUTES_PER_DAY};
}

bool mag_deciding_begin(mag_evaluator *evaluator, const mag_operand *operand,
                        const mag_value *value, bool is_second, mag_deciding *out) {
    const mag_minute as_of = evaluator->patient->as_of;
    const choice by = choice_of(operand);
    mag_unknown_set reasons;
    *out = (mag_deciding){.evaluator = evaluator, .operand = operand, .value = value};
    out->query = mag_evaluator_drug_query(evaluator, operand);
    out->other = mag_evaluator_other_query(evaluator, operand);
    if (is_second) {
        const mag_drug_query first = out->query;
        out->query = out->other;
        out->other = first;
    }
    out->query.is_sure_only = out->other.is_sure_only = true;
    if (by == CHOICE_NONE || (is_second && operand->other_member_count == 0) ||
        !mag_evaluator_period(evaluator, operand, &out->period, &reasons))
        return false;
    if (is_about_now(operand))
        out->period = (mag_period){as_of, as_of, mag_day_begin(as_of), false};
    if (by == CHOICE_LENGTH)
        out->period = length_before(as_of, operand->length);
    if (by == CHOICE_CHANGE)
        out->period = a_day_around(value);
    if (by == CHOICE_STOP)
        out->date_stop_count = mag_drug_date_stops(&out->query);
    if (by == CHOICE_MEETING)
        out->meets = mag_drug_meeting(&out->query, &out->other, &out->period);
    if (by == CHOICE_CURRENT)
        out->is_current = mag_drug_current(&out->query);
    return true;
}

bool mag_deciding_holds(const mag_deciding *deciding, const mag_exposure *exposure) {
    const mag_drug_query *query = &deciding->query;
    if (mag_drug_classes(query, exposure) == 0)
        return false;
    switch (choice_of(deciding->operand)) {
    case CHOICE_NONE:
        break;
    case CHOICE_CURRENT:
        return deciding->is_current[exposure - query->patient->exposures];
    case CHOICE_WINDOW:
    case CHOICE_LENGTH:
    case CHOICE_CHANGE:
        return mag_drug_overlaps(query, exposure, &deciding->period);
    case CHOICE_ERA:
        return exposure->start >= deciding->value->at &&
               exposure->start <= deciding->evaluator->patient->as_of;
    case CHOICE_START:
        return exposure->start == deciding->value->at;
    case CHOICE_STOP:
        return mag_drug_event_of_stop(query->room->keys, deciding->date_stop_count, exposure->stop)
                   .at == deciding->value->at;
    case CHOICE_BEGUN:
        return mag_period_holds(&deciding->period, exposure->start,
                                mag_exposure_has(exposure, MAG_EXPOSURE_START_DATE));
    case CHOICE_MEETING:
        return deciding->meets[exposure - query->patient->exposures];
    }
    return false;
}

const char *mag_deciding_gap(const mag_deciding *deciding, const mag_exposure *exposure) {
    const mag_pack *pack = deciding->evaluator->pack;
    if (choice_of(deciding->operand) != CHOICE_MEETING)
        return NULL;
    const mag_gap *gap =
        mag_drug_gap(&deciding->query, exposure, (mag_gap_table){pack->gaps, pack->gap_count});
    return gap == NULL ? NULL : gap->text;
}
