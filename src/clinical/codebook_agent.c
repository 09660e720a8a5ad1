/* Agents: the ingredients that the book tells apart, whatever code or brand a drug comes with.

     agent.def ──▶ every agent's own name ─┐
     agents.yaml ─▶ ATC, OMOP, other names ├─▶ agents of a drug ─▶ those of the asked classes
     drugs.yaml ──▶ RxNorm ids            ─┘

   An agent belongs to the classes that its own name reaches. */
#include "clinical/codebook_lists.h"

#include <string.h>

static const char *const agent_names[] = {
    "",
#define MAG_AGENT(name) name,
#include "clinical/agent.def"
#undef MAG_AGENT
};
static const uint16_t agent_count = sizeof agent_names / sizeof *agent_names;

const char *mag_agent_name(uint16_t agent) {
    return agent < agent_count ? agent_names[agent] : "";
}

bool mag_agent_find(mag_span name, uint16_t *agent) {
    for (uint16_t i = 1; i < agent_count; i++)
        if (mag_span_is(name, agent_names[i])) {
            *agent = i;
            return true;
        }
    return false;
}

static mag_status read_agent(mag_list_reader *reader, const mag_yaml *node) {
    static const mag_yaml_field fields[] = {{"atc", MAG_YAML_SEQUENCE, false, false},
                                            {"omop", MAG_YAML_SEQUENCE, false, false},
                                            {"names", MAG_YAML_SEQUENCE, false, false},
                                            {0}};
    MAG_TRY(mag_yaml_check(node, reader->file, fields, MAG_E_RULES, reader->err));
    mag_codebook *book = reader->book;
    mag_name_entry meaning = {0};
    if (!mag_agent_find(mag_span_of(node->key), &meaning.agent))
        return mag_list_fault(reader, node, "there is no such agent");
    const mag_yaml *atc = mag_yaml_get(node, "atc"), *omop = mag_yaml_get(node, "omop");
    for (const mag_yaml *item = atc ? atc->first : NULL; item; item = item->next) {
        mag_agent_prefix *prefix = &book->agent_prefixes[book->agent_prefix_count++];
        prefix->agent = meaning.agent;
        MAG_TRY(mag_list_code(reader, item, MAG_SYSTEM_ATC, &prefix->prefix));
    }
    for (const mag_yaml *item = omop ? omop->first : NULL; item; item = item->next) {
        mag_span code;
        MAG_TRY(mag_list_code(reader, item, MAG_SYSTEM_OMOP, &code));
        uint64_t *agent = mag_code_table_put(&book->agent_codes, MAG_SYSTEM_OMOP, code);
        if (*agent)
            return mag_list_fault(reader, item, "the code stands in two places");
        *agent = meaning.agent;
    }
    return mag_list_names(reader, mag_yaml_get(node, "names"), &meaning);
}

/* Every agent is found by its own name. */
static mag_status add_own_names(mag_list_reader *reader, const mag_yaml *node) {
    mag_yaml item = *node;
    item.kind = MAG_YAML_SCALAR;
    item.next = NULL;
    mag_yaml list = *node;
    list.first = &item;
    for (uint16_t i = 1; i < agent_count; i++) {
        const mag_name_entry meaning = {.agent = i};
        item.text = agent_names[i];
        MAG_TRY(mag_list_names(reader, &list, &meaning));
    }
    return MAG_OK;
}

mag_status mag_list_read_agents(mag_list_reader *reader, const mag_yaml *root) {
    static const mag_yaml_field fields[] = {{"agents", MAG_YAML_MAPPING, true, false},
                                            {"to_confirm", MAG_YAML_SEQUENCE, false, false},
                                            {0}};
    MAG_TRY(mag_yaml_check(root, reader->file, fields, MAG_E_RULES, reader->err));
    mag_codebook *book = reader->book;
    const size_t count = mag_list_scalars(root) + 1;
    MAG_TRY(mag_code_table_init(&book->agent_codes, reader->arena, count, reader->err));
    const size_t nbytes = count * sizeof *book->agent_prefixes;
    book->agent_prefixes = mag_arena_alloc(reader->arena, nbytes);
    book->agent_classes = mag_arena_alloc(reader->arena, agent_count * sizeof *book->agent_classes);
    if (!book->agent_prefixes || !book->agent_classes)
        return mag_fail_memory(reader->err, nbytes);
    MAG_TRY(add_own_names(reader, root));
    for (const mag_yaml *node = mag_yaml_get(root, "agents")->first; node; node = node->next)
        MAG_TRY(read_agent(reader, node));
    return MAG_OK;
}

mag_status mag_agents_settle(mag_list_reader *reader) {
    for (uint16_t i = 1; i < agent_count; i++) {
        mag_drug drug;
        MAG_TRY(mag_codebook_drug(reader->book, reader->arena, MAG_SYSTEM_NONE, mag_span_of(""),
                                  mag_span_of(agent_names[i]), &drug, reader->err));
        reader->book->agent_classes[i] = drug.classes;
        if (!drug.classes)
            return mag_fail(reader->err, MAG_E_RULES, MAG_MSG_R508,
                            "%s: no class holds the ingredient: %s", reader->file, agent_names[i]);
    }
    return MAG_OK;
}

mag_class_set mag_agent_classes_of_code(const mag_codebook *book, mag_code_system system,
                                        mag_span code) {
    const uint64_t agent = mag_code_table_get(&book->agent_codes, system, code);
    return agent ? book->agent_classes[agent] : 0;
}

static void add_agent(mag_agent_list *list, uint16_t agent) {
    enum { ROOM = sizeof list->agents / sizeof *list->agents };
    for (size_t i = 0; i < list->count; i++)
        if (list->agents[i] == agent)
            return;
    if (agent && list->count < ROOM)
        list->agents[list->count++] = agent;
}

void mag_agents_of_code(const mag_codebook *book, mag_code_system system, mag_span code,
                        mag_agent_list *found) {
    const uint64_t ingredient = mag_code_table_get(&book->ingredients, system, code);
    if (ingredient)
        add_agent(found, book->ingredient_agents[ingredient - 1]);
    add_agent(found, (uint16_t)mag_code_table_get(&book->agent_codes, system, code));
    for (size_t i = 0; system == MAG_SYSTEM_ATC && i < book->agent_prefix_count; i++)
        if (mag_span_starts_with(code, book->agent_prefixes[i].prefix))
            add_agent(found, book->agent_prefixes[i].agent);
}

void mag_agents_of_words(const mag_codebook *book, const mag_drug_words *words,
                         mag_agent_list *found) {
    for (size_t at = 0; at < words->count; at++)
        for (const mag_name_entry *e = mag_name_bucket(book, words->words[at]); e; e = e->next)
            if (e->agent && mag_drug_words_have_at(words, at, e->phrase))
                add_agent(found, e->agent);
}

void mag_agents_keep(const mag_codebook *book, const mag_agent_list *found, mag_drug *drug) {
    size_t kept = 0;
    for (size_t i = 0; i < found->count && kept < MAG_DRUG_AGENTS; i++)
        if (book->agent_classes[found->agents[i]] & drug->classes)
            drug->agents[kept++] = found->agents[i];
}

uint16_t mag_codebook_agent(const mag_codebook *book, const mag_drug *drug, mag_class_set wanted) {
    for (size_t i = 0; i < MAG_DRUG_AGENTS; i++)
        if (book->agent_classes[drug->agents[i]] & drug->classes & wanted)
            return drug->agents[i];
    return 0;
}
