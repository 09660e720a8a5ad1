/* One request for memory fails, each in its turn: the call must end with MAG_E_RESOURCE, leave
   nothing allocated, and work again afterwards. The torture test does it to the whole program; here
   small requests fail too that an arena would serve from a block it has. Of the many requests that
   one chain of calls makes the first fails; with MAGSCREEN_LONG set every one does. Under a
   sanitizer, where each try takes several times as long, a share of them has to do. */
#include "cohort/decoder.h"
#include "cohort/manifest.h"
#include "cohort/source.h"
#include "cohort/timeline.h"
#include "cohort/unit_profile.h"
#include "engine/plan.h"
#include "engine/previous_run.h"
#include "io/csv_reader.h"
#include "io/csv_writer.h"
#include "io/embedded.h"
#include "io/yaml_tree.h"
#include "rules/evaluate.h"
#include "support/program.h"

#include <execinfo.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* --- requests that fail ---------------------------------------------------------------------- */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SHARE_TRIED = 8 }; /* one in so many */
#else
enum { SHARE_TRIED = 1 };
#endif
enum { TRIES_MOST = 300, REQUESTS_MOST = 1 << 20, CHAINS_MOST = 1 << 16, CALLS_MOST = 12 };

static size_t request_count, failing_request; /* from 1; 0: none fails */
static const void *failed_place;
static bool is_chain_noted;
static bool is_first_of_chain[REQUESTS_MOST];
static uint64_t chains[CHAINS_MOST]; /* hashes in open addressing; 0: free */
static size_t chain_count;

/* The nearest calls above the request, as a hash that is not 0. */
static uint64_t chain_of_calls(void) {
    void *calls[CALLS_MOST];
    int count = backtrace(calls, CALLS_MOST);
    uint64_t hash = 14695981039346656037U;
    for (int i = 0; i < count; i++)
        hash = (hash ^ (uint64_t)(uintptr_t)calls[i]) * 1099511628211U;
    return hash | 1;
}

static void note_chain(void) {
    uint64_t chain = chain_of_calls();
    size_t at = (size_t)(chain >> 32) % CHAINS_MOST;
    while (chains[at] != 0 && chains[at] != chain)
        at = (at + 1) % CHAINS_MOST;
    assert_in_range(request_count, 0, REQUESTS_MOST - 1);
    is_first_of_chain[request_count] = chains[at] == 0;
    if (chains[at] != 0)
        return;
    chains[at] = chain;
    assert_in_range(++chain_count, 1, CHAINS_MOST / 2);
}

static bool fails_here(const void *place) {
    request_count++;
    if (is_chain_noted)
        note_chain();
    if (request_count != failing_request)
        return false;
    failed_place = place;
    return true;
}

void *__real_mag_arena_alloc(mag_arena *arena, size_t nbytes);
char *__real_mag_arena_text(mag_arena *arena, mag_span text);
mag_arena *__real_mag_arena_new(mag_account *account);
mag_status __real_mag_grow(mag_account *account, void **items, size_t *capacity, size_t item_nbytes,
                           size_t wanted, mag_error *err);
void *__wrap_mag_arena_alloc(mag_arena *arena, size_t nbytes);
char *__wrap_mag_arena_text(mag_arena *arena, mag_span text);
char *__wrap_mag_arena_format(mag_arena *arena, const char *format, ...) MAG_PRINTF(2, 3);
mag_arena *__wrap_mag_arena_new(mag_account *account);
mag_status __wrap_mag_grow(mag_account *account, void **items, size_t *capacity, size_t item_nbytes,
                           size_t wanted, mag_error *err);
mag_sha256 *__real_mag_sha256_new(void);
mag_sha256 *__wrap_mag_sha256_new(void);
int __real_glob64(const char *pattern, int flags, int (*stops)(const char *, int), glob_t *found);
int __wrap_glob64(const char *pattern, int flags, int (*stops)(const char *, int), glob_t *found);

void *__wrap_mag_arena_alloc(mag_arena *arena, size_t nbytes) {
    return fails_here(__builtin_return_address(0)) ? NULL : __real_mag_arena_alloc(arena, nbytes);
}

char *__wrap_mag_arena_text(mag_arena *arena, mag_span text) {
    return fails_here(__builtin_return_address(0)) ? NULL : __real_mag_arena_text(arena, text);
}

char *__wrap_mag_arena_format(mag_arena *arena, const char *format, ...) {
    static char text[65536];
    va_list args;
    if (fails_here(__builtin_return_address(0)))
        return NULL;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return __real_mag_arena_text(arena, mag_span_of(text));
}

mag_arena *__wrap_mag_arena_new(mag_account *account) {
    return fails_here(__builtin_return_address(0)) ? NULL : __real_mag_arena_new(account);
}

mag_status __wrap_mag_grow(mag_account *account, void **items, size_t *capacity, size_t item_nbytes,
                           size_t wanted, mag_error *err) {
    if (wanted > *capacity && fails_here(__builtin_return_address(0)))
        return mag_fail_memory(err, wanted);
    return __real_mag_grow(account, items, capacity, item_nbytes, wanted, err);
}

mag_sha256 *__wrap_mag_sha256_new(void) {
    return fails_here(__builtin_return_address(0)) ? NULL : __real_mag_sha256_new();
}

int __wrap_glob64(const char *pattern, int flags, int (*stops)(const char *, int), glob_t *found) {
    if (fails_here(__builtin_return_address(0)))
        return GLOB_NOSPACE;
    return __real_glob64(pattern, flags, stops, found);
}

/* --- the work -------------------------------------------------------------------------------- */
typedef mag_status (*hungry_work)(mag_arena *arena, mag_error *err);

static mag_account kept_account;
static mag_arena *kept;
static const mag_codebook *book;
static const char *folder;
static const char *const TABLES[] = {"patients", "labs", "prescriptions", "conditions", "stays"};

/* Does the work with one failing request; 0: with none. */
static void work_once(const char *name, hungry_work work, size_t failing) {
    mag_account account = {0};
    mag_error err = {0};
    request_count = 0;
    failing_request = failing;
    mag_arena *arena = mag_arena_new(&account);
    mag_status status = arena ? work(arena, &err) : mag_fail_memory(&err, 1);
    failing_request = 0;
    mag_arena_free(arena);
    if (failing && status != MAG_E_RESOURCE)
        fail_msg("%s: request %zu at %p (fails_here is %p) failed, and the call ended with %d: %s",
                 name, failing, failed_place, (const void *)&fails_here, (int)status, err.text);
    if (!failing && status != MAG_OK)
        fail_msg("%s: %s", name, err.text);
    if (account.used_nbytes != 0)
        fail_msg("%s: request %zu: %zu bytes are left", name, failing, account.used_nbytes);
}

/* The first request of every chain of calls fails once, and evenly spread ones of the others,
   `most` of them (with MAGSCREEN_LONG set all). */
static void starve_up_to(size_t most, const char *name, hungry_work work) {
    memset(chains, 0, sizeof chains);
    chain_count = 0;
    is_chain_noted = true;
    work_once(name, work, 0);
    is_chain_noted = false;
    const size_t count = request_count;
    const bool is_long = getenv("MAGSCREEN_LONG") != NULL;
    const size_t step = is_long ? 1 : 1 + count / most;
    /* few requests are all tried */
    const size_t share = is_long || count < TRIES_MOST ? 1 : SHARE_TRIED;
    size_t tries = 0, candidates = 0;
    assert_true(count > 0);
    for (size_t k = 1; k <= count; k++)
        if ((is_first_of_chain[k] || k % step == 0) && candidates++ % share == 0) {
            work_once(name, work, k);
            tries++;
        }
    printf("%s: %zu requests of %zu failed, %zu chains of calls\n", name, tries, count,
           chain_count);
}

static void starve(const char *name, hungry_work work) {
    starve_up_to(TRIES_MOST, name, work);
}

static mag_status load_codebook(mag_arena *arena, mag_error *err) {
    const mag_codebook *fresh;
    return mag_codebook_load(arena, &fresh, err);
}

static mag_status parse_profiles(mag_arena *arena, mag_error *err) {
    char own[512];
    snprintf(own, sizeof own, "%s/sdtm.yaml", folder);
    const char *const names[] = {"magscreen", "mimic-iv", own};
    const mag_profile *profile;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        MAG_TRY(mag_profile_load(arena, names[i], &profile, err));
    return MAG_OK;
}

static mag_status read_pipeline(mag_arena *arena, mag_error *err) {
    const mag_plan *plan;
    mag_plan_options options = {.as_of = "2025-12-31", .out_directory = "/tmp/magscreen-nowhere"};
    char path[512];
    snprintf(path, sizeof path, "%s/pipeline.yaml", folder);
    MAG_TRY(mag_plan_read(arena, path, &options, &plan, err));
    return mag_plan_check_output(arena, plan, err);
}

static mag_status plan_short_form(mag_arena *arena, mag_error *err) {
    const mag_plan *plan;
    mag_plan_options options = {
        .profile = "magscreen", .data_directory = folder, .as_of = "latest"};
    return mag_plan_short(arena, &options, &plan, err);
}

static mag_status plan_series(mag_arena *arena, mag_error *err) {
    const mag_plan *plan;
    mag_plan_options options = {.profile = "magscreen",
                                .data_directory = folder,
                                .as_of_series = "2025-01-31..2025-12-31/month"};
    return mag_plan_short(arena, &options, &plan, err);
}

static mag_status load_shipped_pack(mag_arena *arena, mag_error *err) {
    const mag_pack *pack;
    mag_span text;
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    return mag_pack_load(arena, "pack.yaml", text, NULL, 0, 1095, &pack, err);
}

/* Small, so that every request fails in its turn, and with every part that a pack can have. */
static const char ALL_PARTS[] =
    "pack: all\nversion: 1.0.0\n"
    "parameters: [{ name: recent, value: 90 days }]\n"
    "limits: [{ name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }]\n"
    "groups: [{ name: MGSYS, members: [MGSUPP, MGIV within 48 hours] }]\n"
    "gaps: [{ name: g, class: FQ, agent: moxifloxacin, before: 4 hours, after: 90 minutes }]\n"
    "define: [{ name: kf, as: kidney_function(within 365 days) }]\n"
    "rules:\n"
    "- id: A1\n  title: T\n  group: renal\n  checked_by: not yet checked\n  evidence: [a]\n"
    "  to_confirm: [b]\n  requires: [conditions]\n"
    "  let: [{ name: s, as: latest(magnesium within recent with creatinine) }]\n"
    "  notes: [{ name: stale, when: days_since(kf) > 90 }]\n"
    "  among: active(MGSYS, LOOP within 3 days before s) and has(ckd, diabetes)\n"
    "  except: not any_of(kf < 20 mL/min, dose(MGSYS) > 2 mmol/day) or always\n"
    "  when: s < mg_low\n"
    "  severity: [{ tier: high, when: age >= 75 }, { tier: low }]\n"
    "  adjust: [{ down: 1, not_below: info, when: known(sex = female) }]\n"
    "  hides: [{ rule: A2, share: sample, at_most: high, when: stale }]\n"
    "  event: 'spell(magnesium < mg_low, gap 90 days)'\n"
    "  worsens: severity rises or kf drops by 5 mL/min or s drops by mg_low\n  snooze: 7 days\n"
    "  examples: [{ name: e, expect: 'cannot_tell missing', as_of: 2024-02-29, given: [male] }]\n"
    "- id: A2\n  title: T\n  severity: low\n  worse: low\n  requires: [conditions]\n  event: "
    "era(MGSYS)\n  "
    "among: age > 18\n  when: >-\n"
    "    count(egfr < 60 mL/min/1.73m2 from 2 to 9 days ago) * 2 > 1\n"
    "    or spaced(ck < 200 U/L, apart 14 days) - 1 > 0\n"
    "    or continuous(PPI for 48 hours, gap 1 hour) or dose_change(PPI, up by 25 %)\n"
    "    or salt(MGSUPP is oxide or citrate) or route(FQ is rectal) or suspect(edta or ph)\n"
    "    or overlap(FQ, MGSYS) > 1 day or ckd_category(egfr) = G4\n"
    "    or latest(inr) / 2 > uln(inr) + 1 or haemolysed(latest(sodium))\n"
    "    or pair(latest(potassium), sodium within 90 minutes) > latest(sodium)\n"
    "    or measured(urea between date(has(ckd)) and start(PPI))\n";

static mag_status load_all_parts(mag_arena *arena, mag_error *err) {
    static const mag_override overrides[] = {
        {.name = "recent", .value = "60 days", .note = "local"},
        {.name = "mg_low", .molar = "0.60 mmol/L", .mass = "1.5 mg/dL", .note = "local"}};
    const mag_pack *pack;
    const mag_rule_line *lines;
    size_t count;
    MAG_TRY(mag_pack_load(arena, "all.yaml", mag_span_of(ALL_PARTS), overrides, 2, 0, &pack, err));
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++)
        MAG_TRY(mag_pack_rule_lines(arena, pack, i, &lines, &count, err));
    mag_evaluator *evaluator;
    MAG_TRY(mag_evaluator_new(&evaluator, pack, mag_arena_account(arena), err));
    mag_evaluator_free(evaluator);
    const mag_lint_finding *findings;
    return mag_pack_lint(arena, pack, 20000, &findings, &count, err);
}

static const char *const SMALL_PACKS[] = {"rule_A02", "rule_A05", "rule_B01", "rule_C06",
                                          "rule_D01", "rule_F01", "rule_G07", "rule_H02S"};

static mag_status use_pack(mag_arena *arena, const mag_pack *pack, mag_error *err) {
    const mag_example_result *results;
    const mag_lint_finding *findings;
    const mag_rule_line *lines;
    size_t count;
    MAG_TRY(mag_examples_run(arena, pack, book, &results, &count, err));
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++)
        MAG_TRY(mag_pack_rule_lines(arena, pack, i, &lines, &count, err));
    return mag_pack_lint(arena, pack, 20000, &findings, &count, err);
}

static mag_status use_small_packs(mag_arena *arena, mag_error *err) {
    for (size_t i = 0; i < sizeof SMALL_PACKS / sizeof *SMALL_PACKS; i++) {
        char path[512];
        mag_span text;
        const mag_pack *pack;
        snprintf(path, sizeof path, MAG_SOURCE_DIR "/tests/fuzz/inputs/pack/%s", SMALL_PACKS[i]);
        MAG_TRY(mag_yaml_read_file(arena, path, &text, err));
        MAG_TRY(mag_pack_load(arena, path, text, NULL, 0, 1095, &pack, err));
        MAG_TRY(use_pack(arena, pack, err));
    }
    return MAG_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

static mag_status feed(mag_arena *arena, mag_cohort *cohort, const mag_profile *profile,
                       mag_error *err) {
    for (size_t i = 0; i < profile->table_count && i < sizeof TABLES / sizeof *TABLES; i++) {
        char path[512];
        char more[512];
        const char *paths[] = {path, more};
        mag_source *source;
        const char *kind = mag_table_kind_name(mag_profile_table_kind(profile->tables[i]));
        snprintf(path, sizeof path, "%s/%s.csv", folder, kind);
        snprintf(more, sizeof more, "%s/more_%s.csv", folder, kind);
        if (access(path, R_OK) != 0)
            continue;
        MAG_TRY(mag_source_csv_new(arena, kind, profile, profile->tables[i], paths,
                                   access(more, R_OK) == 0 ? 2 : 1, false, &source, err));
        mag_status status = mag_source_ingest(source, cohort, err);
        source->ops->free(source);
        MAG_TRY(status);
    }
    return MAG_OK;
}

static mag_account *account_of(mag_arena *arena) {
    return mag_arena_account(arena);
}

static mag_status write_tables(mag_arena *arena, mag_error *err) {
    static const char *const names[] = {"w.csv", "w.csv.gz"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[512];
        mag_csv_writer *writer;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
        MAG_TRY(mag_csv_writer_open(&writer, path, "a,b", account_of(arena), err));
        mag_csv_writer_integer(writer, 1);
        mag_csv_writer_empty(writer);
        mag_csv_writer_end_row(writer);
        MAG_TRY(mag_csv_writer_close(writer, err));
        mag_stream *stream;
        MAG_TRY(mag_stream_open(&stream, path, account_of(arena), err)); /* what unpacks it, too */
        mag_stream_close(stream);
    }
    return MAG_OK;
}

static mag_status read_small_tables(mag_arena *arena, mag_error *err) {
    static const char rows[] = "a,b\n1,2\n";
    char path[512];
    const mag_manifest *manifest;
    mag_stream *stream;
    mag_csv_reader *csv = NULL;
    const mag_csv_row *row = NULL;
    snprintf(path, sizeof path, "%s/manifest.csv", folder);
    MAG_TRY(mag_manifest_read(arena, path, &manifest, err));
    MAG_TRY(mag_stream_open_text(&stream, "t.csv", mag_span_of(rows), account_of(arena), err));
    mag_status status = mag_csv_open(&csv, stream, "t.csv", ',', 0, account_of(arena), err);
    if (status == MAG_OK)
        status = mag_csv_next(csv, &row, err);
    mag_csv_close(csv);
    mag_stream_close(stream);
    return status;
}

/* A refusal that was told counts as done, if every request went well. */
static mag_status refusal(mag_status status) {
    return status == MAG_E_INPUT ? MAG_OK : status;
}

static mag_status compare_manifest(mag_arena *arena, mag_error *err) {
    static const char *const found[] = {"b.csv", "c.csv", "d.csv", "e.csv", "f.csv"};
    char path[512];
    const mag_manifest *manifest;
    snprintf(path, sizeof path, "%s/manifest.csv", folder);
    MAG_TRY(mag_manifest_read(arena, path, &manifest, err));
    return refusal(mag_manifest_check_set(manifest, found, sizeof found / sizeof *found, err));
}

static mag_status compare_sources(mag_arena *arena, mag_error *err) {
    const mag_plan *plan;
    const mag_plan_source *source;
    mag_plan_options options = {.as_of = "2025-12-31"};
    char path[512];
    snprintf(path, sizeof path, "%s/pipeline.yaml", folder);
    MAG_TRY(mag_plan_read(arena, path, &options, &plan, err));
    return refusal(mag_plan_check_manifests(arena, plan, &source, err));
}

static mag_status read_other_columns(mag_arena *arena, mag_error *err) {
    char path[512];
    const mag_manifest *manifest;
    snprintf(path, sizeof path, "%s/labs.csv", folder);
    return refusal(mag_manifest_read(arena, path, &manifest, err));
}

/* Without memory the fault is told all the same, but for the hint. */
static mag_status miss_column(mag_arena *arena, mag_error *err) {
    mag_cohort *cohort;
    const mag_profile *profile;
    uint16_t file_id;
    mag_run_file *file;
    const mag_span header[] = {mag_span_of("patient"), mag_span_of("sex")};
    mag_cohort_settings settings = {.as_of_kind = MAG_AS_OF_LATEST, .account = account_of(arena)};
    MAG_TRY(mag_profile_load(arena, "magscreen", &profile, err));
    MAG_TRY(mag_cohort_new(&cohort, book, &settings, err));
    mag_decoder decoder;
    mag_status status =
        mag_cohort_add_file(cohort, "roster", "p.csv", MAG_TABLE_PATIENTS, &file_id, &file, err);
    if (status == MAG_OK) {
        mag_decoder_init(&decoder, cohort, profile->tables[0], file_id, file);
        status = mag_decoder_bind(&decoder, header, 2, err);
        mag_decoder_done(&decoder);
        assert_int_equal(status, MAG_E_INPUT);
        status = failing_request ? MAG_E_RESOURCE : MAG_OK;
    }
    mag_cohort_free(cohort);
    return status;
}

static mag_status read_previous(mag_arena *arena, mag_error *err) {
    const mag_previous_run *run;
    return mag_previous_run_read(arena, folder, &run, err);
}

static mag_status settle(mag_cohort *cohort, mag_error *err) {
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        MAG_TRY(mag_cohort_settle(cohort, i, err));
    return mag_cohort_settle_all(cohort, err);
}

static mag_status read_rows(mag_arena *arena, mag_error *err) {
    const mag_profile *profile;
    mag_cohort *cohort;
    mag_cohort_settings settings = {.as_of_kind = MAG_AS_OF_LATEST,
                                    .history_days = 1095,
                                    .data_until = MAG_MINUTE_OPEN,
                                    .absence = MAG_ABSENCE_NONE,
                                    .account = mag_arena_account(arena)};
    MAG_TRY(mag_profile_load(arena, "magscreen", &profile, err));
    MAG_TRY(mag_cohort_new(&cohort, book, &settings, err));
    mag_status status = feed(arena, cohort, profile, err);
    if (status == MAG_OK)
        status = settle(cohort, err);
    mag_cohort_free(cohort);
    return status;
}

/* The rows that the fuzz target keeps, two bytes in front left out. */
static void write_table(const char *table) {
    char path[512];
    snprintf(path, sizeof path, MAG_SOURCE_DIR "/tests/fuzz/inputs/rows/%s", table);
    bytes rows = file_read(path);
    assert_non_null(rows.at);
    snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    file_write(path, rows.at + 2, rows.nbytes - 2);
    free(rows.at);
}

static const char PIPELINE[] =
    "name: hungry\nas_of: latest\nhistory: 1095 days\ndata_until: 2025-12-31\n"
    "sources:\n"
    "  - { name: roster, kind: patients, profile: magscreen, files: [patients.csv] }\n"
    "  - { name: lims, kind: labs, profile: ./site.yaml, files: [\"labs*.csv\"],\n"
    "      gates: [{ name: rx.interval, amber: 5 %, red: 20 %, note: \"known fault\" }] }\n"
    "  - { name: epma, kind: prescriptions, profile: magscreen, files: [\"-\"],\n"
    "      manifest: manifest.csv, drop: [surname] }\n"
    "  - { name: ward, kind: stays, profile: magscreen, postgres: \"service=m\" }\n"
    "pack: ./own.yaml\n"
    "parameters: [{ name: renal_recent, value: 180 days, note: local }]\n"
    "limits: [{ name: mg_uln, molar: 1.00 mmol/L, mass: 2.4 mg/dL, note: ours }]\n"
    "strata: [sex, site]\nsink: { directory: out }\nmemory_limit: 4 GiB\n";

/* Codes that are none and codes that nobody maps, which are counted by their text. */
static const char MORE_PATIENTS[] = "patient_id,sex,birth,height_cm,measured_on\n"
                                    "tall,F,1950,190,2024-05-01\n";
static const char MORE_LABS[] = "patient_id,code,value,unit,collected_at,code_system\n"
                                "p1,2601-9,0.7,mmol/L,2024-05-01,LOINC\n"
                                "p1,718-7,8.1,mmol/L,2024-05-01,LOINC\n"
                                "p1,2601-3,0.7,blobs,2024-05-01,LOINC\n";
static const char MORE_RX[] = "patient_id,drug_code,drug_name,start,code_system\n"
                              "p1,N02BE01,paracetamol,2024-05-01,ATC\n"
                              "p1,N02BE0x,no such code,2024-05-01,ATC\n"
                              "p1,,magnesia of nobody,2024-05-01,\n";
static const char MANIFEST[] = "file,rows\na.csv,1\nb.csv,2\n";
static const char PREVIOUS[] =
    "{\"run_id\": \"r1\", \"program\": \"magscreen\", \"as_of\": \"2025-12-30\","
    " \"result_sha256\": \"ab\", \"digest_header\": \"1\\tp\\tb\\tset\", \"state\": \"published\","
    " \"settings\": {\"history_days\": 1095}, \"tracked\": [{\"of\": \"test\", \"values\": [1]}]}";

static void write_text(const char *name, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file_write(path, text, strlen(text));
}

static int write_folder(void) {
    char path[512];
    folder = program_folder_new();
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        write_table(TABLES[i]);
    snprintf(path, sizeof path, "%s/own.yaml", folder);
    file_copy(MAG_SOURCE_DIR "/tests/packs/ever_low_magnesium.yaml", path);
    snprintf(path, sizeof path, "%s/sdtm.yaml", folder);
    file_copy(MAG_SOURCE_DIR "/tests/profiles/cdisc-sdtm.yaml", path);
    snprintf(path, sizeof path, "%s/pipeline.yaml", folder);
    file_write(path, PIPELINE, sizeof PIPELINE - 1);
    snprintf(path, sizeof path, "%s/site.yaml", folder);
    file_copy(MAG_SOURCE_DIR "/pipelines/profiles/magscreen.yaml", path);
    write_text("manifest.csv", MANIFEST);
    write_text("more_labs.csv", MORE_LABS);
    write_text("more_patients.csv", MORE_PATIENTS);
    write_text("more_prescriptions.csv", MORE_RX);
    return 0;
}

/* --- tests ----------------------------------------------------------------------------------- */
static void loading_the_code_book_survives(void **state) {
    (void)state;
    starve("code book", load_codebook);
}

static void reading_profiles_and_pipelines_survives(void **state) {
    (void)state;
    starve("profiles", parse_profiles);
    starve("pipeline", read_pipeline);
    starve("short form", plan_short_form);
    starve("series", plan_series);
}

static void loading_a_pack_survives(void **state) {
    (void)state;
    starve("shipped pack", load_shipped_pack);
    starve_up_to(4000, "all parts", load_all_parts);
}

static void running_examples_and_lint_survives(void **state) {
    (void)state;
    starve("small packs", use_small_packs);
}

static void reading_and_settling_rows_survives(void **state) {
    (void)state;
    starve("rows", read_rows);
}

static void reading_and_writing_small_tables_survives(void **state) {
    (void)state;
    write_text("run.json", PREVIOUS);
    starve("writers", write_tables);
    starve("manifest and rows", read_small_tables);
    starve("previous run", read_previous);
    starve("manifests that differ", compare_manifest);
    starve("manifest of a source", compare_sources);
    starve("column of no manifest", read_other_columns);
    starve("missing column", miss_column);
}

static int set_up(void **state) {
    (void)state;
    mag_error err;
    kept = mag_arena_new(&kept_account);
    bool is_loaded = kept && mag_codebook_load(kept, &book, &err) == MAG_OK;
    return is_loaded ? write_folder() : -1;
}

static int tear_down(void **state) {
    (void)state;
    program_folder_remove(folder);
    mag_arena_free(kept);
    return kept_account.used_nbytes == 0 ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_the_code_book_survives),
        cmocka_unit_test(reading_profiles_and_pipelines_survives),
        cmocka_unit_test(loading_a_pack_survives),
        cmocka_unit_test(running_examples_and_lint_survives),
        cmocka_unit_test(reading_and_settling_rows_survives),
        cmocka_unit_test(reading_and_writing_small_tables_survives),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
