/* Builds the tree from libyaml's events, one open collection per level:

     root mapping ─▶ pending key ─▶ sequence ─▶ scalar
     levels[1]                      levels[2]

   Limits are checked as events arrive, so that a hostile file costs no more than its limit. */
#include "io/yaml_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEEPEST = 16, EXCERPT_NBYTES = 160 };

/* A collection that is still open. */
typedef struct level {
    mag_yaml *node;
    mag_yaml *last; /* its newest child */
    const char *key;
    unsigned key_line, key_column;
} level;

typedef struct builder {
    mag_arena *arena;
    const char *file;
    mag_span text;
    mag_status status;
    mag_error *err;
    level levels[DEEPEST + 1]; /* levels[0] holds the root as its only child */
    unsigned depth;
    unsigned document_count;
    const mag_yaml *root;
    mag_span rest; /* the text from line number `line` on: events come in the order of the text */
    unsigned line;
} builder;

/* --- faults --------------------------------------------------------------------------------- */

static mag_span line_of(mag_span text, unsigned line) {
    const char *at = text.at, *end = text.at + text.nbytes;
    while (line-- > 1 && at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        at = feed ? feed + 1 : end;
    }
    const char *feed = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return (mag_span){at, (size_t)((feed ? feed : end) - at)};
}

/* Whether the first line with ink begins with a key, as every file of ours does. A patients' table
   that was named by mistake does not, and none of its rows may be shown. */
static bool begins_with_key(mag_span text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    while (text.nbytes > 0) {
        mag_span line = line_of(text, 1);
        size_t taken = line.nbytes < text.nbytes ? line.nbytes + 1 : line.nbytes;
        text = (mag_span){text.at + taken, text.nbytes - taken};
        line = mag_span_trim(line);
        if (line.nbytes == 0 || line.at[0] == '#' || mag_span_is(line, "---"))
            continue;
        size_t length = 0;
        while (length < line.nbytes && memchr(letters, line.at[length], sizeof letters - 1))
            length++;
        return length > 0 && length < line.nbytes && line.at[length] == ':';
    }
    return false;
}

/* The line with control bytes made harmless, and a caret under the column. */
static void add_excerpt(builder *b, unsigned line, unsigned column) {
    mag_span source = line_of(b->text, line);
    char shown[EXCERPT_NBYTES];
    size_t length = source.nbytes < sizeof shown - 1 ? source.nbytes : sizeof shown - 1;
    for (size_t i = 0; i < length; i++)
        shown[i] = (unsigned char)source.at[i] < ' ' || source.at[i] == 0x7f ? ' ' : source.at[i];
    shown[length] = '\0';
    if (!b->err || column > sizeof shown || mag_span_trim(mag_span_of(shown)).nbytes == 0 ||
        !begins_with_key(b->text))
        return;
    mag_error_line(b->err, "  %s", shown);
    mag_error_line(b->err, "  %*s^", (int)column - 1, "");
}

static mag_status fail_at(builder *b, mag_message_id message, unsigned line, unsigned column,
                          const char *format, ...) MAG_PRINTF(5, 6);

static mag_status fail_at(builder *b, mag_message_id message, unsigned line, unsigned column,
                          const char *format, ...) {
    char what[400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    mag_fail(b->err, b->status, message, "%s:%u:%u: %s", b->file, line, column, what);
    add_excerpt(b, line, column);
    return b->status;
}

static mag_message_id syntax_message(const builder *b) {
    return b->status == MAG_E_RULES ? MAG_MSG_R501 : MAG_MSG_U202;
}

/* Line and column of a byte, for faults that libyaml reports by offset. */
static void find_position(mag_span text, size_t offset, unsigned *line, unsigned *column) {
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < text.nbytes; i++) {
        *column = text.at[i] == '\n' ? 1 : *column + 1;
        *line += text.at[i] == '\n';
    }
}

static mag_status fail_syntax(builder *b, const yaml_parser_t *parser) {
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_MEMORY_ERROR)
        return mag_fail_memory(b->err, b->text.nbytes);
    if (parser->error == YAML_READER_ERROR) {
        unsigned line, column;
        find_position(b->text, parser->problem_offset, &line, &column);
        return fail_at(b, syntax_message(b), line, column, "%s", problem);
    }
    return fail_at(b, syntax_message(b), (unsigned)parser->problem_mark.line + 1,
                   (unsigned)parser->problem_mark.column + 1, "%s%s%s", problem,
                   parser->context ? " " : "", parser->context ? parser->context : "");
}

static unsigned line_number(const yaml_event_t *event) {
    return (unsigned)event->start_mark.line + 1;
}

static unsigned column_number(const yaml_event_t *event) {
    return (unsigned)event->start_mark.column + 1;
}

static mag_status refuse(builder *b, const yaml_event_t *event, const char *what) {
    return fail_at(b, MAG_MSG_R510, line_number(event), column_number(event), "%s", what);
}

/* --- building ------------------------------------------------------------------------------- */

/* Appends a node to the open collection, under the pending key if that is a mapping. */
static mag_status add_node(builder *b, const yaml_event_t *event, mag_yaml_kind kind,
                           mag_yaml **out) {
    mag_yaml *node = mag_arena_alloc(b->arena, sizeof *node);
    if (!node)
        return mag_fail_memory(b->err, sizeof *node);
    level *home = &b->levels[b->depth];
    *node = (mag_yaml){.kind = kind,
                       .line = line_number(event),
                       .column = column_number(event),
                       .key = home->key,
                       .key_line = home->key_line,
                       .key_column = home->key_column};
    if (!home->node)
        b->root = node;
    else if (home->last)
        home->last->next = node;
    else
        home->node->first = node;
    if (home->node)
        home->node->count++;
    home->last = node;
    home->key = NULL;
    home->key_line = home->key_column = 0;
    *out = node;
    return MAG_OK;
}

static bool awaits_key(const builder *b) {
    const level *home = &b->levels[b->depth];
    return home->node && home->node->kind == MAG_YAML_MAPPING && !home->key;
}

static size_t leading_blanks(mag_span text) {
    size_t count = 0;
    while (count < text.nbytes && text.at[count] == ' ')
        count++;
    return count;
}

/* Takes the first line off *text, its line end included. */
static mag_span take_line(mag_span *text) {
    mag_span line = line_of(*text, 1);
    size_t taken = line.nbytes < text->nbytes ? line.nbytes + 1 : line.nbytes;
    *text = (mag_span){text->at + taken, text->nbytes - taken};
    return line;
}

/* How many columns of indentation a block scalar's lines lost: seen on its first line with ink. */
static unsigned find_block_indent(builder *b, const mag_yaml *node) {
    for (; b->line < node->line + 1; b->line++)
        take_line(&b->rest);
    mag_span raw = b->rest, kept = mag_span_of(node->text);
    while (raw.nbytes) {
        mag_span raw_line = take_line(&raw), kept_line = take_line(&kept);
        size_t before = leading_blanks(raw_line), after = leading_blanks(kept_line);
        if (mag_span_trim(raw_line).nbytes)
            return before > after ? (unsigned)(before - after) : 0;
    }
    return 0;
}

static mag_status add_scalar(builder *b, const yaml_event_t *event) {
    if (event->data.scalar.anchor)
        return refuse(b, event, "anchors (&name) are not allowed");
    if (event->data.scalar.tag)
        return refuse(b, event, "tags (!name) are not allowed");
    mag_span value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (memchr(value.at, '\0', value.nbytes))
        return refuse(b, event, "a text holds a NUL");
    const char *copy = mag_arena_text(b->arena, value);
    if (!copy)
        return mag_fail_memory(b->err, value.nbytes);
    level *home = &b->levels[b->depth];
    if (awaits_key(b)) {
        home->key = copy;
        home->key_line = line_number(event);
        home->key_column = column_number(event);
        return MAG_OK;
    }
    mag_yaml *node = NULL;
    MAG_TRY(add_node(b, event, MAG_YAML_SCALAR, &node));
    yaml_scalar_style_t style = event->data.scalar.style;
    node->text = copy;
    node->is_quoted = style != YAML_PLAIN_SCALAR_STYLE;
    node->is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    if (node->is_block)
        node->block_indent = find_block_indent(b, node);
    return MAG_OK;
}

static mag_status open_collection(builder *b, const yaml_event_t *event, mag_yaml_kind kind) {
    bool is_sequence = kind == MAG_YAML_SEQUENCE;
    if (is_sequence ? event->data.sequence_start.anchor : event->data.mapping_start.anchor)
        return refuse(b, event, "anchors (&name) are not allowed");
    if (is_sequence ? event->data.sequence_start.tag : event->data.mapping_start.tag)
        return refuse(b, event, "tags (!name) are not allowed");
    if (awaits_key(b))
        return fail_at(b, syntax_message(b), line_number(event), column_number(event),
                       "a key must be a plain text");
    if (b->depth == DEEPEST)
        return refuse(b, event, "nested deeper than 16 levels");
    mag_yaml *node = NULL;
    MAG_TRY(add_node(b, event, kind, &node));
    node->is_flow = is_sequence ? event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
                                : event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    b->levels[++b->depth] = (level){.node = node};
    return MAG_OK;
}

static int compare_keys(const void *left, const void *right) {
    const mag_yaml *a = *(const mag_yaml *const *)left, *b = *(const mag_yaml *const *)right;
    int order = strcmp(a->key, b->key);
    if (order)
        return order;
    return a->key_line != b->key_line
               ? (a->key_line > b->key_line) - (a->key_line < b->key_line)
               : (a->key_column > b->key_column) - (a->key_column < b->key_column);
}

static mag_status fail_repeated_key(builder *b, const mag_yaml *first, const mag_yaml *again) {
    const char *key = mag_yaml_may_show_key(again->key) ? again->key : NULL;
    return fail_at(b, MAG_MSG_R510, again->key_line, again->key_column,
                   "the key %s%.80s%sis there already, on line %u", key ? "\"" : "", key ? key : "",
                   key ? "\" " : "", first->key_line);
}

/* By sorting, so that a mapping of a hundred thousand keys costs no square. */
static mag_status check_repeated_keys(builder *b, const mag_yaml *mapping) {
    const mag_yaml **sorted = mag_arena_alloc(b->arena, (mapping->count + 1) * sizeof(mag_yaml *));
    if (!sorted)
        return mag_fail_memory(b->err, mapping->count * sizeof(mag_yaml *));
    size_t count = 0;
    for (const mag_yaml *child = mapping->first; child; child = child->next)
        sorted[count++] = child;
    qsort(sorted, count, sizeof sorted[0], compare_keys);
    for (size_t i = 1; i < count; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            return fail_repeated_key(b, sorted[i - 1], sorted[i]);
    return MAG_OK;
}

static mag_status close_collection(builder *b) {
    const mag_yaml *node = b->levels[b->depth].node;
    b->depth--;
    return node->kind == MAG_YAML_MAPPING ? check_repeated_keys(b, node) : MAG_OK;
}

static mag_status begin_document(builder *b, const yaml_event_t *event) {
    if (event->data.document_start.version_directive ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end)
        return refuse(b, event, "directives (%YAML, %TAG) are not allowed");
    if (b->document_count++)
        return refuse(b, event, "a second document begins; one is allowed");
    return MAG_OK;
}

static mag_status take_event(builder *b, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return begin_document(b, event);
    case YAML_ALIAS_EVENT:
        return refuse(b, event, "aliases (*name) are not allowed");
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(b, event, MAG_YAML_SEQUENCE);
    case YAML_MAPPING_START_EVENT:
        return open_collection(b, event, MAG_YAML_MAPPING);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_collection(b);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return MAG_OK;
    }
    return MAG_OK;
}

static mag_status build(builder *b, yaml_parser_t *parser) {
    for (bool is_over = false; !is_over;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return fail_syntax(b, parser);
        is_over = event.type == YAML_STREAM_END_EVENT;
        mag_status status = take_event(b, &event);
        yaml_event_delete(&event);
        if (status != MAG_OK)
            return status;
    }
    return b->root ? MAG_OK : fail_at(b, syntax_message(b), 1, 1, "the file holds nothing");
}

static mag_status check_bytes(builder *b) {
    if (b->text.nbytes > MAG_YAML_NBYTES)
        return mag_fail(b->err, b->status, MAG_MSG_R510, "%s: larger than 4 MiB", b->file);
    const char *nul = b->text.nbytes ? memchr(b->text.at, '\0', b->text.nbytes) : NULL;
    if (!nul)
        return MAG_OK;
    unsigned line, column;
    find_position(b->text, (size_t)(nul - b->text.at), &line, &column);
    return fail_at(b, MAG_MSG_R510, line, column, "a NUL byte is not allowed");
}

mag_status mag_yaml_parse(mag_arena *arena, const char *file, mag_span text,
                          mag_status status_on_fault, const mag_yaml **root, mag_error *err) {
    mag_span bom = mag_span_of("\xef\xbb\xbf");
    if (mag_span_starts_with(text, bom))
        text = (mag_span){text.at + bom.nbytes, text.nbytes - bom.nbytes};
    if (text.nbytes == 0)
        text.at = "";
    builder b = {.arena = arena,
                 .file = file,
                 .text = text,
                 .status = status_on_fault,
                 .err = err,
                 .rest = text,
                 .line = 1};
    MAG_TRY(check_bytes(&b));
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return mag_fail_memory(err, sizeof parser);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.at, text.nbytes);
    mag_status status = build(&b, &parser);
    yaml_parser_delete(&parser);
    *root = status == MAG_OK ? b.root : NULL;
    return status;
}
