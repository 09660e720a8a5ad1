/* The code book: which laboratory code is which analyte, which drug code or name belongs to which
   classes, which condition code to which concept. Lists live in pipelines/codes/ (YAML), are
   embedded at build, and are loaded once. Read-only and shared by threads after loading. */
#ifndef MAG_CLINICAL_CODEBOOK_H
#define MAG_CLINICAL_CODEBOOK_H

#include "base/memory.h"
#include "base/sha256.h"
#include "clinical/analyte.h"

/* A set of drug classes; bit = enum value. */
typedef uint64_t mag_class_set;

typedef enum mag_class {
#define MAG_CLASS(name, ...) MAG_CLASS_##name,
#include "clinical/drug_class.def"
#undef MAG_CLASS
    MAG_CLASS_COUNT
} mag_class;
_Static_assert(MAG_CLASS_COUNT < 64, "a class set is one word");

typedef enum mag_condition {
#define MAG_CONDITION(name, ...) MAG_CONDITION_##name,
#include "clinical/condition.def"
#undef MAG_CONDITION
    MAG_CONDITION_COUNT
} mag_condition;
_Static_assert(MAG_CONDITION_COUNT <= 32, "a set of conditions is a uint32_t");

/* How a drug gets in, as far as the route gates of the classes need it. */
typedef enum mag_route {
    MAG_ROUTE_UNKNOWN, /* no route given: passes every gate, noted */
    MAG_ROUTE_ENTERAL,
    MAG_ROUTE_PARENTERAL,
    MAG_ROUTE_INHALED,
    MAG_ROUTE_TRANSDERMAL,
    MAG_ROUTE_LOCAL, /* skin, eye, ear, nose, vagina, bladder, lock, irrigation, dialysate */
    MAG_ROUTE_RECTAL,
    MAG_ROUTE_COUNT
} mag_route;

typedef enum mag_code_system {
    MAG_SYSTEM_NONE,
#define MAG_CODE_SYSTEM(name, ...) MAG_SYSTEM_##name,
#include "clinical/code_system.def"
#undef MAG_CODE_SYSTEM
    MAG_CODE_SYSTEM_COUNT
} mag_code_system;

typedef struct mag_codebook mag_codebook;

/* Loads the embedded lists; everything lives in the arena. A fault in a list is MAG_E_RULES. */
mag_status mag_codebook_load(mag_arena *arena, const mag_codebook **out,
                             mag_error *err) MAG_MUST_CHECK;
/* Over the lists' bytes in order of their names: digest line H. */
const char *mag_codebook_sha256(const mag_codebook *book);

/* "LOINC", "loinc", and what feeds call it ("LN"); MAG_SYSTEM_NONE if the name is not known. */
mag_code_system mag_code_system_find(mag_span name);
const char *mag_code_system_name(mag_code_system system);

/* MAG_ANALYTE_NONE if the code is not in the book (look-alikes that must be rejected are not).
   Here and below codes are compared without their case and the blanks around them. */
mag_analyte mag_codebook_analyte(const mag_codebook *book, mag_code_system system, mag_span code);

/* What a code itself says about the unit of its results (LOINC's property MCnc or SCnc). */
typedef enum mag_property {
    MAG_PROPERTY_NONE, /* neither, both, or not known */
    MAG_PROPERTY_MASS,
    MAG_PROPERTY_MOLAR /* equivalents included */
} mag_property;

/* MAG_PROPERTY_NONE also for codes that are not in the book. */
mag_property mag_codebook_property(const mag_codebook *book, mag_code_system system, mag_span code);
/* True if a code of that property goes against the unit: mass against mmol/L or mEq/L, molar
   against mg/dL. A unit of neither family is never gone against. */
bool mag_property_contradicts(mag_property property, mag_unit unit);

/* How a code is written: fine; with a check digit that is wrong (LOINC, SNOMED CT); like the date
   or the day number that a spreadsheet makes of "1746-7"; or as no code of its system is. An empty
   code and one of a system without rules (LOCAL, none) are fine. */
typedef enum mag_code_shape {
    MAG_CODE_FINE,
    MAG_CODE_CHECK_DIGIT,
    MAG_CODE_DATE,
    MAG_CODE_OTHER,
} mag_code_shape;
mag_code_shape mag_code_shape_of(mag_code_system system, mag_span code);

/* More ingredients of one drug than these are not told apart. */
enum { MAG_DRUG_AGENTS = 4 };

/* What a drug row names, decided once per distinct (system, code, name). */
typedef struct mag_drug {
    mag_class_set classes;     /* before route gates; all classes that it contains */
    mag_class_set needs_route; /* of classes: those that count only where the route is known */
    uint16_t agents[MAG_DRUG_AGENTS]; /* ingredients that the book tells apart; 0 behind the last */
    uint8_t salt;                     /* index into the salts of clinical/dose.h; 0 = unknown */
    bool is_h_pylori_pack;
    bool looks_like_ours; /* reached no class, but holds a stem or prefix of rule H05: "unmapped" */
    const char *shown_name; /* name, or code when there is no name; for people */
    const char *matched_by; /* "code", "name", "brand"; NULL if no class */
} mag_drug;

/* Fills *drug; code or name may be empty. The texts of *drug live in the arena. */
mag_status mag_codebook_drug(const mag_codebook *book, mag_arena *arena, mag_code_system system,
                             mag_span code, mag_span name, mag_drug *drug,
                             mag_error *err) MAG_MUST_CHECK;

/* The ingredient that makes the drug a member of one of the wanted classes ("clarithromycin" of a
   pack with lansoprazole, asked for QT); 0 if the book does not know it: then the drug itself is
   all that can be told apart. */
uint16_t mag_codebook_agent(const mag_codebook *book, const mag_drug *drug, mag_class_set wanted);
/* "moxifloxacin"; "" of 0 and of what is none. */
const char *mag_agent_name(uint16_t agent);
bool mag_agent_find(mag_span name, uint16_t *agent);

/* Route text to route (spec d: MIMIC and plain words). Unknown text is MAG_ROUTE_UNKNOWN. */
mag_route mag_route_parse(mag_span text);
const char *mag_route_name(mag_route route);

/* The classes of a drug that remain after their route gates. Gates differ: FQ counts by mouth only,
   BETA2 by inhalation too, MGIV parenteral only, MGSUPP enteral only (the same product by the vein
   is MGIV) ... */
mag_class_set mag_classes_by_route(mag_class_set classes, mag_route route);

/* Of the classes: those that count only by a route known to be enteral, where it is not known (FQ,
   TETRA: by the vein they bind nothing). They pass mag_classes_by_route; whether the drug counts is
   unknown. */
mag_class_set mag_classes_in_doubt(mag_class_set classes, mag_route route);

/* The classes that `latest` follows: every class of the specification's lists of drugs except
   MGNOT. STEROID is no class of those lists. */
mag_class_set mag_classes_of_interest(void);

const char *mag_class_name(mag_class drug_class);  /* "LOOP" */
const char *mag_class_label(mag_class drug_class); /* "loop diuretic" */
bool mag_class_find(mag_span name, mag_class *out);

/* Set of condition concepts (bit = enum value) of a code; 0 if none. ICD codes with or without the
 * point. */
uint32_t mag_codebook_conditions(const mag_codebook *book, mag_code_system system, mag_span code);
const char *mag_condition_name(mag_condition condition); /* "dialysis" */
bool mag_condition_find(mag_span name, mag_condition *out);

#endif
