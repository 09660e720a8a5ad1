/* Windows of time: lengths resolved, anchors numbered, and the words that evidence shows. */
#include "rules/checker.h"

#include <math.h>

static mag_status fail_length(const mag_syntax *call, const mag_syntax_length *length,
                              mag_error *err) {
    return mag_expression_fail(call->expression, length->at, MAG_MSG_R501, err,
                               "\"%.*s\" is not a whole number of days or hours up to %d days",
                               (int)length->text.nbytes, length->text.at, MAG_MAX_WINDOW_DAYS);
}

mag_status mag_checker_parameter(mag_checker *checker, const mag_syntax *call,
                                 const mag_syntax_length *length, mag_quantity *out,
                                 mag_error *err) {
    const mag_parameter *parameter = mag_names_parameter(checker->names, length->text);
    mag_syntax at = *call;
    at.at = length->at;
    if (!parameter)
        return mag_checker_fail_unknown(&at, "parameter", length->text,
                                        mag_names_all(checker->names, checker->arena), err);
    *out = parameter->value;
    return MAG_OK;
}

/* Hours and minutes keep the clock, days and weeks are calendar days. */
static bool length_of_quantity(const mag_quantity *quantity, mag_length *out) {
    if (quantity->dimension != MAG_DIM_DAYS)
        return false;
    out->is_minutes = quantity->factor < 1.0;
    double amount = mag_decimal_double(quantity->digits) * quantity->factor;
    if (out->is_minutes)
        amount *= MAG_MINUTES_PER_DAY;
    double most = out->is_minutes ? (double)MAG_MAX_WINDOW_DAYS * MAG_MINUTES_PER_DAY
                                  : (double)MAG_MAX_WINDOW_DAYS;
    double whole = floor(amount + 0.5);
    if (amount < 0.0 || amount > most || fabs(amount - whole) > 1e-6)
        return false;
    out->amount = (int32_t)whole;
    return true;
}

static double length_days(mag_length length) {
    return length.is_minutes ? (double)length.amount / MAG_MINUTES_PER_DAY : (double)length.amount;
}

static mag_status resolve_length(mag_checker *checker, const mag_syntax *call,
                                 const mag_syntax_length *length, const mag_quantity *unit_of,
                                 mag_length *out, mag_error *err) {
    mag_quantity quantity = length->quantity;
    if (length->is_name)
        MAG_TRY(mag_checker_parameter(checker, call, length, &quantity, err));
    if (unit_of && quantity.dimension == MAG_DIM_NUMBER) {
        quantity.dimension = unit_of->dimension;
        quantity.factor = unit_of->factor;
    }
    if (!length_of_quantity(&quantity, out))
        return fail_length(call, length, err);
    if (checker->history_days > 0 && length_days(*out) > checker->history_days)
        return mag_expression_fail(call->expression, length->at, MAG_MSG_R502, err,
                                   "this window is longer than the history of %d days that the run "
                                   "reads",
                                   (int)checker->history_days);
    return MAG_OK;
}

static mag_status resolve_anchor(mag_checker *checker, const mag_syntax *anchor, int16_t *index,
                                 const char **shown, mag_error *err) {
    const mag_node *node;
    MAG_TRY(mag_checker_value(checker, anchor, &node, err));
    if (!mag_checker_has_moment(checker, node))
        return mag_expression_fail(anchor->expression, anchor->at, MAG_MSG_R501, err,
                                   "this has no moment; a window hangs on a bound sample, "
                                   "start(CLASS), stop(CLASS) or date(has(CONDITION))");
    *index = node->operand;
    *shown = node->shown;
    return MAG_OK;
}

static const char *length_text(mag_checker *checker, mag_length length) {
    int amount = length.amount;
    if (!length.is_minutes)
        return mag_arena_format(checker->arena, "%d day%s", amount, amount == 1 ? "" : "s");
    bool is_hours = amount % MAG_MINUTES_PER_HOUR == 0;
    if (!is_hours)
        return mag_arena_format(checker->arena, "%d minutes", amount);
    amount /= MAG_MINUTES_PER_HOUR;
    return mag_arena_format(checker->arena, "%d hour%s", amount, amount == 1 ? "" : "s");
}

mag_status mag_checker_length(mag_checker *checker, const mag_syntax *call,
                              const mag_syntax_length *length, mag_length *out, const char **text,
                              mag_error *err) {
    MAG_TRY(resolve_length(checker, call, length, NULL, out, err));
    *text = length_text(checker, *out);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

typedef struct window_words {
    const char *near, *far, *anchor, *anchor2;
} window_words;

static const char *window_text(mag_checker *checker, mag_syntax_window_kind kind,
                               const window_words *words) {
    mag_arena *arena = checker->arena;
    switch (kind) {
    case MAG_SYNTAX_NO_WINDOW:
        return "";
    case MAG_SYNTAX_WITHIN:
        if (words->anchor)
            return mag_arena_format(arena, "within %s before %s", words->far, words->anchor);
        return mag_arena_format(arena, "within %s", words->far);
    case MAG_SYNTAX_FROM_TO:
        if (words->anchor)
            return mag_arena_format(arena, "from %s to %s before %s", words->near, words->far,
                                    words->anchor);
        return mag_arena_format(arena, "from %s to %s ago", words->near, words->far);
    case MAG_SYNTAX_FROM_TO_AFTER:
        return mag_arena_format(arena, "from %s to %s after %s", words->near, words->far,
                                words->anchor);
    case MAG_SYNTAX_BEFORE:
        if (words->far)
            return mag_arena_format(arena, "within %s before %s", words->far, words->anchor);
        return mag_arena_format(arena, "before %s", words->anchor);
    case MAG_SYNTAX_SINCE:
        return mag_arena_format(arena, "since %s", words->anchor);
    case MAG_SYNTAX_BETWEEN:
        return mag_arena_format(arena, "between %s and %s", words->anchor, words->anchor2);
    case MAG_SYNTAX_AROUND:
        return mag_arena_format(arena, "around %s within %s", words->anchor, words->far);
    case MAG_SYNTAX_AT:
        return mag_arena_format(arena, "at %s", words->anchor);
    }
    return NULL;
}

static mag_window_kind window_kind(mag_syntax_window_kind kind) {
    switch (kind) {
    case MAG_SYNTAX_WITHIN:
    case MAG_SYNTAX_FROM_TO:
    case MAG_SYNTAX_BEFORE:
        return MAG_WINDOW_BACK;
    case MAG_SYNTAX_FROM_TO_AFTER:
        return MAG_WINDOW_AFTER;
    case MAG_SYNTAX_SINCE:
        return MAG_WINDOW_SINCE;
    case MAG_SYNTAX_BETWEEN:
        return MAG_WINDOW_BETWEEN;
    case MAG_SYNTAX_AROUND:
        return MAG_WINDOW_AROUND;
    case MAG_SYNTAX_AT:
        return MAG_WINDOW_AT;
    case MAG_SYNTAX_NO_WINDOW:
        break;
    }
    return MAG_WINDOW_HISTORY;
}

static mag_status resolve_lengths(mag_checker *checker, const mag_syntax *call, mag_window *out,
                                  window_words *words, mag_error *err) {
    const mag_syntax_window *written = &call->window;
    bool has_near = written->near.text.nbytes > 0, has_far = written->far.text.nbytes > 0;
    if (has_far) {
        MAG_TRY(resolve_length(checker, call, &written->far, NULL, &out->far, err));
        words->far = length_text(checker, out->far);
        if (!words->far)
            return mag_fail_memory(err, 64);
    } else if (written->kind == MAG_SYNTAX_BEFORE) {
        out->far.amount = INT32_MAX;
    }
    if (has_near) {
        MAG_TRY(
            resolve_length(checker, call, &written->near, &written->far.quantity, &out->near, err));
        words->near = length_text(checker, out->near);
        if (!words->near)
            return mag_fail_memory(err, 64);
    }
    if (has_near && length_days(out->near) > length_days(out->far))
        return mag_expression_fail(call->expression, written->near.at, MAG_MSG_R501, err,
                                   "the window is empty: the first length is the shorter one");
    return MAG_OK;
}

mag_status mag_checker_window(mag_checker *checker, const mag_syntax *call, mag_window *out,
                              const char **text, mag_error *err) {
    const mag_syntax_window *written = &call->window;
    window_words words = {NULL, NULL, NULL, NULL};
    mag_window window = {.kind = window_kind(written->kind),
                         .anchor = MAG_ANCHOR_AS_OF,
                         .anchor2 = MAG_ANCHOR_AS_OF};
    MAG_TRY(resolve_lengths(checker, call, &window, &words, err));
    if (written->anchor)
        MAG_TRY(resolve_anchor(checker, written->anchor, &window.anchor, &words.anchor, err));
    if (written->anchor2)
        MAG_TRY(resolve_anchor(checker, written->anchor2, &window.anchor2, &words.anchor2, err));
    *text = window_text(checker, written->kind, &words);
    if (!*text)
        return mag_fail_memory(err, 64);
    *out = window;
    return MAG_OK;
}
