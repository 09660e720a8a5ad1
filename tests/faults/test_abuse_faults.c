/* Rows S-15 and S-16 of the fault matrix: files and ids made to exhaust whoever reads them. */
#include "clinical/drug_name.h"
#include "cohort/intern.h"
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- configuration -----------------------------------------------------------------------------
 */

static const char roster_line[] =
    "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }\n";

/* Runs a pipeline in the folder of a clean run; 0 bytes: the pipeline that names pack.yaml. */
static program_result run_pipeline(const fault_run *clean, bytes pipeline) {
    static const char usual[] =
        "name: abused\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }\n"
        "pack: ./pack.yaml\n";
    char path[640], out[512];
    snprintf(path, sizeof path, "%s/pipeline.yaml", clean->folder);
    snprintf(out, sizeof out, "%s/abused", clean->folder);
    file_write(path, pipeline.at ? pipeline.at : usual,
               pipeline.at ? pipeline.nbytes : sizeof usual - 1);
    program_result result =
        program_run((const char *const[]){"run", path, "--out", out, NULL}, NULL, NULL);
    assert_false(file_exists(out));
    snprintf(path, sizeof path, "%s.failed", out);
    assert_false(file_exists(path));
    return result;
}

static void expect(program_result result, int exit_code, const char *id) {
    if (result.exit_code != exit_code || !strstr(result.err.at, id))
        fail_msg("exit %d, wanted %d and %s; it said:\n%.600s", result.exit_code, exit_code, id,
                 result.err.at);
    program_result_done(&result);
}

static bytes joined(const char *before, char filling, size_t count, const char *after) {
    size_t lengths[2] = {strlen(before), strlen(after)};
    bytes text = {.nbytes = lengths[0] + count + lengths[1]};
    text.at = malloc(text.nbytes + 1);
    assert_non_null(text.at);
    memcpy(text.at, before, lengths[0]);
    memset(text.at + lengths[0], filling, count);
    memcpy(text.at + lengths[0] + count, after, lengths[1] + 1);
    return text;
}

/* The shipped pack with one text replaced by another. */
static bytes changed_pack(const char *from, bytes to) {
    bytes pack = file_read(MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml");
    char *found = strstr(pack.at, from);
    assert_non_null(found);
    size_t before = (size_t)(found - pack.at), behind = before + strlen(from);
    bytes changed = {.nbytes = pack.nbytes - strlen(from) + to.nbytes};
    changed.at = malloc(changed.nbytes);
    assert_non_null(changed.at);
    memcpy(changed.at, pack.at, before);
    memcpy(changed.at + before, to.at, to.nbytes);
    memcpy(changed.at + before + to.nbytes, pack.at + behind, pack.nbytes - behind);
    free(pack.at);
    return changed;
}

static void expect_pack_refused(const fault_run *clean, const char *from, bytes to) {
    char path[512];
    bytes pack = changed_pack(from, to);
    snprintf(path, sizeof path, "%s/pack.yaml", clean->folder);
    file_write(path, pack.at, pack.nbytes);
    expect(run_pipeline(clean, (bytes){0}), 5, "MS-R510");
    free(pack.at);
    free(to.at);
}

static void t_S_15_packs(void **state) {
    (void)state;
    enum { DEEP = 100000, FOUR_MIB = 4 << 20 };
    static const char version[] = "version: ", when[] = "when: kf < 20 mL/min";
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run clean = fault_screen(&cohort, NULL);
    expect_pack_refused(&clean, version, joined("# ", 'x', FOUR_MIB, "\nversion: "));
    expect_pack_refused(&clean, version, joined("deep: ", '[', DEEP, "\nversion: "));
    expect_pack_refused(&clean, version, joined("cycle: &a [*a]\nversion: ", ' ', 0, ""));
    expect_pack_refused(&clean, version, joined("<<: *a\nversion: ", ' ', 0, ""));
    expect_pack_refused(&clean, version, joined("version: ", '\0', 1, ""));
    expect_pack_refused(&clean, version, joined("version: \"\\0\"\nversions: ", ' ', 0, ""));
    expect_pack_refused(&clean, version, joined("version: 1.0.0\nversion: ", ' ', 0, ""));
    expect_pack_refused(&clean, "molar: 0.40", joined("molar: 1e999", ' ', 0, ""));
    expect_pack_refused(&clean, when, joined("when: kf < 1e999 mL/min", ' ', 0, ""));
    expect_pack_refused(&clean, when, joined("when: kf < 0x7fffffffffffffff mL/min", ' ', 0, ""));
    expect_pack_refused(&clean, when, joined("when: ", '(', DEEP, "kf < 20 mL/min"));
    expect_pack_refused(&clean, when, joined("when: ", '(', 4000, "kf < 20 mL/min"));
    fault_run_done(&clean);
    fault_cohort_done(&cohort);
}

static void t_S_15_pipelines(void **state) {
    (void)state;
    enum { DEEP = 100000, FOUR_MIB = 4 << 20 };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run clean = fault_screen(&cohort, NULL);
    char head[512];
    snprintf(head, sizeof head, "name: abused\nas_of: 2025-12-31\nsources:\n%s", roster_line);
    const bytes faults[] = {
        joined(head, '#', FOUR_MIB, "\npack: magnesium-safety\n"),
        joined(head, '[', DEEP, "\n"),
        joined("name: ", '[', DEEP, "\n"),
        joined("name: &a [*a]\n", ' ', 0, ""),
        joined("name: x", '\0', 1, "\n"),
        joined("name: x\nname: x\n", ' ', 0, ""),
        joined("name: !!binary x\n", ' ', 0, ""),
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        /* the second is no YAML at all before it is deep */
        expect(run_pipeline(&clean, faults[i]), 2, i == 1 ? "MS-" : "MS-R510");
        free(faults[i].at);
    }
    fault_run_done(&clean);
    fault_cohort_done(&cohort);
}

/* --- ids that collide ---------------------------------------------------------------------------
 */

enum { COLLIDING = 1000, LOW_BITS = 2047 };

/* The next text whose hash under a seed ends in eleven zero bits: one slot of a table of 2,048. */
static void next_colliding(uint64_t seed, unsigned *n, char text[24]) {
    do
        snprintf(text, 24, "z%u", (*n)++);
    while (mag_span_hash_seeded(mag_span_of(text), seed) & LOW_BITS);
}

static uint64_t steps_of(uint64_t made_for, const uint64_t *seed) {
    mag_account account = {0};
    mag_error err;
    mag_intern table;
    mag_arena *arena = mag_arena_new(&account);
    mag_intern_init(&table, arena);
    if (seed)
        table.seed = *seed;
    unsigned n = 0;
    for (unsigned i = 0; i < COLLIDING; i++) {
        char text[24];
        uint32_t number;
        next_colliding(made_for, &n, text);
        assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, NULL, &err), MAG_OK);
        assert_int_equal(number, i); /* whatever the seed */
    }
    uint64_t steps = table.step_count;
    mag_intern_done(&table);
    mag_arena_free(arena);
    return steps;
}

/* Steps are counted, not time: against ids made for a seed that is known they grow with the square;
   against a table's own seed they do not. */
static void t_S_16_steps(void **state) {
    (void)state;
    const uint64_t known = 0x6d61677363726eull;
    assert_true(steps_of(known, &known) > COLLIDING * COLLIDING / 4);
    assert_true(steps_of(known, NULL) < 8 * COLLIDING);
    assert_true(mag_hash_seed() != mag_hash_seed());
}

/* The same ids as rows of nobody: set aside one by one, and everybody else's result is as it was,
   whatever seeds two processes drew. */
static void t_S_16_ids(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    unsigned n = 0;
    for (unsigned i = 0; i < COLLIDING; i++) {
        char text[24], line[96];
        next_colliding(0x6d61677363726eull, &n, text);
        snprintf(line, sizeof line, "%s,2601-3,0.80,mmol/L,2025-12-01T08:00,\n", text);
        fault_append(&cohort, FAULT_LABS, line);
    }
    for (int again = 0; again < 2; again++) {
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect_rejects(&run, "link.no_patient", COLLIDING);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* --- names made to be slow ----------------------------------------------------------------------
 */

/* A name is compared word by word with what begins with that word, at most 64 words of 512 bytes;
   60,000 bytes of near matches cost no more. */
static void t_S_16_names(void **state) {
    (void)state;
    static const char *const near[] = {"magnesium magnesiu magnesiumm ", "omeprazol omeprazolee ",
                                       "milk of magnesi milk of ", "4mg4mg4mg4mg", "*NF**NF*+1+"};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        enum { NBYTES = 60000 };
        char *name = malloc(NBYTES + 200), *line = malloc(NBYTES + 400);
        assert_true(name && line);
        size_t length = 0;
        for (; length < NBYTES; length += strlen(near[i]))
            memcpy(name + length, near[i], strlen(near[i]) + 1);
        mag_drug_words words;
        mag_drug_words_of(mag_span_of(name), &words);
        assert_true(words.count <= MAG_DRUG_WORDS && words.nbytes <= MAG_DRUG_NAME_NBYTES);
        snprintf(line, NBYTES + 400, "nobody,,%s,order,2025-06-11,,,,,oral\n", name);
        fault_append(&cohort, FAULT_RX, line);
        free(name);
        free(line);
    }
    fault_run run = fault_screen(&cohort, NULL);
    assert_true(run.result.exit_code == 3 || run.result.exit_code == 4);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_S_15_packs), FAULT_ROW(t_S_15_pipelines),
                                     FAULT_ROW(t_S_16_steps), FAULT_ROW(t_S_16_ids),
                                     FAULT_ROW(t_S_16_names)};
    return FAULT_ROWS_RUN(rows);
}
