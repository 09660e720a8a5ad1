/* The drug list against the tables d1 and d3 of the clinical specification, transcribed from the
   page on their own: every code, ingredient, name and brand of a row reaches the class of the row.
 */
#include "loaded_book.h"

typedef struct spec_row {
    mag_class drug_class;
    const char *atc, *rxnorm, *names; /* separated by commas */
} spec_row;

static const spec_row spec_rows[] = {
    {MAG_CLASS_LOOP, "C03CA,C03CB,C03CC,C03CD,C03CX,C03EB", "4603,1808,38413,62349",
     "furosemide,bumetanide,torsemide,ethacrynate,frusemide,torasemide,"
     "co-amilofruse,Lasix,Furoscix,Bumex,Soaanz,Edecrin,Frusol,Burinex,Torem,Frumil,"
     "Lasilactone,ethacrynic acid,etacrynic acid"},
    {MAG_CLASS_THIAZ,
     "C03A,C03B,C03EA,C02L,C07B,C07C,C07D,C08GA,C09BA,C09BX01,C09BX03,C09BX06,C09DA,"
     "C09DX01,C09DX03,C09DX06,C09DX07,C09DX08,C09DX09,C09XA52,C09XA54,C10BX13",
     "5487,2409,5764,6916,2396,6860,1369",
     "hydrochlorothiazide,chlorthalidone,indapamide,metolazone,chlorothiazide,"
     "methyclothiazide,bendroflumethiazide,xipamide,HCTZ,bendrofluazide,"
     "chlortalidone,cyclopenthiazide,co-tenidone,co-zidocapt,co-amilozide,"
     "co-triamterzide,Thalitone,Hemiclor,Diuril,Inzirqo,Aldactazide,Atacand HCT,"
     "Avalide,Benicar HCT,Diovan HCT,Dyazide,Edarbyclor,Exforge HCT,Hyzaar,"
     "Lopressor HCT,Lotensin HCT,Maxzide,Micardis-HCT,Tekturna HCT,Tenoretic,"
     "Clorpres,Tribenzor,Vaseretic,Zestoretic,Ziac,Aprinox,Natrilix SR,CoAprovel,"
     "Cozaar-Comp,Innozide,Kalspare,Navispare,Moduretic,Accuretic,Carace Plus,"
     "Coversyl Arginine Plus"},
    {MAG_CLASS_PPI, "A02BC,A02BD,M01AE52,B01AC56", "7646,40790,17128,114979,283742,816346,2604577",
     "omeprazole,pantoprazole,lansoprazole,rabeprazole,esomeprazole,dexlansoprazole,"
     "vonoprazan,Prilosec,Zegerid,Konvomep,Talicia,Yosprala,Protonix,Prevacid,"
     "Aciphex,Nexium,Vimovo,Dexilant,Voquezna,Losec,Zoton,Pariet,Pantoloc"},
    {MAG_CLASS_AMINOG, "J01GB,J01GA01,J01RA06", "1596450,10627,641,10109,2049549,6099",
     "gentamicin,tobramycin,amikacin,streptomycin,plazomicin,kanamycin,Zemdri"},
    {MAG_CLASS_CNI, "L04AD", "3008,42316,2475166",
     "cyclosporine,tacrolimus,voclosporin,ciclosporin,cyclosporin,FK506,Prograf,"
     "Envarsus,Astagraf,Neoral,Sandimmune,Gengraf,Lupkynis,Adoport,Advagraf,"
     "Dailiport,Capimune"},
    {MAG_CLASS_AMPHO, "J02AA01", "732",
     "amphotericin B,amphotericin,ambisome,abelcet,lipo ampho,Fungizone"},
    {MAG_CLASS_PLATIN, "L01XA01,L01XA02,L01XA03", "2555,40048,32592",
     "cisplatin,carboplatin,oxaliplatin,CDDP,Paraplatin,Kyxata"},
    {MAG_CLASS_EGFRMAB, "L01FE,L01FX18,L01XC06,L01XC08,L01XC22", "318341,263034,1723738,2549199",
     "cetuximab,panitumumab,necitumumab,amivantamab,Erbitux,Vectibix,Portrazza,"
     "Rybrevant"},
    {MAG_CLASS_FOSC, "J05AD01", "33562", "foscarnet,Foscavir"},
    {MAG_CLASS_PENTAM, "P01CX01", "7994", "pentamidine,Pentam,Pentacarinat"},
    {MAG_CLASS_MTOR, "L04AH01,L04AH02,L01EG01,L01EG02,L01EG03,L01EG04,L04AA10,L04AA18",
     "35302,141704,657797",
     "sirolimus,everolimus,temsirolimus,rapamycin,Rapamune,Zortress,Afinitor,"
     "Torpenz,Torisel,Fyarro,Certican,Votubia"},
    {MAG_CLASS_KBIND, "V03AE09", "1716203", "patiromer,Veltassa"},
    {MAG_CLASS_THEOPH, "R03DA04,R03DA05,R03DA54,R03DA55", "10438",
     "theophylline,aminophylline,Uniphyllin,Phyllocontin"},
    {MAG_CLASS_DIGOX, "C01AA02,C01AA04,C01AA05,C01AA08,C01AA52", "3407",
     "digoxin,Lanoxin,Digitek,Digox"},
    {MAG_CLASS_FQ, "J01MA,J01RA05,J01RA09,J01RA10,J01RA11,J01RA12,J01RA17,J01RA18",
     "2551,82122,139462,7623,7517,1927663,138099",
     "ciprofloxacin,levofloxacin,moxifloxacin,ofloxacin,norfloxacin,delafloxacin,"
     "gemifloxacin,Cipro,Proquin,Avelox,Floxin,Baxdela,Factive,Ciproxin,Tavanic"},
    {MAG_CLASS_TETRA, "J01AA,A02BD02,A02BD08,J01RA08,J01RA19",
     "3640,6980,10395,3154,2059269,2059018,7821",
     "doxycycline,minocycline,tetracycline,demeclocycline,omadacycline,sarecycline,"
     "oxytetracycline,Vibramycin,Doryx,Oracea,Minocin,Solodyn,Nuzyra,Seysara,Pylera,"
     "Tetralysal"},
    {MAG_CLASS_BISPH, "M05BA01,M05BA02,M05BA04,M05BA05,M05BA06,M05BA07,M05BB", "46041,73056,115264",
     "alendronate,risedronate,ibandronate,etidronate,Fosamax,Binosto,Actonel,"
     "Atelvia,Boniva"},
    {MAG_CLASS_BONEIV, "M05BA03,M05BA06,M05BA08,M05BX04", "77655,11473,993449",
     "zoledronic acid,pamidronate,Reclast,Prolia,Xgeva"},
    {MAG_CLASS_THYROX, "H03AA", "10582,10814,10572",
     "levothyroxine,liothyronine,thyroid,Synthroid,Levoxyl,Euthyrox,Unithroid,"
     "Tirosint,Cytomel,Armour"},
    {MAG_CLASS_INSTI,
     "J05AJ01,J05AJ02,J05AJ03,J05AR13,J05AR16,J05AR20,J05AR21,J05AR25,J05AR27,"
     "J05AR29,J05AR09,J05AR18",
     "1433868,719872,1306286,1999660",
     "dolutegravir,raltegravir,elvitegravir,bictegravir,Tivicay,Dovato,Juluca,"
     "Triumeq,Isentress,Biktarvy,Genvoya"},
    {MAG_CLASS_BOUND,
     "L04AA06,M01CC01,N02BF01,J01XE01,C10AA07,B03A,B02BX05,P01BA01,P01BA02,P01BB,"
     "J02AC02,J04AC01",
     "68149,7145,7975,25480,7454,301542,24947,711942,5521",
     "mycophenolate,penicillamine,gabapentin,nitrofurantoin,rosuvastatin,"
     "ferrous sulfate,eltrombopag,hydroxychloroquine,Cellcept,Myfortic,Neurontin,"
     "Crestor,Plaquenil"},
    {MAG_CLASS_VKA, "B01AA", "11289,154,8150",
     "warfarin,acenocoumarol,phenprocoumon,Jantoven,Coumadin,Marevan,Sinthrome"},
    {MAG_CLASS_KSUPP, "A12BA,B05XA01,B05XA06,C03AB,C03BB,C03CB", "8591,54993,34296,89903,34322",
     "potassium chloride,potassium citrate,potassium bicarbonate,"
     "potassium gluconate,potassium phosphate,K-Tab,Klor-Con,Effer-K,Urocit-K,"
     "K-Phos,Sando-K,Kay-Cee-L"},
    {MAG_CLASS_KBINDRES, "V03AE01", "56512",
     "sodium polystyrene,Kionex,SPS,Resonium,Calcium Resonium"},
    {MAG_CLASS_CA, "A12AA,A12AX,A02AC", "1897,47613,1908,47622,1919,214342",
     "calcium carbonate,calcium citrate,calcium gluconate,calcium lactate,"
     "calcium phosphate,calcium acetate,Caltrate,Os-Cal,Tums,Adcal,Calcichew,"
     "Sandocal,Accrete D3"},
    {MAG_CLASS_VITD, "A11CC,A12AX,M05BB03,M05BB04,M05BB05,M05BB06,M05BB07,M05BB08,M05BB09",
     "4018,2418,1894,1889,11516,73710",
     "ergocalciferol,cholecalciferol,calcitriol,calcifediol,doxercalciferol,"
     "paricalcitol,alfacalcidol,Drisdol,Rocaltrol,Rayaldee,Hectorol,Zemplar,"
     "One-Alpha,Fultium,Invita"},
    {MAG_CLASS_ACEI,
     "C09AA,C09BA,C09BB,C09BX,C10BX04,C10BX06,C10BX07,C10BX11,C10BX12,C10BX13,"
     "C10BX14,C10BX15,C10BX17,C10BX18,C10BX21,C10BX23",
     "29046,35296,54552,3827,1998,18867,50166,30131,35208,38454",
     "lisinopril,ramipril,perindopril,enalapril,captopril,benazepril,fosinopril,"
     "moexipril,quinapril,trandolapril,Zestril,Altace,Tritace,Coversyl,Vasotec"},
    {MAG_CLASS_ARB, "C09CA,C09DA,C09DB,C09DX,C10BX10,C10BX16,C10BX19,C10BX20,C10BX24,C09XX01",
     "52175,214354,83818,321064,73494,69749,83515,1656328",
     "losartan,candesartan,irbesartan,olmesartan,telmisartan,valsartan,eprosartan,"
     "azilsartan,sacubitril,Cozaar,Atacand,Avapro,Benicar,Micardis,Diovan,Edarbi,"
     "Entresto"},
    {MAG_CLASS_KSPARE, "C03DA,C03DB,C03EA,C03EB", "9997,298869,2562811,10763,644",
     "spironolactone,eplerenone,finerenone,triamterene,amiloride,Aldactone,Carospir,"
     "Inspra,Kerendia,Dyrenium"},
    {MAG_CLASS_KUP, "J01EA01,J01EE01,B01AB,C09XA,L04AD", "10829,5224",
     "trimethoprim,heparin,Bactrim"},
    {MAG_CLASS_STATIN,
     "C10AA,C10BA01,C10BA02,C10BA03,C10BA04,C10BA05,C10BA06,C10BA07,C10BA08,C10BA09,"
     "C10BA11,C10BA12,C10BA13,C10BA14,C10BA15,C10BA16,C10BX,A10BH52",
     "83367,36567,301542,42463,41127,6472,861634",
     "atorvastatin,simvastatin,rosuvastatin,pravastatin,fluvastatin,lovastatin,"
     "pitavastatin,Lipitor,Zocor,Crestor,Pravachol,Lescol,Altoprev,Livalo"},
    {MAG_CLASS_BETA2, "R03AC,R03AK,R03AL,R03CC",
     "435,237159,36117,25255,1424884,1546059,10368,7688",
     "albuterol,levalbuterol,salmeterol,formoterol,vilanterol,olodaterol,"
     "terbutaline,metaproterenol,Ventolin,Xopenex,Serevent,Advair,Symbicort,Breo,"
     "Trelegy,Anoro"},
    {MAG_CLASS_QUININE, "M09AA,P01BC01", "9071", "quinine,Qualaquin"},
    {MAG_CLASS_INSULIN, "A10A", "253182,1605101,274783,86009,51428,1670007,139825,400008",
     "isophane,glargine,lispro,aspart,degludec,detemir,glulisine,Humulin,Novolin,"
     "Lantus,Toujeo,Humalog,NovoLog,Tresiba,Levemir"},
    {MAG_CLASS_NMB, "M03AC,M03AB01", "68139,71535,319864,7883,10154",
     "rocuronium,vecuronium,cisatracurium,pancuronium,succinylcholine"},
    {MAG_CLASS_ANTIDIARR, "A07DA", "6468", "loperamide,Imodium"},
    {MAG_CLASS_STEROID, "H02A", "", ""},
};

/* Every item of the list, as a code of the system or, without a system, as a name. */
static int check(const spec_row *row, mag_code_system system, const char *list) {
    int wrong = 0;
    while (*list) {
        const size_t nbytes = strcspn(list, ",");
        const mag_span item = {list, nbytes}, nothing = {"", 0};
        const bool is_name = system == MAG_SYSTEM_NONE;
        mag_drug drug;
        mag_error err;
        assert_int_equal(mag_codebook_drug(book, arena, system, is_name ? nothing : item,
                                           is_name ? item : nothing, &drug, &err),
                         MAG_OK);
        if (!(drug.classes >> row->drug_class & 1)) {
            print_error("%.*s is not %s\n", (int)nbytes, list, mag_class_name(row->drug_class));
            wrong++;
        }
        list += nbytes + (list[nbytes] == ',');
    }
    return wrong;
}

static void every_cell_of_the_page_reaches_its_class(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof spec_rows / sizeof *spec_rows; i++) {
        wrong += check(&spec_rows[i], MAG_SYSTEM_ATC, spec_rows[i].atc);
        wrong += check(&spec_rows[i], MAG_SYSTEM_RXNORM, spec_rows[i].rxnorm);
        wrong += check(&spec_rows[i], MAG_SYSTEM_NONE, spec_rows[i].names);
    }
    assert_int_equal(wrong, 0);
}

/* Parts of a class with a name of their own are the only classes that the page does not have. */
static void every_class_of_the_page_is_transcribed(void **state) {
    (void)state;
    enum { MAGNESIUM = 7, PARTS = 3, QT = 1 };
    assert_int_equal(sizeof spec_rows / sizeof *spec_rows,
                     MAG_CLASS_COUNT - MAGNESIUM - PARTS - QT);
    for (size_t i = 0; i < sizeof spec_rows / sizeof *spec_rows; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(spec_rows[i].drug_class, spec_rows[k].drug_class);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_the_page_reaches_its_class),
        cmocka_unit_test(every_class_of_the_page_is_transcribed),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
