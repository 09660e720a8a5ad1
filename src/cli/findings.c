#include "cli/findings.h"

#include "cli/show.h"

#include <string.h>

static void count(mag_findings *all, bool is_good) {
    *(is_good ? &all->good_count : &all->bad_count) += 1;
}

static void begin_object(mag_findings *all, const char *what, const char *detail, bool is_good) {
    mag_json_object(&all->json);
    mag_json_key_text(&all->json, "what", what);
    mag_json_key_text(&all->json, "detail", detail);
    mag_json_key(&all->json, "is_good");
    mag_json_bool(&all->json, is_good);
}

void mag_findings_add(mag_findings *all, const char *what, const char *detail, bool is_good) {
    count(all, is_good);
    if (!all->is_json) {
        mag_show("  %-4s %s%s%s", is_good ? "ok" : "BAD", what, *detail ? ": " : "", detail);
        return;
    }
    begin_object(all, what, detail, is_good);
    mag_json_end_object(&all->json);
}

/* mag_error_line began the lines after the first. */
static void show_error(const char *what, const mag_error *err, const char *code) {
    size_t first = strcspn(err->text, "\n");
    mag_show("  BAD  %s: %.*s%s%s%s", what, (int)first, err->text, *code ? " [" : "", code,
             *code ? "]" : "");
    if (err->text[first])
        mag_show_block("       ", err->text + first + 1, 0);
    if (*err->hint)
        mag_show("       %s", err->hint);
}

void mag_findings_add_error(mag_findings *all, const char *what, const mag_error *err) {
    const char *code = mag_message_code(err->message);
    count(all, false);
    if (!all->is_json) {
        show_error(what, err, code);
        return;
    }
    begin_object(all, what, err->text, false);
    mag_json_key_text(&all->json, "id", code);
    mag_json_key_text(&all->json, "hint", err->hint);
    mag_json_end_object(&all->json);
}

mag_status mag_findings_take(mag_findings *all, const char *what, mag_status status,
                             const mag_error *err) {
    if (status != MAG_E_USAGE && status != MAG_E_INPUT && status != MAG_E_RULES &&
        status != MAG_E_PRIVACY)
        return status;
    mag_findings_add_error(all, what, err);
    return MAG_OK;
}
