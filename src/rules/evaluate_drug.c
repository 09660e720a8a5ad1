/* Operands about exposures to drug classes. Each is a question that is asked of the rows of the
   patient; where rows count only if their unknown route is the right one, it is asked twice, with
   and without them, and what the two answers do not agree on is unknown `route`. */
#include "rules/evaluator.h"
#include "rules/operand_course.h"
#include "rules/operand_overlap.h"
#include "rules/operand_product.h"

#include <math.h>

/* What an operand asks, of which rows, and when. */
typedef struct question {
    mag_drug_query query, other; /* other: the second list, without members where there is none */
    const mag_operand *operand;
    mag_gap_table gaps;
    mag_period period;
} question;

typedef mag_value answer(const question *of);

/* --- both answers ------------------------------------------------------------------------- */

/* Is a question answered by more rows only in one direction? Then all answers lie between that of
   the sure rows and that of all. */
static bool is_monotone(mag_operand_kind kind) {
    return kind != MAG_OPERAND_STARTED && kind != MAG_OPERAND_STOPPED &&
           kind != MAG_OPERAND_DOSE_CHANGE;
}

static bool is_same(const mag_value *a, const mag_value *b) {
    return a->truth.is == b->truth.is && a->truth.reasons == b->truth.reasons && a->at == b->at &&
           a->bounds.unknown == b->bounds.unknown && a->bounds.low >= b->bounds.low &&
           a->bounds.low <= b->bounds.low && a->bounds.high >= b->bounds.high &&
           a->bounds.high <= b->bounds.high;
}

static mag_value merged(const question *of, const mag_value *sure, const mag_value *all) {
    const mag_unknown_set route = mag_unknown_bit(MAG_UNKNOWN_ROUTE);
    const mag_dimension dimension = of->operand->dimension;
    const mag_unknown_set reasons = dimension == MAG_DIM_TRUTH
                                        ? sure->truth.reasons | all->truth.reasons
                                        : sure->bounds.unknown | all->bounds.unknown;
    if (dimension == MAG_DIM_TRUTH && sure->truth.is != MAG_UNDECIDED &&
        sure->truth.is == all->truth.is) {
        mag_value value = *sure; /* the truth is known, its moment is not */
        value.bounds = mag_bounds_unknown(route);
        return value;
    }
    if (dimension == MAG_DIM_TRUTH || dimension == MAG_DIM_MOMENT ||
        (sure->bounds.unknown | all->bounds.unknown) != 0)
        return mag_value_unknown(reasons | route);
    mag_value value = *all;
    value.bounds.low = fmin(sure->bounds.low, all->bounds.low);
    value.bounds.high = fmax(sure->bounds.high, all->bounds.high);
    value.bounds.doubt = sure->bounds.doubt | all->bounds.doubt | route;
    return value;
}

static mag_value ask(const question *of, answer *answer_of) {
    const mag_value all = answer_of(of);
    const size_t doubt_count = mag_drug_doubt_count(&of->query) + mag_drug_doubt_count(&of->other);
    if (doubt_count == 0)
        return all;
    question sure_of = *of;
    sure_of.query.is_sure_only = sure_of.other.is_sure_only = true;
    const mag_value sure = answer_of(&sure_of);
    if (!is_monotone(of->operand->kind) && doubt_count > 1)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_ROUTE));
    return is_same(&sure, &all) ? sure : merged(of, &sure, &all);
}

static question question_of(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return (question){.query = query,
                      .other = mag_evaluator_other_query(evaluator, operand),
                      .operand = operand,
                      .gaps = {evaluator->pack->gaps, evaluator->pack->gap_count}};
}

/* --- now, or in a window ------------------------------------------------------------------ */

static mag_value ask_now(mag_evaluator *evaluator, const mag_operand *operand, answer *answer_of) {
    question of = question_of(evaluator, operand);
    of.period = (mag_period){.from = evaluator->patient->as_of,
                             .until = evaluator->patient->as_of,
                             .date_only_from = mag_day_begin(evaluator->patient->as_of)};
    return ask(&of, answer_of);
}

/* Nothing of the kind in all of history: then not in any part of it either. */
static bool is_surely_nothing(const mag_operand *operand, const mag_value *in_history) {
    if (operand->dimension == MAG_DIM_TRUTH)
        return in_history->truth.is == MAG_FALSE;
    return in_history->bounds.unknown == 0 && in_history->bounds.high <= 0;
}

static mag_value ask_in_period(mag_evaluator *evaluator, const mag_operand *operand,
                               answer *answer_of) {
    question of = question_of(evaluator, operand);
    mag_unknown_set reasons;
    if (mag_evaluator_period(evaluator, operand, &of.period, &reasons))
        return ask(&of, answer_of);
    const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor now = {evaluator->patient->as_of, false};
    of.period = mag_period_of(&ever, now, now, evaluator->patient->as_of);
    const mag_value in_history = ask(&of, answer_of);
    return is_surely_nothing(operand, &in_history) ? in_history : mag_value_unknown(reasons);
}

/* Without a window the question is about T. */
static mag_value ask_now_or_in_period(mag_evaluator *evaluator, const mag_operand *operand,
                                      answer *answer_of) {
    return operand->window.kind == MAG_WINDOW_HISTORY
               ? ask_now(evaluator, operand, answer_of)
               : ask_in_period(evaluator, operand, answer_of);
}

/* --- the questions ------------------------------------------------------------------------ */

static mag_value active(const question *of) {
    return mag_drug_active(&of->query);
}

static mag_value exposed(const question *of) {
    return mag_drug_exposed(&of->query, &of->period);
}

/* active(C) is about T; active(C at s) about the moment of a sample. */
mag_value mag_eval_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_now(evaluator, operand, active);
    return ask_in_period(evaluator, operand, exposed);
}

mag_value mag_eval_exposed(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, exposed);
}

static int32_t gap_minutes(mag_length gap) {
    if (gap.amount < 0)
        return MAG_GAP_OF_KIND;
    return gap.is_minutes ? gap.amount : gap.amount * MAG_MINUTES_PER_DAY;
}

static mag_value continuous(const question *of) {
    return mag_drug_continuous(&of->query, of->operand->length, gap_minutes(of->operand->gap));
}

mag_value mag_eval_continuous(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now(evaluator, operand, continuous);
}

static mag_value started(const question *of) {
    return mag_drug_started(&of->query, &of->period);
}

mag_value mag_eval_started(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, started);
}

static mag_value stopped(const question *of) {
    return mag_drug_stopped(&of->query, &of->period);
}

mag_value mag_eval_stopped(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, stopped);
}

static mag_value overlap(const question *of) {
    return mag_drug_overlap(&of->query, &of->other, &of->period);
}

mag_value mag_eval_overlap(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, overlap);
}

static mag_value gap_kept(const question *of) {
    return mag_drug_gap_kept(&of->query, &of->other, &of->period, of->gaps);
}

mag_value mag_eval_gap_kept(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, gap_kept);
}

static mag_value count_active(const question *of) {
    return of->operand->length.amount > 0
               ? mag_drug_count_continuous(&of->query, of->operand->length)
               : mag_drug_count_active(&of->query);
}

static mag_value count_exposed(const question *of) {
    return mag_drug_count_exposed(&of->query, &of->period);
}

mag_value mag_eval_count_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_now(evaluator, operand, count_active);
    return ask_in_period(evaluator, operand, count_exposed);
}

static mag_value products(const question *of) {
    return mag_drug_products(&of->query, &of->period);
}

mag_value mag_eval_products_active(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now_or_in_period(evaluator, operand, products);
}

static mag_value issues(const question *of) {
    return mag_drug_issues(&of->query, &of->period);
}

mag_value mag_eval_issues(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, issues);
}

static mag_value days_on(const question *of) {
    return mag_drug_days_on(&of->query);
}

mag_value mag_eval_days_on(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now(evaluator, operand, days_on);
}

static mag_value course(const question *of) {
    return mag_drug_course(&of->query, &of->period);
}

mag_value mag_eval_course(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, course);
}

static mag_value dose(const question *of) {
    return mag_drug_dose(&of->query);
}

mag_value mag_eval_dose(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now(evaluator, operand, dose);
}

static mag_value max_day_dose(const question *of) {
    return mag_drug_max_day_dose(&of->query, &of->period);
}

mag_value mag_eval_max_day_dose(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, max_day_dose);
}

static mag_value dose_change(const question *of) {
    const mag_dose_step step = {of->operand->percent, of->operand->direction};
    return mag_drug_dose_change(&of->query, &of->period, step);
}

mag_value mag_eval_dose_change(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, dose_change);
}

static mag_value salt(const question *of) {
    return mag_drug_salt(&of->query, &of->period, of->operand->words);
}

mag_value mag_eval_salt(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now_or_in_period(evaluator, operand, salt);
}

static mag_value route(const question *of) {
    return mag_drug_route(&of->query, &of->period, of->operand->words);
}

mag_value mag_eval_route(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now_or_in_period(evaluator, operand, route);
}

static mag_value start(const question *of) {
    return mag_drug_start(&of->query);
}

mag_value mag_eval_start(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now(evaluator, operand, start);
}

static mag_value stop(const question *of) {
    return mag_drug_stop(&of->query);
}

mag_value mag_eval_stop(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_now(evaluator, operand, stop);
}
