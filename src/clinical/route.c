/* Routes: spellings of MIMIC, CDISC and plain words, and the gate of each drug class.

   A gate is a set of routes. Two classes trade places at the gate: the same magnesium product is a
   supplement by mouth and MGIV by the vein. */
#include "clinical/route.h"

#include <assert.h>

enum {
    BIT_UNKNOWN = 1 << MAG_ROUTE_UNKNOWN,
    GATE_ANY = (1 << MAG_ROUTE_COUNT) - 1,
    GATE_ENTERAL = BIT_UNKNOWN | 1 << MAG_ROUTE_ENTERAL,
    GATE_PARENTERAL = BIT_UNKNOWN | 1 << MAG_ROUTE_PARENTERAL,
    GATE_SYSTEMIC = GATE_ENTERAL | GATE_PARENTERAL | 1 << MAG_ROUTE_RECTAL,
    GATE_SYSTEMIC_OR_SKIN = GATE_SYSTEMIC | 1 << MAG_ROUTE_TRANSDERMAL,
    GATE_SYSTEMIC_OR_LUNG = GATE_SYSTEMIC | 1 << MAG_ROUTE_INHALED,
    GATE_MOUTH_OR_VEIN = GATE_ENTERAL | GATE_PARENTERAL
};

static const unsigned gates[MAG_CLASS_COUNT] = {
#define MAG_CLASS(name, label, mechanism, gate) GATE_##gate,
#include "clinical/drug_class.def"
#undef MAG_CLASS
};

typedef struct spelling {
    const char *text;
    mag_route route;
} spelling;

static const spelling spellings[] = {
    {"PO", MAG_ROUTE_ENTERAL},
    {"PO/NG", MAG_ROUTE_ENTERAL},
    {"PO/OG", MAG_ROUTE_ENTERAL},
    {"NG", MAG_ROUTE_ENTERAL},
    {"OG", MAG_ROUTE_ENTERAL},
    {"NG/OG", MAG_ROUTE_ENTERAL},
    {"G TUBE", MAG_ROUTE_ENTERAL},
    {"G-TUBE", MAG_ROUTE_ENTERAL},
    {"J TUBE", MAG_ROUTE_ENTERAL},
    {"J-TUBE", MAG_ROUTE_ENTERAL},
    {"GT", MAG_ROUTE_ENTERAL},
    {"PEG", MAG_ROUTE_ENTERAL},
    {"NJ", MAG_ROUTE_ENTERAL},
    {"ORAL", MAG_ROUTE_ENTERAL},
    {"ORALLY", MAG_ROUTE_ENTERAL},
    {"BY MOUTH", MAG_ROUTE_ENTERAL},
    {"MOUTH", MAG_ROUTE_ENTERAL},
    {"PER OS", MAG_ROUTE_ENTERAL},
    {"ENTERAL", MAG_ROUTE_ENTERAL},
    {"NASOGASTRIC", MAG_ROUTE_ENTERAL},
    {"NASOJEJUNAL", MAG_ROUTE_ENTERAL},
    {"OROGASTRIC", MAG_ROUTE_ENTERAL},
    {"INTRAGASTRIC", MAG_ROUTE_ENTERAL},
    {"GASTROSTOMY", MAG_ROUTE_ENTERAL},
    {"JEJUNOSTOMY", MAG_ROUTE_ENTERAL},
    {"SL", MAG_ROUTE_ENTERAL},
    {"SUBLINGUAL", MAG_ROUTE_ENTERAL},
    {"BUCCAL", MAG_ROUTE_ENTERAL},
    {"BU", MAG_ROUTE_ENTERAL},
    {"IV", MAG_ROUTE_PARENTERAL},
    {"IV DRIP", MAG_ROUTE_PARENTERAL},
    {"IV BOLUS", MAG_ROUTE_PARENTERAL},
    {"IV INFUSION", MAG_ROUTE_PARENTERAL},
    {"IV PUSH", MAG_ROUTE_PARENTERAL},
    {"IVPB", MAG_ROUTE_PARENTERAL},
    {"IVP", MAG_ROUTE_PARENTERAL},
    {"IVPCA", MAG_ROUTE_PARENTERAL},
    {"PIV", MAG_ROUTE_PARENTERAL},
    {"PICC", MAG_ROUTE_PARENTERAL},
    {"PB", MAG_ROUTE_PARENTERAL},
    {"IM", MAG_ROUTE_PARENTERAL},
    {"SC", MAG_ROUTE_PARENTERAL},
    {"SQ", MAG_ROUTE_PARENTERAL},
    {"SUBCUT", MAG_ROUTE_PARENTERAL},
    {"SUBCUTANEOUS", MAG_ROUTE_PARENTERAL},
    {"INTRAVENOUS", MAG_ROUTE_PARENTERAL},
    {"INTRAVENOUS DRIP", MAG_ROUTE_PARENTERAL},
    {"INTRAVENOUS BOLUS", MAG_ROUTE_PARENTERAL},
    {"INTRAVENOUS INFUSION", MAG_ROUTE_PARENTERAL},
    {"INTRAMUSCULAR", MAG_ROUTE_PARENTERAL},
    {"INTRAOSSEOUS", MAG_ROUTE_PARENTERAL},
    {"IO", MAG_ROUTE_PARENTERAL},
    {"PARENTERAL", MAG_ROUTE_PARENTERAL},
    {"INJECTION", MAG_ROUTE_PARENTERAL},
    {"INFUSION", MAG_ROUTE_PARENTERAL},
    {"IJ", MAG_ROUTE_PARENTERAL},
    {"ID", MAG_ROUTE_LOCAL},
    {"INTRADERMAL", MAG_ROUTE_LOCAL},
    {"ED", MAG_ROUTE_LOCAL},
    {"EPIDURAL", MAG_ROUTE_LOCAL},
    {"PERIPHNERVE", MAG_ROUTE_LOCAL},
    {"IT", MAG_ROUTE_LOCAL},
    {"INTRATHECAL", MAG_ROUTE_LOCAL},
    {"INTRAVITREAL", MAG_ROUTE_LOCAL},
    {"IVT", MAG_ROUTE_LOCAL},
    {"INTRA-ARTICULAR", MAG_ROUTE_LOCAL},
    {"INTRAARTICULAR", MAG_ROUTE_LOCAL},
    {"INTRALESIONAL", MAG_ROUTE_LOCAL},
    {"INTRAVESICAL", MAG_ROUTE_LOCAL},
    {"BLADDER", MAG_ROUTE_LOCAL},
    {"IH", MAG_ROUTE_INHALED},
    {"NEB", MAG_ROUTE_INHALED},
    {"AERO", MAG_ROUTE_INHALED},
    {"INHALATION", MAG_ROUTE_INHALED},
    {"RESPIRATORY (INHALATION)", MAG_ROUTE_INHALED},
    {"INHALED", MAG_ROUTE_INHALED},
    {"INHALE", MAG_ROUTE_INHALED},
    {"INH", MAG_ROUTE_INHALED},
    {"NEBULISED", MAG_ROUTE_INHALED},
    {"NEBULIZED", MAG_ROUTE_INHALED},
    {"NEBULISATION", MAG_ROUTE_INHALED},
    {"NEBULIZATION", MAG_ROUTE_INHALED},
    {"TD", MAG_ROUTE_TRANSDERMAL},
    {"TRANSDERMAL", MAG_ROUTE_TRANSDERMAL},
    {"PATCH", MAG_ROUTE_TRANSDERMAL},
    {"PR", MAG_ROUTE_RECTAL},
    {"RECTAL", MAG_ROUTE_RECTAL},
    {"RECTALLY", MAG_ROUTE_RECTAL},
    {"PER RECTUM", MAG_ROUTE_RECTAL},
    {"TP", MAG_ROUTE_LOCAL},
    {"TOPICAL", MAG_ROUTE_LOCAL},
    {"CUTANEOUS", MAG_ROUTE_LOCAL},
    {"SKIN", MAG_ROUTE_LOCAL},
    {"OU", MAG_ROUTE_LOCAL},
    {"OS", MAG_ROUTE_LOCAL},
    {"OD", MAG_ROUTE_LOCAL},
    {"BOTH EYES", MAG_ROUTE_LOCAL},
    {"RIGHT EYE", MAG_ROUTE_LOCAL},
    {"LEFT EYE", MAG_ROUTE_LOCAL},
    {"EYE", MAG_ROUTE_LOCAL},
    {"OPHTHALMIC", MAG_ROUTE_LOCAL},
    {"OCULAR", MAG_ROUTE_LOCAL},
    {"INTRAOCULAR", MAG_ROUTE_LOCAL},
    {"CONJUNCTIVAL", MAG_ROUTE_LOCAL},
    {"AU", MAG_ROUTE_LOCAL},
    {"AS", MAG_ROUTE_LOCAL},
    {"AD", MAG_ROUTE_LOCAL},
    {"BOTH EARS", MAG_ROUTE_LOCAL},
    {"RIGHT EAR", MAG_ROUTE_LOCAL},
    {"LEFT EAR", MAG_ROUTE_LOCAL},
    {"EAR", MAG_ROUTE_LOCAL},
    {"OTIC", MAG_ROUTE_LOCAL},
    {"AURICULAR (OTIC)", MAG_ROUTE_LOCAL},
    {"IN", MAG_ROUTE_LOCAL},
    {"NAS", MAG_ROUTE_LOCAL},
    {"NU", MAG_ROUTE_LOCAL},
    {"NS", MAG_ROUTE_LOCAL},
    {"NASAL", MAG_ROUTE_LOCAL},
    {"INTRANASAL", MAG_ROUTE_LOCAL},
    {"VG", MAG_ROUTE_LOCAL},
    {"PV", MAG_ROUTE_LOCAL},
    {"VAGINAL", MAG_ROUTE_LOCAL},
    {"IR", MAG_ROUTE_LOCAL},
    {"IRR", MAG_ROUTE_LOCAL},
    {"IRRIGATION", MAG_ROUTE_LOCAL},
    {"LOCK", MAG_ROUTE_LOCAL},
    {"DWELL", MAG_ROUTE_LOCAL},
    {"DIALYS", MAG_ROUTE_LOCAL},
    {"DIALYSIS", MAG_ROUTE_LOCAL},
    {"DIALYSATE", MAG_ROUTE_LOCAL},
    {"REPLACE", MAG_ROUTE_LOCAL},
    {"HEMODIALYSIS", MAG_ROUTE_LOCAL},
    {"INTRAPERITONEAL DIALYSIS", MAG_ROUTE_LOCAL},
    {"DENTAL", MAG_ROUTE_LOCAL},
    {"OROMUCOSAL", MAG_ROUTE_LOCAL},
    {"MOUTHWASH", MAG_ROUTE_LOCAL},
};

mag_route mag_route_parse(mag_span text) {
    mag_span trimmed = mag_span_trim(text);
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (mag_span_is_ignoring_case(trimmed, spellings[i].text))
            return spellings[i].route;
    return MAG_ROUTE_UNKNOWN;
}

const char *mag_route_name(mag_route route) {
    static const char *const names[MAG_ROUTE_COUNT] = {
        "unknown", "enteral", "parenteral", "inhaled", "transdermal", "local", "rectal",
    };
    assert(route < MAG_ROUTE_COUNT);
    return names[route];
}

bool mag_route_passes(mag_class drug_class, mag_route route) {
    assert(drug_class < MAG_CLASS_COUNT && route < MAG_ROUTE_COUNT);
    return (gates[drug_class] >> route & 1) != 0;
}

static mag_class_set bit_of(mag_class drug_class) {
    return (mag_class_set)1 << drug_class;
}

mag_class_set mag_classes_in_doubt(mag_class_set classes, mag_route route) {
    const mag_class_set known_only = bit_of(MAG_CLASS_FQ) | bit_of(MAG_CLASS_TETRA);
    return route == MAG_ROUTE_UNKNOWN ? classes & known_only : 0;
}

mag_class_set mag_classes_by_route(mag_class_set classes, mag_route route) {
    const mag_class_set mouth_only = bit_of(MAG_CLASS_MGANTACID) | bit_of(MAG_CLASS_MGLAX) |
                                     bit_of(MAG_CLASS_MGPREP) | bit_of(MAG_CLASS_MGOTHER);
    mag_class_set candidates = classes;
    /* A supplement that goes into a vein is magnesium by the vein, however it was listed. */
    if (route == MAG_ROUTE_PARENTERAL && (classes & bit_of(MAG_CLASS_MGSUPP)))
        candidates |= bit_of(MAG_CLASS_MGIV);
    mag_class_set passed = 0;
    for (mag_class_set rest = candidates; rest != 0; rest &= rest - 1) {
        const mag_class c = (mag_class)__builtin_ctzll(rest);
        if (mag_route_passes(c, route))
            passed |= bit_of(c);
    }
    /* Without a route both remain: a laxative says the mouth; else the hospital's bag is likelier.
     */
    if ((passed & bit_of(MAG_CLASS_MGIV)) && (passed & mouth_only))
        passed &= ~bit_of(MAG_CLASS_MGIV);
    else if (passed & bit_of(MAG_CLASS_MGIV))
        passed &= ~bit_of(MAG_CLASS_MGSUPP);
    return passed;
}
