#include "cli/help.h"

#include "base/fast_path.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "io/embedded.h"

#include <stdio.h>
#include <string.h>

/* Exit codes as the product promises them; the ones that a status has come with their text. */
static const struct {
    int code;
    const char *text;
} exit_codes[] = {
    {0, "done, all gates green"},
    {1, "the command worked and the answer is no: check found what would stop a run, examples "
        "fail, results differ"},
    {2, "usage or configuration; nothing was touched"},
    {3, "published with warnings"},
    {4, "input refused or run held; nothing new is visible"},
    {5, "rules or canary patients refused"},
    {8, "out of memory, disk or descriptors"},
    {10, "privacy guard"},
    {70, "internal check failed: a bug, please report it"},
    {130, "interrupted; nothing was published"},
    {143, "terminated; nothing was published"},
};

static const char intended_use[] = "Screening support for a trained reviewer: not an alarm, not a "
                                   "dosing calculator, not a medical "
                                   "device. A quiet report is not reassurance.";

void mag_help_overview(void) {
    mag_show("magscreen: nightly medication-safety screening (magnesium, kidney function)");
    mag_show("%s", "");
    for (const mag_verb *verb = mag_verbs; verb->name; verb++)
        mag_show("  %-9s %s", verb->name, verb->summary);
    mag_show("%s", "");
    mag_show("  magscreen synth --patients 20000 --out data");
    mag_show("  magscreen run --profile magscreen --data data --as-of 2025-12-31 --out out");
    mag_show("%s", "");
    mag_show_block("", intended_use, 90);
}

static void show_option(const mag_option_facts *option) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    mag_show("  %-22s %s", left, option->help);
}

void mag_help_verb(const mag_verb *verb) {
    mag_show("  %s", verb->examples[0]);
    mag_show("  %s", verb->examples[1]);
    mag_show("%s", "");
    mag_show("usage: magscreen %s%s%s", verb->name, *verb->usage ? " " : "", verb->usage);
    mag_show("%s", verb->summary);
    mag_show("%s", "");
    for (int id = 0; id < MAG_OPTION_COUNT; id++)
        if (mag_verb_takes(verb, (mag_option_id)id))
            show_option(mag_option_of((mag_option_id)id));
    mag_show("%s", "");
    mag_show_block("", intended_use, 90);
}

static void markdown_verb(const mag_verb *verb) {
    mag_show("## magscreen %s", verb->name);
    mag_show("%c%s.", verb->summary[0] - ('a' <= verb->summary[0] && verb->summary[0] <= 'z') * 32,
             verb->summary + 1);
    mag_show("```");
    mag_show("%s", verb->examples[0]);
    mag_show("%s", verb->examples[1]);
    mag_show("```");
    mag_show("Usage: `magscreen %s%s%s`", verb->name, *verb->usage ? " " : "", verb->usage);
    mag_show("%s", "");
    mag_show("| option | meaning |");
    mag_show("|---|---|");
    for (int id = 0; id < MAG_OPTION_COUNT; id++) {
        if (!mag_verb_takes(verb, (mag_option_id)id))
            continue;
        const mag_option_facts *option = mag_option_of((mag_option_id)id);
        mag_show("| `--%s%s%s` | %s |", option->name, option->argument ? " " : "",
                 option->argument ? option->argument : "", option->help);
    }
    mag_show("%s", "");
}

static void markdown_environment(void) {
    mag_show("## Environment");
    mag_show("| variable | meaning |");
    mag_show("|---|---|");
    mag_show("| `MAGSCREEN_DB` | the database where `--db` is not given |");
    mag_show("| `MAGSCREEN_WITHOUT` | fast paths that are not taken, with commas between them; the "
             "result is the same without them |");
    for (int path = 0; path < MAG_FAST_PATH_COUNT; path++)
        mag_show("| `MAGSCREEN_WITHOUT=%s` | %s |", mag_fast_path_word((mag_fast_path)path),
                 mag_fast_path_text((mag_fast_path)path));
    mag_show("%s", "");
}

void mag_help_markdown(void) {
    mag_show("# The command line");
    mag_show(
        "Made by `magscreen help --markdown` from the tables of verbs, options and messages; a "
        "test compares the two.");
    mag_show("%s", intended_use);
    mag_show("%s", "");
    for (const mag_verb *verb = mag_verbs; verb->name; verb++)
        markdown_verb(verb);
    markdown_environment();
    mag_show("## Exit codes");
    mag_show("| code | meaning |");
    mag_show("|---|---|");
    for (size_t i = 0; i < sizeof exit_codes / sizeof exit_codes[0]; i++)
        mag_show("| %d | %s |", exit_codes[i].code, exit_codes[i].text);
    mag_show("%s", "");
    mag_show("## Messages");
    mag_show("| id | message | what it means |");
    mag_show("|---|---|---|");
    for (int id = MAG_MSG_NONE + 1; id < MAG_MSG_COUNT; id++)
        mag_show("| %s | %s | %s |", mag_message_code((mag_message_id)id),
                 mag_message_gist((mag_message_id)id), mag_message_help((mag_message_id)id));
}

static bool looks_like_message(const char *word) {
    size_t prefix = strncmp(word, "MS-", 3) == 0 || strncmp(word, "ms-", 3) == 0 ? 3 : 0;
    return strlen(word + prefix) == 4 && strspn(word + prefix + 1, "0123456789") == 3;
}

mag_status mag_verb_help(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    const char *topic = options->operands[0];
    if (options->is_markdown) {
        mag_help_markdown();
        return MAG_OK;
    }
    if (!topic) {
        mag_help_overview();
        return MAG_OK;
    }
    mag_message_id id = mag_message_find(topic);
    if (id != MAG_MSG_NONE) {
        mag_show("%s: %s", mag_message_code(id), mag_message_gist(id));
        mag_show_block("  ", mag_message_help(id), 90);
        return MAG_OK;
    }
    if (looks_like_message(topic))
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "there is no message \"%s\"", topic);
    const mag_verb *verb = mag_verb_find(topic, err);
    if (!verb)
        return MAG_E_USAGE;
    mag_help_verb(verb);
    return MAG_OK;
}
