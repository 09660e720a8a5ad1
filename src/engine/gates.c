/* The gates that need no history (those that do: history.c). Every reason is judged by its own
   name, so that an override by name means what it says, and with the others of its group; all csv.*
   faults of a file are judged together. */
#include "engine/gates.h"

#include <string.h>

enum { HOURS_AMBER = 36, HOURS_RED = 168, SIGMAS = 3 };

typedef struct kind_facts {
    const char *name;
    double amber, red;
} kind_facts;

static const kind_facts KINDS[MAG_GATE_KIND_COUNT] = {
    [MAG_GATE_SHAPE] = {"csv", 0.0, 0.001},
    [MAG_GATE_VALUE] = {"value", 0.001, 0.01},
    [MAG_GATE_SOFT] = {"soft", 0.01, 0.10},
    [MAG_GATE_LINK] = {"link", 0.001, 0.01},
    [MAG_GATE_UNMAPPED] = {"unmapped", 0.002, 0.01},
    [MAG_GATE_FRESHNESS] = {"freshness", HOURS_AMBER, HOURS_RED},
    [MAG_GATE_DEMOGRAPHIC] = {"demog", 0.01, 1.0},
    [MAG_GATE_DEMOG_CONFLICT] = {"demog.conflict", 0.0, 1.0},
    [MAG_GATE_VERSIONS] = {"dup.conflict", 0.001, 1.0},
    [MAG_GATE_LAST_LINE] = {"last_line", 0.0, 1.0},
    [MAG_GATE_QUOTED_ROWS] = {"quoted_rows", 0.0, 1.0},
    [MAG_GATE_NOTHING_USED] = {"nothing_used", 0.0, 0.0},
    [MAG_GATE_VOLUME] = {"volume", 0.20, 0.40},
    [MAG_GATE_FALL] = {"class_or_test_falls", 0.25, 0.60},
    [MAG_GATE_FIRING] = {"firing_rate", SIGMAS, SIGMAS},
    [MAG_GATE_READERS] = {"readers", 0.0, 1.0},
    [MAG_GATE_ROLE] = {"role", 0.0, 1.0},
    [MAG_GATE_ENCODING] = {"encoding", 0.0, 1.0},
};

mag_gate_limit mag_gate_default(mag_gate_kind kind) {
    return (mag_gate_limit){
        .kind = kind, .amber = KINDS[kind].amber, .red = KINDS[kind].red, .note = ""};
}

static mag_gate_colour colour_of(double share, const mag_gate_limit *limit) {
    return share > limit->red ? MAG_RED : share > limit->amber ? MAG_AMBER : MAG_GREEN;
}

static double share_of(uint64_t count, uint64_t of) {
    if (count == 0)
        return 0.0;
    return of == 0 ? 1.0 : (double)count / (double)of;
}

mag_gate_colour mag_gate_judge(uint64_t count, uint64_t of, const mag_gate_limit *limit) {
    return colour_of(share_of(count, of), limit);
}

const char *mag_gate_name(mag_reason reason, mag_gate_kind kind) {
    return reason == MAG_REASON_NONE ? KINDS[kind].name : mag_reason_name(reason);
}

static const mag_gate_limit *find_limit(const mag_gate_limit *limits, size_t count,
                                        mag_reason reason, mag_gate_kind kind) {
    for (size_t i = 0; reason != MAG_REASON_NONE && i < count; i++)
        if (limits[i].reason == reason)
            return &limits[i];
    for (size_t i = 0; i < count; i++)
        if (limits[i].reason == MAG_REASON_NONE && limits[i].kind == kind)
            return &limits[i];
    return NULL;
}

mag_gate_limit mag_gate_limit_of(const mag_plan_source *source, mag_reason reason,
                                 mag_gate_kind kind) {
    const mag_gate_limit *own = find_limit(source->gates, source->gate_count, reason, kind);
    if (own == NULL)
        own = find_limit(source->profile->gates, source->profile->gate_count, reason, kind);
    if (own != NULL)
        return *own;
    mag_gate_limit limit = mag_gate_default(kind);
    if (reason == MAG_REASON_CSV_UNCLOSED_QUOTE)
        limit.red = 0.0; /* whoever wrote the file did not come to its end */
    return limit;
}

mag_accounting mag_source_accounting(const mag_cohort *cohort, const char *source,
                                     size_t *file_count) {
    mag_accounting total = {0};
    *file_count = 0;
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, source) != 0)
            continue;
        mag_accounting_add(&total, &file->accounting);
        ++*file_count;
    }
    return total;
}

typedef struct gate_judge {
    const mag_plan *plan;
    const mag_cohort *cohort;
    mag_arena *arena;
    mag_account *account;
    mag_gate_verdict *verdicts;
    size_t count, capacity;
} gate_judge;

/* Line and column of the first row of a reason (or of any csv.* fault but one) in a file or source.
 */
static void find_first(const mag_cohort *cohort, mag_gate_verdict *verdict, mag_reason reason,
                       mag_reason but) {
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(cohort, &count);
    for (size_t i = 0; i < count; i++) {
        const mag_run_file *file = mag_cohort_file(cohort, rejects[i].file_id);
        mag_reason found = (mag_reason)rejects[i].reason;
        bool is_reason =
            reason == MAG_REASON_NONE ? mag_reason_gate(found) == MAG_GATE_SHAPE : found == reason;
        bool is_file = verdict->file[0] == '\0' || strcmp(file->name, verdict->file) == 0;
        if (!is_reason || found == but || !is_file || strcmp(file->source, verdict->source) != 0)
            continue;
        verdict->first_file = file->name;
        verdict->first_line = rejects[i].line;
        verdict->column = rejects[i].column == NULL ? "" : rejects[i].column;
        verdict->message = mag_reason_message(found);
        return;
    }
}

/* The report outlives the cohort, so it needs names of its own. */
static mag_status own_texts(mag_arena *arena, mag_gate_verdict *verdict, mag_error *err) {
    verdict->file = mag_arena_text(arena, mag_span_of(verdict->file));
    verdict->first_file = mag_arena_text(arena, mag_span_of(verdict->first_file));
    verdict->column = mag_arena_text(arena, mag_span_of(verdict->column));
    if (verdict->file == NULL || verdict->first_file == NULL || verdict->column == NULL)
        return mag_fail_memory(err, sizeof *verdict);
    return MAG_OK;
}

static mag_status put_verdict(gate_judge *judge, const mag_gate_verdict *verdict, mag_error *err) {
    void *verdicts = judge->verdicts;
    if (verdict->count == 0 && verdict->note[0] == '\0')
        return MAG_OK;
    MAG_TRY(mag_grow(judge->account, &verdicts, &judge->capacity, sizeof *judge->verdicts,
                     judge->count + 1, err));
    judge->verdicts = verdicts;
    judge->verdicts[judge->count] = *verdict;
    return own_texts(judge->arena, &judge->verdicts[judge->count++], err);
}

static mag_gate_verdict make_verdict(const mag_plan_source *source, mag_reason reason,
                                     mag_gate_kind kind, uint64_t count, uint64_t of) {
    mag_gate_limit limit = mag_gate_limit_of(source, reason, kind);
    return (mag_gate_verdict){.source = source->name,
                              .file = "",
                              .gate = mag_gate_name(reason, kind),
                              .colour = mag_gate_judge(count, of, &limit),
                              .is_hard = kind == MAG_GATE_SHAPE,
                              .count = count,
                              .of = of,
                              .share = share_of(count, of),
                              .amber = limit.amber,
                              .red = limit.red,
                              .note = limit.note == NULL ? "" : limit.note,
                              .message = MAG_MSG_U203,
                              .first_file = "",
                              .column = ""};
}

/* A quote that never closes has a limit of its own, unless the source widened `csv` as a whole. */
static bool is_quote_apart(const mag_plan_source *source) {
    const mag_reason reason = MAG_REASON_CSV_UNCLOSED_QUOTE;
    const mag_gate_limit own = mag_gate_limit_of(source, reason, MAG_GATE_SHAPE);
    return own.reason == reason || own.note == NULL || own.note[0] == '\0';
}

static mag_status judge_quotes(gate_judge *judge, const mag_plan_source *source,
                               const mag_run_file *file, mag_error *err) {
    const mag_reason reason = MAG_REASON_CSV_UNCLOSED_QUOTE;
    mag_gate_verdict verdict = make_verdict(
        source, reason, MAG_GATE_SHAPE, file->accounting.rejected[reason], file->accounting.read);
    verdict.file = file->name;
    if (verdict.count > 0)
        find_first(judge->cohort, &verdict, reason, MAG_REASON_NONE);
    return put_verdict(judge, &verdict, err);
}

static uint64_t shape_rejects(const mag_accounting *accounting) {
    uint64_t sum = 0;
    for (unsigned reason = 1; reason < MAG_REASON_COUNT; reason++)
        if (mag_reason_gate((mag_reason)reason) == MAG_GATE_SHAPE)
            sum += accounting->rejected[reason];
    return sum;
}

/* All of its rows that are not UTF-8 speak for the same other encoding. */
static bool is_windows1252(const mag_run_file *file) {
    return file->windows1252_count > 0 &&
           file->windows1252_count == file->accounting.rejected[MAG_REASON_CSV_BAD_UTF8];
}

static mag_status judge_shapes(gate_judge *judge, const mag_plan_source *source, mag_error *err) {
    for (size_t i = 0; i < mag_cohort_file_count(judge->cohort); i++) {
        const mag_run_file *file = mag_cohort_file(judge->cohort, (uint16_t)i);
        if (strcmp(file->source, source->name) != 0)
            continue;
        const bool has_quotes_apart = is_quote_apart(source);
        uint64_t count = shape_rejects(&file->accounting);
        if (has_quotes_apart)
            count -= file->accounting.rejected[MAG_REASON_CSV_UNCLOSED_QUOTE];
        mag_gate_verdict verdict =
            make_verdict(source, MAG_REASON_NONE, MAG_GATE_SHAPE, count, file->accounting.read);
        verdict.file = file->name;
        if (verdict.count > 0)
            find_first(judge->cohort, &verdict, MAG_REASON_NONE,
                       has_quotes_apart ? MAG_REASON_CSV_UNCLOSED_QUOTE : MAG_REASON_NONE);
        if (is_windows1252(file))
            verdict.detail = "the bytes look like Windows-1252: export the file as UTF-8";
        MAG_TRY(put_verdict(judge, &verdict, err));
        if (has_quotes_apart)
            MAG_TRY(judge_quotes(judge, source, file, err));
    }
    return MAG_OK;
}

static mag_status judge_reasons(gate_judge *judge, const mag_plan_source *source,
                                const mag_accounting *accounting, mag_error *err) {
    uint64_t of = mag_accounting_of_interest(accounting);
    for (unsigned i = 1; i < MAG_REASON_COUNT; i++) {
        mag_reason reason = (mag_reason)i;
        if (mag_reason_gate(reason) == MAG_GATE_SHAPE)
            continue;
        mag_gate_verdict verdict =
            make_verdict(source, reason, mag_reason_gate(reason), accounting->rejected[reason], of);
        if (verdict.count > 0)
            find_first(judge->cohort, &verdict, reason, MAG_REASON_NONE);
        MAG_TRY(put_verdict(judge, &verdict, err));
    }
    return MAG_OK;
}

/* Many small faults are a large one: the reasons of a group that nobody gave a limit of their own
   are judged together too. Said only when it says more than its parts. */
static mag_status judge_group(gate_judge *judge, const mag_plan_source *source, mag_gate_kind kind,
                              const mag_accounting *accounting, mag_error *err) {
    uint64_t of = mag_accounting_of_interest(accounting), sum = 0;
    const mag_gate_limit group = mag_gate_limit_of(source, MAG_REASON_NONE, kind);
    mag_gate_colour worst_part = MAG_GREEN;
    for (unsigned i = 1; i < MAG_REASON_COUNT; i++) {
        mag_gate_limit limit = mag_gate_limit_of(source, (mag_reason)i, kind);
        if (mag_reason_gate((mag_reason)i) != kind || limit.reason != MAG_REASON_NONE)
            continue;
        mag_gate_colour part = mag_gate_judge(accounting->rejected[i], of, &limit);
        worst_part = part > worst_part ? part : worst_part;
        sum += accounting->rejected[i];
    }
    if (mag_gate_judge(sum, of, &group) <= worst_part)
        return MAG_OK;
    mag_gate_verdict verdict = make_verdict(source, MAG_REASON_NONE, kind, sum, of);
    return put_verdict(judge, &verdict, err);
}

static mag_status judge_unmapped(gate_judge *judge, const mag_plan_source *source,
                                 const mag_accounting *accounting, mag_error *err) {
    if (source->kind != MAG_TABLE_PRESCRIPTIONS)
        return MAG_OK;
    mag_gate_verdict verdict =
        make_verdict(source, MAG_REASON_NONE, MAG_GATE_UNMAPPED, accounting->unmapped,
                     mag_accounting_with_unmapped(accounting));
    verdict.message = MAG_MSG_I248;
    return put_verdict(judge, &verdict, err);
}

/* Nobody's row is set aside for sex or age; the rules that need them say cannot_tell. */
static mag_status judge_demographics(gate_judge *judge, const mag_plan_source *source,
                                     const mag_accounting *accounting, mag_error *err) {
    if (source->kind != MAG_TABLE_PATIENTS)
        return MAG_OK;
    mag_gate_verdict verdict =
        make_verdict(source, MAG_REASON_NONE, MAG_GATE_DEMOGRAPHIC, accounting->demog_noted,
                     mag_accounting_of_interest(accounting));
    verdict.message = MAG_MSG_I266;
    MAG_TRY(put_verdict(judge, &verdict, err));
    verdict = make_verdict(source, MAG_REASON_NONE, MAG_GATE_DEMOG_CONFLICT,
                           accounting->demog_conflict, mag_accounting_of_interest(accounting));
    verdict.message = MAG_MSG_I252;
    return put_verdict(judge, &verdict, err);
}

/* The newest edition counts, so nothing is set aside; somebody should know that values changed. */
static mag_status judge_versions(gate_judge *judge, const mag_plan_source *source,
                                 const mag_accounting *accounting, mag_error *err) {
    if (source->kind != MAG_TABLE_LABS)
        return MAG_OK;
    mag_gate_verdict verdict =
        make_verdict(source, MAG_REASON_NONE, MAG_GATE_VERSIONS, accounting->version_conflicts,
                     mag_accounting_of_interest(accounting));
    verdict.message = MAG_MSG_I249;
    return put_verdict(judge, &verdict, err);
}

/* gzip knows where it ends; a plain file that stops inside a line may have lost more. A last line
   that counts the rows was right, or the run would have ended. */
static mag_status judge_last_lines(gate_judge *judge, const mag_plan_source *source,
                                   mag_error *err) {
    for (size_t i = 0; i < mag_cohort_file_count(judge->cohort); i++) {
        const mag_run_file *file = mag_cohort_file(judge->cohort, (uint16_t)i);
        bool is_odd = file->has_unfinished_last_line || file->has_footer;
        if (strcmp(file->source, source->name) != 0 || !is_odd)
            continue;
        mag_gate_verdict verdict =
            make_verdict(source, MAG_REASON_NONE, MAG_GATE_LAST_LINE, 1, file->accounting.read);
        verdict.file = file->name;
        verdict.message = file->has_footer ? MAG_MSG_I134 : MAG_MSG_I122;
        MAG_TRY(put_verdict(judge, &verdict, err));
    }
    return MAG_OK;
}

/* The record is used as it stands; rows that a stray quote may have taken are told. */
static mag_status judge_quoted_rows(gate_judge *judge, const mag_plan_source *source,
                                    mag_error *err) {
    for (size_t i = 0; i < mag_cohort_file_count(judge->cohort); i++) {
        const mag_run_file *file = mag_cohort_file(judge->cohort, (uint16_t)i);
        if (strcmp(file->source, source->name) != 0 || file->quoted_row_count == 0)
            continue;
        mag_gate_verdict verdict = make_verdict(source, MAG_REASON_NONE, MAG_GATE_QUOTED_ROWS,
                                                file->quoted_row_count, file->accounting.read);
        verdict.file = verdict.first_file = file->name;
        verdict.first_line = file->first_quoted_row_line;
        verdict.message = MAG_MSG_I137;
        MAG_TRY(put_verdict(judge, &verdict, err));
    }
    return MAG_OK;
}

/* "20 of 20 rows not of interest": the bucket that most rows ended in. */
static const char *largest_bucket(mag_arena *arena, const mag_accounting *accounting) {
    const char *name = "not of interest";
    uint64_t most = accounting->not_of_interest;
    if (accounting->out_of_window > most) {
        name = "outside the window";
        most = accounting->out_of_window;
    }
    for (unsigned i = 1; i < MAG_REASON_COUNT; i++)
        if (accounting->rejected[i] > most) {
            name = mag_reason_name((mag_reason)i);
            most = accounting->rejected[i];
        }
    return mag_arena_format(arena, "%llu of %llu rows %s", (unsigned long long)most,
                            (unsigned long long)accounting->read, name);
}

/* A feed that is read and of no use at all is a wrong mapping, not a quiet night. */
static mag_status judge_use(gate_judge *judge, const mag_plan_source *source,
                            const mag_accounting *accounting, mag_error *err) {
    bool is_feed = source->kind == MAG_TABLE_LABS || source->kind == MAG_TABLE_PRESCRIPTIONS;
    if (!is_feed || accounting->accepted > 0 || accounting->read == 0)
        return MAG_OK;
    mag_gate_verdict verdict = make_verdict(source, MAG_REASON_NONE, MAG_GATE_NOTHING_USED,
                                            accounting->read, accounting->read);
    verdict.message = MAG_MSG_I269;
    verdict.detail = largest_bucket(judge->arena, accounting);
    if (verdict.detail == NULL)
        return mag_fail_memory(err, 64);
    return put_verdict(judge, &verdict, err);
}

static mag_minute newest_of(const mag_cohort *cohort, const mag_plan_source *source) {
    mag_minute newest = MAG_MINUTE_NONE;
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, source->name) == 0 && file->newest > newest)
            newest = file->newest;
    }
    return newest;
}

/* In whole hours, rounded up: an hour begun counts. A source is judged by its own rows: a second
   one of its kind must not hide that it stopped. */
static mag_status judge_freshness(gate_judge *judge, const mag_plan_source *source,
                                  mag_minute data_until, mag_error *err) {
    bool is_feed = source->kind == MAG_TABLE_LABS || source->kind == MAG_TABLE_PRESCRIPTIONS;
    mag_minute newest = newest_of(judge->cohort, source);
    if (!judge->plan->is_freshness_judged || !is_feed || newest == MAG_MINUTE_NONE ||
        data_until == MAG_MINUTE_OPEN || newest >= data_until)
        return MAG_OK;
    int64_t minutes = (int64_t)data_until - newest;
    uint64_t hours = (uint64_t)((minutes + MAG_MINUTES_PER_HOUR - 1) / MAG_MINUTES_PER_HOUR);
    mag_gate_verdict verdict = make_verdict(source, MAG_REASON_NONE, MAG_GATE_FRESHNESS, hours, 1);
    verdict.measure = MAG_MEASURE_HOURS;
    verdict.message = MAG_MSG_I267;
    return put_verdict(judge, &verdict, err);
}

/* What a table is read with: nothing that sets a row aside, but somebody should know. */
static mag_status judge_table(gate_judge *judge, const mag_plan_source *source,
                              const mag_run_file *file, mag_error *err) {
    const unsigned wanted = file->table_reader_count + file->table_refused_count;
    const struct {
        bool is_there;
        mag_gate_kind kind;
        mag_message_id message;
        const char *detail;
    } all[] = {{file->table_refused_count > 0, MAG_GATE_READERS, MAG_MSG_D319,
                mag_arena_format(judge->arena, "using %u of %u readers", file->table_reader_count,
                                 wanted)},
               {file->is_role_too_strong, MAG_GATE_ROLE, MAG_MSG_D335,
                "the role is a superuser or owns the table: it could change what it only reads"},
               {file->is_table_unchecked, MAG_GATE_ENCODING, MAG_MSG_D323,
                "the database has encoding SQL_ASCII: rows that are not UTF-8 are set aside"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        mag_gate_verdict verdict = make_verdict(source, MAG_REASON_NONE, all[i].kind, 1, 1);
        verdict.file = file->name;
        verdict.measure = MAG_MEASURE_DATABASE;
        verdict.message = all[i].message;
        verdict.detail = all[i].detail;
        if (verdict.detail == NULL)
            return mag_fail_memory(err, 64);
        if (all[i].is_there)
            MAG_TRY(put_verdict(judge, &verdict, err));
    }
    return MAG_OK;
}

static mag_status judge_tables(gate_judge *judge, const mag_plan_source *source, mag_error *err) {
    for (size_t i = 0; i < mag_cohort_file_count(judge->cohort); i++) {
        const mag_run_file *file = mag_cohort_file(judge->cohort, (uint16_t)i);
        if (file->is_table && strcmp(file->source, source->name) == 0)
            MAG_TRY(judge_table(judge, source, file, err));
    }
    return MAG_OK;
}

static mag_status judge_source(gate_judge *judge, const mag_plan_source *source,
                               mag_minute data_until, mag_error *err) {
    size_t file_count;
    mag_accounting accounting = mag_source_accounting(judge->cohort, source->name, &file_count);
    MAG_TRY(judge_shapes(judge, source, err));
    MAG_TRY(judge_reasons(judge, source, &accounting, err));
    MAG_TRY(judge_group(judge, source, MAG_GATE_VALUE, &accounting, err));
    MAG_TRY(judge_group(judge, source, MAG_GATE_SOFT, &accounting, err));
    MAG_TRY(judge_use(judge, source, &accounting, err));
    MAG_TRY(judge_unmapped(judge, source, &accounting, err));
    MAG_TRY(judge_demographics(judge, source, &accounting, err));
    MAG_TRY(judge_versions(judge, source, &accounting, err));
    MAG_TRY(judge_last_lines(judge, source, err));
    MAG_TRY(judge_quoted_rows(judge, source, err));
    MAG_TRY(judge_tables(judge, source, err));
    return judge_freshness(judge, source, data_until, err);
}

static bool has_kind(const mag_plan *plan, mag_table_kind kind) {
    for (size_t i = 0; i < plan->source_count; i++)
        if (plan->sources[i].kind == kind)
            return true;
    return false;
}

/* Without results or prescriptions a run can screen, but its silence must not read as "safe". */
static mag_status judge_missing(gate_judge *judge, mag_error *err) {
    static const mag_table_kind needed[] = {MAG_TABLE_LABS, MAG_TABLE_PRESCRIPTIONS};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        mag_gate_verdict verdict = {.source = mag_table_kind_name(needed[i]),
                                    .file = "",
                                    .gate = "no_source",
                                    .colour = MAG_AMBER,
                                    .measure = MAG_MEASURE_SOURCE,
                                    .count = 1,
                                    .of = 1,
                                    .share = 1,
                                    .red = 1,
                                    .note = "",
                                    .message = MAG_MSG_I268,
                                    .first_file = "",
                                    .column = ""};
        if (!has_kind(judge->plan, needed[i]))
            MAG_TRY(put_verdict(judge, &verdict, err));
    }
    return MAG_OK;
}

static void set_colours(mag_gates *gates) {
    for (size_t i = 0; i < gates->count; i++) {
        const mag_gate_verdict *verdict = &gates->verdicts[i];
        gates->is_amber |= verdict->colour == MAG_AMBER;
        gates->is_red_soft |= verdict->colour == MAG_RED && !verdict->is_hard;
        gates->is_red_hard |= verdict->colour == MAG_RED && verdict->is_hard;
    }
}

mag_status mag_gates_judge(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                           mag_minute data_until, mag_gates *out, mag_error *err) {
    gate_judge judge = {
        .plan = plan, .cohort = cohort, .arena = arena, .account = mag_arena_account(arena)};
    mag_status status = MAG_OK;
    *out = (mag_gates){0};
    for (size_t i = 0; status == MAG_OK && i < plan->source_count; i++)
        status = judge_source(&judge, &plan->sources[i], data_until, err);
    if (status == MAG_OK)
        status = judge_missing(&judge, err);
    if (status == MAG_OK && judge.count > 0) {
        mag_gate_verdict *kept = mag_arena_alloc(arena, judge.count * sizeof *kept);
        if (kept == NULL)
            status = mag_fail_memory(err, judge.count * sizeof *kept);
        else
            memcpy(kept, judge.verdicts, judge.count * sizeof *kept);
        out->verdicts = kept;
        out->count = kept == NULL ? 0 : judge.count;
    }
    mag_drop(judge.account, judge.verdicts, judge.capacity, sizeof *judge.verdicts);
    set_colours(out);
    return status;
}
