/* Drugs: names and codes with the classes that the specification gives them. */
#include "loaded_book.h"

#include "clinical/dose.h"
#include "io/embedded.h"
#include "io/yaml_tree.h"

static mag_drug drug_of(mag_code_system system, const char *code, const char *name) {
    mag_drug drug;
    mag_error err;
    assert_int_equal(
        mag_codebook_drug(book, arena, system, mag_span_of(code), mag_span_of(name), &drug, &err),
        MAG_OK);
    return drug;
}

/* "MGSUPP MGIV" in order of the classes. */
static void write_classes(mag_class_set set, char out[512]) {
    out[0] = '\0';
    for (mag_class c = 0; c < MAG_CLASS_COUNT; c++)
        if (set >> c & 1) {
            strcat(out, out[0] ? " " : "");
            strcat(out, mag_class_name(c));
        }
}

typedef struct expectation {
    const char *name;
    const char *classes;
} expectation;

static void check_names(const expectation *rows, size_t count) {
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        char found[512];
        write_classes(drug_of(MAG_SYSTEM_NONE, "", rows[i].name).classes, found);
        if (strcmp(found, rows[i].classes) != 0) {
            print_error("\"%s\": [%s], expected [%s]\n", rows[i].name, found, rows[i].classes);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

#define CHECK_NAMES(rows) check_names(rows, sizeof(rows) / sizeof *(rows))

static void magnesium_products_get_their_purpose(void **state) {
    (void)state;
    static const expectation rows[] = {
        {"Magnesium Oxide", "MGSUPP"},
        {"Mg oxide 400 mg", "MGSUPP"},
        {"mag-ox 400", "MGSUPP"},
        {"MagOx", "MGSUPP"},
        {"500 mg oxide", ""},
        {"Magnesium 400 mg (as oxide)", "MGSUPP"},
        {"MAGNESIUM", "MGSUPP"},
        {"Herbal mix with magnesium", "MGSUPP"},
        {"Magnesium glycerophosphate 4 mmol tablets", "MGSUPP"},
        {"Magnesium bisglycinate 100 mg", "MGSUPP"},
        {"Slow-Mag 535 mg", "MGSUPP"},
        {"Mag 64", "MGSUPP"},
        {"Phillips' Cramp-free", "MGSUPP"},
        {"Neomag 4 mmol chewable tablets", "MGSUPP"},
        {"Magnaspartate sachet", "MGSUPP"},
        {"Magnesium Sulfate", "MGSUPP MGIV"},
        {"magnesium sulfate 2 g/50 mL", "MGSUPP MGIV"},
        {"MgSO4", "MGSUPP MGIV"},
        {"mag sulf", "MGSUPP MGIV"},
        {"Magnesium Sulfate Replacement (Critical Care and Oncology)", "MGSUPP MGIV"},
        {"Magnesium Citrate", "MGLAX"},
        {"Magnesium citrate 100 mg tablet", "MGSUPP"},
        {"Mg citrate 200 mg elemental", "MGSUPP"},
        {"Milk of Magnesia", "MGLAX"},
        {"MOM", "MGLAX"},
        {"M.O.M.", "MGLAX"},
        {"Phillips Milk of Magnesia", "MGLAX"},
        {"Epsom salts", "MGLAX"},
        {"Mil-Par", "MGLAX"},
        {"liquid paraffin and magnesium hydroxide", "MGLAX"},
        {"magnesium hydroxide 1200 mg chew", "MGLAX"},
        {"magnesium hydroxide 400 mg/5 mL", "MGANTACID"},
        {"Aluminum-Magnesium Hydrox.-Simethicone", "MGANTACID"},
        {"aluminium hydroxide 220 mg / magnesium hydroxide 195 mg", "MGANTACID"},
        {"Maalox", "MGANTACID"},
        {"Maalox/Diphenhydramine/Lidocaine", "MGANTACID"},
        {"co-magaldrox 195/220", "MGANTACID"},
        {"hydrotalcite", "MGANTACID"},
        {"Al/Mg", "MGANTACID"},
        {"Pepcid Complete", "MGANTACID CA"},
        {"famotidine, calcium carbonate, magnesium hydroxide", "MGANTACID CA"},
        {"Picolax", "MGPREP"},
        {"Sodium picosulfate 10mg / Magnesium oxide 3.5g / Citric acid 12g oral powder", "MGPREP"},
        {"Sutab", "MGPREP"},
        {"Osvaren", "MGOTHER CA"},
        {"calcium acetate 435 mg / magnesium carbonate 235 mg", "MGOTHER CA"},
        {"Choline magnesium trisalicylate", "MGOTHER"},
        {"Xywav", "MGOTHER"},
    };
    CHECK_NAMES(rows);
}

static void counter_ions_and_fluids_are_no_exposure(void **state) {
    (void)state;
    static const expectation rows[] = {
        {"Esomeprazole Magnesium 40 mg", "MGNOT PPI"},
        {"esomeprazole (as magnesium dihydrate)", "MGNOT PPI"},
        {"Omeprazole magnesium 20 mg", "MGNOT PPI"},
        {"NexIUM", "PPI"},
        {"Pitavastatin Magnesium", "MGNOT STATIN"},
        {"valproate magnesium", "MGNOT"},
        {"magnesium valproate", "MGNOT"},
        {"magnesium stearate", "MGNOT"},
        {"PlasmaLyte", "MGNOT"},
        {"Plasma-Lyte A with magnesium chloride", "MGNOT"},
        {"Prismasate (B22 K4)", "MGNOT"},
        {"PrismaSol", "MGNOT"},
        {"Cardioplegia", "MGNOT"},
        {"TPN base with magnesium sulfate", "MGNOT"},
        {"Magnesium sulfate paste", "MGNOT"},
        {"magnesium chloride spray", "MGNOT"},
        {"Epsom salts bath", "MGNOT"},
        {"Magnesium cream", "MGNOT"},
        {"Magnesium sulfate (TPN additive)", "MGSUPP MGIV"},
        {"magnesium sulfate in Plasma-Lyte", "MGSUPP MGIV"},
        {"Losartan Potassium", "ARB"},
        {"Losartan Potassium-HCTZ", "THIAZ ARB"},
        {"Penicillin G Potassium", ""},
        {"Potassium iodide", ""},
        {"Potassium permanganate", ""},
        {"Amoxicillin-Clavulanate Potassium", ""},
        {"Diclofenac potassium", ""},
        {"Raltegravir potassium 400 mg", "INSTI"},
        {"Golytely (PEG 3350, potassium chloride, sodium bicarbonate)", ""},
        {"Vitamin K tab 5 mg", ""},
        {"Vit K tab", ""},
        {"Potassium Chloride", "KSUPP"},
        {"Potassium Chloride Replacement (Critical Care and Oncology) ", "KSUPP"},
        {"Potassium Chl 20 mEq / 1000 mL D5 1/2 NS", "KSUPP"},
        {"Potassium Phosphate", "KSUPP"},
        {"Potassium 20 mEq", "KSUPP"},
        {"Sando-K", "KSUPP"},
        {"K-Tab", "KSUPP"},
        {"Potassium canrenoate", "KSPARE"},
        {"Acme potassium", ""}, /* a salt of something that nobody knows */
        {"2 potassium", "KSUPP"},
        {"20 mg potassium", "KSUPP"},
        {"Na 2+ potassium", ""},
        {"2+ potassium", ""}, /* an ion of something */
        {"magnesium {oral}", "MGSUPP"},
        {"Cardioplegia with magnesium stearate", "MGNOT"},
    };
    CHECK_NAMES(rows);
}

static void combinations_count_in_every_class(void **state) {
    (void)state;
    static const expectation rows[] = {
        {"co-amilofruse 5/40", "LOOP KSPARE"},
        {"Zestoretic", "THIAZ ACEI"},
        {"MONOPRIL", "ACEI"},
        {"HYGROTON", "THIAZ"},
        {"RIOPAN", "MGANTACID"},
        {"HYDROCHLOROTHIAZIDE WITH TRIAMTERENE", "THIAZ KSPARE"},
        {"Lisinopril-Hydrochlorothiazide", "THIAZ ACEI"},
        {"Micardis-HCT", "THIAZ ARB"},
        {"Moduretic", "THIAZ KSPARE"},
        {"co-tenidone", "THIAZ"},
        {"co-zidocapt 25/50", "THIAZ ACEI"},
        {"Coversyl Arginine Plus", "THIAZ ACEI"},
        {"Sacubitril-Valsartan (24mg-26mg)", "ARB"},
        {"Triamterene-HCTZ (37.5/25)", "THIAZ KSPARE"},
        {"Oxaliplatin", "PLATIN QT"},
        {"Pentamidine", "PENTAM QT"},
        {"Lansoprazole 30 mg / amoxicillin 500 mg / clarithromycin 500 mg", "PPI QT"},
    };
    CHECK_NAMES(rows);
}

/* The rows of clinical spec d3, and what stands beside them on a real list. */
static void drugs_of_interaction_and_context_reach_their_classes(void **state) {
    (void)state;
    static const expectation rows[] = {
        {"Ciprofloxacin 500 mg tablets", "QT FQ"},
        {"ofloxacin 200 mg", "FQ"},
        {"Norfloxacin", "FQ"},
        {"Vibramycin", "TETRA"},
        {"Lymecycline 408 mg capsules", "TETRA"},
        {"Tigecycline", ""},
        {"Alendronic acid 70 mg tablets", "BISPH"},
        {"Ibandronate 150 mg", "BISPH BONEIV"},
        {"Zoledronic acid 5 mg", "BONEIV"},
        {"Denosumab-bbdz", "BONEIV"},
        {"Levothyroxine Sodium", "THYROX"},
        {"Armour Thyroid", "THYROX"},
        {"Parathyroid hormone", ""},
        {"Dolutegravir-lamivudine", "INSTI"},
        {"Biktarvy", "INSTI"},
        {"Mycophenolate Mofetil", "BOUND MYCOPH"},
        {"Gabapentin", "BOUND"},
        {"Itraconazole 100 mg capsules", "BOUND"},
        {"Itraconazole oral solution", ""},
        {"Rosuvastatin Calcium", "BOUND STATIN"},
        {"Ferrous fumarate", "BOUND"},
        {"Ferric gluconate", ""},
        {"Iron 65 mg", "BOUND"},
        {"Iron sucrose", ""},
        {"Environ", ""},
        {"Hydroxychloroquine Sulfate", "QT BOUND"},
        {"Warfarin", "VKA"},
        {"Apixaban", ""},
        {"Sodium Polystyrene Sulfonate", "KBINDRES"},
        {"Calcium Resonium", "KBINDRES"},
        {"Patiromer", "KBIND"},
        {"Calcium carbonate 1.25 g", "CA"},
        {"Calcium 500 mg", "CA"},
        {"Adcal-D3", "CA VITD"},
        {"Calcium carbonate / colecalciferol", "CA VITD"},
        {"Atorvastatin calcium", "STATIN"},
        {"Leucovorin Calcium", ""},
        {"Docusate calcium", ""},
        {"Calcium polycarbophil", ""},
        {"Heparin calcium", "KUP"},
        {"Vitamin D3 1000 units", "VITD"},
        {"Calcitonin", ""},
        {"Calcipotriol", ""},
        {"Sulfamethoxazole-Trimethoprim", "KUP"},
        {"Heparin Sodium", "KUP"},
        {"Heparin Dwell (1000 Units/mL)", ""},
        {"Heparin lock", ""},
        {"Enoxaparin Sodium", "KUP"},
        {"Nystatin", ""},
        {"Simvastatin", "STATIN"},
        {"Albuterol 0.083% Neb Soln", "BETA2"},
        {"Ipratropium-Albuterol Inhalation Spray", "BETA2"},
        {"Salbutamol 100 microgram inhaler", "BETA2"},
        {"Ipratropium Bromide Neb", ""},
        {"Budesonide-Formoterol", "BETA2"},
        {"Tobramycin and salbutamol nebules", "BETA2"},
        {"Magnesium sulfate nebuliser", "MGNOT"},
        {"Quinine sulphate 200 mg", "QT QUININE"},
        {"Tonic water (quinine)", ""},
        {"Insulin Glargine", "INSULIN"},
        {"HumaLOG", "INSULIN"},
        {"Insulin Syringe U-500", ""},
        {"Cisatracurium Besylate", "NMB"},
        {"LOPERamide", "ANTIDIARR"},
        {"PredniSONE", "STEROID"},
        {"PrednisoLONE Acetate 1% Ophth. Susp.", ""},
        {"Prednisolone enema", ""},
        {"Hydrocortisone Cream 2.5%", ""},
        {"Hydrocortisone Na Succ.", "STEROID"},
        {"Cortisone acetate", "STEROID"},
        {"Cisplatin", "PLATIN CISPLAT"},
        {"CARBOplatin", "PLATIN CARBOPLAT"},
        {"Oxaliplatin", "PLATIN QT"},
    };
    CHECK_NAMES(rows);
}

static void what_depends_on_the_route_says_so(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code, *name;
        mag_class asked;
        bool needs_route;
    } rows[] = {
        {MAG_SYSTEM_NONE, "", "Hydrocortisone", MAG_CLASS_STEROID, true},
        {MAG_SYSTEM_ATC, "H02AB09", "Hydrocortisone", MAG_CLASS_STEROID, false},
        {MAG_SYSTEM_NONE, "", "CORTISONE", MAG_CLASS_STEROID, true},
        {MAG_SYSTEM_NONE, "", "Prednisone", MAG_CLASS_STEROID, false},
        {MAG_SYSTEM_NONE, "", "Ibandronate", MAG_CLASS_BONEIV, true},
        {MAG_SYSTEM_NONE, "", "Ibandronate", MAG_CLASS_BISPH, false},
        {MAG_SYSTEM_ATC, "M05BA06", "", MAG_CLASS_BONEIV, true},
        {MAG_SYSTEM_RXNORM, "115264", "", MAG_CLASS_BONEIV, true},
        {MAG_SYSTEM_ATC, "M05BA08", "", MAG_CLASS_BONEIV, false},
        {MAG_SYSTEM_ATC, "J01GB05", "", MAG_CLASS_AMINOG, true},
        {MAG_SYSTEM_ATC, "J01GB03", "", MAG_CLASS_AMINOG, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const mag_drug drug = drug_of(rows[i].system, rows[i].code, rows[i].name);
        if (!(drug.classes >> rows[i].asked & 1) ||
            (drug.needs_route >> rows[i].asked & 1) != rows[i].needs_route)
            fail_msg("%s %s", rows[i].code, rows[i].name);
    }
}

static void sound_alikes_and_local_forms_are_none_of_ours(void **state) {
    (void)state;
    static const expectation rows[] = {
        {"Aripiprazole", ""},
        {"brexpiprazole", ""},
        {"Voriconazole", ""},
        {"Hydrochlorothiazide", "THIAZ"},
        {"Chlorothiazide Sodium", "THIAZ"},
        {"Metoprolol Tartrate", ""},
        {"Metolazone", "THIAZ"},
        {"Budesonide", ""},
        {"Bumetanide", "LOOP"},
        {"Amlodipine", ""},
        {"Amiloride", "KSPARE"},
        {"quiniDINE Gluconate E.R.", "QT"},
        {"quinine sulfate", "QT QUININE"},
        {"Lidocaine-Prilocaine", ""},
        {"Tobramycin Fortified Ophth. Soln.", ""},
        {"Tobramycin Sulfate", "AMINOG"},
        {"Gentamicin 0.3% Ophth. Soln", ""},
        {"Gentamicin lock", ""},
        {"Tobramycin bone cement", ""},
        {"Tobi Podhaler tobramycin", ""},
        {"Tobramycin inhalation solution", ""},
        {"Ciprofloxacin 0.3% Ophth Soln", ""},
        {"Cipro HC Otic", ""},
        {"Tacrolimus ointment", ""},
        {"Protopic", ""},
        {"Tacrolimus Suspension", "CNI KUP"},
        {"FK506", "CNI KUP"},
        {"everolimus-eluting stent", ""},
        {"Digoxin Immune Fab", ""},
        {"DigiFab", "MGNOT"},
        {"Neomycin Sulfate", ""},
        {"Escitalopram", "QT"},
        {"Sodium picosulfate 5 mg/5 mL", ""},
        {"Gaviscon Advance", ""},
        {"Polyethylene Glycol", ""},
        {"*NF* Torsemide", "LOOP"},
        {"Torsemide *NF* ", "LOOP"},
        {"", ""},
    };
    CHECK_NAMES(rows);
}

typedef struct coded {
    mag_code_system system;
    const char *code, *name, *classes;
} coded;

static void codes_decide_and_vetoes_hold(void **state) {
    (void)state;
    static const coded rows[] = {
        {MAG_SYSTEM_ATC, "C03CA01", "", "LOOP"},
        {MAG_SYSTEM_ATC, "C03EB01", "", "LOOP KSPARE"},
        {MAG_SYSTEM_ATC, "C03BC01", "", ""},
        {MAG_SYSTEM_ATC, "C09BX02", "", "ACEI"},
        {MAG_SYSTEM_ATC, "C09BX01", "", "THIAZ ACEI"},
        {MAG_SYSTEM_ATC, "C10BX13", "", "THIAZ ACEI BOUND STATIN"},
        {MAG_SYSTEM_ATC, "C09XA52", "", "THIAZ KUP"},
        {MAG_SYSTEM_ATC, "A02BC05", "Esomeprazole Magnesium", "MGNOT PPI"},
        {MAG_SYSTEM_ATC, "A02BD08", "", "TETRA"},
        {MAG_SYSTEM_ATC, "A02BD06", "", "PPI QT"},
        {MAG_SYSTEM_ATC, "M01AE53", "", ""},
        {MAG_SYSTEM_ATC, "M01AE53", "ketoprofen and omeprazole", "PPI"},
        {MAG_SYSTEM_ATC, "J01GB01", "Tobramycin", "AMINOG"},
        {MAG_SYSTEM_ATC, "S01AA12", "Tobramycin", ""},
        {MAG_SYSTEM_ATC, "A07AA01", "Neomycin", ""},
        {MAG_SYSTEM_ATC, "S01AE03", "Ciprofloxacin", ""},
        {MAG_SYSTEM_ATC, "D11AH01", "Tacrolimus", ""},
        {MAG_SYSTEM_ATC, "L04AA10", "", "MTOR"},
        {MAG_SYSTEM_ATC, "L04AH01", "", "MTOR"},
        {MAG_SYSTEM_ATC, "L01XC06", "", "EGFRMAB"},
        {MAG_SYSTEM_ATC, "L01FE02", "", "EGFRMAB"},
        {MAG_SYSTEM_ATC, "L01EB01", "", ""},
        {MAG_SYSTEM_ATC, "V03AE10", "", ""},
        {MAG_SYSTEM_ATC, "C01AA05", "", "DIGOX"},
        {MAG_SYSTEM_ATC, "A12CC10", "", "MGSUPP"},
        {MAG_SYSTEM_ATC, "A12CC02", "", "MGSUPP MGIV"},
        {MAG_SYSTEM_ATC, "A12CC04", "magnesium citrate", "MGSUPP"},
        {MAG_SYSTEM_ATC, "A12CC10", "magnesium oxide 400 mg", "MGSUPP"},
        {MAG_SYSTEM_ATC, "A02AA04", "", "MGANTACID"},
        {MAG_SYSTEM_ATC, "A02AA04", "Milk of Magnesia", "MGLAX"},
        {MAG_SYSTEM_ATC, "A02AA02", "magnesium oxide", "MGANTACID"},
        {MAG_SYSTEM_ATC, "A02AD01", "", ""},
        {MAG_SYSTEM_ATC, "A02AD01", "aluminium and calcium", ""},
        {MAG_SYSTEM_ATC, "A02AD01", "Maalox", "MGANTACID"},
        {MAG_SYSTEM_ATC, "A02AF02", "magnesium oxide, simeticone", "MGANTACID"},
        {MAG_SYSTEM_ATC, "A02AD02", "", "MGANTACID"},
        {MAG_SYSTEM_ATC, "A06AD04", "magnesium sulfate", "MGLAX MGIV"},
        {MAG_SYSTEM_ATC, "A06AD19", "magnesium citrate tablet", "MGSUPP"},
        {MAG_SYSTEM_ATC, "A06AB58", "", "MGPREP"},
        {MAG_SYSTEM_ATC, "A06AB58", "Picolax", "MGPREP"},
        {MAG_SYSTEM_ATC, "B05XA05", "", "MGIV"},
        {MAG_SYSTEM_ATC, "V03AE04", "calcium acetate and magnesium carbonate", "MGOTHER CA"},
        {MAG_SYSTEM_ATC, "D11AX05", "magnesium sulfate", "MGNOT"},
        {MAG_SYSTEM_ATC, "A12BA01", "", "KSUPP"},
        {MAG_SYSTEM_RXNORM, "4603", "", "LOOP"},
        {MAG_SYSTEM_RXNORM, "32592", "", "PLATIN QT"},
        {MAG_SYSTEM_RXNORM, "203223", "digoxin antibody", ""},
        {MAG_SYSTEM_RXNORM, "2001252", "", "MGNOT STATIN"},
        {MAG_SYSTEM_RXNORM, "6582", "", "MGSUPP"},
        {MAG_SYSTEM_RXNORM, "6582", "Clenpiq", "MGPREP"},
        {MAG_SYSTEM_RXNORM, "6581", "", "MGANTACID"},
        {MAG_SYSTEM_RXNORM, "6581", "milk of magnesia", "MGLAX"},
        {MAG_SYSTEM_RXNORM, "6585", "", "MGSUPP MGIV"},
        {MAG_SYSTEM_RXNORM, "52356", "magnesium citrate oral solution", "MGLAX"},
        {MAG_SYSTEM_RXNORM, "6579", "Plasma-Lyte A", "MGNOT"},
        {MAG_SYSTEM_MIMIC, "222011", "", "MGIV"},
        {MAG_SYSTEM_BNF, "0103050P0AAAAAA", "", "PPI"},
        {MAG_SYSTEM_BNF, "0202010B0AAABAB", "", "THIAZ"},
        {MAG_SYSTEM_BNF, "0905013G0AAABAB", "Magnesium glycerophosphate tablets", "MGSUPP"},
        {MAG_SYSTEM_BNF, "0106040M0AAABAB", "Lactulose", ""},
        {MAG_SYSTEM_BNF, "0801050B0AAAAAA", "", ""},
        {MAG_SYSTEM_ATC, "4603", "", ""},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char found[512];
        write_classes(drug_of(rows[i].system, rows[i].code, rows[i].name).classes, found);
        if (strcmp(found, rows[i].classes) != 0) {
            print_error("%s \"%s\": [%s], expected [%s]\n", rows[i].code, rows[i].name, found,
                        rows[i].classes);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void unmapped_look_alikes_are_reported_and_known_ones_are_not(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool looks_like_ours;
    } rows[] = {
        {"Magnesium unobtainate", true},
        {"Cefunknown potassium", true},
        {"Gaviscon Advance", true},
        {"ACUPRIL", true},
        {"xyzprazole", true},
        {"newthiazide", true},
        {"Potassium unobtainate", true},
        {"Sitafloxacin 50 mg", true},
        {"Newcycline", true},
        {"Novostatin and cerivastatin", true},
        {"Insulinum humanum", true},
        {"Tigecycline", false},
        {"Nystatin", false},
        {"Insulin Syringe U-500", false},
        {"Heparin Dwell (1000 Units/mL)", false},
        {"Aripiprazole", false},
        {"Brexpiprazole 2 mg", false},
        {"Penicillin G Potassium", false},
        {"Tobramycin Fortified Ophth. Soln.", false},
        {"Digoxin Immune Fab", false},
        {"Esomeprazole Magnesium", false},
        {"Magnesium Oxide", false},
        {"PlasmaLyte", false},
        {"Paracetamol", false},
        {"Lidocaine-Prilocaine", false},
        {"Voriconazole", false},
        {"500 mg oxide", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (drug_of(MAG_SYSTEM_NONE, "", rows[i].name).looks_like_ours != rows[i].looks_like_ours)
            fail_msg("%s", rows[i].name);
    assert_true(drug_of(MAG_SYSTEM_ATC, "A02AD01", "").looks_like_ours);
    assert_false(drug_of(MAG_SYSTEM_ATC, "A02BD08", "").looks_like_ours);
    assert_false(drug_of(MAG_SYSTEM_ATC, "N02BE01", "").looks_like_ours);
}

static void says_what_matched_and_what_to_show(void **state) {
    (void)state;
    assert_string_equal(drug_of(MAG_SYSTEM_ATC, "C03CA01", "Lasix").matched_by, "code");
    assert_string_equal(drug_of(MAG_SYSTEM_NONE, "", "furosemide").matched_by, "name");
    assert_string_equal(drug_of(MAG_SYSTEM_NONE, "", "Lasix").matched_by, "brand");
    assert_string_equal(drug_of(MAG_SYSTEM_ATC, "N02BE01", "furosemide").matched_by, "name");
    assert_null(drug_of(MAG_SYSTEM_NONE, "", "paracetamol").matched_by);
    assert_string_equal(drug_of(MAG_SYSTEM_ATC, "C03CA01", " Lasix ").shown_name, "Lasix");
    assert_string_equal(drug_of(MAG_SYSTEM_ATC, "C03CA01", "").shown_name, "C03CA01");
}

static void h_pylori_packs_are_marked(void **state) {
    (void)state;
    assert_true(drug_of(MAG_SYSTEM_ATC, "A02BD06", "").is_h_pylori_pack);
    assert_true(drug_of(MAG_SYSTEM_NONE, "", "Prevpac").is_h_pylori_pack);
    assert_true(
        drug_of(MAG_SYSTEM_NONE, "", "lansoprazole/amoxicillin/clarithromycin").is_h_pylori_pack);
    assert_false(drug_of(MAG_SYSTEM_ATC, "A02BC01", "omeprazole").is_h_pylori_pack);
}

static void magnesium_gets_its_salt_from_name_or_code(void **state) {
    (void)state;
    mag_salt oxide = mag_salt_of_text(mag_span_of("magnesium oxide"));
    assert_int_not_equal(oxide, MAG_SALT_UNKNOWN);
    assert_int_equal(drug_of(MAG_SYSTEM_NONE, "", "Magnesium Oxide 400 mg").salt, oxide);
    assert_int_equal(drug_of(MAG_SYSTEM_ATC, "A12CC10", "").salt, oxide);
    assert_int_equal(drug_of(MAG_SYSTEM_RXNORM, "6582", "").salt, oxide);
    assert_int_equal(drug_of(MAG_SYSTEM_NONE, "", "Esomeprazole Magnesium").salt, MAG_SALT_UNKNOWN);
    assert_int_equal(drug_of(MAG_SYSTEM_NONE, "", "Furosemide").salt, MAG_SALT_UNKNOWN);
}

/* --- the list against itself --- */

static const mag_yaml *list(void) {
    mag_span content;
    mag_error err;
    const mag_yaml *root = NULL;
    assert_true(mag_embedded_find("pipelines/codes/drugs.yaml", &content));
    assert_int_equal(mag_yaml_parse(arena, "drugs.yaml", content, MAG_E_RULES, &root, &err),
                     MAG_OK);
    return root;
}

static void every_class_has_a_code_and_a_name(void **state) {
    (void)state;
    const mag_yaml *classes = mag_yaml_get(list(), "classes");
    assert_int_equal(classes->count, MAG_CLASS_COUNT);
    for (const mag_yaml *node = classes->first; node; node = node->next) {
        assert_true(mag_yaml_get(node, "atc")->count > 0);
        assert_true(mag_yaml_get(node, "names")->count > 0);
    }
}

static void no_list_names_anything_twice(void **state) {
    (void)state;
    for (const mag_yaml *node = mag_yaml_get(list(), "classes")->first; node; node = node->next)
        for (const mag_yaml *part = node->first; part; part = part->next)
            for (const mag_yaml *item = part->first; item; item = item->next)
                for (const mag_yaml *other = item->next; other; other = other->next)
                    if (mag_span_is_ignoring_case(mag_span_of(item->text), other->text))
                        fail_msg("%s %s: %s", node->key, part->key, item->text);
}

#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)

/* Everything that a class lists comes out as that class; an ingredient that serves several
   magnesium classes, as one of them. */
static void every_listed_name_and_code_reaches_its_class(void **state) {
    (void)state;
    const mag_class_set magnesium =
        BIT(MGSUPP) | BIT(MGANTACID) | BIT(MGLAX) | BIT(MGPREP) | BIT(MGOTHER) | BIT(MGIV);
    int wrong = 0;
    for (const mag_yaml *node = mag_yaml_get(list(), "classes")->first; node; node = node->next) {
        mag_class drug_class;
        assert_true(mag_class_find(mag_span_of(node->key), &drug_class));
        static const char *const parts[] = {"names", "brands", "atc", "bnf", "rxnorm"};
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            const mag_yaml *part = mag_yaml_get(node, parts[p]);
            for (const mag_yaml *item = part ? part->first : NULL; item; item = item->next) {
                static const mag_code_system systems[] = {MAG_SYSTEM_NONE, MAG_SYSTEM_NONE,
                                                          MAG_SYSTEM_ATC, MAG_SYSTEM_BNF,
                                                          MAG_SYSTEM_RXNORM};
                bool is_name = p < 2;
                /* an ingredient's id is read with the ingredient's name beside it */
                const char *name = is_name ? item->text : item->key ? item->key : "";
                mag_class_set set = drug_of(systems[p], is_name ? "" : item->text, name).classes;
                bool is_one_of_several =
                    p == 4 && (magnesium >> drug_class & 1) && (set & magnesium);
                if (!(set >> drug_class & 1) && !is_one_of_several) {
                    char found[512];
                    write_classes(set, found);
                    print_error("%s %s %s: [%s]\n", node->key, parts[p], item->text, found);
                    wrong++;
                }
            }
        }
    }
    assert_int_equal(wrong, 0);
}

static void no_sparing_drug_is_in_a_depleting_class(void **state) {
    (void)state;
    static const char *const sparing[] = {"spironolactone", "eplerenone", "finerenone",
                                          "triamterene",    "amiloride",  "Aldactone",
                                          "Inspra",         "Dyrenium",   "potassium canrenoate"};
    for (size_t i = 0; i < sizeof sparing / sizeof *sparing; i++)
        assert_int_equal(drug_of(MAG_SYSTEM_NONE, "", sparing[i]).classes,
                         (mag_class_set)1 << MAG_CLASS_KSPARE);
    static const char *const codes[] = {"C03DA01", "C03DA04", "C03DA05", "C03DB01", "C03DB02"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(drug_of(MAG_SYSTEM_ATC, codes[i], "").classes,
                         (mag_class_set)1 << MAG_CLASS_KSPARE);
}

static void no_laboratory_code_is_a_drug_code(void **state) {
    (void)state;
    mag_span content;
    mag_error err;
    const mag_yaml *root = NULL;
    assert_true(mag_embedded_find("pipelines/codes/analytes.yaml", &content));
    assert_int_equal(mag_yaml_parse(arena, "analytes.yaml", content, MAG_E_RULES, &root, &err),
                     MAG_OK);
    for (const mag_yaml *node = mag_yaml_get(root, "analytes")->first; node; node = node->next)
        for (const mag_yaml *part = node->first; part; part = part->next)
            for (const mag_yaml *item = part->first; item; item = item->next)
                if (item->text && strcmp(part->key, "mimic") == 0)
                    assert_int_equal(drug_of(MAG_SYSTEM_MIMIC, item->text, "").classes, 0);
}

/* A whole feed in lower case must not be lost: code by code the same classes as in upper case. */
static void drug_codes_say_the_same_in_any_case(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code, *lower, *classes;
    } rows[] = {
        {MAG_SYSTEM_ATC, "A12CC04", "a12cc04", "MGSUPP"},
        {MAG_SYSTEM_ATC, "C03CA01", " c03ca01", "LOOP"},
        {MAG_SYSTEM_ATC, "C03EB01", "c03eB01", "LOOP KSPARE"},
        {MAG_SYSTEM_ATC, "J02AA01", "j02aa01", "AMPHO"},
        {MAG_SYSTEM_ATC, "A07AA07", "a07aa07", ""},
        {MAG_SYSTEM_BNF, "0202020D0AAAAAA", "0202020d0aaaaaa", "LOOP"},
        {MAG_SYSTEM_RXNORM, "4603", "4603 ", "LOOP"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mag_drug upper = drug_of(rows[i].system, rows[i].code, "");
        mag_drug lower = drug_of(rows[i].system, rows[i].lower, "");
        char found[512];
        write_classes(lower.classes, found);
        if (strcmp(found, rows[i].classes) != 0 || upper.classes != lower.classes ||
            upper.salt != lower.salt || upper.looks_like_ours != lower.looks_like_ours)
            fail_msg("%s: [%s], expected [%s]", rows[i].lower, found, rows[i].classes);
    }
    assert_true(drug_of(MAG_SYSTEM_ATC, "c03ce01", "").looks_like_ours);
    assert_int_equal(drug_of(MAG_SYSTEM_ATC, "a12cc04", "").salt,
                     mag_salt_of_text(mag_span_of("magnesium citrate")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drug_codes_say_the_same_in_any_case),
        cmocka_unit_test(magnesium_products_get_their_purpose),
        cmocka_unit_test(counter_ions_and_fluids_are_no_exposure),
        cmocka_unit_test(combinations_count_in_every_class),
        cmocka_unit_test(drugs_of_interaction_and_context_reach_their_classes),
        cmocka_unit_test(what_depends_on_the_route_says_so),
        cmocka_unit_test(sound_alikes_and_local_forms_are_none_of_ours),
        cmocka_unit_test(codes_decide_and_vetoes_hold),
        cmocka_unit_test(unmapped_look_alikes_are_reported_and_known_ones_are_not),
        cmocka_unit_test(says_what_matched_and_what_to_show),
        cmocka_unit_test(h_pylori_packs_are_marked),
        cmocka_unit_test(magnesium_gets_its_salt_from_name_or_code),
        cmocka_unit_test(every_class_has_a_code_and_a_name),
        cmocka_unit_test(no_list_names_anything_twice),
        cmocka_unit_test(every_listed_name_and_code_reaches_its_class),
        cmocka_unit_test(no_sparing_drug_is_in_a_depleting_class),
        cmocka_unit_test(no_laboratory_code_is_a_drug_code),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
