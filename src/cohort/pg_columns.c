#include "cohort/pg_columns.h"

#include "base/text.h"
#include "cohort/decoder.h"
#include "cohort/identifier.h"

#include <string.h>

/* --- problems
 * ---------------------------------------------------------------------------------- */

mag_status mag_pg_problems_add(mag_pg_problems *problems, mag_status status, mag_message_id message,
                               const char *text, mag_error *err) {
    mag_pg_problem *problem = mag_arena_alloc(problems->arena, sizeof *problem);
    if (!problem || !text)
        return mag_fail_memory(err, sizeof *problem);
    *problem = (mag_pg_problem){.status = status, .message = message, .text = text};
    if (!problems->last)
        problems->last = &problems->first;
    *problems->last = problem;
    problems->last = &problem->next;
    return MAG_OK;
}

static const char *hint_of(mag_message_id message) {
    switch (message) {
    case MAG_MSG_D305:
        return "correct  view: SCHEMA.NAME  in the pipeline, or have the view made";
    case MAG_MSG_D306:
        return "map the column in the profile, or mend the view";
    case MAG_MSG_D307:
        return "have these statements run by the owner of the tables";
    case MAG_MSG_D308:
        return "use a role with BYPASSRLS, or say  allow_row_security: \"why\"  for the source";
    case MAG_MSG_S611:
        return "take the column out of the view, or list it under  drop: [...]  in the profile's "
               "table or the pipeline's source";
    default:
        return "see the pipeline file";
    }
}

mag_status mag_pg_problems_fail(const mag_pg_problems *problems, mag_error *err) {
    const mag_pg_problem *first = problems->first;
    if (!first)
        return MAG_OK;
    mag_fail(err, first->status, first->message, "%s", first->text);
    for (const mag_pg_problem *more = first->next; more; more = more->next)
        mag_error_line(err, "%s", more->text);
    mag_hint(err, "%s", hint_of(first->message));
    return first->status;
}

/* --- the table
 * ----------------------------------------------------------------------------------- */

bool mag_pg_view_split(mag_arena *arena, const char *view, const char **schema, const char **name) {
    const char *point = strchr(view, '.');
    if (!point || point == view || !point[1])
        return false;
    *schema = mag_arena_text(arena, (mag_span){view, (size_t)(point - view)});
    *name = point + 1;
    return *schema != NULL;
}

typedef struct look {
    mag_arena *arena;
    mag_pg_link *link;
    const mag_pg_subject *subject;
    mag_pg_problems *problems;
    mag_pg_table *out;
    const char *schema, *name;
    const char *oid; /* of the table, as text */
    bool has_schema_right, has_table_right;
    mag_pg_rows *columns; /* name, type, category, may be read */
} look;

static mag_status add(look *at, mag_status status, mag_message_id message, const char *text,
                      mag_error *err) {
    return mag_pg_problems_add(at->problems, status, message, text, err);
}

static mag_status ask(look *at, const char *sql, const char *const *params, size_t count,
                      mag_pg_rows **rows, mag_error *err) {
    const mag_pg_question question = {
        .sql = sql, .params = params, .param_count = count, .what = at->subject->view};
    return mag_pg_ask(at->link, &question, rows, err);
}

/* The name of a table like the one that is missing, as far as this role sees any. */
static mag_status fail_missing_table(look *at, mag_error *err) {
    enum { NAMES = 500 };
    mag_pg_rows *rows;
    MAG_TRY(ask(at,
                "select n.nspname || '.' || c.relname from pg_catalog.pg_class c"
                " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                " where c.relkind in ('r', 'v', 'm', 'p', 'f')"
                " and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
                " order by 1 limit 500",
                NULL, 0, &rows, err));
    size_t count = mag_pg_row_count(rows);
    const char *names[NAMES + 1] = {0};
    for (size_t i = 0; i < count && i < NAMES; i++)
        names[i] = mag_pg_text(rows, i, 0);
    const char *nearest = mag_nearest_name(at->subject->view, names);
    const char *text =
        mag_arena_format(at->arena, "source \"%s\": there is no table or view %.150s%s%.150s%s",
                         at->subject->source, at->subject->view, nearest ? "; did you mean " : "",
                         nearest ? nearest : "", nearest ? "?" : "");
    mag_pg_rows_free(rows);
    return add(at, MAG_E_DATABASE_REFUSED, MAG_MSG_D305, text, err);
}

/* The size of now, where the server tells it; a site may keep sizes from its roles, and then the
   estimate of the last vacuum has to do. */
static mag_status count_blocks(look *at, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(ask(at,
                "select pg_catalog.has_function_privilege("
                "'pg_catalog.pg_relation_size(regclass,text)', 'EXECUTE')",
                NULL, 0, &rows, err));
    const bool is_told = mag_pg_bool(rows, 0, 0);
    mag_pg_rows_free(rows);
    if (!is_told)
        return MAG_OK;
    const char *params[] = {at->oid};
    MAG_TRY(ask(at,
                "select pg_catalog.pg_relation_size($1::oid::regclass, 'main')"
                " / pg_catalog.current_setting('block_size')::bigint",
                params, 1, &rows, err));
    at->out->block_count = mag_pg_integer(rows, 0, 0);
    mag_pg_rows_free(rows);
    return MAG_OK;
}

static mag_status find_table(look *at, bool *is_found, mag_error *err) {
    static const char sql[] =
        "select c.oid, c.relkind, pg_catalog.has_schema_privilege(n.oid, 'USAGE'),"
        " pg_catalog.has_table_privilege(c.oid, 'SELECT'),"
        " pg_catalog.pg_has_role(c.relowner, 'USAGE'),"
        " c.relkind in ('r', 'p') and pg_catalog.row_security_active(c.oid),"
        " case when c.relkind in ('r', 'm') then greatest(c.relpages, 0) else 0 end"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'v', 'm', 'p', 'f')";
    const char *params[] = {at->schema, at->name};
    mag_pg_rows *rows;
    MAG_TRY(ask(at, sql, params, 2, &rows, err));
    *is_found = mag_pg_row_count(rows) == 1;
    mag_status status = MAG_OK;
    if (*is_found) {
        const char kind = mag_pg_text(rows, 0, 1)[0];
        at->oid = mag_arena_text(at->arena, mag_pg_cell(rows, 0, 0));
        at->has_schema_right = mag_pg_bool(rows, 0, 2);
        at->has_table_right = mag_pg_bool(rows, 0, 3);
        at->out->is_owner = mag_pg_bool(rows, 0, 4);
        at->out->has_blocks = (kind == 'r' || kind == 'm') && at->has_table_right;
        at->out->block_count = mag_pg_integer(rows, 0, 6);
        if (mag_pg_bool(rows, 0, 5) && !at->subject->is_policy_allowed)
            status = add(at, MAG_E_DATABASE_REFUSED, MAG_MSG_D308,
                         mag_arena_format(at->arena,
                                          "source \"%s\": a row-level security policy of %s would "
                                          "hide rows; nothing was read",
                                          at->subject->source, at->subject->view),
                         err);
        if (!at->oid)
            status = mag_fail_memory(err, 1);
    }
    mag_pg_rows_free(rows);
    return status == MAG_OK && at->out->has_blocks ? count_blocks(at, err) : status;
}

/* --- columns
 * ----------------------------------------------------------------------------------- */

typedef enum type_class { TYPE_TEXT, TYPE_NUMBER, TYPE_DATE, TYPE_OTHER } type_class;

static bool is_any_of(const char *name, const char *const *names) {
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static type_class class_of(const char *type, char category) {
    static const char *const texts[] = {"uuid", "char", NULL};
    static const char *const numbers[] = {"int2",   "int4",   "int8", "numeric",
                                          "float4", "float8", NULL};
    static const char *const dates[] = {"date", "timestamp", "timestamptz", NULL};
    if (category == 'S' || category == 'E' || is_any_of(type, texts))
        return TYPE_TEXT;
    if (is_any_of(type, numbers))
        return TYPE_NUMBER;
    return is_any_of(type, dates) ? TYPE_DATE : TYPE_OTHER;
}

static bool is_date_field(mag_field field) {
    static const mag_field fields[] = {
        MAG_FIELD_BIRTH,          MAG_FIELD_DIED_ON,     MAG_FIELD_OBSERVED_FROM,
        MAG_FIELD_OBSERVED_UNTIL, MAG_FIELD_MEASURED_ON, MAG_FIELD_COLLECTED_AT,
        MAG_FIELD_START,          MAG_FIELD_STOP,        MAG_FIELD_RECORDED_ON,
        MAG_FIELD_STAY_FROM,      MAG_FIELD_STAY_UNTIL};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i] == field)
            return true;
    return false;
}

/* A date that stands where a number should, or the other way round, is a column of another meaning
   under an old name. A birth may be a year. */
static bool fits(mag_field field, type_class type) {
    if (type == TYPE_TEXT)
        return true;
    if (is_date_field(field))
        return type == TYPE_DATE || (type == TYPE_NUMBER && field == MAG_FIELD_BIRTH);
    return type == TYPE_NUMBER;
}

/* Is the column read at all, and does its type fit everything that it is read for? */
static bool is_used(const mag_profile_table *table, const char *name, type_class type, bool *fit) {
    bool used = false;
    *fit = true;
    for (int i = 0; i < MAG_FIELD_COUNT; i++) {
        if (!table->columns[i] || strcmp(table->columns[i], name) != 0)
            continue;
        used = true;
        *fit &= fits((mag_field)i, type);
    }
    for (size_t i = 0; i < table->keep_count; i++)
        used |= strcmp(table->keep[i].column, name) == 0;
    *fit &= type != TYPE_OTHER;
    return used;
}

/* How a column is read, so that its text is the cell that an export would hold. */
static mag_status add_expression(look *at, mag_text *list, const char *column, const char *type,
                                 mag_error *err) {
    const char *name = mag_pg_quote_name(at->arena, column);
    if (!name)
        return mag_fail_memory(err, strlen(column));
    mag_text_add_text(list, list->nbytes ? ", " : "");
    if (strcmp(type, "timestamptz") == 0) {
        const char *zone = at->subject->site_zone;
        if (!zone)
            return add(at, MAG_E_USAGE, MAG_MSG_U202,
                       mag_arena_format(at->arena,
                                        "source \"%s\": column \"%s\" of %s is timestamptz; say "
                                        " site_zone: Europe/London  (or yours) in the pipeline",
                                        at->subject->source, column, at->subject->view),
                       err);
        const char *quoted = mag_pg_quote_text(at->arena, zone);
        if (!quoted)
            return mag_fail_memory(err, strlen(zone));
        mag_text_format(list, "(t.%s at time zone %s)::text", name, quoted);
    } else if (strncmp(type, "float", 5) == 0) {
        /* the shortest decimal that comes back as the same number, without an exponent */
        mag_text_format(list,
                        "case when t.%s::text like '%%e%%' then t.%s::text::numeric::text"
                        " else t.%s::text end",
                        name, name, name);
    } else {
        mag_text_format(list, "t.%s::text", name);
    }
    return mag_text_check(list, err);
}

static mag_status check_identifier(look *at, size_t column_no, const char *name, mag_error *err) {
    const char *what = mag_identifier_of_header(mag_span_of(name));
    if (!what)
        return MAG_OK;
    return add(at, MAG_E_PRIVACY, MAG_MSG_S611,
               mag_arena_format(at->arena,
                                "source \"%s\": column %zu of %s looks like an identifier (%s); "
                                "no row was read",
                                at->subject->source, column_no, at->subject->view, what),
               err);
}

static mag_status take_column(look *at, size_t i, mag_span *header, mag_text *list,
                              mag_error *err) {
    const char *name = mag_arena_text(at->arena, mag_pg_cell(at->columns, i, 0));
    const char *type = mag_pg_text(at->columns, i, 1);
    bool fit;
    if (!name)
        return mag_fail_memory(err, 1);
    if (!is_used(at->subject->table, name, class_of(type, mag_pg_text(at->columns, i, 2)[0]),
                 &fit)) {
        if (mag_profile_table_declares(at->subject->table, mag_span_of(name)))
            return MAG_OK;
        at->out->unused_count++;
        return check_identifier(at, i + 1, name, err);
    }
    if (!fit)
        MAG_TRY(add(at, MAG_E_DATABASE_REFUSED, MAG_MSG_D306,
                    mag_arena_format(at->arena,
                                     "source \"%s\": column \"%s\" of %s has type %s, which cannot "
                                     "be read as that",
                                     at->subject->source, name, at->subject->view, type),
                    err));
    header[at->out->column_count++] = mag_span_of(name);
    return add_expression(at, list, name, type, err);
}

/* Every required column that is not there: each is pretended after it was told, until none is. */
static mag_status find_missing(look *at, const mag_span *header, mag_error *err) {
    enum { MORE = MAG_FIELD_COUNT + MAG_KEEP_RULE_COUNT };
    size_t count = at->out->column_count, total = mag_pg_row_count(at->columns);
    mag_span *pretended = mag_arena_alloc(at->arena, (count + MORE) * sizeof *pretended);
    const char **names = mag_arena_alloc(at->arena, (total + 1) * sizeof *names);
    mag_decoder decoder = {.table = at->subject->table};
    if (!pretended || !names)
        return mag_fail_memory(err, (count + MORE) * sizeof *pretended);
    if (count)
        memcpy(pretended, header, count * sizeof *pretended);
    for (size_t i = 0; i < total; i++)
        names[i] = mag_pg_text(at->columns, i, 0);
    const char *missing;
    for (size_t more = 0;
         more < MORE && (missing = mag_decoder_find_columns(&decoder, pretended, count)); more++) {
        const char *nearest = mag_nearest_name(missing, names);
        MAG_TRY(
            add(at, MAG_E_DATABASE_REFUSED, MAG_MSG_D306,
                mag_arena_format(at->arena, "source \"%s\": %s has no column \"%.80s\"%s%.80s%s",
                                 at->subject->source, at->subject->view, missing,
                                 nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                                 nearest ? "\"?" : ""),
                err));
        pretended[count++] = mag_span_of(missing);
    }
    return MAG_OK;
}

static mag_status read_columns(look *at, mag_error *err) {
    size_t count = mag_pg_row_count(at->columns);
    mag_span *header = mag_arena_alloc(at->arena, (count + 1) * sizeof *header);
    mag_text list;
    if (!header)
        return mag_fail_memory(err, (count + 1) * sizeof *header);
    mag_text_init(&list, mag_arena_account(at->arena));
    mag_status status = MAG_OK;
    for (size_t i = 0; i < count && status == MAG_OK; i++)
        status = take_column(at, i, header, &list, err);
    at->out->header = header;
    at->out->select_list = mag_arena_text(at->arena, mag_text_span(&list));
    mag_text_done(&list);
    if (status == MAG_OK && !at->out->select_list)
        status = mag_fail_memory(err, 1);
    return status == MAG_OK ? find_missing(at, header, err) : status;
}

/* --- rights
 * ------------------------------------------------------------------------------------ */

static bool may_read_used_columns(const look *at) {
    bool fit;
    for (size_t i = 0; i < mag_pg_row_count(at->columns); i++)
        if (is_used(at->subject->table, mag_pg_text(at->columns, i, 0), TYPE_TEXT, &fit) &&
            !mag_pg_bool(at->columns, i, 3))
            return false;
    return true;
}

/* The server writes the names as SQL wants them. */
static mag_status add_grants(look *at, mag_error *err) {
    bool needs_table = !at->has_table_right && !may_read_used_columns(at);
    const char *params[] = {at->schema, at->name};
    mag_pg_rows *rows;
    if (at->has_schema_right && !needs_table)
        return MAG_OK;
    MAG_TRY(ask(at,
                "select pg_catalog.format('grant usage on schema %I to %I;', $1::text,"
                " current_user), pg_catalog.format('grant select on %I.%I to %I;', $1::text,"
                " $2::text, current_user)",
                params, 2, &rows, err));
    mag_status status = MAG_OK;
    for (size_t i = 0; i < 2 && status == MAG_OK; i++)
        if (i == 0 ? !at->has_schema_right : needs_table)
            status = add(at, MAG_E_DATABASE_REFUSED, MAG_MSG_D307,
                         mag_arena_format(at->arena, "source \"%s\" needs: %s", at->subject->source,
                                          mag_pg_text(rows, 0, i)),
                         err);
    mag_pg_rows_free(rows);
    return status;
}

/* --- all of it
 * ----------------------------------------------------------------------------------- */

/* What the catalogue does not tell - views over tables that may not be read, policies behind views,
   zones that do not exist - shows when the server plans the query. */
static mag_status try_query(look *at, mag_error *err) {
    mag_error found = {0};
    const char *sql = mag_arena_format(at->arena, "select %s from %s t limit 0",
                                       at->out->select_list, at->out->from);
    if (!sql)
        return mag_fail_memory(err, 1);
    MAG_TRY(mag_pg_do(at->link,
                      at->subject->is_policy_allowed ? "set row_security = on; savepoint look"
                                                     : "set row_security = off; savepoint look",
                      at->subject->view, err));
    mag_status status = mag_pg_do(at->link, sql, at->subject->view, &found);
    if (status == MAG_OK)
        return MAG_OK;
    if (status != MAG_E_DATABASE_REFUSED) {
        *err = found;
        return status;
    }
    MAG_TRY(mag_pg_do(at->link, "rollback to savepoint look", at->subject->view, err));
    return add(
        at, status, found.message,
        mag_arena_format(at->arena, "source \"%s\": %.300s", at->subject->source, found.text), err);
}

static mag_status look_at_columns(look *at, mag_error *err) {
    static const char sql[] =
        "select a.attname, b.typname, b.typcategory,"
        " pg_catalog.has_column_privilege($1::oid, a.attnum, 'SELECT')"
        " from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid"
        " join pg_catalog.pg_type b"
        "  on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end"
        " where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum";
    const char *params[] = {at->oid};
    MAG_TRY(ask(at, sql, params, 1, &at->columns, err));
    mag_status status = read_columns(at, err);
    if (status == MAG_OK)
        status = add_grants(at, err);
    mag_pg_rows_free(at->columns);
    return status;
}

static mag_status name_for_sql(look *at, mag_error *err) {
    const char *id = at->subject->table->columns[MAG_FIELD_PATIENT_ID];
    const char *schema = mag_pg_quote_name(at->arena, at->schema);
    const char *name = mag_pg_quote_name(at->arena, at->name);
    at->out->split_column = id ? mag_pg_quote_name(at->arena, id) : NULL;
    if (!schema || !name || (id && !at->out->split_column))
        return mag_fail_memory(err, 1);
    at->out->from = mag_arena_format(at->arena, "%s.%s", schema, name);
    return at->out->from ? MAG_OK : mag_fail_memory(err, 1);
}

mag_status mag_pg_table_look(mag_pg_link *link, const mag_pg_subject *subject,
                             mag_pg_problems *problems, mag_pg_table *out, mag_error *err) {
    look at = {.arena = problems->arena,
               .link = link,
               .subject = subject,
               .problems = problems,
               .out = out};
    bool is_found = false;
    const mag_pg_problem *const *before = (const mag_pg_problem *const *)problems->last;
    *out = (mag_pg_table){0};
    if (!mag_pg_view_split(at.arena, subject->view, &at.schema, &at.name))
        return fail_missing_table(&at, err);
    MAG_TRY(find_table(&at, &is_found, err));
    if (!is_found)
        return fail_missing_table(&at, err);
    MAG_TRY(name_for_sql(&at, err));
    MAG_TRY(look_at_columns(&at, err));
    bool is_clean = before == (const mag_pg_problem *const *)problems->last;
    return is_clean ? try_query(&at, err) : MAG_OK;
}
