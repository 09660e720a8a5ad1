/* Headers that name a person, headers that only look like it, and how exports write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cohort/identifier.h"

#include <string.h>

static const char *judge(const char *header) {
    return mag_identifier_of_header(mag_span_of(header));
}

static const struct {
    const char *header, *holds;
} named_headers[] = {
    {"name", "a name"},
    {"NAME", "a name"},
    {"Patient Name", "a name"},
    {"patientname", "a name"},
    {"PatientName", "a name"},
    {"pt_name", "a name"},
    {"consultant_name", "a name"},
    {"name_type", "a name"},
    {"names", "a name"},
    {"forename", "a name"},
    {"Forename1", "a name"},
    {"first_name", "a name"},
    {"FirstName", "a name"},
    {"GIVEN NAME", "a name"},
    {"surname", "a name"},
    {"Surnames", "a name"},
    {"given", "a name"},
    {"Patient Family", "a name"},
    {"yob", "a birth date"},
    {"last.name", "a name"},
    {"familyName", "a name"},
    {"next-of-kin", "a name"},
    {"dob", "a birth date"},
    {"D.O.B.", "a birth date"},
    {"DoB", "a birth date"},
    {"date_of_birth", "a birth date"},
    {"DateOfBirth", "a birth date"},
    {"dateofbirth", "a birth date"},
    {"birthdate", "a birth date"},
    {"birth", "a birth date"},
    {"patient_dob", "a birth date"},
    {"postcode", "a postcode"},
    {"Post Code", "a postcode"},
    {"PostCode", "a postcode"},
    {"home_postcode", "a postcode"},
    {"postal-code", "a postcode"},
    {"zip", "a postcode"},
    {"ZIP_CODE", "a postcode"},
    {"address", "an address"},
    {"address_line_1", "an address"},
    {"Addr2", "an address"},
    {"street", "an address"},
    {"nhs_number", "an NHS number"},
    {"NHSNumber", "an NHS number"},
    {"NHS No.", "an NHS number"},
    {"nhsno", "an NHS number"},
    {"NHS", "an NHS number"},
    {"patient_nhs", "an NHS number"},
    {"email", "an e-mail address"},
    {"E-Mail", "an e-mail address"},
    {"emailAddress", "an e-mail address"},
    {"phone", "a phone number"},
    {"PhoneNumber", "a phone number"},
    {"home_telephone", "a phone number"},
    {"tel", "a phone number"},
    {"patient tel", "a phone number"},
    {"Mobile", "a phone number"},
    {"mobile_no", "a phone number"},
    {"cell", "a phone number"},
    {"Cell No", "a phone number"},
    {"contact", "a phone number"},
    {"patient_contact", "a phone number"},
    {"contact number", "a phone number"},
    {"last", "a name"},
    {"First", "a name"},
    {"patient last", "a name"},
    {"nickname", "a name"},
    {"city", "an address"},
    {"eircode", "a postcode"},
    {"PPSN", "the number of a person or record"},
    {"account_number", "the number of a person or record"},
    {"MRN", "the number of a person or record"},
    {"medical_record_number", "the number of a person or record"},
    {"Hospital No", "the number of a person or record"},
    {"ssn", "the number of a person or record"},
    {"CHI", "the number of a person or record"},
    {"NationalInsurance", "the number of a person or record"},
    {"Vorname", "a name"},
    {"NACHNAME", "a name"},
    {"patient_familienname", "a name"},
    {"Geburtsname", "a name"},
    {"M\xc3\xa4"
     "dchenname",
     "a name"},
    {"gp", "a name"},
    {"GP", "a name"},
    {"patient_gp", "a name"},
    {"gp_name", "a name"},
    {"gpname", "a name"},
    {"registered_gp", "a name"},
    {"general practitioner", "a name"},
    {"Hausarzt", "a name"},
    {"haus\xc3\xa4rztin", "a name"},
    {"hausarzt_name", "a name"},
    {"geburtsdatum", "a birth date"},
    {"Geb.-Datum", "a birth date"},
    {"geb", "a birth date"},
    {"patientengeburtsdatum", "a birth date"},
    {"Geburtsjahr", "a birth date"},
    {"birthyear", "a birth date"},
    {"year of birth", "a birth date"},
    {"geburtsort", "a place of birth"},
    {"birthplace", "a place of birth"},
    {"placeofbirth", "a place of birth"},
    {"place_of_birth", "a place of birth"},
    {"PLZ", "a postcode"},
    {"postleitzahl", "a postcode"},
    {"Anschrift", "an address"},
    {"Stra\xc3\x9f"
     "e",
     "an address"},
    {"wohnort", "an address"},
    {"Ort", "an address"},
    {"UPRN", "an address"},
    {"E-Mail-Adresse", "an e-mail address"},
    {"Telefon", "a phone number"},
    {"Tel.-Nr.", "a phone number"},
    {"Handynummer", "a phone number"},
    {"mobil", "a phone number"},
    {"Versichertennummer", "the number of a person or record"},
    {"KVNR", "the number of a person or record"},
    {"patientennummer", "the number of a person or record"},
    {"SteuerID", "the number of a person or record"},
    {"driving_licence", "the number of a person or record"},
};

static void headers_that_name_a_person_are_told_with_what_they_hold(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof named_headers / sizeof named_headers[0]; i++) {
        const char *found = judge(named_headers[i].header);
        if (!found || strcmp(found, named_headers[i].holds) != 0)
            fail_msg("\"%s\": %s instead of %s", named_headers[i].header, found ? found : "nothing",
                     named_headers[i].holds);
    }
}

static void names_of_things_and_other_columns_are_let_by(void **state) {
    (void)state;
    static const char *const fine[] = {"",
                                       "drug_name",
                                       "last_dose",
                                       "first_seen",
                                       "white_cell_count",
                                       "cell_type",
                                       "contact_type",
                                       "capacity",
                                       "DrugName",
                                       "drugname",
                                       "test name",
                                       "ward_name",
                                       "site",
                                       "specimen_id",
                                       "name_of_drug",
                                       "generic_name",
                                       "unit",
                                       "collected_at",
                                       "comment",
                                       "subject_id",
                                       "hadm_id",
                                       "gender",
                                       "anchor_age",
                                       "insurance",
                                       "language",
                                       "marital_status",
                                       "race",
                                       "storetime",
                                       "order_provider_id",
                                       "pharmacy_id",
                                       "form_val_disp",
                                       "rename",
                                       "filename",
                                       "hospital_name",
                                       "telemetry",
                                       "mobile_xray",
                                       "embedded",
                                       "chief",
                                       "zipper",
                                       "nhs_trust",
                                       "result_name",
                                       "12345",
                                       "2025-01-01",
                                       "\xc3\xa9t\xc3\xa9",
                                       "dobutamine",
                                       "birthweight",
                                       "mail_merge_flag",
                                       "gpt",
                                       "gp_flag",
                                       "registered_gp_practice",
                                       "usual_gp_practice_code",
                                       "general_practitioner_visits",
                                       "gptt",
                                       "geburtsgewicht",
                                       "medikament_name",
                                       "Wirkstoff Name",
                                       "laborwert",
                                       "geschlecht",
                                       "entnahmeort",
                                       "ort_der_entnahme",
                                       "station",
                                       "fallnummer",
                                       "aufnahmedatum",
                                       "krankenkasse",
                                       "handlung",
                                       "mobilisation",
                                       "substrate",
                                       "villages_served",
                                       "strain",
                                       "streetcar"};
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
        if (judge(fine[i]))
            fail_msg("\"%s\" is taken for %s", fine[i], judge(fine[i]));
}

static void headers_without_end_are_cut_not_overrun(void **state) {
    (void)state;
    char header[4096];
    memset(header, 'x', sizeof header);
    assert_null(mag_identifier_of_header((mag_span){header, sizeof header}));
    for (size_t i = 0; i < sizeof header; i += 2)
        header[i] = '_';
    assert_null(mag_identifier_of_header((mag_span){header, sizeof header}));
    memcpy(header, "dob_", 4);
    assert_non_null(mag_identifier_of_header((mag_span){header, sizeof header}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_that_name_a_person_are_told_with_what_they_hold),
        cmocka_unit_test(names_of_things_and_other_columns_are_let_by),
        cmocka_unit_test(headers_without_end_are_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
