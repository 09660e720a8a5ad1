/* Reads the list of drugs: codes and prefixes into tables, names into buckets by their first word.
 */
#include "clinical/codebook_lists.h"

#include <string.h>

size_t mag_name_bucket_index(mag_span first_word) {
    return (size_t)mag_span_hash(first_word) % MAG_NAME_BUCKETS;
}

mag_name_entry *mag_name_bucket(const mag_codebook *book, mag_span first_word) {
    return book->names[mag_name_bucket_index(first_word)];
}

/* Normalises a phrase as names are; the result lives in the arena. */
static mag_status normalise(mag_list_reader *reader, const mag_yaml *node, mag_span text,
                            mag_span *out) {
    mag_drug_words words;
    mag_drug_words_of(text, &words);
    if (words.count == 0)
        return mag_list_fault(reader, node, "a name without a word");
    char *copy = mag_arena_text(reader->arena, (mag_span){words.text, words.nbytes});
    if (!copy)
        return mag_fail_memory(reader->err, words.nbytes + 1);
    *out = (mag_span){copy, words.nbytes};
    return MAG_OK;
}

static mag_span first_word(mag_span phrase) {
    const char *blank = memchr(phrase.at, ' ', phrase.nbytes);
    return (mag_span){phrase.at, blank ? (size_t)(blank - phrase.at) : phrase.nbytes};
}

/* Adds a copy of *meaning for the node's phrase: "a b" or "a + b". */
static mag_status add_name(mag_list_reader *reader, const mag_yaml *node,
                           const mag_name_entry *meaning) {
    mag_name_entry *entry = mag_arena_alloc(reader->arena, sizeof *entry);
    if (!entry)
        return mag_fail_memory(reader->err, sizeof *entry);
    if (node->kind != MAG_YAML_SCALAR)
        return mag_list_fault(reader, node, "a name is a text");
    *entry = *meaning;
    mag_span text = mag_span_of(node->text);
    const char *plus = strstr(node->text, " + ");
    if (plus) {
        MAG_TRY(normalise(reader, node, mag_span_of(plus + 3), &entry->with));
        text.nbytes = (size_t)(plus - node->text);
    }
    MAG_TRY(normalise(reader, node, text, &entry->phrase));
    size_t bucket = mag_name_bucket_index(first_word(entry->phrase));
    entry->next = reader->book->names[bucket];
    reader->book->names[bucket] = entry;
    return MAG_OK;
}

mag_status mag_list_names(mag_list_reader *reader, const mag_yaml *list,
                          const mag_name_entry *meaning) {
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next)
        MAG_TRY(add_name(reader, item, meaning));
    return MAG_OK;
}

/* Adds each code of the list as a prefix that means *meaning. */
static mag_status add_prefixes(mag_list_reader *reader, const mag_yaml *list,
                               const mag_code_prefix *meaning) {
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        mag_code_prefix prefix = *meaning;
        MAG_TRY(mag_list_code(reader, item, meaning->system, &prefix.prefix));
        reader->book->prefixes[reader->book->prefix_count++] = prefix;
    }
    return MAG_OK;
}

static mag_status add_codes(mag_list_reader *reader, const mag_yaml *list, mag_code_system system,
                            mag_code_table *table, mag_class_set classes) {
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        mag_span code;
        MAG_TRY(mag_list_code(reader, item, system, &code));
        *mag_code_table_put(table, system, code) |= classes;
    }
    return MAG_OK;
}

/* What a code says where there is no name; the first text given for a code stays. */
static uint16_t add_ingredient(mag_codebook *book, mag_code_system system, const char *code,
                               const char *text) {
    uint64_t *value = mag_code_table_put(&book->ingredients, system, mag_span_of(code));
    if (!*value) {
        book->ingredient_texts[book->ingredient_count] = text;
        mag_agent_find(mag_span_of(text), &book->ingredient_agents[book->ingredient_count]);
        *value = ++book->ingredient_count;
    }
    return book->ingredient_agents[*value - 1];
}

/* RxNorm ids of a class: every one is an agent. */
static mag_status add_rxnorm(mag_list_reader *reader, const mag_yaml *map, mag_code_table *table,
                             mag_class_set classes) {
    MAG_TRY(add_codes(reader, map, MAG_SYSTEM_RXNORM, table, classes));
    for (const mag_yaml *item = map ? map->first : NULL; item; item = item->next)
        if (!add_ingredient(reader->book, MAG_SYSTEM_RXNORM, item->text, item->key))
            return mag_list_fault(reader, item, "an ingredient that agent.def does not name");
    return MAG_OK;
}

static const mag_yaml_field class_fields[] = {
    {"atc", MAG_YAML_SEQUENCE, true, false},
    {"atc_if_named", MAG_YAML_SEQUENCE, false, false},
    {"atc_if_routed", MAG_YAML_SEQUENCE, false, false},
    {"atc_not", MAG_YAML_SEQUENCE, false, false},
    {"rxnorm", MAG_YAML_MAPPING, false, false},
    {"rxnorm_if_routed", MAG_YAML_MAPPING, false, false},
    {"rxnorm_not", MAG_YAML_SEQUENCE, false, false},
    {"mimic", MAG_YAML_SEQUENCE, false, false},
    {"bnf", MAG_YAML_SEQUENCE, false, false},
    {"names", MAG_YAML_SEQUENCE, true, false},
    {"names_if_routed", MAG_YAML_SEQUENCE, false, false},
    {"not_names", MAG_YAML_SEQUENCE, false, false},
    {"brands", MAG_YAML_SEQUENCE, false, false},
    {"to_confirm", MAG_YAML_SEQUENCE, false, false},
    {0},
};

static mag_status read_class_codes(mag_list_reader *reader, const mag_yaml *node,
                                   mag_class_set bit) {
    mag_codebook *book = reader->book;
    const mag_code_prefix atc = {.system = MAG_SYSTEM_ATC, .gives = bit};
    const mag_code_prefix atc_if_named = {.system = MAG_SYSTEM_ATC, .if_named = bit};
    const mag_code_prefix routed = {.system = MAG_SYSTEM_ATC, .gives = bit, .if_routed = bit};
    const mag_code_prefix atc_not = {.system = MAG_SYSTEM_ATC, .vetoes = bit};
    const mag_code_prefix bnf = {.system = MAG_SYSTEM_BNF, .gives = bit};
    MAG_TRY(add_prefixes(reader, mag_yaml_get(node, "atc"), &atc));
    MAG_TRY(add_prefixes(reader, mag_yaml_get(node, "atc_if_named"), &atc_if_named));
    MAG_TRY(add_prefixes(reader, mag_yaml_get(node, "atc_if_routed"), &routed));
    MAG_TRY(add_prefixes(reader, mag_yaml_get(node, "atc_not"), &atc_not));
    MAG_TRY(add_prefixes(reader, mag_yaml_get(node, "bnf"), &bnf));
    MAG_TRY(add_rxnorm(reader, mag_yaml_get(node, "rxnorm"), &book->drug_codes, bit));
    MAG_TRY(add_rxnorm(reader, mag_yaml_get(node, "rxnorm_if_routed"), &book->routed, bit));
    MAG_TRY(add_codes(reader, mag_yaml_get(node, "rxnorm_not"), MAG_SYSTEM_RXNORM,
                      &book->drug_vetoes, bit));
    return add_codes(reader, mag_yaml_get(node, "mimic"), MAG_SYSTEM_MIMIC, &book->drug_codes, bit);
}

static mag_status read_class(mag_list_reader *reader, const mag_yaml *node) {
    mag_class drug_class;
    if (!mag_class_find(mag_span_of(node->key), &drug_class))
        return mag_list_fault(reader, node, "there is no such drug class");
    MAG_TRY(mag_yaml_check(node, reader->file, class_fields, MAG_E_RULES, reader->err));
    mag_class_set bit = (mag_class_set)1 << drug_class;
    MAG_TRY(read_class_codes(reader, node, bit));
    const mag_name_entry name = {.names = bit}, brand = {.brands = bit}, veto = {.vetoes = bit};
    const mag_name_entry routed = {.if_routed = bit};
    MAG_TRY(mag_list_names(reader, mag_yaml_get(node, "names"), &name));
    MAG_TRY(mag_list_names(reader, mag_yaml_get(node, "brands"), &brand));
    MAG_TRY(mag_list_names(reader, mag_yaml_get(node, "names_if_routed"), &routed));
    return mag_list_names(reader, mag_yaml_get(node, "not_names"), &veto);
}

static mag_status read_elements(mag_list_reader *reader, const mag_yaml *elements) {
    for (const mag_yaml *item = elements->first; item; item = item->next) {
        mag_class drug_class;
        if (!item->text || !mag_class_find(mag_span_of(item->text), &drug_class))
            return mag_list_fault(reader, item, "there is no such drug class");
        const mag_name_entry meaning = {.element = (mag_class_set)1 << drug_class};
        mag_yaml word = *item;
        word.text = item->key;
        MAG_TRY(add_name(reader, &word, &meaning));
    }
    return MAG_OK;
}

static mag_status add_stems(mag_list_reader *reader, const mag_yaml *list, bool is_innocent) {
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        mag_stem stem = {.is_innocent = is_innocent};
        if (item->kind != MAG_YAML_SCALAR)
            return mag_list_fault(reader, item, "a stem is a text");
        stem.is_ending = item->text[0] == '-';
        MAG_TRY(normalise(reader, item, mag_span_of(item->text), &stem.text));
        reader->book->stems[reader->book->stem_count++] = stem;
    }
    return MAG_OK;
}

static mag_status make_room(mag_list_reader *reader, const mag_yaml *root) {
    mag_codebook *book = reader->book;
    size_t count = mag_list_scalars(root);
    MAG_TRY(mag_code_table_init(&book->drug_codes, reader->arena, count, reader->err));
    MAG_TRY(mag_code_table_init(&book->drug_vetoes, reader->arena, count, reader->err));
    MAG_TRY(mag_code_table_init(&book->routed, reader->arena, count, reader->err));
    MAG_TRY(mag_code_table_init(&book->ingredients, reader->arena, count, reader->err));
    book->ingredient_texts = mag_arena_alloc(reader->arena, count * sizeof *book->ingredient_texts);
    book->ingredient_agents =
        mag_arena_alloc(reader->arena, count * sizeof *book->ingredient_agents);
    book->prefixes = mag_arena_alloc(reader->arena, count * sizeof *book->prefixes);
    book->stems = mag_arena_alloc(reader->arena, count * sizeof *book->stems);
    if (!book->ingredient_texts || !book->ingredient_agents || !book->prefixes || !book->stems)
        return mag_fail_memory(reader->err, count * sizeof *book->prefixes);
    return MAG_OK;
}

static mag_status read_watch(mag_list_reader *reader, const mag_yaml *watch) {
    const mag_code_prefix watched = {.system = MAG_SYSTEM_ATC, .is_watched = true};
    MAG_TRY(add_prefixes(reader, mag_yaml_get(watch, "atc"), &watched));
    MAG_TRY(add_stems(reader, mag_yaml_get(watch, "stems"), false));
    return add_stems(reader, mag_yaml_get(watch, "not_words"), true);
}

mag_status mag_list_read_drugs(mag_list_reader *reader, const mag_yaml *root) {
    static const mag_yaml_field fields[] = {{"classes", MAG_YAML_MAPPING, true, false},
                                            {"local_words", MAG_YAML_SEQUENCE, true, false},
                                            {"inhaled_words", MAG_YAML_SEQUENCE, true, false},
                                            {"elements", MAG_YAML_MAPPING, true, false},
                                            {"counter_ion_hosts", MAG_YAML_SEQUENCE, true, false},
                                            {"plain_words", MAG_YAML_SEQUENCE, true, false},
                                            {"ingredients", MAG_YAML_MAPPING, true, false},
                                            {"h_pylori", MAG_YAML_MAPPING, true, false},
                                            {"apart", MAG_YAML_MAPPING, true, false},
                                            {"watch", MAG_YAML_MAPPING, true, false},
                                            {0}};
    MAG_TRY(mag_yaml_check(root, reader->file, fields, MAG_E_RULES, reader->err));
    MAG_TRY(make_room(reader, root));
    for (const mag_yaml *node = mag_yaml_get(root, "classes")->first; node; node = node->next)
        MAG_TRY(read_class(reader, node));
    for (const mag_yaml *item = mag_yaml_get(root, "ingredients")->first; item; item = item->next)
        add_ingredient(reader->book, MAG_SYSTEM_ATC, item->key, item->text);
    const mag_name_entry local = {.is_local = true}, host = {.is_host = true};
    const mag_name_entry inhaled = {.is_inhaled = true};
    const mag_name_entry plain = {.is_plain = true}, course = {.is_h_pylori = true};
    const mag_code_prefix course_code = {.system = MAG_SYSTEM_ATC, .is_h_pylori = true};
    const mag_yaml *h_pylori = mag_yaml_get(root, "h_pylori");
    MAG_TRY(mag_list_names(reader, mag_yaml_get(root, "local_words"), &local));
    MAG_TRY(mag_list_names(reader, mag_yaml_get(root, "inhaled_words"), &inhaled));
    MAG_TRY(mag_list_names(reader, mag_yaml_get(root, "counter_ion_hosts"), &host));
    MAG_TRY(mag_list_names(reader, mag_yaml_get(root, "plain_words"), &plain));
    MAG_TRY(mag_list_names(reader, mag_yaml_get(h_pylori, "names"), &course));
    MAG_TRY(add_prefixes(reader, mag_yaml_get(h_pylori, "atc"), &course_code));
    MAG_TRY(read_elements(reader, mag_yaml_get(root, "elements")));
    return read_watch(reader, mag_yaml_get(root, "watch"));
}
