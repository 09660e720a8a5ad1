/* magscreen: finds the verb, reads its options, runs it, shows what went wrong. */
#include "base/fast_path.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/process.h"
#include "cli/show.h"

#include <stdlib.h>
#include <string.h>

static mag_status dispatch(char **argv, mag_options *options, int *exit_code, mag_error *err) {
    if (!argv[1] || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        mag_help_overview();
        return MAG_OK;
    }
    const mag_verb *verb =
        mag_verb_find(strcmp(argv[1], "--version") == 0 ? "version" : argv[1], err);
    if (!verb)
        return MAG_E_USAGE;
    MAG_TRY(mag_options_parse(verb, argv + 2, options, err));
    if (options->is_help) {
        mag_help_verb(verb);
        return MAG_OK;
    }
    return verb->run(options, exit_code, err);
}

static int run_program(char **argv) {
    mag_error err = {0};
    mag_options options = {0};
    int exit_code = 0;
    mag_status status = mag_process_begin(&err);
    if (status == MAG_OK)
        status = mag_fast_path_without(getenv("MAGSCREEN_WITHOUT"), &err);
    if (status == MAG_OK)
        status = dispatch(argv, &options, &exit_code, &err);
    if (status == MAG_E_INTERRUPTED && mag_process_stop_status() != MAG_OK) {
        err.status = status = mag_process_stop_status();
        err.message = MAG_MSG_P401;
    }
    if (status == MAG_OK)
        status = mag_show_end(&err);
    if (status == MAG_OK)
        return exit_code;
    if (*err.text)
        mag_show_error(&err, options.is_json);
    return mag_status_exit_code(status);
}

int main(int argc, char **argv) {
    (void)argc;
    const int exit_code = run_program(argv);
    mag_process_end();
    return exit_code;
}
