/* Reads `given` lines, one record each:

     female 71 y 60 kg 160 cm                     the person; measured at T
     creatinine 150 umol/L 10 days ago            a result; also <0.30, `no unit`, `haemolysed`
     magnesium rejected 3 days ago                a mark without a value
     MGSUPP 400 mg since 60 days ago              an order; elemental dose a day
     drug "Lasix 40 mg tablet" by PO since 9 days ago until 2 days ago
     dialysis 30 days ago                         a condition
     no conditions source, no prescriptions source, outside stays, source without magnesium,
     sex unknown, age unknown, formula us */
#include "rules/example.h"

#include "clinical/dose.h"
#include "cohort/decoder.h"
#include "rules/period.h"

#include <math.h>
#include <string.h>

enum { WORDS_MAX = 32, ORDER_STAYS_OPEN_DAYS = 30, BIRTHDAY_DAYS_AGO = 182 };

static const char patient_name[] = "example";

/* A line as words; text in double quotes is one word. */
typedef struct words {
    mag_span at[WORDS_MAX];
    size_t count, next;
} words;

/* What the lines have said so far. */
typedef struct world {
    mag_cohort *cohort;
    mag_minute as_of;
    mag_person person;
    uint64_t row_count; /* numbers rows, so that equal lines are no duplicates */
    const mag_text_line *line;
    const char *file;
} world;

static mag_span patient_id(void) {
    return mag_span_of(patient_name);
}

static mag_status refuse(const world *in, const char *why, mag_error *err) {
    mag_status status = mag_fail(err, MAG_E_RULES, MAG_MSG_R501, "%s:%u:%u: %s: \"%s\"", in->file,
                                 in->line->line, in->line->column, why, in->line->text);
    mag_hint(err, "forms of a given line: see the rule language, \"given\"");
    return status;
}

static words split(const char *text) {
    words all = {.count = 0};
    while (all.count < WORDS_MAX) {
        text += strspn(text, " \t");
        if (*text == '\0')
            return all;
        const bool is_quoted = *text == '"';
        text += is_quoted;
        const size_t nbytes = strcspn(text, is_quoted ? "\"" : " \t");
        all.at[all.count++] = (mag_span){text, nbytes};
        text += nbytes;
        text += is_quoted && *text == '"';
    }
    return all;
}

static mag_span peek(const words *in) {
    return in->next < in->count ? in->at[in->next] : (mag_span){"", 0};
}

static mag_span take(words *in) {
    const mag_span word = peek(in);
    in->next += in->next < in->count;
    return word;
}

static bool take_if(words *in, const char *word) {
    if (!mag_span_is_ignoring_case(peek(in), word))
        return false;
    in->next++;
    return true;
}

static bool parse_number(mag_span word, mag_decimal *value) {
    mag_comparator comparator;
    return mag_decimal_parse(word, false, value, &comparator) == MAG_NUMBER_OK &&
           comparator == MAG_EXACT;
}

static bool take_whole(words *in, int32_t *number) {
    mag_decimal value;
    if (!parse_number(peek(in), &value) || value.scale != 0)
        return false;
    in->next++;
    *number = value.mantissa;
    return true;
}

/* `10 days ago`, `3 hours ago`, `on 2024-06-20`, `on 2024-06-20T07:10`. */
static bool take_moment(const world *in, words *from, mag_minute *minute, bool *is_date_only) {
    int32_t amount;
    mag_moment moment;
    if (take_if(from, "on")) {
        if (mag_moment_parse(take(from), NULL, &moment) != MAG_DATE_OK)
            return false;
        *minute = moment.minute;
        *is_date_only = moment.is_date_only;
        return true;
    }
    if (!take_whole(from, &amount))
        return false;
    *is_date_only = take_if(from, "days") || take_if(from, "day");
    if (!*is_date_only && !take_if(from, "hours") && !take_if(from, "hour"))
        return false;
    *minute = *is_date_only ? mag_day_begin(in->as_of) - amount * MAG_MINUTES_PER_DAY
                            : in->as_of - amount * MAG_MINUTES_PER_HOUR;
    return take_if(from, "ago");
}

/* --- results ------------------------------------------------------------------------------ */

static mag_status put_lab(world *in, mag_lab *lab, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    return mag_cohort_put_lab(in->cohort, patient_id(), lab, ++in->row_count, 0, nowhere, err);
}

static mag_status put_measurement(world *in, mag_analyte analyte, mag_unit unit, mag_decimal value,
                                  mag_error *err) {
    mag_lab lab = {.minute = in->as_of,
                   .mantissa = value.mantissa,
                   .packed =
                       mag_lab_pack(analyte, unit, value.scale, MAG_EXACT, MAG_REASON_NONE, 0)};
    return put_lab(in, &lab, err);
}

/* The rest of a line that begins with an analyte. */
static mag_status put_result(world *in, words *line, mag_analyte analyte, mag_error *err) {
    mag_decimal value = {0, 0};
    mag_comparator comparator = MAG_EXACT;
    mag_unit unit = MAG_UNIT_NONE;
    mag_reason reject = MAG_REASON_NONE;
    unsigned flags = 0;
    if (take_if(line, "rejected")) {
        reject = MAG_REASON_VALUE_IMPLAUSIBLE;
    } else if (mag_decimal_parse(take(line), false, &value, &comparator) != MAG_NUMBER_OK) {
        return refuse(in, "a value or `rejected` is expected after the analyte", err);
    } else if (take_if(line, "no")) {
        reject = MAG_REASON_UNIT_MISSING;
        if (!take_if(line, "unit"))
            return refuse(in, "`no` is followed by `unit`", err);
    } else {
        unit = mag_unit_parse(take(line));
        if (unit == MAG_UNIT_NONE || !mag_unit_fits(analyte, unit))
            return refuse(in, "the unit does not fit the analyte", err);
    }
    if (reject == MAG_REASON_NONE && mag_decode_is_ph_like(analyte, value, comparator))
        reject = MAG_REASON_VALUE_PH_LIKE;
    if (take_if(line, "haemolysed"))
        flags |= MAG_LAB_HAEMOLYSED;
    mag_lab lab = {.mantissa = value.mantissa};
    bool is_date_only;
    if (!take_moment(in, line, &lab.minute, &is_date_only) || line->next != line->count)
        return refuse(in, "`N days ago`, `N hours ago` or `on DATE` is expected at the end", err);
    flags |= is_date_only ? MAG_LAB_DATE_ONLY : 0;
    lab.packed = mag_lab_pack(analyte, unit, value.scale, comparator, reject, flags);
    return put_lab(in, &lab, err);
}

/* --- drugs -------------------------------------------------------------------------------- */

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
    if (!parse_number(of->amount, &amount))
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

/* `400 mg`, `1 TAB 2 times a day` */
static bool take_dose(words *line, order *of) {
    mag_decimal ignored;
    of->per_day = mag_span_of("1");
    if (!parse_number(peek(line), &ignored))
        return true;
    of->amount = take(line);
    of->unit = take(line);
    if (parse_number(peek(line), &ignored)) {
        of->per_day = take(line);
        return take_if(line, "times") && take_if(line, "a") && take_if(line, "day");
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
static bool take_interval(const world *in, words *line, mag_exposure *exposure) {
    bool is_date_only;
    if (!take_if(line, "since") || !take_moment(in, line, &exposure->start, &is_date_only))
        return false;
    exposure->flags |= is_date_only ? MAG_EXPOSURE_START_DATE : 0;
    exposure->stop = mag_day_begin(in->as_of) + ORDER_STAYS_OPEN_DAYS * MAG_MINUTES_PER_DAY;
    if (!take_if(line, "until"))
        return line->next == line->count;
    if (!take_moment(in, line, &exposure->stop, &is_date_only))
        return false;
    if (is_date_only) {
        exposure->flags |= MAG_EXPOSURE_STOP_DATE;
        exposure->stop += MAG_MINUTES_PER_DAY;
    }
    return line->next == line->count;
}

/* The rest of a line that begins with a class or a drug. */
static mag_status put_order(world *in, words *line, order *of, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    if (!take_dose(line, of))
        return refuse(in, "the dose is not `NUMBER UNIT [N times a day]`", err);
    of->exposure.route = (uint8_t)usual_route(of);
    if (take_if(line, "by"))
        of->exposure.route = (uint8_t)mag_route_parse(take(line));
    of->exposure.flags = MAG_RX_ORDER;
    if (of->name.nbytes > 0)
        drug_dose(of);
    else if (!class_dose(of))
        return refuse(in, "the dose of a class is mg, g or mmol of magnesium a day", err);
    if (!take_interval(in, line, &of->exposure))
        return refuse(in, "`since N days ago [until N days ago]` is expected", err);
    if (of->name.nbytes > 0)
        MAG_TRY(mag_cohort_intern_drug(in->cohort, MAG_SYSTEM_NONE, (mag_span){"", 0}, of->name,
                                       &of->exposure.drug_id, err));
    else
        MAG_TRY(mag_cohort_intern_class(in->cohort, (mag_class_set)1 << of->drug_class,
                                        &of->exposure.drug_id, err));
    return mag_cohort_put_exposure(in->cohort, patient_id(), &of->exposure, ++in->row_count,
                                   nowhere, err);
}

/* --- the rest ----------------------------------------------------------------------------- */

static mag_status put_condition(world *in, words *line, mag_condition condition, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    mag_condition_record record = {.conditions = (uint32_t)1 << condition};
    if (!take_moment(in, line, &record.minute, &record.is_date_only) || line->next != line->count)
        return refuse(in, "`N days ago` or `on DATE` is expected after the condition", err);
    return mag_cohort_put_condition(in->cohort, patient_id(), &record, ++in->row_count, nowhere,
                                    err);
}

/* Born so that the age holds at T and at samples of the half year before. */
static mag_day birth_of(mag_minute as_of, int age_years) {
    int year, month, day;
    mag_day_to_civil(mag_minute_day(as_of) - BIRTHDAY_DAYS_AGO, &year, &month, &day);
    return mag_day_from_civil(year - age_years, month, day > 28 ? 28 : day);
}

/* The rest of a line that begins with a sex: `71 y 60 kg 160 cm`. */
static mag_status put_person(world *in, words *line, mag_sex sex, mag_error *err) {
    int32_t age_years;
    in->person.sex = sex;
    if (!take_whole(line, &age_years) || !take_if(line, "y"))
        return refuse(in, "`female 71 y` is expected", err);
    in->person.has_birth = true;
    in->person.birth = birth_of(in->as_of, age_years);
    while (line->next < line->count) {
        mag_decimal value;
        if (!parse_number(take(line), &value))
            return refuse(in, "a number of kg or cm is expected", err);
        if (take_if(line, "kg"))
            MAG_TRY(put_measurement(in, MAG_WEIGHT, MAG_UNIT_KG, value, err));
        else if (take_if(line, "cm"))
            MAG_TRY(put_measurement(in, MAG_HEIGHT, MAG_UNIT_CM, value, err));
        else
            return refuse(in, "only kg and cm may follow the age", err);
    }
    return MAG_OK;
}

static bool is_phrase(const mag_text_line *line, const char *phrase) {
    return mag_span_is(mag_span_trim(mag_span_of(line->text)), phrase);
}

/* Lines about the sources and the formula, which must stand before a cohort exists. */
typedef struct setting {
    bool lacks_conditions, lacks_prescriptions, is_outside_stays, is_us;
} setting;

static bool read_setting(const mag_text_line *line, setting *to) {
    bool *said = is_phrase(line, "no conditions source")      ? &to->lacks_conditions
                 : is_phrase(line, "no prescriptions source") ? &to->lacks_prescriptions
                 : is_phrase(line, "outside stays")           ? &to->is_outside_stays
                 : is_phrase(line, "formula us")              ? &to->is_us
                                                              : NULL;
    if (said == NULL)
        return false;
    *said = true;
    return true;
}

static mag_status put_source_without(world *in, words *line, mag_error *err) {
    const mag_analyte analyte = mag_analyte_find(take(line));
    if (analyte == MAG_ANALYTE_NONE || line->next != line->count)
        return refuse(in, "`source without` is followed by an analyte", err);
    mag_cohort_declare_delivery(in->cohort, analyte, false);
    return MAG_OK;
}

static mag_status put_line(world *in, mag_error *err) {
    words line = split(in->line->text);
    const mag_span first = take(&line);
    const mag_analyte analyte = mag_analyte_find(first);
    order drug = {.name = {"", 0}};
    mag_condition condition;
    if (mag_span_is(first, "female"))
        return put_person(in, &line, MAG_SEX_FEMALE, err);
    if (mag_span_is(first, "male"))
        return put_person(in, &line, MAG_SEX_MALE, err);
    if (is_phrase(in->line, "sex unknown")) {
        in->person.sex = MAG_SEX_UNKNOWN;
        return MAG_OK;
    }
    if (is_phrase(in->line, "age unknown")) {
        in->person.has_birth = false;
        return MAG_OK;
    }
    if (mag_span_is(first, "source") && take_if(&line, "without"))
        return put_source_without(in, &line, err);
    if (analyte != MAG_ANALYTE_NONE)
        return put_result(in, &line, analyte, err);
    if (mag_span_is(first, "drug")) {
        drug.name = take(&line);
        return put_order(in, &line, &drug, err);
    }
    if (mag_class_find(first, &drug.drug_class))
        return put_order(in, &line, &drug, err);
    if (mag_condition_find(first, &condition))
        return put_condition(in, &line, condition, err);
    return refuse(in, "no such form of a given line", err);
}

static mag_cohort_settings settings_of(const mag_example *example, const setting *said,
                                       mag_account *account) {
    const mag_minute day = example->as_of * MAG_MINUTES_PER_DAY;
    return (mag_cohort_settings){
        .as_of_kind = MAG_AS_OF_FIXED,
        .as_of = day + MAG_MINUTES_PER_DAY - 1,
        .data_until = MAG_MINUTE_OPEN,
        .absence = said->is_outside_stays ? MAG_ABSENCE_OUTSIDE_STAYS : MAG_ABSENCE_NONE,
        .kidney = {said->is_us ? MAG_KIDNEY_US : MAG_KIDNEY_UK, MAG_WEIGHT_ADJUSTED30},
        .account = account,
    };
}

static void declare_sources(mag_cohort *cohort, const setting *said) {
    mag_cohort_declare_table(cohort, MAG_TABLE_PATIENTS);
    mag_cohort_declare_table(cohort, MAG_TABLE_LABS);
    if (!said->lacks_prescriptions)
        mag_cohort_declare_table(cohort, MAG_TABLE_PRESCRIPTIONS);
    if (!said->lacks_conditions)
        mag_cohort_declare_table(cohort, MAG_TABLE_CONDITIONS);
    if (said->is_outside_stays)
        mag_cohort_declare_table(cohort, MAG_TABLE_STAYS);
    mag_cohort_declare_delivery(cohort, MAG_ANALYTE_NONE, true);
}

static mag_status fill(world *in, const mag_example *example, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    setting ignored = {0};
    for (size_t i = 0; i < example->given_count; i++) {
        in->line = &example->given[i];
        if (!read_setting(in->line, &ignored))
            MAG_TRY(put_line(in, err));
    }
    MAG_TRY(mag_cohort_put_person(in->cohort, &in->person, nowhere, err));
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        MAG_TRY(mag_cohort_settle(in->cohort, i, err));
    return mag_cohort_settle_all(in->cohort, err);
}

mag_status mag_example_cohort(const char *file, const mag_example *example,
                              const mag_codebook *book, mag_account *account, mag_cohort **out,
                              mag_error *err) {
    setting said = {0};
    for (size_t i = 0; i < example->given_count; i++)
        (void)read_setting(&example->given[i], &said);
    const mag_cohort_settings settings = settings_of(example, &said, account);
    world in = {.as_of = settings.as_of, .file = file};
    in.person = (mag_person){.id = patient_id(),
                             .sex = MAG_SEX_FEMALE,
                             .is_in_roster = true,
                             .has_birth = true,
                             .birth = birth_of(settings.as_of, 50),
                             .died = MAG_MINUTE_OPEN,
                             .observed_from = MAG_MINUTE_NONE,
                             .observed_until = MAG_MINUTE_OPEN};
    MAG_TRY(mag_cohort_new(&in.cohort, book, &settings, err));
    declare_sources(in.cohort, &said);
    const mag_status status = fill(&in, example, err);
    if (status != MAG_OK) {
        mag_cohort_free(in.cohort);
        return status;
    }
    *out = in.cohort;
    return MAG_OK;
}

bool mag_example_patient(const mag_cohort *cohort, mag_timeline *out) {
    return mag_timeline_find(cohort, patient_id(), out);
}
