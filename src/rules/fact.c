#include "rules/fact.h"

#include "rules/deciding_exposure.h"
#include "rules/fact_inputs.h"
#include "rules/fact_value.h"
#include "rules/operand_fact.h"
#include "rules/operand_person.h"
#include "rules/operand_series.h"

#include <string.h>

/* What makes two facts the same. */
typedef struct mag_fact_key {
    int operand;
    const mag_lab *lab;
    const mag_exposure *exposure;
} mag_fact_key;

enum { FIRST_ROOM = 4 };
enum { RECORDS_SHOWN = 20 /* of one fact about the quality of data, of one count */ };
enum { EXPOSURES_SHOWN = 20 /* of one list of an operand */, EXPOSURES_SHOWN_IN_ALL = 100 };
/* Keys of facts beside those of operands; LEFT_OUT is minus the operand. */
enum { ALONE = -2, COUNTED = -3, LEFT_OUT = -4 };

const char *mag_fact_reasons(mag_arena *arena, mag_unknown_set reasons) {
    char text[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(reasons, text);
    return mag_arena_text(arena, mag_span_of(text));
}

/* --- the list ----------------------------------------------------------------------------- */

/* The same row, or one that reads the same. */
static bool is_same_exposure(const mag_exposure *a, const mag_exposure *b) {
    return a == b || (a != NULL && b != NULL && mag_drug_reads_same(a, b));
}

static mag_fact *find(mag_fact_list *list, mag_fact_key key) {
    for (size_t i = 0; i < list->count; i++) {
        const mag_fact_key *other = &list->keys[i];
        const bool is_same = key.exposure != NULL || other->exposure != NULL
                                 ? is_same_exposure(key.exposure, other->exposure)
                             : key.lab != NULL && list->facts[i].kind == MAG_FACT_RESULT
                                 ? key.lab == other->lab
                                 : key.operand == other->operand;
        if (is_same)
            return &list->facts[i];
    }
    return NULL;
}

static bool has_room(mag_fact_list *list) {
    if (list->count < list->capacity)
        return true;
    const size_t capacity = list->capacity == 0 ? FIRST_ROOM : 2 * list->capacity;
    mag_fact *facts = mag_arena_alloc(list->arena, capacity * sizeof *facts);
    mag_fact_key *keys = mag_arena_alloc(list->arena, capacity * sizeof *keys);
    if (facts == NULL || keys == NULL) {
        list->is_out_of_memory = true;
        return false;
    }
    if (list->count > 0) {
        memcpy(facts, list->facts, list->count * sizeof *facts);
        memcpy(keys, list->keys, list->count * sizeof *keys);
    }
    list->facts = facts;
    list->keys = keys;
    list->capacity = capacity;
    return true;
}

bool mag_phrase_is_said(const char *text, const char *phrase, const char *joint) {
    const size_t phrase_nbytes = strlen(phrase), joint_nbytes = strlen(joint);
    while (text != NULL) {
        const char *end = strstr(text, joint);
        const size_t nbytes = end == NULL ? strlen(text) : (size_t)(end - text);
        if (nbytes == phrase_nbytes && memcmp(text, phrase, nbytes) == 0)
            return true;
        text = end == NULL ? NULL : end + joint_nbytes;
    }
    return false;
}

/* One value compared twice stays one fact with both limits; a bare mention takes the name and limit
   of the comparison. */
static void merge(mag_fact_list *list, mag_fact *into, const mag_fact *more) {
    if (into->kind == MAG_FACT_EXPOSURE && into->method == NULL)
        into->method = more->method; /* the gap, where an overlap names a drug again */
    if (more->limit == NULL)
        return;
    if (into->limit != NULL && mag_phrase_is_said(into->limit, more->limit, " and "))
        return;
    if (into->limit == NULL) {
        into->operand = more->operand;
        into->limit = more->limit;
        return;
    }
    into->limit =
        mag_fact_kept(list, MAG_ARENA_JOIN(list->arena, into->limit, " and ", more->limit));
}

static void append(mag_fact_list *list, mag_fact_key key, const mag_fact *fact) {
    mag_fact *same = find(list, key);
    if (same != NULL) {
        merge(list, same, fact);
        return;
    }
    if (!has_room(list))
        return;
    list->keys[list->count] = key;
    list->facts[list->count++] = *fact;
}

/* --- facts by kind ------------------------------------------------------------------------ */

/* One operand that decided, with what it was compared with. */
typedef struct leaf {
    const mag_node *node;
    const mag_operand *operand;
    const mag_value *value;
    const mag_node *against;
    mag_truth truth;
} leaf;

/* A sample by what it is, not by the name that a rule binds it to; "kf" stays "kf". */
static const char *name_of(const leaf *of) {
    return of->operand->dimension == MAG_DIM_RESULT ? of->operand->text : of->node->shown;
}

static mag_fact fact_of(mag_fact_list *list, mag_fact_kind kind, const char *operand,
                        const mag_value *value) {
    mag_fact fact = {.kind = kind,
                     .operand = operand,
                     .at = value->at,
                     .is_date_only = value->is_date_only,
                     .start = MAG_MINUTE_NONE,
                     .stop = MAG_MINUTE_NONE,
                     .notes = mag_fact_notes(list, value->notes)};
    if (value->lab != NULL) {
        fact.file_id = value->lab->file_id;
        fact.line = value->lab->line;
    }
    return fact;
}

static void set_printed(mag_fact_list *list, mag_fact *fact, const mag_lab *lab) {
    const char *comparator = mag_comparator_text(mag_lab_comparator(lab));
    fact->value = mag_fact_decimal(list, comparator, mag_lab_value(lab), "");
    fact->digest_value = fact->value;
    fact->unit = mag_unit_text(mag_lab_unit(lab));
}

static void set_inputs(mag_fact_list *list, mag_fact *fact, const leaf *of) {
    char inputs[MAG_FACT_INPUTS_NBYTES];
    fact->method = mag_fact_inputs(list->evaluator, of->operand, of->value, inputs);
    if (fact->method != NULL && inputs[0] != '\0')
        fact->inputs = mag_fact_copy(list, inputs);
}

static void note_grade(mag_fact_list *list, mag_fact *fact, const leaf *of,
                       const mag_value *value) {
    char text[16];
    const char *grade = mag_fact_grade(list->evaluator->patient, of->operand, value, text);
    if (grade != NULL)
        fact->notes =
            fact->notes == NULL
                ? mag_fact_copy(list, grade)
                : mag_fact_kept(list, MAG_ARENA_JOIN(list->arena, fact->notes, ",", grade));
}

/* As printed, or worked out of results in the unit that it is compared in. A total calcium that
   could not be adjusted is as printed. */
static void set_compared(mag_fact_list *list, mag_fact *fact, const mag_value *value) {
    if (value->derived_unit == MAG_UNIT_NONE ||
        (value->notes & mag_note_bit(MAG_VALUE_NOTE_CA_UNADJUSTED)) != 0) {
        set_printed(list, fact, value->lab);
        return;
    }
    fact->value = fact->digest_value = mag_fact_bounds(list, &value->derived, 1, MAG_SIX_DIGITS);
    fact->unit = mag_unit_text(value->derived_unit);
}

static void add_derived_result(mag_fact_list *list, const leaf *of, const mag_value *value) {
    mag_fact fact = fact_of(list, MAG_FACT_DERIVED, of->node->shown, value);
    set_compared(list, &fact, value);
    note_grade(list, &fact, of, value);
    set_inputs(list, &fact, of);
    fact.limit = mag_fact_limit(list, of->against, value->lab);
    append(list, (mag_fact_key){of->node->operand, NULL, NULL}, &fact);
}

static void add_result(mag_fact_list *list, const leaf *of, const mag_value *value) {
    if (value->derived_unit != MAG_UNIT_NONE) {
        add_derived_result(list, of, value);
        return;
    }
    mag_fact fact = fact_of(list, MAG_FACT_RESULT, name_of(of), value);
    set_printed(list, &fact, value->lab);
    note_grade(list, &fact, of, value);
    fact.limit = mag_fact_limit(list, of->against, value->lab);
    append(list, (mag_fact_key){of->node->operand, value->lab, NULL}, &fact);
}

static const char *sex_text(double sex) {
    return (mag_sex)(int)sex == MAG_SEX_FEMALE ? "female" : "male";
}

static void set_number(mag_fact_list *list, mag_fact *fact, const leaf *of) {
    const mag_bounds *bounds = &of->value->bounds;
    const mag_shown_number shown = mag_fact_number_shown(of->operand->dimension);
    if (of->operand->dimension == MAG_DIM_SEX) {
        fact->value = fact->digest_value = sex_text(bounds->low);
        return;
    }
    if (of->operand->dimension == MAG_DIM_CATEGORY) {
        const mag_gfr_category category = (mag_gfr_category)(int)bounds->high;
        fact->value = fact->digest_value = mag_gfr_category_name(category);
        return;
    }
    fact->unit = shown.unit;
    const bool is_whole = shown.is_whole && of->operand->kind != MAG_OPERAND_BMI;
    /* bounds of results are canonical */
    const double scale = shown.scale / of->operand->unit_factor;
    fact->value = mag_fact_bounds(list, bounds, scale, is_whole ? MAG_WHOLE : MAG_ONE_DECIMAL);
    fact->digest_value = mag_fact_bounds(list, bounds, scale, MAG_SIX_DIGITS);
}

static void add_number(mag_fact_list *list, const leaf *of) {
    const bool is_person =
        of->operand->kind == MAG_OPERAND_AGE || of->operand->kind == MAG_OPERAND_SEX;
    mag_fact fact =
        fact_of(list, is_person ? MAG_FACT_PERSON : MAG_FACT_DERIVED, of->node->shown, of->value);
    set_number(list, &fact, of);
    set_inputs(list, &fact, of);
    fact.limit = mag_fact_limit(list, of->against, of->value->lab);
    append(list, (mag_fact_key){of->node->operand, NULL, NULL}, &fact);
}

/* Exclusive, as mag_fact says; behind a start with a clock, a stop without one is the last minute
   of its last day. */
static mag_minute shown_stop(const mag_exposure *exposure) {
    const bool is_day_of_moments = mag_exposure_has(exposure, MAG_EXPOSURE_STOP_DATE) &&
                                   !mag_exposure_has(exposure, MAG_EXPOSURE_START_DATE) &&
                                   exposure->stop > exposure->start;
    return is_day_of_moments ? exposure->stop - 1 : exposure->stop;
}

static void add_exposure(mag_fact_list *list, const leaf *of, const mag_deciding *deciding,
                         const mag_exposure *exposure) {
    const mag_cohort *cohort = list->evaluator->patient->cohort;
    const mag_class_set classes = mag_drug_classes(&deciding->query, exposure);
    mag_fact fact = fact_of(list, MAG_FACT_EXPOSURE, of->node->shown, of->value);
    fact.at = MAG_MINUTE_NONE;
    fact.drug_class = mag_fact_classes(list, classes);
    fact.code = mag_cohort_drug_code(cohort, exposure->drug_id);
    fact.drug_name = mag_cohort_drug(cohort, exposure->drug_id)->shown_name;
    fact.dose = mag_fact_dose(list, exposure, classes);
    fact.method = mag_deciding_gap(deciding, exposure);
    fact.start = exposure->start;
    fact.stop = shown_stop(exposure);
    fact.is_open = mag_exposure_has(exposure, MAG_EXPOSURE_OPEN);
    fact.is_date_only = mag_exposure_has(exposure, MAG_EXPOSURE_START_DATE);
    fact.notes = mag_fact_notes(list, mag_drug_notes(exposure));
    fact.file_id = exposure->file_id;
    fact.line = exposure->line;
    append(list, (mag_fact_key){of->node->operand, NULL, exposure}, &fact);
}

/* How many rows that decided are not shown, so that evidence stays short enough to be read again;
   said so that nobody takes the rows shown for all. */
static void add_rows_left_out(mag_fact_list *list, const leaf *of, size_t count) {
    mag_fact fact = fact_of(list, MAG_FACT_DERIVED, of->node->shown, of->value);
    fact.value = mag_fact_kept(list, mag_arena_format(list->arena, "%zu", count));
    fact.digest_value = fact.value;
    fact.unit = "more rows";
    fact.at = MAG_MINUTE_NONE;
    append(list, (mag_fact_key){LEFT_OUT - of->node->operand, NULL, NULL}, &fact);
}

/* Where the newest rows begin that are shown, of those that decided. */
static size_t first_shown(const mag_fact_list *list, const mag_deciding *deciding,
                          size_t *left_out) {
    const mag_timeline *patient = list->evaluator->patient;
    size_t first = patient->exposure_count, shown = 0;
    size_t room = EXPOSURES_SHOWN;
    if (list->count + room > EXPOSURES_SHOWN_IN_ALL)
        room = list->count < EXPOSURES_SHOWN_IN_ALL ? EXPOSURES_SHOWN_IN_ALL - list->count : 0;
    *left_out = 0;
    for (size_t i = patient->exposure_count; i-- > 0;) {
        if (!mag_deciding_holds(deciding, &patient->exposures[i]))
            continue;
        if (shown == room) {
            (*left_out)++;
            continue;
        }
        first = i;
        shown++;
    }
    return first;
}

/* Rows that the value rests on, the newest of each list. False if there are none. */
static bool add_exposures(mag_fact_list *list, const leaf *of) {
    const mag_timeline *patient = list->evaluator->patient;
    size_t left_out_of_all = 0;
    bool is_any = false;
    for (int second = 0; second < 2; second++) {
        mag_deciding deciding;
        size_t left_out;
        if (!mag_deciding_begin(list->evaluator, of->operand, of->value, second == 1, &deciding))
            continue;
        const size_t first = first_shown(list, &deciding, &left_out);
        for (size_t i = first; i < patient->exposure_count; i++)
            if (mag_deciding_holds(&deciding, &patient->exposures[i])) {
                add_exposure(list, of, &deciding, &patient->exposures[i]);
                is_any = true;
            }
        left_out_of_all += left_out;
    }
    if (left_out_of_all > 0)
        add_rows_left_out(list, of, left_out_of_all);
    return is_any || left_out_of_all > 0;
}

/* "no magnesium in 365 days" shows the newest result ever. */
static void add_absence(mag_fact_list *list, const leaf *of) {
    const mag_timeline *patient = list->evaluator->patient;
    mag_fact fact = fact_of(list, MAG_FACT_ABSENCE, of->node->shown, of->value);
    if (of->operand->kind == MAG_OPERAND_NONE) {
        const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
        const mag_anchor now = {patient->as_of, false};
        const mag_lab_query query = {
            .patient = patient,
            .analyte = of->operand->analyte,
            .period = mag_period_of(&ever, now, now, patient->as_of),
            .worse = of->operand->worse,
            .series = of->operand->series,
        };
        const mag_value last = mag_lab_latest(&query);
        if (last.lab != NULL) {
            fact = fact_of(list, MAG_FACT_ABSENCE, of->node->shown, &last);
            set_printed(list, &fact, last.lab);
        }
    }
    append(list, (mag_fact_key){of->node->operand, NULL, NULL}, &fact);
}

static void add_condition(mag_fact_list *list, const leaf *of) {
    const mag_fact fact = fact_of(list, MAG_FACT_CONDITION, of->node->shown, of->value);
    append(list, (mag_fact_key){of->node->operand, NULL, NULL}, &fact);
}

/* The newest result of the window of measured() or none(). */
static void add_result_of_window(mag_fact_list *list, const leaf *of) {
    mag_lab_query query;
    if (!mag_evaluator_lab_query(list->evaluator, of->operand, &query))
        return;
    const mag_value latest = mag_lab_latest(&query);
    if (latest.lab != NULL)
        add_result(list, of, &latest);
}

/* The results that a count or a spaced is made of, newest first. */
static void add_counted(mag_fact_list *list, const leaf *of) {
    mag_lab_query query;
    const mag_operand_kind kind = of->operand->kind;
    const bool is_counted = kind == MAG_OPERAND_COUNT || kind == MAG_OPERAND_SPACED;
    if (!is_counted || !mag_evaluator_lab_query(list->evaluator, of->operand, &query))
        return;
    const mag_series_records all = mag_series_records_of(&query);
    int shown = 0;
    for (size_t i = all.count; i > 0 && shown < RECORDS_SHOWN; i--) {
        mag_unknown_set reasons;
        const mag_lab *lab = mag_series_at(&all, i - 1);
        if (mag_series_standing(&query, lab, &reasons) != MAG_STANDS)
            continue;
        const mag_value value = mag_series_value(&query, lab);
        mag_fact fact = fact_of(list, MAG_FACT_RESULT, of->node->shown, &value);
        set_printed(list, &fact, lab);
        append(list, (mag_fact_key){COUNTED, lab, NULL}, &fact);
        shown++;
    }
}

/* Every result or mark that a fact about the quality of data speaks of. */
static void add_records(mag_fact_list *list, const leaf *of) {
    mag_record_query query = {.patient = list->evaluator->patient, .operand = of->operand};
    mag_unknown_set reasons;
    if (!mag_evaluator_period(list->evaluator, of->operand, &query.period, &reasons))
        return;
    const mag_lab *lab = mag_record_next(&query, NULL);
    for (int shown = 0; lab != NULL && shown < RECORDS_SHOWN; shown++) {
        mag_value value = *of->value;
        value.lab = lab;
        value.at = lab->minute;
        value.is_date_only = mag_lab_has(lab, MAG_LAB_DATE_ONLY);
        if (mag_lab_has(lab, MAG_LAB_INFERRED_UNIT))
            value.notes |= mag_note_bit(MAG_VALUE_NOTE_UNIT_INFERRED);
        mag_fact fact =
            fact_of(list, MAG_FACT_RESULT, mag_analyte_of(mag_lab_analyte(lab))->name, &value);
        if (mag_lab_reject(lab) == MAG_REASON_NONE)
            set_printed(list, &fact, lab);
        else
            fact.notes = mag_reason_name(mag_lab_reject(lab));
        append(list, (mag_fact_key){of->node->operand, lab, NULL}, &fact);
        lab = mag_record_next(&query, lab);
    }
}

/* An operand without a truth value: what there is of it, and why it does not decide. */
static void add_unknown(mag_fact_list *list, const leaf *of) {
    const bool has_value =
        of->operand->dimension != MAG_DIM_TRUTH && of->value->bounds.unknown == 0;
    mag_fact fact = fact_of(list, MAG_FACT_UNKNOWN, name_of(of), of->value);
    if (has_value && of->operand->dimension == MAG_DIM_RESULT && of->value->lab != NULL)
        set_compared(list, &fact, of->value);
    else if (has_value)
        set_number(list, &fact, of);
    const char *reasons = mag_fact_kept(list, mag_fact_reasons(list->arena, of->truth.reasons));
    fact.notes = fact.notes == NULL
                     ? reasons
                     : mag_fact_kept(list, MAG_ARENA_JOIN(list->arena, reasons, ",", fact.notes));
    fact.limit = mag_fact_limit(list, of->against, of->value->lab);
    append(list, (mag_fact_key){of->node->operand, NULL, NULL}, &fact);
}

static bool is_about_person(mag_operand_kind kind) {
    return kind == MAG_OPERAND_IN_STAY || kind == MAG_OPERAND_IN_CARE ||
           kind == MAG_OPERAND_ALIVE || kind == MAG_OPERAND_HAS_AGE || kind == MAG_OPERAND_HAS_SEX;
}

static void add_person(mag_fact_list *list, const leaf *of) {
    mag_fact fact = fact_of(list, MAG_FACT_PERSON, of->node->shown, of->value);
    fact.value = fact.digest_value = of->truth.is == MAG_TRUE ? "yes" : "no";
    append(list, (mag_fact_key){of->node->operand, NULL, NULL}, &fact);
}

/* "The gap was not kept" and "not as an oxide only" rest on rows as well. */
static bool speaks_of_rows_either_way(mag_operand_kind kind) {
    return kind == MAG_OPERAND_GAP_KEPT || kind == MAG_OPERAND_SALT || kind == MAG_OPERAND_ROUTE;
}

static void add_truth(mag_fact_list *list, const leaf *of) {
    const bool is_true = of->truth.is == MAG_TRUE;
    const mag_operand_kind kind = of->operand->kind;
    const bool speaks_of_result =
        (kind == MAG_OPERAND_MEASURED && is_true) || (kind == MAG_OPERAND_NONE && !is_true);
    const bool speaks_of_records = kind == MAG_OPERAND_REJECTED ||
                                   kind == MAG_OPERAND_UNIT_MISSING ||
                                   kind == MAG_OPERAND_CONFLICT || kind == MAG_OPERAND_SUSPECT;
    if (speaks_of_records && is_true)
        add_records(list, of);
    else if (speaks_of_result)
        add_result_of_window(list, of);
    else if (kind == MAG_OPERAND_HAEMOLYSED)
        add_result(list, of, of->value);
    else if (is_about_person(kind))
        add_person(list, of);
    else if (speaks_of_rows_either_way(kind) && add_exposures(list, of))
        return;
    else if (!is_true || kind == MAG_OPERAND_NONE)
        add_absence(list, of);
    else if (kind == MAG_OPERAND_HAS)
        add_condition(list, of);
    else
        (void)add_exposures(list, of);
}

void mag_fact_add(void *context, const mag_node *operand, const mag_node *against,
                  mag_truth truth) {
    mag_fact_list *list = context;
    const leaf of = {.node = operand,
                     .operand = &list->evaluator->pack->operands[operand->operand],
                     .value = mag_evaluator_operand(list->evaluator, operand->operand),
                     .against = against,
                     .truth = truth};
    if (truth.is == MAG_UNDECIDED)
        add_unknown(list, &of);
    else if (of.operand->dimension == MAG_DIM_TRUTH)
        add_truth(list, &of);
    else if (of.operand->dimension == MAG_DIM_RESULT || of.operand->kind == MAG_OPERAND_WEIGHT ||
             of.operand->kind == MAG_OPERAND_HEIGHT)
        add_result(list, &of, of.value);
    else {
        add_number(list, &of);
        add_counted(list, &of);
        (void)add_exposures(list, &of);
    }
}

void mag_fact_add_population(mag_fact_list *list, mag_truth truth) {
    const mag_timeline *patient = list->evaluator->patient;
    const mag_value age = mag_person_age_value(patient, patient->as_of);
    mag_fact fact = fact_of(list, MAG_FACT_PERSON, "age", &age);
    if (!mag_person_is_alive(patient->person, patient->as_of)) {
        fact.operand = "alive";
        fact.value = fact.digest_value = "no";
        fact.at = patient->person->died;
        fact.is_date_only = true;
    } else if (truth.is == MAG_UNDECIDED) {
        fact.kind = MAG_FACT_UNKNOWN;
        fact.notes = mag_fact_kept(list, mag_fact_reasons(list->arena, truth.reasons));
        if (mag_person_may_be_dead(patient->person))
            fact.operand = "alive";
        else
            fact.limit = "18 years";
    } else {
        fact.value = fact.digest_value = mag_fact_bounds(list, &age.bounds, 1, MAG_WHOLE);
        fact.unit = "years";
        fact.limit = "18 years";
    }
    append(list, (mag_fact_key){ALONE, NULL, NULL}, &fact);
}
