/* Evidence and digest say the same facts: one for people, with codes and positions; one for
   comparing results, without. */
#include "engine/evidence.h"

#include "base/sha256.h"
#include "base/short_number.h"
#include "io/json_writer.h"

#include <stdio.h>
#include <string.h>

enum { FLAG_DIGIT_COUNT = 12 };

void mag_flag_id(mag_span patient_id, const char *rule_id, const char *first_seen,
                 char out[MAG_FLAG_ID_NBYTES]) {
    const mag_span nul = {"", 1};
    const mag_span parts[] = {patient_id, nul, mag_span_of(rule_id), nul, mag_span_of(first_seen)};
    char hex[MAG_SHA256_HEX_NBYTES];
    mag_sha256_of_parts(parts, sizeof parts / sizeof parts[0], hex);
    snprintf(out, MAG_FLAG_ID_NBYTES, "%s-%.*s", rule_id, FLAG_DIGIT_COUNT, hex);
}

bool mag_flag_id_is(const char *text) {
    enum { DIGITS = 12 };
    const char *dash = strrchr(text, '-');
    return dash != NULL && dash > text && strlen(dash + 1) == DIGITS &&
           strspn(dash + 1, "0123456789abcdef") == DIGITS;
}

void mag_as_of_text(mag_minute as_of, bool is_latest, char out[MAG_MOMENT_TEXT_NBYTES]) {
    mag_day day = mag_minute_day(as_of);
    bool is_end_of_day = as_of - day * MAG_MINUTES_PER_DAY == MAG_MINUTES_PER_DAY - 1;
    mag_minute_text(as_of, is_end_of_day && !is_latest, out);
}

/* Days of the day-only; else minutes. The stop of a day-only course is its last day, included. */
static void exposure_text(const mag_fact *fact, char start[MAG_MOMENT_TEXT_NBYTES],
                          char stop[MAG_MOMENT_TEXT_NBYTES]) {
    bool has_stop =
        !fact->is_open && fact->stop != MAG_MINUTE_NONE && fact->stop != MAG_MINUTE_OPEN;
    start[0] = stop[0] = '\0';
    if (fact->start != MAG_MINUTE_NONE)
        mag_minute_text(fact->start, fact->is_date_only, start);
    if (has_stop)
        mag_minute_text(fact->is_date_only ? fact->stop - 1 : fact->stop, fact->is_date_only, stop);
}

static void add_after(mag_text *out, char sign, const char *text) {
    mag_text_add_char(out, sign);
    mag_text_add_text(out, text);
}

static void add_exposure_fact(mag_text *out, const mag_fact *fact) {
    char start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES];
    exposure_text(fact, start, stop);
    mag_text_add_text(out, fact->drug_class != NULL ? fact->drug_class : fact->operand);
    add_after(out, ' ', start);
    mag_text_add_text(out, "..");
    mag_text_add_text(out, stop);
    if (fact->dose != NULL)
        add_after(out, ' ', fact->dose);
}

static const char *digest_value(const mag_fact *fact) {
    return fact->digest_value != NULL ? fact->digest_value : fact->value;
}

static void add_value_fact(mag_text *out, const mag_fact *fact) {
    char at[MAG_MOMENT_TEXT_NBYTES];
    mag_text_add_text(out, fact->operand);
    if (digest_value(fact) != NULL)
        add_after(out, '=', digest_value(fact));
    if (fact->unit != NULL && fact->unit[0] != '\0')
        add_after(out, ' ', fact->unit);
    if (fact->at == MAG_MINUTE_NONE)
        return;
    mag_minute_text(fact->at, fact->is_date_only, at);
    add_after(out, '@', at);
}

void mag_evidence_facts(mag_text *out, const mag_explanation *explanation) {
    for (size_t i = 0; i < explanation->fact_count; i++) {
        const mag_fact *fact = &explanation->facts[i];
        if (i > 0)
            mag_text_add_text(out, "; ");
        if (fact->kind == MAG_FACT_EXPOSURE)
            add_exposure_fact(out, fact);
        else
            add_value_fact(out, fact);
    }
}

static void key_text(mag_json *json, const char *key, const char *value) {
    if (value != NULL && value[0] != '\0')
        mag_json_key_text(json, key, value);
}

/* [-]digits[.digits], as JSON has numbers */
static bool is_number(const char *text) {
    const char *at = text + (text[0] == '-');
    size_t whole = strspn(at, "0123456789");
    if (whole == 0 || (whole > 1 && at[0] == '0'))
        return false;
    at += whole;
    if (*at == '\0')
        return true;
    size_t fraction = strspn(at + 1, "0123456789");
    return *at == '.' && fraction > 0 && at[1 + fraction] == '\0';
}

static void write_value(mag_json *json, const mag_fact *fact) {
    if (fact->value == NULL)
        return;
    if (fact->kind == MAG_FACT_DERIVED && is_number(fact->value)) {
        mag_json_key(json, "value");
        mag_json_number(json, fact->value);
    } else {
        mag_json_key_text(json, "value", fact->value);
    }
}

static void write_exposure(mag_json *json, const mag_fact *fact) {
    char start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES];
    exposure_text(fact, start, stop);
    key_text(json, "class", fact->drug_class);
    key_text(json, "code", fact->code);
    key_text(json, "drug", fact->drug_name);
    key_text(json, "start", start);
    key_text(json, "stop", stop);
    key_text(json, "dose", fact->dose);
}

/* Adds a text to the one that ends at `at`, up to `end`; returns its new end. */
static char *put(char *at, const char *end, const char *text) {
    while (*text != '\0' && at < end)
        *at++ = *text++;
    *at = '\0';
    return at;
}

/* "lims labs-3.csv.gz:9771" */
static void write_source(mag_json *json, const mag_fact *fact, const mag_cohort *cohort) {
    char source[512], line[MAG_SHORT_NUMBER_NBYTES];
    const char *end = source + sizeof source - 1;
    if (fact->line == 0 || fact->file_id >= mag_cohort_file_count(cohort))
        return;
    const mag_run_file *file = mag_cohort_file(cohort, fact->file_id);
    mag_short_unsigned(fact->line, line);
    put(put(put(put(put(source, end, file->source), end, " "), end, file->name), end, ":"), end,
        line);
    mag_json_key_text(json, "source", source);
}

static void write_fact(mag_json *json, const mag_fact *fact, const mag_cohort *cohort) {
    char at[MAG_MOMENT_TEXT_NBYTES];
    mag_json_object(json);
    mag_json_key_text(json, "fact", fact->operand);
    write_value(json, fact);
    key_text(json, "unit", fact->unit);
    key_text(json, "limit", fact->limit);
    if (fact->at != MAG_MINUTE_NONE) {
        mag_minute_text(fact->at, fact->is_date_only, at);
        mag_json_key_text(json, "at", at);
    }
    key_text(json, "method", fact->method);
    key_text(json, "inputs", fact->inputs);
    if (fact->kind == MAG_FACT_EXPOSURE)
        write_exposure(json, fact);
    key_text(json, "notes", fact->notes);
    write_source(json, fact, cohort);
    mag_json_end_object(json);
}

void mag_event_moment_text(mag_minute at, char out[MAG_MOMENT_TEXT_NBYTES]) {
    mag_minute_text(at, at == mag_minute_day(at) * MAG_MINUTES_PER_DAY, out);
}

static void event_moment(mag_json *json, const char *key, mag_minute at) {
    char text[MAG_MOMENT_TEXT_NBYTES];
    mag_event_moment_text(at, text);
    mag_json_key_text(json, key, text);
}

static void write_event(mag_json *json, const mag_event_interval *event) {
    if (event->start == MAG_MINUTE_NONE)
        return;
    mag_json_key(json, "event");
    mag_json_object(json);
    event_moment(json, "from", event->start);
    if (event->stop != MAG_MINUTE_OPEN)
        event_moment(json, "to", event->stop);
    mag_json_end_object(json);
}

void mag_evidence_json(mag_text *out, const mag_explanation *explanation, const mag_cohort *cohort,
                       mag_span facts, const mag_event_interval *event) {
    mag_json json;
    const mag_outcome *outcome = &explanation->outcome;
    mag_json_begin(&json, out, false);
    mag_json_object(&json);
    mag_json_key(&json, "digest");
    mag_json_text(&json, facts);
    write_event(&json, event);
    mag_json_key(&json, "facts");
    mag_json_array(&json);
    for (size_t i = 0; i < explanation->fact_count; i++)
        write_fact(&json, &explanation->facts[i], cohort);
    mag_json_end_array(&json);
    if (outcome->severity_before != outcome->severity)
        mag_json_key_text(&json, "severity_before", mag_severity_name(outcome->severity_before));
    mag_json_end_object(&json);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads the escape behind a backslash; returns its bytes, 0 if it is none of ours. */
static size_t read_escape(const char *at, size_t nbytes, mag_text *out) {
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *found = nbytes > 0 && at[0] != '\0' ? strchr(letters, at[0]) : NULL;
    if (found != NULL) {
        mag_text_add_char(out, meanings[found - letters]);
        return 1;
    }
    if (nbytes < 5 || at[0] != 'u' || at[1] != '0' || at[2] != '0')
        return 0;
    int high = hex_digit(at[3]), low = hex_digit(at[4]);
    if (high < 0 || high > 7 || low < 0)
        return 0;
    mag_text_add_char(out, (char)(high * 16 + low));
    return 5;
}

/* Reads the text behind an opening quote into *out. Returns the bytes, the
   closing quote included; 0 if it is not one of ours. */
static size_t read_string(mag_span json, mag_text *out) {
    for (size_t i = 0; i < json.nbytes; i++) {
        if (json.at[i] == '"')
            return i + 1;
        if (json.at[i] != '\\') {
            mag_text_add_char(out, json.at[i]);
            continue;
        }
        size_t escape = read_escape(json.at + i + 1, json.nbytes - i - 1, out);
        if (escape == 0)
            return 0;
        i += escape;
    }
    return 0;
}

static mag_span behind(mag_span text, size_t nbytes) {
    return (mag_span){text.at + nbytes, text.nbytes - nbytes};
}

/* Moves past the words; false if others stand there. */
static bool take(mag_span *at, const char *words) {
    if (!mag_span_starts_with(*at, mag_span_of(words)))
        return false;
    *at = behind(*at, strlen(words));
    return true;
}

static bool take_moment(mag_span *at, mag_minute *out) {
    const char *end = memchr(at->at, '"', at->nbytes);
    mag_moment moment;
    if (end == NULL)
        return false;
    const mag_span text = {at->at, (size_t)(end - at->at)};
    *at = behind(*at, text.nbytes + 1);
    if (mag_moment_parse(text, NULL, &moment) != MAG_DATE_OK)
        return false;
    *out = moment.minute;
    return true;
}

static bool take_event(mag_span *at, mag_event_interval *out) {
    *out = (mag_event_interval){MAG_MINUTE_NONE, MAG_MINUTE_OPEN};
    if (!take(at, ",\"event\":{\"from\":\""))
        return true;
    if (!take_moment(at, &out->start))
        return false;
    if (take(at, ",\"to\":\"") && !take_moment(at, &out->stop))
        return false;
    return take(at, "}");
}

bool mag_evidence_read(mag_span json, mag_text *facts, mag_event_interval *event) {
    if (!take(&json, "{\"digest\":\""))
        return false;
    const size_t nbytes = read_string(json, facts);
    if (nbytes == 0)
        return false;
    json = behind(json, nbytes);
    return take_event(&json, event) && take(&json, ",\"facts\":[");
}
