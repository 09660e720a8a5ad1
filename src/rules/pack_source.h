/* Places in a pack's file, and faults that show them: FILE:LINE:COLUMN, the line, a caret. */
#ifndef MAG_RULES_PACK_SOURCE_H
#define MAG_RULES_PACK_SOURCE_H

#include "base/status.h"
#include "io/yaml_tree.h"

/* The file as read. Borrowed. */
typedef struct mag_source {
    const char *file;
    mag_span text;
    const size_t *line_starts; /* byte where each line begins */
    size_t line_count;
} mag_source;

/* Notes where the lines of source->text begin, once: a pack has thousands of expressions. */
mag_status mag_source_note_lines(mag_source *source, mag_arena *arena,
                                 mag_error *err) MAG_MUST_CHECK;

/* A scalar of the file that holds an expression. */
typedef struct mag_expression {
    const mag_source *source;
    const mag_yaml *scalar;
    mag_span text;
    size_t begin;  /* byte of the file where its characters begin ... */
    unsigned line; /* ... and the line of that byte */
} mag_expression;

mag_expression mag_expression_of(const mag_source *source, const mag_yaml *scalar);

/* Line and column (from 1, bytes) in the file of a byte of the scalar's text, whatever its style:
   plain, quoted, block or folded. */
void mag_expression_place(const mag_expression *expression, size_t offset, unsigned *line,
                          unsigned *column);

/* MAG_E_RULES with "FILE:LINE:COLUMN: message", the line and a caret below it. */
mag_status mag_source_fail(const mag_source *source, unsigned line, unsigned column,
                           mag_message_id id, mag_error *err, const char *format, ...)
    MAG_PRINTF(6, 7);

/* As above, at a byte of an expression. */
mag_status mag_expression_fail(const mag_expression *expression, size_t offset, mag_message_id id,
                               mag_error *err, const char *format, ...) MAG_PRINTF(5, 6);

#endif
