/* Drug texts, codes and routes as feeds write them: name, code and route parted by line ends. */
#include "fuzz.h"

#include "clinical/drug_name.h"

#include <string.h>

static mag_span take_line(mag_span *rest) {
    const char *end = rest->nbytes ? memchr(rest->at, '\n', rest->nbytes) : NULL;
    mag_span line = {rest->at, end ? (size_t)(end - rest->at) : rest->nbytes};
    size_t used = line.nbytes + (end != NULL);
    *rest = (mag_span){rest->at + used, rest->nbytes - used};
    return line;
}

static void try_words(mag_span name) {
    static mag_drug_words words;
    mag_drug_words_of(name, &words);
    fuzz_promise(words.count <= MAG_DRUG_WORDS && words.nbytes <= MAG_DRUG_NAME_NBYTES);
    for (size_t i = 0; i < words.count; i++) {
        fuzz_promise(words.words[i].nbytes > 0);
        fuzz_promise(mag_drug_words_have_at(&words, i, words.words[i]));
        fuzz_promise(mag_drug_words_find(&words, words.words[i]) <= i);
    }
}

static void try_drug(mag_code_system system, mag_span code, mag_span name, mag_route route) {
    mag_account account = {0};
    mag_error err = {0};
    mag_drug drug, again;
    mag_arena *arena = mag_arena_new(&account);
    fuzz_promise(arena != NULL);
    const mag_codebook *book = fuzz_codebook();
    fuzz_promise(mag_codebook_drug(book, arena, system, code, name, &drug, &err) == MAG_OK);
    fuzz_promise(mag_codebook_drug(book, arena, system, code, name, &again, &err) == MAG_OK);
    fuzz_promise(drug.classes == again.classes && drug.salt == again.salt);
    fuzz_promise(!(drug.classes && drug.looks_like_ours));
    fuzz_promise((drug.needs_route & ~drug.classes) == 0);
    mag_class_set left = mag_classes_by_route(drug.classes, route);
    fuzz_promise((mag_classes_in_doubt(left, route) & ~left) == 0);
    mag_arena_free(arena);
    fuzz_promise(account.used_nbytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    mag_code_system system = (mag_code_system)(data[0] % MAG_CODE_SYSTEM_COUNT);
    mag_span rest = {(const char *)data + 1, size - 1};
    mag_span name = take_line(&rest), code = take_line(&rest), route_text = take_line(&rest);
    mag_route route = mag_route_parse(route_text);
    fuzz_promise(route < MAG_ROUTE_COUNT);
    try_words(name);
    try_drug(system, code, name, route);
    fuzz_promise(mag_codebook_analyte(fuzz_codebook(), system, code) < MAG_ANALYTE_COUNT);
    (void)mag_codebook_conditions(fuzz_codebook(), system, code);
    (void)mag_codebook_property(fuzz_codebook(), system, code);
    fuzz_promise(mag_code_shape_of(system, code) <= MAG_CODE_OTHER);
    (void)mag_code_system_find(name);
    return 0;
}
