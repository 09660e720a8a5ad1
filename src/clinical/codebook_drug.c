/* Decides which classes a drug belongs to, from its code and from the words of its name.

     code ──▶ classes, vetoes ─┐
                               ├─▶ vetoes applied ─▶ one magnesium purpose ─▶ classes
     name ──▶ classes, vetoes ─┘

   A combination belongs to every class that it contains. Two things need care: the element's name
   may be a counter-ion ("esomeprazole magnesium"), and one magnesium salt may serve several
   purposes. Names are compared as whole words and never fuzzily. */
#include "clinical/codebook_lists.h"
#include "clinical/dose.h"

#define NOWHERE   SIZE_MAX
#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)

static const mag_class_set enteral_magnesium =
    BIT(MGSUPP) | BIT(MGANTACID) | BIT(MGLAX) | BIT(MGPREP) | BIT(MGOTHER);
static const mag_class_set any_magnesium =
    BIT(MGSUPP) | BIT(MGANTACID) | BIT(MGLAX) | BIT(MGPREP) | BIT(MGOTHER) | BIT(MGIV);

/* What the code says. */
typedef struct code_reading {
    mag_class_set gives, if_named, vetoes;
    mag_class_set if_routed; /* of gives: those that count only where the route is known */
    bool is_watched, is_h_pylori;
} code_reading;

/* What the name says. */
typedef struct name_reading {
    mag_class_set names, brands, vetoes;
    mag_class_set if_routed; /* given only where the route is known */
    uint64_t covered;        /* words inside a phrase that gave or excluded something */
    uint64_t hosts;          /* words that begin a drug which may carry a counter-ion */
    uint64_t plain;          /* numbers, units, dosage forms */
    size_t first_magnesium, first_not_magnesium; /* word index or NOWHERE */
    bool is_local, is_inhaled, is_h_pylori;
    bool has_counter_ion;    /* an element as a counter-ion */
    bool has_magnesium_word; /* the element or one of its products stands in the name */
} name_reading;

static uint64_t word_bit(size_t at) {
    return (uint64_t)1 << at;
}

/* --- the code --- */

static code_reading read_code(const mag_codebook *book, mag_code_system system, mag_span code) {
    code_reading reading = {0};
    if (code.nbytes == 0)
        return reading;
    reading.if_routed = mag_code_table_get(&book->routed, system, code);
    reading.gives = mag_code_table_get(&book->drug_codes, system, code) | reading.if_routed;
    reading.vetoes = mag_code_table_get(&book->drug_vetoes, system, code);
    reading.gives |= mag_agent_classes_of_code(book, system, code);
    for (size_t i = 0; i < book->prefix_count; i++) {
        const mag_code_prefix *prefix = &book->prefixes[i];
        if (prefix->system != system || !mag_span_starts_with(code, prefix->prefix))
            continue;
        reading.gives |= prefix->gives;
        reading.if_named |= prefix->if_named;
        reading.vetoes |= prefix->vetoes;
        reading.if_routed |= prefix->if_routed;
        reading.is_watched |= prefix->is_watched;
        reading.is_h_pylori |= prefix->is_h_pylori;
    }
    return reading;
}

static mag_salt salt_of_code(const mag_codebook *book, mag_code_system system, mag_span code) {
    uint64_t at = mag_code_table_get(&book->ingredients, system, code);
    return at == 0 ? MAG_SALT_UNKNOWN
                   : mag_salt_of_text(mag_span_of(book->ingredient_texts[at - 1]));
}

/* --- the name --- */

static size_t words_in(mag_span phrase) {
    size_t count = 1;
    for (size_t i = 0; i < phrase.nbytes; i++)
        count += phrase.at[i] == ' ';
    return count;
}

static void note_phrase(name_reading *reading, const mag_name_entry *entry, size_t at) {
    mag_class_set gives = entry->names | entry->brands | entry->if_routed;
    reading->names |= entry->names;
    reading->if_routed |= entry->if_routed;
    reading->brands |= entry->brands;
    reading->vetoes |= entry->vetoes;
    reading->is_local |= entry->is_local;
    reading->is_inhaled |= entry->is_inhaled;
    reading->is_h_pylori |= entry->is_h_pylori;
    if (entry->is_plain)
        reading->plain |= word_bit(at);
    if (entry->is_host || (gives & ~(any_magnesium | BIT(MGNOT) | BIT(KSUPP))))
        reading->hosts |= word_bit(at);
    if (gives)
        for (size_t i = at; i < at + words_in(entry->phrase); i++)
            reading->covered |= word_bit(i);
    if ((gives & any_magnesium) && at < reading->first_magnesium)
        reading->first_magnesium = at;
    if ((gives & BIT(MGNOT)) && at < reading->first_not_magnesium)
        reading->first_not_magnesium = at;
}

static bool is_plain(const name_reading *reading, const mag_drug_words *words, size_t at) {
    char first = words->words[at].at[0];
    return (first >= '0' && first <= '9') || first == '#' || (reading->plain & word_bit(at));
}

/* True if a number, a unit, a dosage form or nothing stands directly behind the word. */
static bool ends_plainly(const name_reading *reading, const mag_drug_words *words, size_t at) {
    return at + 1 >= words->count || is_plain(reading, words, at + 1);
}

/* True if nothing but numbers, units and dosage forms stands before the word. */
static bool begins_plainly(const name_reading *reading, const mag_drug_words *words, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (!is_plain(reading, words, i))
            return false;
    return true;
}

/* The element's bare name: a counter-ion behind or before a drug, else a product of its own. Many
   drugs come as potassium or calcium salts, so these count only where they come first. */
static void note_element(name_reading *reading, const mag_drug_words *words, size_t at,
                         mag_class_set element) {
    bool is_magnesium = element & any_magnesium;
    reading->has_magnesium_word |= is_magnesium;
    bool has_host_before = reading->hosts & (word_bit(at) - 1);
    bool has_host_behind = at + 1 < words->count && (reading->hosts & word_bit(at + 1));
    if (reading->covered & word_bit(at))
        return;
    if (has_host_before || has_host_behind) {
        reading->has_counter_ion = true;
        if (is_magnesium)
            reading->names |= BIT(MGNOT);
    } else if (ends_plainly(reading, words, at) &&
               (is_magnesium || begins_plainly(reading, words, at))) {
        reading->names |= element;
        if (is_magnesium && at < reading->first_magnesium)
            reading->first_magnesium = at;
    }
}

static bool is_at(const mag_name_entry *entry, const mag_drug_words *words, size_t at) {
    return mag_drug_words_have_at(words, at, entry->phrase) &&
           (entry->with.nbytes == 0 || mag_drug_words_find(words, entry->with) < words->count);
}

static name_reading read_name(const mag_codebook *book, const mag_drug_words *words) {
    name_reading reading = {.first_magnesium = NOWHERE, .first_not_magnesium = NOWHERE};
    for (size_t at = 0; at < words->count; at++)
        for (const mag_name_entry *e = mag_name_bucket(book, words->words[at]); e; e = e->next)
            if (!e->element && is_at(e, words, at))
                note_phrase(&reading, e, at);
    for (size_t at = 0; at < words->count; at++)
        for (const mag_name_entry *e = mag_name_bucket(book, words->words[at]); e; e = e->next)
            if (e->element && is_at(e, words, at))
                note_element(&reading, words, at, e->element);
    reading.has_magnesium_word |= ((reading.names | reading.brands) & any_magnesium) != 0;
    return reading;
}

/* --- both together --- */

/* The most particular purpose that a name gives: a bowel preparation is not a supplement as well.
 */
static mag_class_set most_particular(mag_class_set purposes) {
    static const mag_class_set order[] = {BIT(MGPREP), BIT(MGOTHER), BIT(MGLAX), BIT(MGANTACID)};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (purposes & order[i])
            return order[i];
    return purposes;
}

/* The plainest purpose of an ingredient's code that serves several. */
static mag_class_set plainest(mag_class_set purposes) {
    static const mag_class_set order[] = {BIT(MGSUPP), BIT(MGANTACID), BIT(MGLAX), BIT(MGOTHER)};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (purposes & order[i])
            return order[i];
    return purposes;
}

/* One purpose of magnesium by mouth: the name confirms one of the code's, or the code decides; but
   a "milk of magnesia" coded as an antacid is a laxative, and a preparation stays one. */
static mag_class_set purpose_of(mag_class_set by_code, mag_class_set by_name) {
    by_code &= enteral_magnesium;
    by_name = most_particular(by_name & enteral_magnesium);
    bool name_corrects = (by_name == BIT(MGLAX) && by_code == BIT(MGANTACID)) ||
                         by_name == BIT(MGPREP) || by_name == BIT(MGOTHER);
    if (by_code == 0 || name_corrects || (by_code & by_name))
        return by_name;
    return plainest(by_code);
}

/* By the vein: the code's word, unless the name tells a product by mouth. */
static mag_class_set vein_of(mag_class_set by_code, mag_class_set by_name) {
    bool name_is_oral = (by_name & enteral_magnesium) && !(by_name & BIT(MGIV));
    bool code_is_open = by_code & enteral_magnesium;
    mag_class_set both = (by_code | by_name) & BIT(MGIV);
    return name_is_oral && code_is_open ? 0 : both;
}

static mag_class_set magnesium_of(const code_reading *code, const name_reading *name) {
    mag_class_set by_name = name->names | name->brands;
    bool is_carrier =
        name->first_not_magnesium != NOWHERE && name->first_not_magnesium <= name->first_magnesium;
    if ((code->gives | (is_carrier ? by_name : 0)) & BIT(MGNOT))
        return BIT(MGNOT);
    mag_class_set found = purpose_of(code->gives, by_name) | vein_of(code->gives, by_name);
    return found ? found : by_name & BIT(MGNOT);
}

/* What is put on a surface is no exposure; what is inhaled ("inhalation spray") is one for a class
   that admits it. */
static mag_class_set local_classes_of(const name_reading *name, mag_class_set all) {
    bool has_magnesium = name->has_magnesium_word || (all & (any_magnesium | BIT(MGNOT)));
    mag_class_set inhaled = name->is_inhaled ? mag_classes_by_route(all, MAG_ROUTE_INHALED) : 0;
    return inhaled | (has_magnesium ? BIT(MGNOT) : 0);
}

static mag_class_set classes_of(const code_reading *code, const name_reading *name) {
    mag_class_set by_name = name->names | name->brands | name->if_routed;
    mag_class_set vetoes = code->vetoes | name->vetoes;
    mag_class_set all = code->gives | by_name;
    if (name->is_local || name->is_inhaled)
        return local_classes_of(name, all & ~vetoes);
    code_reading allowed = *code;
    name_reading named = *name;
    if (name->has_magnesium_word)
        allowed.gives |= code->if_named & any_magnesium;
    allowed.gives |= code->if_named & by_name;
    allowed.gives &= ~vetoes;
    named.names &= ~vetoes;
    named.brands &= ~vetoes;
    return ((all & ~vetoes) & ~(any_magnesium | BIT(MGNOT))) | magnesium_of(&allowed, &named);
}

/* The book knows the drug and knows that it is none of ours here: nothing to report as unmapped. */
static bool is_known(const code_reading *code, const name_reading *name) {
    mag_class_set all = code->gives | name->names | name->brands | name->if_routed;
    return code->vetoes || name->vetoes || name->has_counter_ion ||
           ((name->is_local || name->is_inhaled) && all);
}

/* The classes that nothing gives without asking for the route; a code that asks is obeyed. */
static mag_class_set needs_route(const code_reading *code, const name_reading *name) {
    mag_class_set plain = (code->gives & ~code->if_routed) | name->names | name->brands;
    return code->if_routed | (name->if_routed & ~plain);
}

static bool has_stem(const mag_drug_words *words, const mag_stem *stem) {
    mag_span text = {words->text, words->nbytes};
    for (size_t i = 0; i + stem->text.nbytes <= text.nbytes; i++) {
        mag_span rest = {text.at + i, text.nbytes - i};
        bool ends_word = rest.nbytes == stem->text.nbytes || rest.at[stem->text.nbytes] == ' ';
        if (mag_span_starts_with(rest, stem->text) && (!stem->is_ending || ends_word))
            return true;
    }
    return false;
}

static bool looks_like_ours(const mag_codebook *book, const mag_drug_words *words) {
    bool has_innocent = false, has_ending = false, has_other = false;
    for (size_t i = 0; i < book->stem_count; i++) {
        const mag_stem *stem = &book->stems[i];
        if (!has_stem(words, stem))
            continue;
        has_innocent |= stem->is_innocent;
        has_ending |= !stem->is_innocent && stem->is_ending;
        has_other |= !stem->is_innocent && !stem->is_ending;
    }
    return has_other || (has_ending && !has_innocent);
}

static const char *source_of(const code_reading *code, const name_reading *name,
                             mag_class_set classes) {
    if ((code->gives | code->if_named) & classes)
        return "code";
    if ((name->names | name->if_routed) & classes)
        return "name";
    if (name->brands & classes)
        return "brand";
    return classes ? "name" : NULL;
}

mag_status mag_codebook_drug(const mag_codebook *book, mag_arena *arena, mag_code_system system,
                             mag_span code, mag_span name, mag_drug *drug, mag_error *err) {
    char room[MAG_CODE_NBYTES];
    mag_span trimmed_code = mag_span_trim(code), trimmed_name = mag_span_trim(name);
    mag_span folded_code = mag_code_folded(system, code, room);
    mag_drug_words words;
    mag_drug_words_of(trimmed_name, &words);
    const code_reading by_code = read_code(book, system, folded_code);
    const name_reading by_name = read_name(book, &words);
    *drug = (mag_drug){0};
    drug->classes = classes_of(&by_code, &by_name);
    drug->needs_route = drug->classes & needs_route(&by_code, &by_name);
    drug->matched_by = source_of(&by_code, &by_name, drug->classes);
    drug->is_h_pylori_pack = drug->classes && (by_code.is_h_pylori || by_name.is_h_pylori);
    drug->looks_like_ours = drug->classes == 0 && !is_known(&by_code, &by_name) &&
                            (by_code.is_watched || looks_like_ours(book, &words));
    mag_agent_list agents = {0};
    mag_agents_of_code(book, system, folded_code, &agents);
    mag_agents_of_words(book, &words, &agents);
    mag_agents_keep(book, &agents, drug);
    if (drug->classes & any_magnesium) {
        mag_salt salt = mag_salt_of_text(trimmed_name);
        if (salt == MAG_SALT_UNKNOWN)
            salt = salt_of_code(book, system, folded_code);
        drug->salt = (uint8_t)salt;
    }
    drug->shown_name = mag_arena_text(arena, trimmed_name.nbytes > 0 ? trimmed_name : trimmed_code);
    return drug->shown_name ? MAG_OK : mag_fail_memory(err, trimmed_name.nbytes + 1);
}
