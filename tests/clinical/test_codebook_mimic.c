/* The drug list on the names of real orders: MIMIC-IV demo, where it is present. Prints every
   distinct (drug, route) that holds a stem of ours, with its classes, for people to read. */
#include "clinical/codebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { ORDERS = 20000, TEXTS = 1 << 20, PATIENTS = 128 };

typedef struct order {
    const char *patient, *drug, *route;
    mag_class_set named, classes; /* before and after the route gate */
    bool looks_like_ours;
} order;

static order orders[ORDERS];
static size_t order_count;
static char texts[TEXTS * 4];
static size_t texts_nbytes;
static mag_account account;
static mag_arena *arena;
static const mag_codebook *book;

static const char *keep(const char *text) {
    size_t nbytes = strlen(text) + 1;
    assert_true(texts_nbytes + nbytes <= sizeof texts);
    memcpy(texts + texts_nbytes, text, nbytes);
    texts_nbytes += nbytes;
    return texts + texts_nbytes - nbytes;
}

/* Cuts a line with quotes in place. */
static size_t cut(char *line, char *fields[], size_t limit) {
    size_t count = 0;
    char *to = line;
    bool is_quoted = false;
    fields[count++] = to;
    for (char *at = line; *at && *at != '\n'; at++) {
        if (*at == '"') {
            is_quoted = !is_quoted;
        } else if (*at == ',' && !is_quoted && count < limit) {
            *to++ = '\0';
            fields[count++] = to;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    return count;
}

static void read_order(char *line) {
    enum { PATIENT = 0, TYPE = 8, DRUG = 9, ROUTE = 20, FIELDS = 21 };
    char *fields[FIELDS];
    assert_int_equal(cut(line, fields, FIELDS), FIELDS);
    assert_true(order_count < ORDERS);
    order *o = &orders[order_count++];
    o->patient = keep(fields[PATIENT]);
    o->drug = keep(fields[DRUG]);
    o->route = keep(fields[ROUTE]);
    mag_drug drug;
    mag_error err;
    assert_int_equal(mag_codebook_drug(book, arena, MAG_SYSTEM_NONE, mag_span_of(""),
                                       mag_span_of(o->drug), &drug, &err),
                     MAG_OK);
    o->named = drug.classes;
    o->looks_like_ours = drug.looks_like_ours;
    o->classes = mag_classes_by_route(drug.classes, mag_route_parse(mag_span_of(o->route)));
}

static gzFile prescriptions; /* open before the tests begin; closed by load */

static gzFile open_prescriptions(void) {
    const char *data = getenv("MAGSCREEN_DATA");
    char path[1024];
    snprintf(path, sizeof path, "%s/mimic-iv-demo/prescriptions.csv.gz",
             data ? data : MAG_SOURCE_DIR "/../shared/data");
    return gzopen(path, "rb");
}

static int load(void **state) {
    (void)state;
    mag_error err = {0};
    arena = mag_arena_new(&account);
    if (mag_codebook_load(arena, &book, &err) != MAG_OK) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    static char line[65536];
    while (gzgets(prescriptions, line, sizeof line))
        if (strncmp(line, "subject_id", 10) != 0)
            read_order(line);
    gzclose(prescriptions);
    return order_count == 18087 ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    mag_arena_free(arena);
    return 0;
}

static void count_orders(mag_class_set set, int *rows, int *patients) {
    const char *seen[PATIENTS];
    *rows = *patients = 0;
    for (size_t i = 0; i < order_count; i++) {
        if (!(orders[i].classes & set))
            continue;
        ++*rows;
        int p = 0;
        while (p < *patients && strcmp(seen[p], orders[i].patient) != 0)
            p++;
        if (p == *patients)
            seen[(*patients)++] = orders[i].patient;
    }
}

static int compare_orders(const void *a, const void *b) {
    const order *x = a, *y = b;
    int by_drug = strcmp(x->drug, y->drug);
    return by_drug ? by_drug : strcmp(x->route, y->route);
}

static void write_classes(mag_class_set set, char out[512]) {
    out[0] = '\0';
    for (mag_class c = 0; c < MAG_CLASS_COUNT; c++)
        if (set >> c & 1)
            snprintf(out + strlen(out), 512 - strlen(out), " %s", mag_class_name(c));
}

static void prints_every_order_of_a_class(void **state) {
    (void)state;
    static order sorted[ORDERS];
    memcpy(sorted, orders, order_count * sizeof *orders);
    qsort(sorted, order_count, sizeof *sorted, compare_orders);
    for (size_t i = 0, next; i < order_count; i = next) {
        for (next = i + 1; next < order_count && compare_orders(&sorted[i], &sorted[next]) == 0;)
            next++;
        if (!sorted[i].named && !sorted[i].looks_like_ours)
            continue;
        char named[512], passed[512];
        write_classes(sorted[i].named, named);
        write_classes(sorted[i].classes, passed);
        printf("%5zu  %-45s %-10s named%s, counted%s%s\n", next - i, sorted[i].drug,
               sorted[i].route, named, passed[0] ? passed : " nowhere",
               sorted[i].looks_like_ours ? " UNMAPPED" : "");
    }
}

#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)

/* The counts of data/README.md, made by name with a text search, and why ours differ:
   511 magnesium + 4 "Maalox/..." mixtures; 640 diuretics - 6 acetazolamide, which is in none of our
   classes; 173 PPI + 3 NexIUM; 141 ACE/ARB + 1 Avapro; 39 digoxin + 1 Digox; 9 aminoglycosides - 1
   eye drop. Patients are the same but for the one of the eye drop. */
static void counts_orders_as_they_were_counted_by_hand(void **state) {
    (void)state;
    static const struct {
        const char *what;
        mag_class_set set;
        int rows, patients;
    } expected[] = {
        {"magnesium", BIT(MGSUPP) | BIT(MGIV) | BIT(MGLAX) | BIT(MGANTACID), 511 + 4, 86},
        {"magnesium by the vein", BIT(MGIV), 402, 82},
        {"milk of magnesia, citrate", BIT(MGLAX), 57 + 9, 32},
        {"magnesium oxide", BIT(MGSUPP), 29, 15},
        {"diuretic", BIT(LOOP) | BIT(THIAZ) | BIT(KSPARE), 640 - 6, 59},
        {"proton pump inhibitor", BIT(PPI), 173 + 3, 52},
        {"ACE inhibitor or ARB", BIT(ACEI) | BIT(ARB), 141 + 1, 31},
        {"digoxin", BIT(DIGOX), 39 + 1, 10},
        {"aminoglycoside", BIT(AMINOG), 9 - 1, 5 - 1},
        {"calcineurin inhibitor", BIT(CNI), 11, 1},
        /* Counted on the file with text searches of their own, by route. */
        {"quinolone by mouth", BIT(FQ), 67, 26},
        {"tetracycline by mouth", BIT(TETRA), 5, 4},
        {"thyroid hormone by mouth", BIT(THYROX), 81, 18},
        {"bound by magnesium", BIT(BOUND), 96, 29},
        {"warfarin", BIT(VKA), 129, 23},
        {"resin", BIT(KBINDRES), 13, 7},
        {"calcium", BIT(CA), 319, 76},
        {"vitamin D", BIT(VITD), 61, 21},
        {"heparin, trimethoprim, tacrolimus", BIT(KUP), 605, 93},
        {"statin", BIT(STATIN), 136, 51},
        {"beta-2 agonist", BIT(BETA2), 147, 43},
        {"insulin", BIT(INSULIN), 971, 66},
        {"neuromuscular blocker", BIT(NMB), 10, 7},
        {"antidiarrhoeal", BIT(ANTIDIARR), 18, 5},
        {"systemic steroid", BIT(STEROID), 68, 19},
        {"potassium", BIT(KSUPP), 986, 89},
        {"prolongs QT", BIT(QT), 548, 79},
        {"parenteral bone drug", BIT(BONEIV), 1, 1},
        {"integrase inhibitor", BIT(INSTI), 4, 1},
        {"bisphosphonate by mouth", BIT(BISPH), 0, 0},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        int rows, patients;
        count_orders(expected[i].set, &rows, &patients);
        printf("%s: %d rows, %d patients\n", expected[i].what, rows, patients);
        wrong += rows != expected[i].rows || patients != expected[i].patients;
    }
    assert_int_equal(wrong, 0);
}

static void counter_ions_are_never_supplements(void **state) {
    (void)state;
    for (size_t i = 0; i < order_count; i++)
        if (strstr(orders[i].drug, "Losartan") || strstr(orders[i].drug, "someprazole"))
            assert_int_equal(orders[i].classes & (BIT(KSUPP) | BIT(MGSUPP)), 0);
}

static void no_order_of_the_demo_is_unmapped(void **state) {
    (void)state;
    for (size_t i = 0; i < order_count; i++)
        if (orders[i].looks_like_ours)
            fail_msg("%s", orders[i].drug);
}

int main(void) {
    prescriptions = open_prescriptions();
    if (!prescriptions) {
        printf("SKIPPED: no mimic-iv-demo in ../shared/data or MAGSCREEN_DATA\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_every_order_of_a_class),
        cmocka_unit_test(counts_orders_as_they_were_counted_by_hand),
        cmocka_unit_test(counter_ions_are_never_supplements),
        cmocka_unit_test(no_order_of_the_demo_is_unmapped),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
