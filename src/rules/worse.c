/* `worsens` clauses about values: the value that was shown, and tonight's, are taken from the facts
   as the digest writes them, "kf=17.3416 mL/min@2025-08-01; MGSUPP 2025-06-02.." */
#include "rules/worse.h"

#include "rules/tree.h"

#include <string.h>

#define TOLERANCE 1e-9
#define SEPARATOR "; "

enum { SHOWN_PER_UNIT = 1000 }; /* doses are kept in umol, and shown in mmol */

typedef struct fact_value {
    mag_decimal number;
    mag_span unit;
} fact_value;

/* "17.3416 mL/min@2025-08-01": false unless it is a plain number. */
static bool read_value(mag_span text, fact_value *out) {
    const char *end = memchr(text.at, '@', text.nbytes);
    mag_comparator comparator;
    if (end != NULL)
        text.nbytes = (size_t)(end - text.at);
    const char *blank = memchr(text.at, ' ', text.nbytes);
    const size_t digits = blank == NULL ? text.nbytes : (size_t)(blank - text.at);
    const size_t skipped = blank == NULL ? digits : digits + 1;
    out->unit = (mag_span){text.at + skipped, text.nbytes - skipped};
    return mag_decimal_parse((mag_span){text.at, digits}, false, &out->number, &comparator) ==
               MAG_NUMBER_OK &&
           comparator == MAG_EXACT;
}

/* The first fact of that name. */
static bool find_value(const char *facts, const char *name, fact_value *out) {
    const size_t nbytes = strlen(name);
    for (const char *at = facts; at != NULL;) {
        const char *end = strstr(at, SEPARATOR);
        const size_t length = end == NULL ? strlen(at) : (size_t)(end - at);
        if (length > nbytes && strncmp(at, name, nbytes) == 0 && at[nbytes] == '=')
            return read_value((mag_span){at + nbytes + 1, length - nbytes - 1}, out);
        at = end == NULL ? NULL : end + sizeof SEPARATOR - 1;
    }
    return false;
}

/* Results are named by their operand, everything else as the rule names it. */
static bool find_operand(const char *facts, const mag_worsening *clause, const mag_operand *operand,
                         fact_value *out) {
    return find_value(facts, clause->shown, out) || find_value(facts, operand->text, out);
}

/* In canonical units; false if a unit is not one of the analyte. */
static bool canonical(mag_analyte analyte, const fact_value *value, double *out) {
    const mag_unit unit = mag_unit_parse(value->unit);
    if (unit == MAG_UNIT_NONE || !mag_unit_fits(analyte, unit))
        return false;
    *out = mag_to_canonical(analyte, unit, value->number);
    return true;
}

/* How far a value has risen, and how far counts. */
typedef struct movement {
    fact_value before, now;
    double by, step;
} movement;

/* In canonical units, by the side of the pair that fits tonight's unit; false if they are not of
   the analyte. */
static bool measure_result(const mag_worsening *clause, mag_analyte analyte, movement *of) {
    double from, to;
    mag_decimal side;
    mag_unit side_unit;
    if (!canonical(analyte, &of->before, &from) || !canonical(analyte, &of->now, &to) ||
        !mag_limit_side(analyte, mag_unit_parse(of->now.unit), clause->step, &side, &side_unit))
        return false;
    of->by = to - from;
    of->step = mag_to_canonical(analyte, side_unit, side);
    return true;
}

static bool measure_number(const mag_worsening *clause, mag_dimension dimension, movement *of) {
    const bool is_in_mmol = dimension == MAG_DIM_DOSE || dimension == MAG_DIM_AMOUNT;
    if (!mag_span_equals(of->before.unit, of->now.unit))
        return false;
    of->by = mag_decimal_double(of->now.number) - mag_decimal_double(of->before.number);
    of->step = is_in_mmol ? clause->amount / SHOWN_PER_UNIT : clause->amount;
    return true;
}

static bool has_moved(const mag_pack *pack, const mag_worsening *clause, const char *shown,
                      const char *tonight) {
    const mag_operand *operand = &pack->operands[clause->operand];
    movement of;
    if (!find_operand(shown, clause, operand, &of.before) ||
        !find_operand(tonight, clause, operand, &of.now))
        return false;
    const bool is_measured = clause->step != NULL ? measure_result(clause, operand->analyte, &of)
                                                  : measure_number(clause, operand->dimension, &of);
    if (!is_measured)
        return false;
    const double worse_by = clause->kind == MAG_WORSENS_DROP ? -of.by : of.by;
    return worse_by >= of.step * (1 - TOLERANCE);
}

bool mag_facts_are_worse(const mag_pack *pack, size_t rule_idx, const char *shown,
                         const char *tonight) {
    const mag_rule *rule = &pack->rules[rule_idx];
    for (size_t i = 0; i < rule->worsening_count; i++)
        if (rule->worsenings[i].kind != MAG_WORSENS_SEVERITY &&
            has_moved(pack, &rule->worsenings[i], shown, tonight))
            return true;
    return false;
}
