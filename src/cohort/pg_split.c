#include "cohort/pg_split.h"

#include <inttypes.h>

enum {
    LEAST_BLOCKS = 256, /* 2 MiB: below it, beginning a COPY costs more than it brings */
    PARTS_PER_READER = 8
};

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

mag_pg_split mag_pg_split_make(const mag_pg_table *table, unsigned reader_count,
                               bool has_range_scan) {
    mag_pg_split split = {.table = table, .part_count = 1};
    if (reader_count <= 1)
        return split;
    if (!table->has_blocks) {
        split.part_count = table->split_column ? reader_count : 1;
        return split;
    }
    /* Without range scans each part reads the whole table: no more parts than readers then. */
    int64_t parts = (int64_t)reader_count * (has_range_scan ? PARTS_PER_READER : 1);
    int64_t blocks = divide_up(table->block_count, parts);
    split.part_blocks = blocks > LEAST_BLOCKS ? blocks : LEAST_BLOCKS;
    int64_t count = divide_up(table->block_count, split.part_blocks);
    split.part_count = count > 1 ? (size_t)count : 1;
    return split;
}

/* Rows of the last part have no upper end: nothing rests on the size being exact. */
static char *range(mag_arena *arena, const mag_pg_split *split, size_t part_idx) {
    int64_t from = split->part_blocks * (int64_t)part_idx;
    if (part_idx + 1 == split->part_count)
        return mag_arena_format(arena, " where t.ctid >= '(%" PRId64 ",0)'::tid", from);
    return mag_arena_format(
        arena, " where t.ctid >= '(%" PRId64 ",0)'::tid and t.ctid < '(%" PRId64 ",0)'::tid", from,
        from + split->part_blocks);
}

/* The hash may be negative, and so its remainder: one more turn makes it 0 to count - 1. A null id
   counts as an empty one. */
static char *share(mag_arena *arena, const mag_pg_split *split, size_t part_idx) {
    return mag_arena_format(
        arena,
        " where ((pg_catalog.hashtextextended(coalesce(t.%s::text, ''), 0) %% %zu) + %zu) %% %zu"
        " = %zu",
        split->table->split_column, split->part_count, split->part_count, split->part_count,
        part_idx);
}

char *mag_pg_split_copy(mag_arena *arena, const mag_pg_split *split, size_t part_idx) {
    const char *where = "";
    if (split->part_count > 1)
        where = split->part_blocks ? range(arena, split, part_idx) : share(arena, split, part_idx);
    return where ? mag_arena_format(arena, "copy (select %s from %s t%s) to stdout (format binary)",
                                    split->table->select_list, split->table->from, where)
                 : NULL;
}
