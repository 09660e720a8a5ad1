/* One person of the roster from all rows of an id: equal rows are one, contradictions make the
   field unknown, and the rest is joined in a way that does not depend on the rows' order. */
#include "cohort/settle.h"
#include "cohort/timeline.h"

#include <string.h>

#define COMPARE(field)                                                                             \
    if (x->field != y->field)                                                                      \
        return x->field < y->field ? -1 : 1;

static int compare_content(const mag_person *x, const mag_person *y) {
    COMPARE(row_hash)
    COMPARE(sex)
    COMPARE(has_birth)
    COMPARE(is_birth_year_only)
    COMPARE(birth)
    COMPARE(died)
    COMPARE(is_death_unreadable)
    COMPARE(is_detail_unreadable)
    COMPARE(observed_from)
    COMPARE(observed_until)
    COMPARE(site_id)
    return 0;
}

static int compare_rows(const void *context, uint32_t a, uint32_t b) {
    const mag_person_row *x = (const mag_person_row *)context + a;
    const mag_person_row *y = (const mag_person_row *)context + b;
    COMPARE(patient)
    int order = compare_content(&x->person, &y->person);
    if (order)
        return order;
    COMPARE(at.file_id)
    COMPARE(at.line)
    return 0;
}

static uint64_t key_of_person(const void *row) {
    return ((const mag_person_row *)row)->patient;
}

/* A field that one row leaves open is no contradiction. */
static bool contradicts(const mag_person *a, const mag_person *b) {
    if (a->sex && b->sex && a->sex != b->sex)
        return true;
    return a->has_birth && b->has_birth &&
           (a->birth != b->birth || a->is_birth_year_only != b->is_birth_year_only);
}

/* From the earliest begin to the latest end. Where a row leaves its begin open, each side is filled
   from the other row. */
static void join_observed(mag_person *person, const mag_person *more) {
    bool have_both =
        person->observed_from != MAG_MINUTE_NONE && more->observed_from != MAG_MINUTE_NONE;
    if (have_both ? more->observed_from < person->observed_from
                  : person->observed_from == MAG_MINUTE_NONE)
        person->observed_from = more->observed_from;
    if (have_both ? more->observed_until > person->observed_until
                  : more->observed_until < person->observed_until)
        person->observed_until = more->observed_until;
}

static void join(const mag_cohort *cohort, mag_person *person, const mag_person *more) {
    person->has_conflict |= contradicts(person, more);
    if (!person->sex)
        person->sex = more->sex;
    if (!person->has_birth && more->has_birth) {
        person->has_birth = true;
        person->is_birth_year_only = more->is_birth_year_only;
        person->birth = more->birth;
    }
    person->is_death_unreadable |= more->is_death_unreadable;
    person->is_detail_unreadable |= more->is_detail_unreadable;
    if (more->died < person->died)
        person->died = more->died;
    join_observed(person, more);
    if (!person->site_id || (more->site_id && strcmp(mag_cohort_text(cohort, more->site_id),
                                                     mag_cohort_text(cohort, person->site_id)) < 0))
        person->site_id = more->site_id;
}

/* Of two deaths the earlier counts. But until the later one a row says "alive", and nobody is left
   out for one row's word: between them alive is unknown, as with a death that cannot be read. */
static void weigh_deaths(mag_person *person, mag_minute last_death, mag_minute as_of) {
    if (as_of == MAG_MINUTE_NONE || mag_person_is_alive(person, as_of) ||
        mag_minute_day(as_of) > mag_minute_day(last_death))
        return;
    person->died = last_death;
    person->is_death_unreadable = true;
}

static bool has_implausible_age(const mag_person *person, mag_minute as_of) {
    int age;
    bool is_year_only;
    return as_of != MAG_MINUTE_NONE && !mag_person_age(person, as_of, &age, &is_year_only);
}

/* Notes on what is unknown, counted on the file of the person's first row. */
static void count_notes(const mag_settling *settling, const mag_person *person, uint32_t patient,
                        bool has_two_deaths, mag_position at) {
    mag_accounting *counts = mag_settle_counts(settling, at, MAG_TABLE_PATIENTS);
    if (!counts)
        return;
    const bool is_single = !person->has_conflict;
    const bool lacks_sex = is_single && person->sex == MAG_SEX_UNKNOWN;
    const bool lacks_birth = is_single && !person->has_birth;
    const bool is_age_odd =
        is_single && person->has_birth && has_implausible_age(person, settling->as_of[patient]);
    counts->demog_conflict += person->has_conflict || has_two_deaths;
    counts->death_unknown += person->is_death_unreadable;
    counts->detail_unknown += person->is_detail_unreadable;
    counts->sex_unknown += lacks_sex;
    counts->birth_unknown += lacks_birth;
    counts->age_implausible += is_age_odd;
    counts->demog_noted += lacks_sex || lacks_birth || is_age_odd || person->is_death_unreadable ||
                           person->is_detail_unreadable;
}

static mag_status settle_one(const mag_settling *settling, const mag_person_row *rows, size_t count,
                             mag_error *err) {
    uint32_t patient = rows->patient;
    mag_person *person = &settling->partition->people[patient];
    mag_span id = person->id;
    mag_minute last_death = MAG_MINUTE_NONE;
    *person = rows->person;
    for (size_t i = 0; i < count; i++) {
        bool is_duplicate = i && !compare_content(&rows[i - 1].person, &rows[i].person);
        mag_verdict verdict =
            mag_settle_judge(settling, patient, false, MAG_REASON_NONE, is_duplicate);
        MAG_TRY(mag_settle_count(settling, rows[i].at, MAG_TABLE_PATIENTS, verdict, err));
        if (i && !is_duplicate)
            join(settling->cohort, person, &rows[i].person);
        if (rows[i].person.died != MAG_MINUTE_OPEN && rows[i].person.died > last_death)
            last_death = rows[i].person.died;
    }
    person->id = id;
    person->is_in_roster = true;
    const bool has_two_deaths =
        last_death != MAG_MINUTE_NONE && mag_minute_day(person->died) != mag_minute_day(last_death);
    if (has_two_deaths)
        weigh_deaths(person, last_death, settling->as_of[patient]);
    count_notes(settling, person, patient, has_two_deaths, rows->at);
    if (person->has_conflict) {
        person->sex = MAG_SEX_UNKNOWN;
        person->has_birth = false;
    }
    return MAG_OK;
}

mag_status mag_settle_people(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_person_row *rows = partition->person_rows.items;
    size_t count = partition->person_rows.count;
    const mag_sorting sorting = {.rows = &partition->person_rows,
                                 .key_of = key_of_person,
                                 .order = compare_rows,
                                 .context = rows};
    MAG_TRY(mag_settle_sort(settling, &sorting, err));
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && rows[end].patient == rows[begin].patient;)
            end++;
        MAG_TRY(settle_one(settling, rows + begin, end - begin, err));
    }
    mag_list_done(settling->cohort->settings.account, &partition->person_rows);
    return MAG_OK;
}
