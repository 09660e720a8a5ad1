/* A YAML document as a tree with positions, read through libyaml's events and bounded: at most 4
   MiB and depth 16; one document; no anchors, aliases, tags, NUL bytes or repeated keys. */
#ifndef MAG_IO_YAML_TREE_H
#define MAG_IO_YAML_TREE_H

#include "base/memory.h"

enum {
    MAG_YAML_NBYTES = 4 << 20, /* largest file */
    MAG_YAML_FIELD_COUNT = 64  /* most rows of a table of fields */
};

typedef enum mag_yaml_kind { MAG_YAML_SCALAR, MAG_YAML_SEQUENCE, MAG_YAML_MAPPING } mag_yaml_kind;

typedef struct mag_yaml {
    mag_yaml_kind kind;
    unsigned line, column; /* where the value begins, from 1 */
    unsigned key_line, key_column;
    const char *key;       /* NULL outside a mapping */
    const char *text;      /* of a scalar; NULL else */
    bool is_quoted;        /* a quoted or block scalar is text even if it looks like a number */
    bool is_flow;          /* of a list or mapping: written in [ ] or { } */
    bool is_block;         /* | or >: the text's first line is on the line after `line` */
    unsigned block_indent; /* columns that each line of a block stands to the right in the file */
    const struct mag_yaml *first; /* first child */
    const struct mag_yaml *next;  /* next sibling */
    size_t count;                 /* children */
} mag_yaml;

/* Parses a buffer; `file` is used in messages only. Everything lives in the arena. The status of a
   fault is `status_on_fault` (MAG_E_USAGE for configuration, MAG_E_RULES for packs); messages are
   "FILE:LINE:COLUMN: ..." with MS-R510 for a limit, MS-U202 or MS-R501 for syntax. */
mag_status mag_yaml_parse(mag_arena *arena, const char *file, mag_span text,
                          mag_status status_on_fault, const mag_yaml **root,
                          mag_error *err) MAG_MUST_CHECK;

/* As mag_yaml_read_file, for a file that decides what a run does (pipeline, profile, pack, lock):
   MS-S605 and MAG_E_USAGE if somebody else may have written it (io/file_trust.h). */
mag_status mag_yaml_read_trusted(mag_arena *arena, const char *path, mag_span *text,
                                 mag_error *err) MAG_MUST_CHECK;

/* Reads a file (or stdin for "-") into the arena, MAG_YAML_NBYTES + 1 bytes at most: of a larger
   file enough for mag_yaml_parse to refuse it. MS-I112 and MAG_E_USAGE if it cannot be read. */
mag_status mag_yaml_read_file(mag_arena *arena, const char *path, mag_span *text,
                              mag_error *err) MAG_MUST_CHECK;

/* Child of a mapping by key; NULL if absent or not a mapping. */
const mag_yaml *mag_yaml_get(const mag_yaml *mapping, const char *key);
/* Text of a scalar child; NULL if absent or not a scalar. */
const char *mag_yaml_get_text(const mag_yaml *mapping, const char *key);

/* One row of a table of the keys that a mapping may have. */
typedef struct mag_yaml_field {
    const char *key;
    mag_yaml_kind kind;
    bool is_required;
    bool is_any_kind; /* kind is not checked */
} mag_yaml_field;

/* Whether a message may repeat a key that is none of ours: small letters and _ only, 30 at most. A
   file that was named by mistake may have anything there, a row of a table among it. */
bool mag_yaml_may_show_key(const char *key);

/* Checks keys, kinds and required keys of a mapping against the table (ended by a NULL key);
   an unknown key's message names the nearest known one, and the key itself only where that is near
   or mag_yaml_may_show_key lets it. */
mag_status mag_yaml_check(const mag_yaml *mapping, const char *file, const mag_yaml_field *fields,
                          mag_status status_on_fault, mag_error *err) MAG_MUST_CHECK;

/* The candidate nearest to `word` (edit distance at most a third of its length); NULL if none.
   candidates ends with NULL. */
const char *mag_nearest_name(const char *word, const char *const *candidates);

#endif
