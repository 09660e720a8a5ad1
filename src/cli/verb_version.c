/* magscreen version: program, code book and shipped pack, each by the name that run.json records.
 */
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "io/json_writer.h"

static mag_status version_json(mag_session *session, mag_error *err) {
    mag_text text;
    mag_text_init(&text, &session->account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "version", MAG_VERSION);
    mag_json_key_text(&json, "codebook_sha256", mag_codebook_sha256(session->book));
    mag_json_key_text(&json, "pack", mag_pack_name(session->pack));
    mag_json_key_text(&json, "pack_version", mag_pack_version(session->pack));
    mag_json_key_text(&json, "pack_sha256", mag_pack_sha256(session->pack));
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status show_version(mag_session *session, const mag_options *options, mag_error *err) {
    if (options->is_json)
        return version_json(session, err);
    mag_show("magscreen %s", MAG_VERSION);
    mag_show("code book sha256 %s", mag_codebook_sha256(session->book));
    mag_show("rules %s %s sha256 %s", mag_pack_name(session->pack), mag_pack_version(session->pack),
             mag_pack_sha256(session->pack));
    return MAG_OK;
}

mag_status mag_verb_version(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    mag_session session = {0};
    mag_status status = mag_session_open_pack(&session, NULL, err);
    if (status == MAG_OK)
        status = show_version(&session, options, err);
    mag_session_close(&session);
    return status;
}
