/* Reads `given` lines, one record each:

     female 71 y 60 kg 160 cm                     the person; measured at T
     creatinine 150 umol/L 10 days ago            a result; also <0.30, `no unit`, `haemolysed`,
                                                  `range LOW-HIGH`, then `specimen A` at the end
     magnesium rejected 3 days ago                a mark without a value
     MGSUPP 400 mg since 60 days ago              an order; elemental dose a day
     drug "Lasix 40 mg tablet" by PO since 9 days ago until 2 days ago
     PPI issue 40 days ago 56 days supply         an issue
     MGIV given 8 mmol 3 hours ago                an administration
     dialysis 30 days ago                         a condition
     inside a stay since 3 days ago, observed since 400 days ago, died 2 days ago,
     no conditions source, no prescriptions source, outside stays, source without magnesium,
     sex unknown, age unknown, formula us

   Words, results and drugs are in given_*.c. */
#include "rules/given.h"

#include "rules/period.h"

#include <string.h>

enum { BIRTHDAY_DAYS_AGO = 182 };

static mag_status put_condition(mag_given_world *in, mag_given_words *line, mag_condition condition,
                                mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    mag_condition_record record = {.conditions = (uint32_t)1 << condition};
    if (!mag_given_take_moment(in, line, &record.minute, &record.is_date_only) ||
        line->next != line->count)
        return mag_given_refuse(in, "`N days ago` or `on DATE` is expected after the condition",
                                err);
    return mag_cohort_put_condition(in->cohort, mag_given_patient(), &record, ++in->row_count,
                                    nowhere, err);
}

/* Born so that the age holds at T and at samples of the half year before. */
static mag_day birth_of(mag_minute as_of, int age_years) {
    int year, month, day;
    mag_day_to_civil(mag_minute_day(as_of) - BIRTHDAY_DAYS_AGO, &year, &month, &day);
    return mag_day_from_civil(year - age_years, month, day > 28 ? 28 : day);
}

/* The rest of a line that begins with a sex: `71 y 60 kg 160 cm`. */
static mag_status put_person(mag_given_world *in, mag_given_words *line, mag_sex sex,
                             mag_error *err) {
    int32_t age_years;
    in->person.sex = sex;
    if (!mag_given_take_whole(line, &age_years) || !mag_given_take_if(line, "y"))
        return mag_given_refuse(in, "`female 71 y` is expected", err);
    in->person.has_birth = true;
    in->person.birth = birth_of(in->as_of, age_years);
    while (line->next < line->count) {
        mag_decimal value;
        if (!mag_given_is_number(mag_given_take(line), &value))
            return mag_given_refuse(in, "a number of kg or cm is expected", err);
        if (mag_given_take_if(line, "kg"))
            MAG_TRY(mag_given_measurement(in, MAG_WEIGHT, MAG_UNIT_KG, value, err));
        else if (mag_given_take_if(line, "cm"))
            MAG_TRY(mag_given_measurement(in, MAG_HEIGHT, MAG_UNIT_CM, value, err));
        else
            return mag_given_refuse(in, "only kg and cm may follow the age", err);
    }
    return MAG_OK;
}

static bool is_phrase(const mag_text_line *line, const char *phrase) {
    return mag_span_is(mag_span_trim(mag_span_of(line->text)), phrase);
}

/* `inside a stay since 3 days ago [until 1 day ago]` */
static mag_status put_stay(mag_given_world *in, mag_given_words *line, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    mag_stay stay = {.stay_hash = 0};
    if (!mag_given_take_if(line, "a") || !mag_given_take_if(line, "stay") ||
        !mag_given_take_span(in, line, &stay.from, &stay.until))
        return mag_given_refuse(
            in, "`inside a stay since N days ago [until N days ago]` is expected", err);
    if (stay.until == MAG_MINUTE_OPEN)
        stay.until = in->as_of + MAG_MINUTES_PER_DAY;
    stay.stay_hash = ++in->row_count;
    return mag_cohort_put_stay(in->cohort, mag_given_patient(), &stay, in->row_count, nowhere, err);
}

/* `observed since 400 days ago [until 2 days ago]`: the registration of the patient. */
static mag_status put_observed(mag_given_world *in, mag_given_words *line, mag_error *err) {
    return mag_given_take_span(in, line, &in->person.observed_from, &in->person.observed_until)
               ? MAG_OK
               : mag_given_refuse(in, "`observed since N days ago [until N days ago]` is expected",
                                  err);
}

/* `died 3 days ago` */
static mag_status put_death(mag_given_world *in, mag_given_words *line, mag_error *err) {
    bool is_date_only;
    if (!mag_given_take_moment(in, line, &in->person.died, &is_date_only) ||
        line->next != line->count)
        return mag_given_refuse(in, "`died N days ago` is expected", err);
    if (is_date_only)
        in->person.died = mag_day_last_minute(in->person.died);
    return MAG_OK;
}

/* Lines about the sources and the formula, which must stand before a cohort exists. */
typedef struct setting {
    bool lacks_conditions, lacks_prescriptions, lacks_labs, is_outside_stays, has_stays, is_us;
} setting;

static bool read_setting(const mag_text_line *line, setting *to) {
    const mag_given_words words = mag_given_split(line->text);
    to->has_stays |= words.count > 1 && mag_span_is(words.at[0], "inside");
    bool *said = is_phrase(line, "no conditions source")      ? &to->lacks_conditions
                 : is_phrase(line, "no prescriptions source") ? &to->lacks_prescriptions
                 : is_phrase(line, "no laboratory source")    ? &to->lacks_labs
                 : is_phrase(line, "outside stays")           ? &to->is_outside_stays
                 : is_phrase(line, "formula us")              ? &to->is_us
                                                              : NULL;
    if (said == NULL)
        return false;
    *said = true;
    return true;
}

static mag_status put_source_without(mag_given_world *in, mag_given_words *line, mag_error *err) {
    const mag_analyte analyte = mag_analyte_find(mag_given_take(line));
    if (analyte == MAG_ANALYTE_NONE || line->next != line->count)
        return mag_given_refuse(in, "`source without` is followed by an analyte", err);
    mag_cohort_declare_delivery(in->cohort, analyte, false);
    return MAG_OK;
}

/* Lines by their first word. */
typedef struct line_form {
    const char *word;
    mag_status (*put)(mag_given_world *in, mag_given_words *line, mag_error *err);
} line_form;

static mag_status put_female(mag_given_world *in, mag_given_words *line, mag_error *err) {
    return put_person(in, line, MAG_SEX_FEMALE, err);
}

static mag_status put_male(mag_given_world *in, mag_given_words *line, mag_error *err) {
    return put_person(in, line, MAG_SEX_MALE, err);
}

static mag_status put_named_drug(mag_given_world *in, mag_given_words *line, mag_error *err) {
    const mag_span name = mag_given_take(line);
    return name.nbytes > 0 ? mag_given_drug(in, line, name, (mag_class)0, err)
                           : mag_given_refuse(in, "`drug` is followed by a name in quotes", err);
}

static mag_status put_source(mag_given_world *in, mag_given_words *line, mag_error *err) {
    return mag_given_take_if(line, "without")
               ? put_source_without(in, line, err)
               : mag_given_refuse(in, "no such form of a given line", err);
}

static const line_form line_forms[] = {
    {"female", put_female},     {"male", put_male},  {"source", put_source},   {"inside", put_stay},
    {"observed", put_observed}, {"died", put_death}, {"drug", put_named_drug},
};

/* Lines of what the book knows: an analyte, a class, a condition. */
static mag_status put_record(mag_given_world *in, mag_given_words *line, mag_span first,
                             mag_error *err) {
    const mag_analyte analyte = mag_analyte_find(first);
    mag_class drug_class;
    mag_condition condition;
    if (analyte != MAG_ANALYTE_NONE)
        return mag_given_result(in, line, analyte, err);
    if (mag_class_find(first, &drug_class))
        return mag_given_drug(in, line, (mag_span){"", 0}, drug_class, err);
    if (mag_condition_find(first, &condition))
        return put_condition(in, line, condition, err);
    return mag_given_refuse(in, "no such form of a given line", err);
}

static mag_status put_line(mag_given_world *in, mag_error *err) {
    mag_given_words line = mag_given_split(in->line->text);
    if (line.is_cut)
        return mag_given_refuse(in, "more words than any form of a given line has", err);
    const mag_span first = mag_given_take(&line);
    if (is_phrase(in->line, "sex unknown")) {
        in->person.sex = MAG_SEX_UNKNOWN;
        return MAG_OK;
    }
    if (is_phrase(in->line, "age unknown")) {
        in->person.has_birth = false;
        return MAG_OK;
    }
    mag_decimal ignored;
    if (mag_given_is_number(first, &ignored)) {
        line.next = 0;
        return mag_given_rows(in, &line, err);
    }
    for (size_t i = 0; i < sizeof line_forms / sizeof line_forms[0]; i++)
        if (mag_span_is(first, line_forms[i].word))
            return line_forms[i].put(in, &line, err);
    return put_record(in, &line, first, err);
}

static mag_cohort_settings settings_of(const mag_example *example, const setting *said,
                                       mag_account *account) {
    const mag_minute day = example->as_of * MAG_MINUTES_PER_DAY;
    return (mag_cohort_settings){
        .as_of_kind = MAG_AS_OF_FIXED,
        .as_of = day + MAG_MINUTES_PER_DAY - 1,
        .data_until = MAG_MINUTE_OPEN,
        .absence = said->is_outside_stays || said->has_stays ? MAG_ABSENCE_OUTSIDE_STAYS
                                                             : MAG_ABSENCE_NONE,
        .kidney = {said->is_us ? MAG_KIDNEY_US : MAG_KIDNEY_UK, MAG_WEIGHT_ADJUSTED30},
        .account = account,
    };
}

static void declare_sources(mag_cohort *cohort, const setting *said) {
    mag_cohort_declare_table(cohort, MAG_TABLE_PATIENTS);
    if (!said->lacks_labs)
        mag_cohort_declare_table(cohort, MAG_TABLE_LABS);
    if (!said->lacks_prescriptions)
        mag_cohort_declare_table(cohort, MAG_TABLE_PRESCRIPTIONS);
    if (!said->lacks_conditions)
        mag_cohort_declare_table(cohort, MAG_TABLE_CONDITIONS);
    if (said->is_outside_stays || said->has_stays)
        mag_cohort_declare_table(cohort, MAG_TABLE_STAYS);
    mag_cohort_declare_delivery(cohort, MAG_ANALYTE_NONE, true);
}

static mag_status fill(mag_given_world *in, const mag_example *example, mag_error *err) {
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
    mag_given_world in = {.as_of = settings.as_of, .file = file};
    in.person = (mag_person){.id = mag_given_patient(),
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
    return mag_timeline_find(cohort, mag_given_patient(), out);
}
