/* Finds the place of a token by walking the file from where the scalar begins: text and file hold
   the same non-blank characters in the same order, whatever the scalar's style folds or indents. */
#include "rules/pack_source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_COLUMNS = 100, MESSAGE_NBYTES = 512 };

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the next line begins; NULL: this is the last one. */
static const char *next_line(const char *at, const char *end) {
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return feed ? feed + 1 : NULL;
}

mag_status mag_source_note_lines(mag_source *source, mag_arena *arena, mag_error *err) {
    const char *begin = source->text.at, *end = begin + source->text.nbytes;
    size_t count = 0;
    for (const char *at = begin; at; at = next_line(at, end))
        count++;
    size_t *starts = mag_arena_alloc(arena, count * sizeof *starts);
    if (!starts)
        return mag_fail_memory(err, count * sizeof *starts);
    source->line_starts = starts;
    source->line_count = count;
    for (const char *at = begin; at; at = next_line(at, end))
        *starts++ = (size_t)(at - begin);
    return MAG_OK;
}

/* Byte of the file where a line begins; the end of the file if it has fewer lines. */
static size_t line_start(const mag_source *source, unsigned line) {
    return line <= source->line_count ? source->line_starts[line - 1] : source->text.nbytes;
}

/* Where the characters of the scalar begin: behind the opening quote, below a block's header. */
static size_t scalar_start(const mag_source *source, const mag_yaml *scalar) {
    const mag_span file = source->text;
    if (scalar->is_block)
        return line_start(source, scalar->line + 1);
    size_t at = line_start(source, scalar->line) + scalar->column - 1;
    bool opens = at < file.nbytes && (file.at[at] == '"' || file.at[at] == '\'');
    return scalar->is_quoted && opens ? at + 1 : at;
}

static size_t skip_blanks(mag_span file, size_t at) {
    while (at < file.nbytes && is_blank(file.at[at]))
        at++;
    return at;
}

mag_expression mag_expression_of(const mag_source *source, const mag_yaml *scalar) {
    mag_expression expression = {.source = source,
                                 .scalar = scalar,
                                 .text = mag_span_of(scalar->text ? scalar->text : ""),
                                 .begin = scalar_start(source, scalar),
                                 .line = scalar->line + (scalar->is_block ? 1 : 0)};
    return expression;
}

/* A pack has thousands of nodes: lines are counted from the expression, not from the top. */
void mag_expression_place(const mag_expression *expression, size_t offset, unsigned *line,
                          unsigned *column) {
    mag_span file = expression->source->text;
    mag_span text = expression->text;
    size_t at = expression->begin;
    for (size_t i = 0; i < offset && i < text.nbytes; i++) {
        if (!is_blank(text.at[i]))
            at = skip_blanks(file, at) + 1;
    }
    at = offset >= text.nbytes ? at : skip_blanks(file, at);
    at = at < file.nbytes ? at : file.nbytes;
    *line = expression->line;
    for (size_t i = expression->begin; i < at; i++)
        *line += file.at[i] == '\n';
    size_t line_begin = at;
    while (line_begin > 0 && file.at[line_begin - 1] != '\n')
        line_begin--;
    *column = (unsigned)(at - line_begin) + 1;
}

static mag_span line_of(const mag_source *source, unsigned line) {
    const mag_span text = source->text;
    size_t start = line_start(source, line);
    size_t end = start;
    while (end < text.nbytes && text.at[end] != '\n' && text.at[end] != '\r')
        end++;
    mag_span found = {text.at + start, end - start};
    return found;
}

static mag_status fail_at(const mag_source *source, unsigned line, unsigned column,
                          mag_message_id id, mag_error *err, const char *message) {
    mag_span whole = line_of(source, line);
    size_t skipped = column > SHOWN_COLUMNS ? column - SHOWN_COLUMNS / 2 : 0;
    size_t left = whole.nbytes > skipped ? whole.nbytes - skipped : 0;
    int shown = (int)(left < SHOWN_COLUMNS ? left : SHOWN_COLUMNS);
    int caret = (int)(column - skipped);
    mag_fail(err, MAG_E_RULES, id, "%s:%u:%u: %s", source->file, line, column, message);
    mag_error_line(err, "  %.*s", shown, whole.at + (left > 0 ? skipped : 0));
    mag_error_line(err, "  %*s", caret, "^");
    return MAG_E_RULES;
}

mag_status mag_source_fail(const mag_source *source, unsigned line, unsigned column,
                           mag_message_id id, mag_error *err, const char *format, ...) {
    char message[MESSAGE_NBYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return fail_at(source, line, column, id, err, message);
}

mag_status mag_expression_fail(const mag_expression *expression, size_t offset, mag_message_id id,
                               mag_error *err, const char *format, ...) {
    char message[MESSAGE_NBYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    unsigned line, column;
    mag_expression_place(expression, offset, &line, &column);
    return fail_at(expression->source, line, column, id, err, message);
}
