/* `given` lines about drugs: orders, issues, administrations. */
#include "rules/given.h"

#include "clinical/dose.h"
#include "rules/period.h"

#include <math.h>

enum { ORDER_STAYS_OPEN_DAYS = 30 };

/* An order as its line tells it. */
typedef struct order {
    mag_exposure exposure;
    mag_span name; /* of a drug; empty for a class */
    mag_class drug_class;
    mag_span amount, unit, per_day;
} order;

/* mg, g or mmol of elemental magnesium a day: the dose of a class. */
static bool class_dose(order *of) {
    mag_decimal amount;
    if (of->amount.nbytes == 0) {
        of->exposure.dose_hi_umol = MAG_DOSE_UNKNOWN;
        return true;
    }
    if (!mag_given_is_number(of->amount, &amount))
        return false;
    double umol = mag_decimal_double(amount) * 1000;
    if (mag_span_is(of->unit, "mg"))
        umol /= mag_umol_to_mg(1000);
    else if (mag_span_is(of->unit, "g"))
        umol *= 1000 / mag_umol_to_mg(1000);
    else if (!mag_span_is(of->unit, "mmol"))
        return false;
    of->exposure.dose_lo_umol = of->exposure.dose_hi_umol = (int32_t)lround(umol);
    return true;
}

static void drug_dose(order *of) {
    const mag_dose_text text = {.drug_name = of->name,
                                .dose = of->amount,
                                .dose_unit = of->unit,
                                .doses_per_day = of->per_day};
    const mag_dose dose = mag_dose_of(&text);
    of->exposure.dose_lo_umol = dose.lo_umol_per_day;
    of->exposure.dose_hi_umol = dose.hi_umol_per_day;
    if (dose.basis == MAG_BASIS_AMBIGUOUS)
        of->exposure.flags |= MAG_EXPOSURE_BASIS_AMBIGUOUS;
}

/* Does a number of days, hours or minutes stand here, and no dose? */
static bool is_moment(const mag_given_words *line) {
    static const char *const steps[] = {"day", "days", "hour", "hours", "minute", "minutes"};
    const mag_span unit = line->next + 1 < line->count ? line->at[line->next + 1] : (mag_span){0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (mag_span_is(unit, steps[i]))
            return true;
    return false;
}

/* `400 mg`, `1 TAB 2 times a day` */
static bool take_dose(mag_given_words *line, order *of) {
    mag_decimal ignored;
    of->per_day = mag_span_of("1");
    if (!mag_given_is_number(mag_given_peek(line), &ignored) || is_moment(line))
        return true;
    of->amount = mag_given_take(line);
    of->unit = mag_given_take(line);
    if (mag_given_is_number(mag_given_peek(line), &ignored) && !is_moment(line)) {
        of->per_day = mag_given_take(line);
        return mag_given_take_if(line, "times") && mag_given_take_if(line, "a") &&
               mag_given_take_if(line, "day");
    }
    return true;
}

/* By mouth, unless the class counts only otherwise. */
static mag_route usual_route(const order *of) {
    const mag_class_set drug_class = (mag_class_set)1 << of->drug_class;
    const bool is_class = of->name.nbytes == 0;
    return is_class && mag_classes_by_route(drug_class, MAG_ROUTE_ENTERAL) == 0
               ? MAG_ROUTE_PARENTERAL
               : MAG_ROUTE_ENTERAL;
}

/* `since 60 days ago [until 2 days ago]`; without an end it goes on beyond T. */
static bool take_order(const mag_given_world *in, mag_given_words *line, mag_exposure *exposure) {
    bool is_date_only;
    if (!mag_given_take_if(line, "since") ||
        !mag_given_take_moment(in, line, &exposure->start, &is_date_only))
        return false;
    exposure->flags = MAG_RX_ORDER;
    exposure->flags |= is_date_only ? MAG_EXPOSURE_START_DATE : 0;
    exposure->stop = mag_day_begin(in->as_of) + ORDER_STAYS_OPEN_DAYS * MAG_MINUTES_PER_DAY;
    if (!mag_given_take_if(line, "until"))
        return line->next == line->count;
    if (!mag_given_take_moment(in, line, &exposure->stop, &is_date_only))
        return false;
    if (is_date_only) {
        exposure->flags |= MAG_EXPOSURE_STOP_DATE;
        exposure->stop += MAG_MINUTES_PER_DAY;
    }
    return line->next == line->count;
}

/* `60 days ago [56 days supply]` */
static bool take_issue(const mag_given_world *in, mag_given_words *line, mag_exposure *exposure) {
    bool is_date_only;
    int32_t supply_days = MAG_ISSUE_DAYS;
    if (!mag_given_take_moment(in, line, &exposure->start, &is_date_only))
        return false;
    if (line->next != line->count &&
        !(mag_given_take_whole(line, &supply_days) && supply_days > 0 && supply_days < 3650 &&
          (mag_given_take_if(line, "days") || mag_given_take_if(line, "day")) &&
          mag_given_take_if(line, "supply")))
        return false;
    exposure->flags = MAG_RX_ISSUE;
    exposure->flags |= is_date_only ? MAG_EXPOSURE_START_DATE : 0;
    exposure->stop = exposure->start + supply_days * MAG_MINUTES_PER_DAY;
    return line->next == line->count;
}

/* `3 hours ago`: counts for its day. */
static bool take_administration(const mag_given_world *in, mag_given_words *line,
                                mag_exposure *exposure) {
    bool is_date_only;
    if (!mag_given_take_moment(in, line, &exposure->start, &is_date_only))
        return false;
    exposure->flags = MAG_RX_ADMINISTRATION;
    exposure->flags |= is_date_only ? MAG_EXPOSURE_START_DATE : 0;
    exposure->stop = mag_day_begin(exposure->start) + MAG_MINUTES_PER_DAY;
    return line->next == line->count;
}

static mag_status put_order(mag_given_world *in, order *of, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    if (of->name.nbytes > 0)
        MAG_TRY(mag_cohort_intern_drug(in->cohort, MAG_SYSTEM_NONE, (mag_span){"", 0}, of->name,
                                       &of->exposure.drug_id, err));
    else
        MAG_TRY(mag_cohort_intern_class(in->cohort, (mag_class_set)1 << of->drug_class,
                                        &of->exposure.drug_id, err));
    return mag_cohort_put_exposure(in->cohort, mag_given_patient(), &of->exposure, ++in->row_count,
                                   nowhere, err);
}

/* The forms of a drug line by the word behind the drug; an order has none. */
typedef struct form {
    const char *word;
    bool (*take)(const mag_given_world *in, mag_given_words *line, mag_exposure *exposure);
    const char *usage;
} form;

static const form forms[] = {
    {"issue", take_issue, "`issue ... N days ago [N days supply]` is expected"},
    {"given", take_administration, "`given ... N hours ago` is expected"},
    {NULL, take_order, "`since N days ago [until N days ago]` is expected"},
};

mag_status mag_given_drug(mag_given_world *in, mag_given_words *line, mag_span name,
                          mag_class drug_class, mag_error *err) {
    order of = {.name = name, .drug_class = drug_class};
    const form *kind = forms;
    while (kind->word != NULL && !mag_given_take_if(line, kind->word))
        kind++;
    if (!take_dose(line, &of))
        return mag_given_refuse(in, "the dose is not `NUMBER UNIT [N times a day]`", err);
    of.exposure.route = (uint8_t)usual_route(&of);
    if (mag_given_take_if(line, "by"))
        of.exposure.route = (uint8_t)mag_route_parse(mag_given_take(line));
    if (!kind->take(in, line, &of.exposure))
        return mag_given_refuse(in, kind->usage, err);
    if (name.nbytes > 0)
        drug_dose(&of);
    else if (!class_dose(&of))
        return mag_given_refuse(in, "the dose of a class is mg, g or mmol of magnesium a day", err);
    return put_order(in, &of, err);
}
