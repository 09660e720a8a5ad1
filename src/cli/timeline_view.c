#include "cli/timeline_view.h"

#include "base/text.h"
#include "cli/show.h"
#include "clinical/conversion.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_RESULTS = 6, SHOWN_ERAS = 3, SHOWN_DRUGS = 3, AGE_BAND = 5 };

static const char *sex_word(mag_sex sex) {
    switch (sex) {
    case MAG_SEX_FEMALE:
        return "female";
    case MAG_SEX_MALE:
        return "male";
    case MAG_SEX_UNKNOWN:
        break;
    }
    return "sex unknown";
}

static void show_header(const mag_timeline *patient) {
    char when[MAG_MOMENT_TEXT_NBYTES], band[48] = "age unknown";
    int age;
    bool is_year_only;
    bool has_as_of = patient->as_of != MAG_MINUTE_NONE;
    if (has_as_of && mag_person_age(patient->person, patient->as_of, &age, &is_year_only)) {
        int low = age / AGE_BAND * AGE_BAND;
        snprintf(band, sizeof band, "%d-%d%s", low, low + AGE_BAND - 1,
                 is_year_only ? ", by year of birth" : "");
    }
    mag_show("patient %.*s (%s, %s)   data as of %s", (int)patient->person->id.nbytes,
             patient->person->id.at, sex_word(patient->person->sex), band,
             has_as_of ? mag_when_text(patient->as_of, false, when) : "no record at all");
    if (has_as_of && !mag_person_is_alive(patient->person, patient->as_of))
        mag_show("  died before that");
}

/* "1.5 mg/dL low": a word stands beside every number that is outside its interval. The unit is
   written where it is another one than *shown. */
static void add_value(mag_text *line, const mag_timeline *patient, const mag_lab *lab,
                      mag_unit *shown) {
    char value[MAG_DECIMAL_TEXT_NBYTES];
    mag_decimal printed = mag_lab_value(lab);
    mag_unit unit = mag_lab_unit(lab);
    if (mag_lab_reject(lab) != MAG_REASON_NONE) {
        mag_text_format(line, "set aside (%s)", mag_reason_name(mag_lab_reject(lab)));
        return;
    }
    mag_decimal_text(printed, value);
    mag_text_format(line, "%s%s", mag_comparator_text(mag_lab_comparator(lab)), value);
    if (unit != *shown && unit != MAG_UNIT_RATIO)
        mag_text_format(line, " %s", mag_unit_text(unit));
    *shown = unit;
    mag_reference reference = {.sex = patient->person->sex};
    reference.has_row_range =
        mag_cohort_range(patient->cohort, lab->range_id, &reference.row_low, &reference.row_high);
    int order;
    if (mag_reference_order(mag_lab_analyte(lab), unit, printed, &reference, &order) && order != 0)
        mag_text_add_text(line, order < 0 ? " low" : " high");
    if (mag_lab_has(lab, MAG_LAB_HAEMOLYSED))
        mag_text_add_text(line, " haemolysed");
}

static mag_status show_analyte(const mag_timeline *patient, mag_analyte analyte, mag_arena *arena,
                               mag_error *err) {
    size_t count;
    const mag_lab *labs = mag_timeline_labs(patient, analyte, &count);
    if (count == 0)
        return MAG_OK;
    mag_text line;
    mag_text_init(&line, mag_arena_account(arena));
    mag_unit unit = MAG_UNIT_NONE;
    size_t first = count > SHOWN_RESULTS ? count - SHOWN_RESULTS : 0;
    for (size_t i = first; i < count; i++) {
        char when[MAG_MOMENT_TEXT_NBYTES];
        mag_text_add_text(&line, i > first ? "; " : "");
        mag_text_add_text(&line, mag_when_text(labs[i].minute, true, when));
        mag_text_add_char(&line, ' ');
        add_value(&line, patient, &labs[i], &unit);
    }
    mag_text_add_char(&line, '\0');
    mag_status status = mag_text_check(&line, err);
    if (status == MAG_OK)
        mag_show("  %-34s %s%s", mag_analyte_of(analyte)->label, first ? "... " : "", line.at);
    mag_text_done(&line);
    return status;
}

/* Names of at most SHOWN_DRUGS different drugs of the class. */
static void add_drug_names(mag_text *line, const mag_timeline *patient, mag_class_set wanted) {
    uint32_t seen[SHOWN_DRUGS];
    size_t count = 0;
    for (size_t i = patient->exposure_count; i-- > 0;) {
        const mag_exposure *exposure = &patient->exposures[i];
        bool is_new = (mag_exposure_classes(patient->cohort, exposure) & wanted) != 0;
        for (size_t j = 0; j < count && is_new; j++)
            is_new = seen[j] != exposure->drug_id;
        if (!is_new)
            continue;
        if (count == SHOWN_DRUGS) {
            mag_text_add_text(line, " ...");
            return;
        }
        seen[count] = exposure->drug_id;
        const char *name = mag_cohort_drug(patient->cohort, exposure->drug_id)->shown_name;
        mag_text_format(line, "%s%s", count ? ", " : "", name ? name : "unnamed");
        count++;
    }
}

static const char *era_state(const mag_era *era, mag_minute as_of) {
    if (era->stop > as_of)
        return "active";
    return era->active_stop > as_of ? "active by its grace" : "ended";
}

/* Does only the 365-day rule end the era? Nobody recorded that stop. */
static bool is_end_assumed(const mag_timeline *patient, mag_class_set wanted, const mag_era *era) {
    bool is_assumed = false;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (exposure->stop != era->stop ||
            !(mag_exposure_classes(patient->cohort, exposure) & wanted))
            continue;
        if (!mag_exposure_has(exposure, MAG_EXPOSURE_OPEN))
            return false;
        is_assumed = true;
    }
    return is_assumed;
}

static void add_era(mag_text *line, const mag_era *era, mag_minute as_of, bool is_assumed) {
    char start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES];
    bool is_going_on = era->stop > as_of;
    mag_minute seen_until = is_going_on ? as_of : era->stop - 1;
    int days = mag_minute_day(seen_until) - mag_minute_day(era->start) + 1;
    if (is_going_on)
        mag_text_format(line, "since %s", mag_when_text(era->start, true, start));
    else
        mag_text_format(line, "%s to %s", mag_when_text(era->start, true, start),
                        mag_when_text(seen_until, true, stop));
    mag_text_format(line, " (%d day%s, ", days, days == 1 ? "" : "s");
    if (is_assumed && !is_going_on)
        mag_text_format(line, "no stop on record, taken to end after %d days (open_order))",
                        MAG_OPEN_ORDER_DAYS);
    else
        mag_text_format(line, "%s)", era_state(era, as_of));
}

static mag_status show_class(const mag_timeline *patient, mag_class drug_class,
                             mag_interval *intervals, mag_era *eras, mag_error *err) {
    mag_class_set wanted = (mag_class_set)1 << drug_class;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (mag_exposure_classes(patient->cohort, exposure) & wanted)
            intervals[count++] =
                (mag_interval){exposure->start, exposure->stop, mag_exposure_kind(exposure), 0};
    }
    if (count == 0)
        return MAG_OK;
    count = mag_eras_join(intervals, count, eras);
    mag_account account = {0};
    mag_text line;
    mag_text_init(&line, &account);
    size_t first = count > SHOWN_ERAS ? count - SHOWN_ERAS : 0;
    for (size_t i = first; i < count; i++) {
        mag_text_add_text(&line, i > first ? "; " : first ? "... " : "");
        add_era(&line, &eras[i], patient->as_of, is_end_assumed(patient, wanted, &eras[i]));
    }
    mag_text_add_text(&line, "  ");
    add_drug_names(&line, patient, wanted);
    mag_text_add_char(&line, '\0');
    mag_status status = mag_text_check(&line, err);
    if (status == MAG_OK)
        mag_show("  %-34s %s", mag_class_label(drug_class), line.at);
    mag_text_done(&line);
    return status;
}

static mag_status show_exposures(const mag_timeline *patient, mag_arena *arena, mag_error *err) {
    size_t count = patient->exposure_count + 1;
    mag_interval *intervals = mag_arena_alloc(arena, count * sizeof *intervals);
    mag_era *eras = mag_arena_alloc(arena, count * sizeof *eras);
    if (!intervals || !eras)
        return mag_fail_memory(err, count * sizeof *eras);
    if (patient->exposure_count == 0)
        mag_show("  no drug of any class on record");
    for (int drug_class = 0; drug_class < MAG_CLASS_COUNT; drug_class++)
        MAG_TRY(show_class(patient, (mag_class)drug_class, intervals, eras, err));
    return MAG_OK;
}

static void show_condition(const mag_timeline *patient, mag_condition condition) {
    size_t count = 0;
    mag_minute newest = MAG_MINUTE_NONE;
    for (size_t i = 0; i < patient->condition_count; i++) {
        const mag_condition_record *record = &patient->conditions[i];
        if (!(record->conditions >> condition & 1))
            continue;
        count++;
        if (record->minute > newest)
            newest = record->minute;
    }
    char when[MAG_MOMENT_TEXT_NBYTES];
    if (count > 0)
        mag_show("  %-34s %s%s", mag_condition_name(condition), mag_when_text(newest, true, when),
                 count > 1 ? " (and before)" : "");
}

mag_status mag_timeline_show(const mag_timeline *patient, mag_arena *arena, mag_error *err) {
    show_header(patient);
    MAG_TRY(show_exposures(patient, arena, err));
    for (int analyte = 1; analyte < MAG_ANALYTE_COUNT; analyte++)
        MAG_TRY(show_analyte(patient, (mag_analyte)analyte, arena, err));
    for (int condition = 0; condition < MAG_CONDITION_COUNT; condition++)
        show_condition(patient, (mag_condition)condition);
    return MAG_OK;
}
