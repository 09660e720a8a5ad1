/* What must hold of the content of the drug lists, whoever edits them. A list that breaks it stops
   the program before any data is read: a wrong entry would be silent afterwards.

   - an ingredient never wastes magnesium and spares or supplies it; only the combinations of the
   two may be in both kinds of class
   - what a class excludes stays excluded, whatever prefix or name would let it in
   - names that sound or end alike stay apart
   - behind a drug that comes as a salt, magnesium, potassium and calcium are no supplements
   - a laboratory code is no drug code */
#include "clinical/codebook_lists.h"

#include <stdio.h>
#include <string.h>

#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)

static const mag_class_set supplies_magnesium =
    BIT(MGSUPP) | BIT(MGANTACID) | BIT(MGLAX) | BIT(MGPREP) | BIT(MGOTHER) | BIT(MGIV);

static mag_class_set classes_that_deplete(void) {
    static const char *const mechanisms[MAG_CLASS_COUNT] = {
#define MAG_CLASS(name, label, mechanism, gate) mechanism,
#include "clinical/drug_class.def"
#undef MAG_CLASS
    };
    mag_class_set set = 0;
    for (int i = 0; i < MAG_CLASS_COUNT; i++)
        if (*mechanisms[i])
            set |= (mag_class_set)1 << i;
    return set;
}

static bool is_both(mag_class_set classes) {
    return (classes & classes_that_deplete()) && (classes & (BIT(KSPARE) | supplies_magnesium));
}

static mag_status classes_of(mag_list_reader *reader, mag_code_system system, const char *code,
                             const char *name, mag_class_set *classes) {
    mag_drug drug;
    MAG_TRY(mag_codebook_drug(reader->book, reader->arena, system, mag_span_of(code),
                              mag_span_of(name), &drug, reader->err));
    *classes = drug.classes;
    return MAG_OK;
}

static mag_status check_agents(mag_list_reader *reader, const mag_yaml *root) {
    for (uint16_t i = 1; *mag_agent_name(i); i++)
        if (is_both(reader->book->agent_classes[i])) {
            mag_yaml node = *root;
            node.text = mag_agent_name(i);
            return mag_list_fault(reader, &node, "wastes magnesium and spares or supplies it");
        }
    return MAG_OK;
}

/* The groups of diuretics together with potassium-sparing drugs. */
static bool is_combination(const char *code) {
    return strncmp(code, "C03E", 4) == 0 || strncmp(code, "0202040", 7) == 0;
}

static mag_status check_codes(mag_list_reader *reader, const mag_yaml *list,
                              mag_code_system system) {
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        mag_class_set classes;
        MAG_TRY(classes_of(reader, system, item->text, "", &classes));
        if (is_both(classes) && !is_combination(item->text))
            return mag_list_fault(reader, item, "wastes magnesium and spares or supplies it");
        if (mag_codebook_analyte(reader->book, system, mag_span_of(item->text)) != MAG_ANALYTE_NONE)
            return mag_list_fault(reader, item, "a laboratory code among the drugs");
    }
    return MAG_OK;
}

static mag_status check_excluded_codes(mag_list_reader *reader, const mag_yaml *list,
                                       mag_code_system system, mag_class_set bit) {
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        mag_class_set classes;
        MAG_TRY(classes_of(reader, system, item->text, "", &classes));
        if (classes & bit)
            return mag_list_fault(reader, item, "excluded, and in the class nevertheless");
    }
    return MAG_OK;
}

/* A drug of the class with the excluded word behind it: "gentamicin fortified". */
static mag_status check_excluded_names(mag_list_reader *reader, const mag_yaml *node,
                                       mag_class_set bit) {
    const mag_yaml *list = mag_yaml_get(node, "not_names");
    const mag_yaml *names = mag_yaml_get(node, "names");
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        char name[MAG_DRUG_NAME_NBYTES];
        const bool is_whole = strstr(item->text, " + ") != NULL;
        snprintf(name, sizeof name, "%s %s", is_whole ? "" : names->first->text, item->text);
        mag_class_set classes;
        MAG_TRY(classes_of(reader, MAG_SYSTEM_NONE, "", name, &classes));
        if (classes & bit)
            return mag_list_fault(reader, item, "excluded, and in the class nevertheless");
    }
    return MAG_OK;
}

static mag_status check_class(mag_list_reader *reader, const mag_yaml *node) {
    mag_class drug_class;
    if (!mag_class_find(mag_span_of(node->key), &drug_class))
        return mag_list_fault(reader, node, "there is no such drug class");
    const mag_class_set bit = (mag_class_set)1 << drug_class;
    for (const mag_yaml *part = node->first; part; part = part->next)
        if (!part->first)
            return mag_list_fault(reader, part, "an empty list");
    MAG_TRY(check_codes(reader, mag_yaml_get(node, "atc"), MAG_SYSTEM_ATC));
    MAG_TRY(check_codes(reader, mag_yaml_get(node, "bnf"), MAG_SYSTEM_BNF));
    MAG_TRY(check_codes(reader, mag_yaml_get(node, "rxnorm"), MAG_SYSTEM_RXNORM));
    MAG_TRY(check_codes(reader, mag_yaml_get(node, "mimic"), MAG_SYSTEM_MIMIC));
    MAG_TRY(check_excluded_codes(reader, mag_yaml_get(node, "atc_not"), MAG_SYSTEM_ATC, bit));
    MAG_TRY(check_excluded_codes(reader, mag_yaml_get(node, "rxnorm_not"), MAG_SYSTEM_RXNORM, bit));
    return check_excluded_names(reader, node, bit);
}

/* A name, an ATC code, or digits alone: an RxNorm id. */
static mag_status check_stranger(mag_list_reader *reader, const mag_yaml *item, mag_class_set bit) {
    const mag_span text = mag_span_of(item->text);
    const mag_code_system system = mag_code_is_well_formed(MAG_SYSTEM_ATC, text) ? MAG_SYSTEM_ATC
                                   : mag_code_is_well_formed(MAG_SYSTEM_RXNORM, text)
                                       ? MAG_SYSTEM_RXNORM
                                       : MAG_SYSTEM_NONE;
    const bool is_name = system == MAG_SYSTEM_NONE;
    mag_class_set classes;
    MAG_TRY(
        classes_of(reader, system, is_name ? "" : item->text, is_name ? item->text : "", &classes));
    return classes & bit ? mag_list_fault(reader, item, "in the class that it must stay apart from")
                         : MAG_OK;
}

static mag_status check_apart(mag_list_reader *reader, const mag_yaml *apart) {
    for (const mag_yaml *node = apart->first; node; node = node->next) {
        mag_class drug_class;
        if (!mag_class_find(mag_span_of(node->key), &drug_class))
            return mag_list_fault(reader, node, "there is no such drug class");
        for (const mag_yaml *item = node->first; item; item = item->next)
            MAG_TRY(check_stranger(reader, item, (mag_class_set)1 << drug_class));
    }
    return MAG_OK;
}

/* "losartan potassium", "esomeprazole magnesium 40 mg": the salt of a drug. */
static mag_status check_counter_ions(mag_list_reader *reader, const mag_yaml *root) {
    const mag_yaml *elements = mag_yaml_get(root, "elements");
    const mag_class_set supplements = supplies_magnesium | BIT(KSUPP) | BIT(CA);
    for (const mag_yaml *host = mag_yaml_get(root, "counter_ion_hosts")->first; host;
         host = host->next)
        for (const mag_yaml *element = elements->first; element; element = element->next) {
            char name[MAG_DRUG_NAME_NBYTES];
            snprintf(name, sizeof name, "%s %s 40 mg tablet", host->text, element->key);
            mag_class_set classes;
            MAG_TRY(classes_of(reader, MAG_SYSTEM_NONE, "", name, &classes));
            if (classes & supplements)
                return mag_list_fault(reader, host, "its salts would be supplements");
        }
    return MAG_OK;
}

mag_status mag_list_check_drugs(mag_list_reader *reader, const mag_yaml *root) {
    MAG_TRY(check_agents(reader, root));
    for (const mag_yaml *node = mag_yaml_get(root, "classes")->first; node; node = node->next)
        MAG_TRY(check_class(reader, node));
    MAG_TRY(check_apart(reader, mag_yaml_get(root, "apart")));
    return check_counter_ions(reader, root);
}

mag_status mag_list_check_agents(mag_list_reader *reader, const mag_yaml *root) {
    for (const mag_yaml *node = mag_yaml_get(root, "agents")->first; node; node = node->next) {
        if (!node->first)
            return mag_list_fault(reader, node, "an empty list");
        MAG_TRY(check_codes(reader, mag_yaml_get(node, "atc"), MAG_SYSTEM_ATC));
        MAG_TRY(check_codes(reader, mag_yaml_get(node, "omop"), MAG_SYSTEM_OMOP));
    }
    return MAG_OK;
}
