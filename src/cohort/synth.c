#include "cohort/synth.h"

#include "cohort/synth_background.h"
#include "cohort/synth_complex.h"
#include "cohort/synth_planted.h"

#include <string.h>

/* One planted copy of every case for so many patients, but never more than a quarter of the cohort.
 */
enum { PATIENTS_PER_ROUND = 10000, MOST_PATIENTS = 10000000, MILLION = 1000000 };

struct mag_synth_plan {
    mag_synth_settings settings;
    uint64_t planted, stride; /* every so many patients one is planted, until all are */
    mag_synth_days days;
};

const char *mag_synth_columns(unsigned sheet) {
    static const char *const columns[] = {
        [MAG_SYNTH_PATIENTS] = "patient_id,sex,birth,died_on,site,weight_kg,height_cm,measured_on",
        [MAG_SYNTH_PRESCRIPTIONS] = ("patient_id,drug_code,drug_name,kind,start,stop,days_supply,"
                                     "dose,dose_unit,doses_per_day,route"),
        [MAG_SYNTH_CONDITIONS] = "patient_id,code,recorded_on",
        [MAG_SYNTH_TRUTH] = "patient_id,rule_id,outcome,severity",
        [MAG_SYNTH_LABS] = "patient_id,code,value,unit,collected_at,comment",
    };
    return columns[sheet < MAG_SYNTH_LABS ? sheet : MAG_SYNTH_LABS];
}

uint64_t mag_synth_lab_rows(const mag_synth_totals *totals) {
    uint64_t count = 0;
    for (unsigned sheet = MAG_SYNTH_LABS; sheet < MAG_SYNTH_SHEETS; sheet++)
        count += totals->rows[sheet];
    return count;
}

/* --- plan ----------------------------------------------------------------------------------- */

mag_status mag_synth_plan_new(mag_arena *arena, const mag_synth_settings *settings,
                              const mag_synth_plan **out, mag_error *err) {
    uint64_t count = settings->patient_count;
    if (count < 1 || count > MOST_PATIENTS || settings->lab_sheet_count < 1 ||
        settings->lab_sheet_count > MAG_SYNTH_LAB_FILES || settings->dirty_per_million > MILLION)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "a synthetic cohort has 1 to %d patients in 1 to %d laboratory files",
                        MOST_PATIENTS, MAG_SYNTH_LAB_FILES);
    mag_synth_plan *plan = mag_arena_alloc(arena, sizeof *plan);
    if (!plan)
        return mag_fail_memory(err, sizeof *plan);
    plan->settings = *settings;
    uint64_t rounds = count / PATIENTS_PER_ROUND;
    uint64_t wanted = mag_synth_case_count() * (rounds ? rounds : 1);
    uint64_t quarter = (count + 3) / 4;
    plan->planted = wanted < quarter ? wanted : quarter;
    plan->stride = count / plan->planted;
    mag_synth_days_init(&plan->days);
    *out = plan;
    return MAG_OK;
}

const mag_synth_settings *mag_synth_settings_of(const mag_synth_plan *plan) {
    return &plan->settings;
}

uint64_t mag_synth_block_count(const mag_synth_plan *plan) {
    return (plan->settings.patient_count + MAG_SYNTH_BLOCK_PATIENTS - 1) / MAG_SYNTH_BLOCK_PATIENTS;
}

/* --- blocks --------------------------------------------------------------------------------- */

void mag_synth_block_init(mag_synth_block *block, mag_synth_form form, mag_account *account) {
    block->form = form;
    for (unsigned sheet = 0; sheet < MAG_SYNTH_SHEETS; sheet++) {
        mag_text_init(&block->rows[sheet], account);
        block->packed[sheet] = (mag_gzip_block){0};
        mag_text_init(&block->packed[sheet].bytes, account);
    }
}

void mag_synth_block_done(mag_synth_block *block) {
    for (unsigned sheet = 0; sheet < MAG_SYNTH_SHEETS; sheet++) {
        mag_text_done(&block->rows[sheet]);
        mag_text_done(&block->packed[sheet].bytes);
    }
}

static char *put_hex(char *at, uint64_t number, int digit_count) {
    for (int shift = 4 * (digit_count - 1); shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[number >> shift & 15];
    return at;
}

/* A pseudonym: p, nine digits that look random, six that make it unique; no tool takes it for a
 * number. */
static void name_person(mag_synth_person *person, uint64_t seed, uint64_t number) {
    mag_random random;
    mag_random_init(&random, seed ^ 0x70736575646fu, number);
    person->id[0] = 'p';
    char *at = put_hex(person->id + 1, mag_random_next(&random) >> 28, 9);
    *put_hex(at, number, 6) = '\0';
}

static void put_patient(mag_synth_rows *rows, const mag_synth_plan *plan, uint64_t number) {
    static const char *const sites[] = {"A", "B", "C"};
    uint64_t seed = plan->settings.seed;
    mag_random random;
    mag_random_init(&random, seed, number);
    mag_synth_person person = {.site = sites[mag_random_below(&random, 3)],
                               .measured_days_ago = 30};
    name_person(&person, seed, number);
    uint64_t planted_idx = number / plan->stride;
    bool is_planted = number % plan->stride == 0 && planted_idx < plan->planted;
    rows->next_lab_sheet = (unsigned)(number % rows->lab_sheet_count);
    rows->dirt.per_million = is_planted ? 0 : plan->settings.dirty_per_million;
    mag_synth_dirt_begin(&rows->dirt, seed, number);
    if (is_planted) {
        mag_synth_put_case(rows, planted_idx % mag_synth_case_count(), &person);
        return;
    }
    mag_synth_put_background(rows, &person, &random);
    mag_synth_put_complex(rows, &person, seed, number);
}

mag_status mag_synth_block_make(mag_synth_block *block, const mag_synth_plan *plan, uint64_t number,
                                mag_error *err) {
    for (unsigned sheet = 0; sheet < MAG_SYNTH_SHEETS; sheet++)
        mag_text_clear(&block->rows[sheet]);
    block->totals = (mag_synth_totals){0};
    block->number = number;
    mag_synth_rows rows = {
        .block = block, .days = &plan->days, .lab_sheet_count = plan->settings.lab_sheet_count};
    uint64_t first = number * MAG_SYNTH_BLOCK_PATIENTS, end = first + MAG_SYNTH_BLOCK_PATIENTS;
    if (end > plan->settings.patient_count)
        end = plan->settings.patient_count;
    for (uint64_t patient = first; patient < end; patient++)
        put_patient(&rows, plan, patient);
    block->totals.dirty = rows.dirt.row_count;
    for (unsigned sheet = 0; sheet < MAG_SYNTH_SHEETS; sheet++)
        MAG_TRY(mag_text_check(&block->rows[sheet], err));
    return MAG_OK;
}
