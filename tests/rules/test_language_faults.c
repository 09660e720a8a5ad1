/* Every way in which an expression can be wrong: the message, its id, and the place to the byte. In
   the tables '@' stands before the byte that the caret must point to; it is taken out before the
   expression is read. */
#include "pack_text.h"

#include <stdlib.h>

enum { EXPRESSION_NBYTES = 12288 };

static pack_text in;

/* Line and column, from 1, of a byte of a text. */
static void place_of(const char *text, const char *at, unsigned *line, unsigned *column) {
    *line = *column = 1;
    for (; text < at; text++) {
        *column = *text == '\n' ? 1 : *column + 1;
        *line += *text == '\n';
    }
}

/* A pack whose only rule has this trigger, in block style; where the trigger begins. */
static const char *pack_of(const char *when, char text[EXPRESSION_NBYTES]) {
    (void)snprintf(text, EXPRESSION_NBYTES,
                   "%s- id: X1\n  title: T\n  worse: low\n"
                   "  let:\n  - name: sample\n    as: latest(magnesium within 90 days)\n"
                   "  among: active(MGSYS)\n  severity: high\n  when: |\n    %.*s\n",
                   PACK_TOP, EXPRESSION_NBYTES - 1024, when);
    return strstr(text, "  when: |\n    ") + strlen("  when: |\n    ");
}

/* "FILE:LINE:COLUMN: ", then the line as it stands in the file, then a caret below the byte. */
static void expect_place(const char *text, const char *at) {
    char place[64], shown[512];
    unsigned line, column;
    place_of(text, at, &line, &column);
    (void)snprintf(place, sizeof place, "p.yaml:%u:%u: ", line, column);
    if (strncmp(in.err.text, place, strlen(place)) != 0)
        fail_msg("%s is not at the head of:\n%s", place, in.err.text);
    const char *begin = at - (column - 1);
    (void)snprintf(shown, sizeof shown, "\n  %.*s\n  %*s", (int)strcspn(begin, "\n"), begin,
                   (int)column, "^");
    if (strstr(in.err.text, shown) == NULL)
        fail_msg("no line with a caret below column %u in:\n%s", column, in.err.text);
}

typedef struct fault {
    const char *when, *says;
} fault;

static void expect_fault(const fault *wanted, mag_message_id id) {
    static char text[EXPRESSION_NBYTES], when[EXPRESSION_NBYTES];
    const char *mark = strchr(wanted->when, '@');
    assert_non_null(mark);
    const int before = (int)(mark - wanted->when);
    (void)snprintf(when, sizeof when, "%.*s%s", before, wanted->when, mark + 1);
    const char *begin = pack_of(when, text);
    assert_fault(&in, pack_load(&in, text), id, wanted->says);
    expect_place(text, begin + before);
}

#define EXPECT_FAULTS(id, ...)                                                                     \
    do {                                                                                           \
        const fault rows[] = {__VA_ARGS__};                                                        \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)                                  \
            expect_fault(&rows[i], (id));                                                          \
    } while (0)

static void signs_and_numbers_that_cannot_be(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R510, {"age > @1e3", "not with an exponent"},
                  {"age > @1E3", "not with an exponent"}, {"age > @1e+3", "not with an exponent"},
                  {"age > @1e999", "not with an exponent"}, {"age > @1e-3", "not with an exponent"},
                  {"age > @0x1F", "hexadecimal"}, {"age > @0X1F", "hexadecimal"},
                  {"age > @1.2.3", "is not a number that fits"},
                  {"age > @1..2", "is not a number that fits"},
                  {"age > @2147483648", "is not a number that fits"},
                  {"age > @99999999999999999999", "is not a number that fits"},
                  {"age > @0.12345678901234567890", "is not a number that fits"});
    EXPECT_FAULTS(MAG_MSG_R501, {"age > 3 @; sex = male", "no meaning here"},
                  {"age > 3 @& sex = male", "no meaning here"},
                  {"age > 3 @| sex = male", "no meaning here"},
                  {"age > 3 @! sex", "no meaning here"}, {"@{age} > 3", "no meaning here"},
                  {"age > @[3]", "no meaning here"}, {"age > @\"3\"", "no meaning here"},
                  {"age > @'3'", "no meaning here"}, {"age > 3 @? 1", "no meaning here"},
                  {"age > 3 @# older", "no meaning here"}, {"age > @\xc2\xb5", "no meaning here"},
                  {"age > @$3", "no meaning here"}, {"age @~ 3", "no meaning here"},
                  {"age @. 3", "no meaning here"});
}

static void words_that_stand_in_the_wrong_place(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"@and age > 3", "expected a value, found \"and\""},
                  {"@or age > 3", "expected a value, found \"or\""},
                  {"age > 3 and @and sex = male", "expected a value"},
                  {"age > 3 @not sex = male", "expected `and`, `or` or the end"},
                  {"age > @< 3", "expected a value, found \"<\""},
                  {"age = @= 3", "expected a value"}, {"@> 3", "expected a value, found \">\""},
                  {"@* 3 > 2", "expected a value"}, {"- @age < 3", "expected a value"},
                  {"(age > 3) @age", "found \"age\""}, {"age > 3 @4 years", "found \"4 years\""},
                  {"@) age > 3", "expected a value, found \")\""}, {"age > 3@)", "found \")\""},
                  {"(age > 3@,)", "expected \")\", found \",\""}, {"(@)", "expected a value"},
                  {"1 < age @< 3", "join two with `and`"}, {"age = 3 @= 4", "join two with `and`"},
                  {"age > 3 and sex = male @or age < 2", "put brackets around one"},
                  {"age > 3 or sex = male @and age < 2", "put brackets around one"},
                  {"(age > 3) and not age > 4 @or age < 2", "put brackets around one"},
                  {"@within 3 days", "expected a value"}, {"@since sample", "expected a value"},
                  {"@between sample and sample", "expected a value"}, {"@to", "expected a value"},
                  {"@ago > 3", "expected a value"});
}

static void the_end_where_more_was_expected(void **state) {
    (void)state;
    /* the end lies behind the last byte, where the line of a block ends */
    EXPECT_FAULTS(MAG_MSG_R501, {"age >@", "expected a value, found the end"},
                  {"age > 3 and@", "expected a value, found the end"},
                  {"not@", "expected a value, found the end"},
                  {"(age > 3@", "expected \")\", found the end"},
                  {"active(LOOP@", "expected \")\", found the end"},
                  {"active(LOOP within@", "expected a length of time"},
                  {"active(LOOP within 3 days@", "expected \")\""},
                  {"age > 3 +@", "expected a value"}, {"age > 3 *@", "expected a value"});
}

static void windows_that_are_not_written_out(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"active(LOOP within@)", "expected a length of time"},
                  {"active(LOOP within 3 days before@)", "expected an event"},
                  {"active(LOOP within 3 days before @3 days)", "expected an event"},
                  {"active(LOOP within 3 days @ago)", "expected \")\""},
                  {"active(LOOP from 2 days@)", "expected to, found"},
                  {"active(LOOP from 2 days @until 3 days ago)", "expected to"},
                  {"active(LOOP from 2 to@)", "expected a length of time"},
                  {"active(LOOP from 2 to 3 days@)", "expected ago, before or after"},
                  {"active(LOOP from 2 to 3 days @since sample)", "expected ago, before or after"},
                  {"active(LOOP from 2 to 3 days after@)", "expected an event"},
                  {"active(LOOP since@)", "expected an event"},
                  {"active(LOOP since @3 days)", "expected an event"},
                  {"active(LOOP between sample@)", "expected and"},
                  {"active(LOOP between sample @or sample)", "expected and"},
                  {"active(LOOP between sample and@)", "expected an event"},
                  {"active(LOOP at@)", "expected an event"},
                  {"active(LOOP at @(sample))", "expected an event"},
                  {"active(LOOP before@)", "expected an event"},
                  {"active(LOOP before sample within@)", "expected a length"},
                  {"active(LOOP within 3 days @within 3 days)", "expected \")\""},
                  {"active(LOOP,@)", "expected an argument"},
                  {"active(LOOP, @within 3 days)", "expected an argument"},
                  {"active(@,LOOP)", "expected a value"},
                  {"active(LOOP @THIAZ)", "expected \")\""});
}

static void lengths_of_time_that_cannot_be(void **state) {
    (void)state;
    EXPECT_FAULTS(
        MAG_MSG_R501, {"active(LOOP within @3)", "is not a whole number of days or hours"},
        {"active(LOOP within @0.5 days)", "is not a whole number of days or hours"},
        {"active(LOOP within @36526 days)", "up to 36525 days"},
        {"active(LOOP within @876601 hours)", "up to 36525 days"},
        {"active(LOOP within @3 years)", "is not a whole number of days or hours"},
        {"active(LOOP within @3 kg)", "is not a whole number of days or hours"},
        {"active(LOOP within @3 %)", "is not a whole number of days or hours"},
        {"active(LOOP within @0.5 minutes)", "is not a whole number of days or hours"},
        {"active(LOOP from @9 days to 2 days ago)", "the window is empty"},
        {"active(LOOP from @49 hours to 2 days ago)", "the window is empty"},
        {"active(LOOP from @3 kg to 9 days ago)", "is not a whole number of days or hours"},
        {"active(LOOP from 3 to @9 ago)", "is not a whole number of days or hours"},
        {"active(LOOP within @old)", "is not a whole number of days or hours"},
        {"active(LOOP since @dose(MGSYS))", "this has no moment"},
        {"active(LOOP since @age)", "this has no moment"},
        {"active(LOOP at @active(THIAZ))", "this has no moment"},
        {"active(LOOP between start(LOOP) and @dose(MGSYS))", "this has no moment"});
}

static void unknown_names_of_every_kind_with_the_nearest_one(void **state) {
    (void)state;
    EXPECT_FAULTS(
        MAG_MSG_R503,
        {"latest(@magnesum) < mg_low", "unknown analyte \"magnesum\"; did you mean \"magnesium\"?"},
        {"latest(@creatinin) < mg_low", "did you mean \"creatinine\"?"},
        {"measured(@potasium within 3 days)", "did you mean \"potassium\"?"},
        {"none(@egfr_report)", "did you mean \"egfr_reported\"?"},
        {"count(@Sodium) > 3", "did you mean \"sodium\"?"},
        {"active(@LOPO)", "unknown drug class or group \"LOPO\"; did you mean \"LOOP\"?"},
        {"active(LOOP, @THIAS)", "did you mean \"THIAZ\"?"},
        {"dose(@MGSSY) > 12 mmol/day", "did you mean \"MGSYS\"?"},
        {"started(@loop within 3 days)", "did you mean \"LOOP\"?"},
        {"known(has(@dialisys))", "unknown condition \"dialisys\"; did you mean \"dialysis\"?"},
        {"known(has(ckd, @diabetis))", "did you mean \"diabetes\"?"},
        {"sample < @mg_lo", "unknown name \"mg_lo\"; did you mean \"mg_low\"?"},
        {"@samples < mg_low", "did you mean \"sample\"?"}, {"@agee > 3", "did you mean \"age\"?"},
        {"@kff < 20 mL/min", "did you mean \"kf\"?"}, {"age > @olds", "did you mean \"old\"?"},
        {"sex = @femal", "unknown name \"femal\""}, {"@Known > 3", "unknown name \"Known\""},
        {"@lates(magnesium) < mg_low", "unknown operand \"lates\"; did you mean \"latest\"?"},
        {"@knwon(age > 3)", "unknown operand \"knwon\"; did you mean \"known\"?"},
        {"@sample(magnesium) < mg_low", "unknown operand \"sample\""},
        {"active(LOOP within @recnt)", "unknown parameter \"recnt\"; did you mean \"recent\"?"},
        {"active(LOOP within @mg_low)", "unknown parameter \"mg_low\""},
        {"kf < 20 @mL/mim", "unknown unit \"mL/mim\"; did you mean \"mL/min\"?"},
        {"kf < 20 @ml/min", "unknown unit \"ml/min\"; did you mean \"mL/min\"?"},
        {"sample < 1 @mmol/l", "did you mean \"mmol/L\"?"},
        {"active(LOOP within 3 @dais)", "did you mean \"days\"?"},
        {"egfr < 60 @mL/min/1.72m2", "unknown unit \"mL/min/1.72m2\""},
        {"age > 3 @mmolx. 4", "unknown unit \"mmolx\""},
        {"weight < 50 @kgs", "did you mean \"kg\"?"}, {"age > 3@q", "unknown unit \"q\""},
        {"@qqqqqqqqqqqqqqqq", "unknown name \"qqqqqqqqqqqqqqqq\"\n"});
}

static void names_of_one_kind_where_another_belongs(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"@potassium > 3 mmol/L", "an analyte stands inside latest( )"},
                  {"@LOOP", "a class or group stands inside"}, {"@MGSYS", "a class or group"},
                  {"@ckd", "a condition stands inside has( )"},
                  {"@latest > mg_low", "needs its arguments in brackets"},
                  {"@active", "needs its arguments in brackets"},
                  {"@latest() < mg_low", "takes one analyte"},
                  {"@latest(magnesium, sodium) < mg_low", "takes one analyte"},
                  {"latest(@3 days) < mg_low", "takes names here"},
                  {"active(kf @< 3 mL/min)", "takes names here"});
}

static void arguments_that_an_operand_does_not_take(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"@active()", "takes at least one drug class"},
                  {"active(@active(LOOP))", "takes names here"}, {"active(@3)", "takes names here"},
                  {"known(@has())", "at least one condition"},
                  {"known(has(@3))", "takes names here"}, {"@age(LOOP) > 3", "takes no names"},
                  {"@sex(within 3 days) = male", "takes no window"},
                  {"@weight(LOOP) > 3 kg", "takes no names"},
                  {"@haemolysed(magnesium within 3 days)", "takes no window"},
                  {"@haemolysed()", "takes one result"}, {"@haemolysed(kf)", "takes one result"},
                  {"@days_since() > 3", "an analyte, or something that has a moment"},
                  {"@days_since(age) > 3", "takes something that has a moment"},
                  {"@days_since(kf within 3 days) > 3", "and no window"},
                  {"@known(age > 3, age > 4)", "known( ) takes one condition"},
                  {"@known(within 3 days)", "known( ) takes one condition"});
}

static void values_that_cannot_be_compared(void **state) {
    (void)state;
    EXPECT_FAULTS(
        MAG_MSG_R501, {"@kf", "expected true or false, found a clearance"},
        {"@age", "found a number of years"}, {"@sample", "found a laboratory result"},
        {"@3 days", "found a number of days"}, {"@mg_low", "found a named limit"},
        {"@start(LOOP)", "found a moment"}, {"@sex", "found a sex"},
        {"not @age", "expected true or false"}, {"age > 3 and @kf", "expected true or false"},
        {"known(@kf)", "expected true or false"},
        {"sample @= mg_low", "compared with < <= > or >="},
        {"sample @!= mg_low", "compared with < <= > or >="},
        {"kf @= 20 mL/min", "for counts, sex and categories"},
        {"age @!= 20 years", "for counts, sex and categories"},
        {"sex @< male", "sex is compared with = or !="},
        {"active(LOOP) @= active(THIAZ)", "true or false cannot be compared"},
        {"start(LOOP) @< start(THIAZ)", "a moment cannot be compared"},
        {"mg_low @< mg_uln", "a named limit cannot be compared"},
        {"sample < @kf", "units do not match"},
        {"sample < @3", "needs a limit in a unit such as mmol/L"},
        {"sample < @3 days", "needs a limit in a unit such as mmol/L"},
        {"sample < @20 umol/L", "also reported in mg/dL"},
        {"sample < @molar_only", "also reported in mg/dL"}, {"sample < @3 g/L", "magnesium"},
        {"latest(albumin) < @mg_low", "never reported in"},
        {"kf < @mg_low", "a clearance in mL/min on the left, a named limit on the right"},
        {"kf @+ 3 days < 20 mL/min", "units do not match"},
        {"kf @* kf < 20 mL/min", "no unit that rules know"},
        {"age @/ kf < 3", "no unit that rules know"}, {"kf @/ 0 < 20 mL/min", "divides by zero"},
        {"@active(LOOP) + 1 > 2", "cannot be added or multiplied"},
        {"1 + @sex > 2", "cannot be added or multiplied"},
        {"@start(LOOP) + 3 days > 3 days", "cannot be added or multiplied"});
}

/* --- what stands between the brackets -------------------------------------------------------- */

static void filters_that_cannot_be(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"count(@3 < mg_low) > 1", "a filter begins with an analyte"},
                  {"count(magnesium @= mg_low) > 1", "compared with < <= > or >="},
                  {"count(magnesium @!= mg_low) > 1", "compared with < <= > or >="},
                  {"count(magnesium < @3 days) > 1", "needs a limit in a unit"},
                  {"count(magnesium < @recent) > 1", "needs a limit in a unit"},
                  {"count(magnesium < @kf) > 1", "with a named limit or a quantity"},
                  {"count(magnesium < @active(LOOP)) > 1", "with a named limit or a quantity"},
                  {"count(albumin < @mg_low) > 1", "never reported in"},
                  {"count(egfr < @kf) > 1", "filtered by a number in mL/min/1.73m2"},
                  {"count(egfr < @3 mmol/L) > 1", "filtered by a number in mL/min/1.73m2"},
                  {"change(magnesium @< mg_low) > mg_low", "change( ) takes no filter"});
    EXPECT_FAULTS(MAG_MSG_R503, {"count(@magnesum < mg_low) > 1", "did you mean \"magnesium\"?"},
                  {"count(egfr < @agee) > 1", "did you mean \"age\"?"});
}

static void results_that_an_operand_cannot_stand_on(void **state) {
    (void)state;
    EXPECT_FAULTS(
        MAG_MSG_R501, {"@rejected(egfr)", "is about reported results"},
        {"@conflict(adjusted_calcium within 3 days)", "is about reported results"},
        {"@haemolysed(3)", "takes one result"}, {"@uln() > 3", "takes one analyte"},
        {"@uln(3) > 2", "takes one analyte"}, {"@uln(ck, ck) > 3 U/L", "takes one analyte"},
        {"@uln(egfr) > 3", "that laboratories report"},
        {"@uln(adjusted_calcium) > 3 mmol/L", "that laboratories report"},
        {"@uln(hba1c) > 3", "cannot be worked out for this analyte"},
        {"@pair(sample) < mg_low", "a bound result and an analyte"},
        {"@pair(sample, 3 same specimen) < mg_low", "a bound result and an analyte"},
        {"@pair(sample, potassium) < mg_low", "a bound result and an analyte"},
        {"@pair(sample, potassium since sample) < mg_low", "a bound result and an analyte"},
        {"@pair(sample, potassium within 3 days before sample) < mg_low", "a bound result and"},
        {"@pair(sample, potassium same specimen within 3 days) < mg_low", "a bound result and"},
        {"@pair(3, potassium same specimen) < mg_low", "a bound result and an analyte"},
        {"@pair(kf, potassium same specimen) < mg_low", "a bound result and an analyte"},
        {"@pair(sample, egfr same specimen) < mg_low", "a bound result and an analyte"},
        {"@days_since(sample, kf) > 3", "an analyte, or something that has a moment"},
        {"@days_since(3) > 3", "takes something that has a moment"},
        {"days_since(magnesium within @3) > 3", "is not a whole number of days or hours"},
        {"@ckd_category(kf, kf) = G4", "a window, or one eGFR"},
        {"@ckd_category(kf within 3 days) = G4", "a window, or one eGFR"},
        {"@ckd_category(3) = G4", "a window, or one eGFR"},
        {"@ckd_category(kf) = G4", "a window, or one eGFR"}, {"@suspect()", "takes words: edta"},
        {"@suspect(edta, ph)", "takes words: edta"},
        {"date(@date()) < date(sample)", "takes one thing that has a moment"},
        {"@known(age > 3, active(LOOP) within 3 days)", "known( ) takes one condition"},
        {"@known(age > 3 within 3 days)", "known( ) takes one condition"},
        {"@any_of(age > 3)", "any_of( ) takes two conditions or more"},
        {"@any_of(age > 3, age > 4 within 3 days)", "any_of( ) takes two conditions or more"},
        {"overlap(@3, LOOP) > 2", "takes names here"},
        {"overlap(LOOP, @3) > 2", "takes names here"}, {"@overlap(LOOP) > 2", "takes two lists"});
    EXPECT_FAULTS(MAG_MSG_R503, {"uln(@sodum) > 3", "did you mean \"sodium\"?"},
                  {"haemolysed(@sampel)", "did you mean \"sample\"?"},
                  {"pair(@sampel, potassium same specimen) < mg_low", "did you mean \"sample\"?"},
                  {"pair(sample, @potasium same specimen) < mg_low", "did you mean \"potassium\"?"},
                  {"days_since(@sampel) > 3", "did you mean \"sample\"?"},
                  {"ckd_category(@egfrr) = G4", "did you mean \"egfr\"?"},
                  {"active(LOOP since @sampel)", "did you mean \"sample\"?"},
                  {"active(LOOP between sample and @sampel)", "did you mean \"sample\"?"},
                  {"overlap(@LOPO, LOOP) > 2", "did you mean \"LOOP\"?"},
                  {"overlap(LOOP, @LOPO) > 2", "did you mean \"LOOP\"?"},
                  {"suspect(@etda)", "unknown kind of suspicion \"etda\""},
                  {"1 + @agee > 2", "did you mean \"age\"?"});
}

static void options_that_cannot_be(void **state) {
    (void)state;
    EXPECT_FAULTS(
        MAG_MSG_R501, {"latest(magnesium @for 3 days) < mg_low", "latest( ) takes no `for"},
        {"dose_change(LOOP by @3 days)", "changes by a percentage such as 25 %"},
        {"dose_change(LOOP by @0 %)", "changes by a percentage such as 25 %"},
        {"dose_change(LOOP by @recent)", "changes by a percentage such as 25 %"},
        {"continuous(LOOP for @3)", "is not a whole number of days or hours"},
        {"continuous(LOOP for 90 days, gap @3)", "is not a whole number of days or hours"},
        {"spaced(magnesium, apart @3) > 1", "is not a whole number of days or hours"},
        {"latest(magnesium with @egfr) < mg_low", "an analyte that laboratories report"});
    EXPECT_FAULTS(MAG_MSG_R503, {"dose_change(LOOP by @recnt)", "did you mean \"recent\"?"},
                  {"continuous(LOOP for @recnt)", "did you mean \"recent\"?"},
                  {"latest(magnesium with @potasium) < mg_low", "did you mean \"potassium\"?"},
                  {"salt(MGSYS is @oxidd)", "did you mean \"oxide\"?"},
                  {"salt(MGSYS is oxide or @3)", "unknown salt \"3\""},
                  {"salt(MGSYS is citrate or @hydroxid)", "did you mean \"hydroxide\"?"},
                  {"route(MGSYS is @rectl)", "did you mean \"rectal\"?"});
}

static void options_that_are_not_written_out(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"dose_change(LOOP by@)", "expected a length of time"},
                  {"dose_change(LOOP up @3)", "expected by, found \"3\""},
                  {"dose_change(LOOP down by@)", "expected a length of time"},
                  {"dose_change(LOOP by 3 % @up by 3 %)", "expected \")\", found \"up\""},
                  {"latest(magnesium with@)", "expected an analyte"},
                  {"latest(magnesium with @3)", "expected an analyte"},
                  {"salt(MGSYS is@)", "expected a word"}, {"salt(MGSYS is @3)", "expected a word"},
                  {"pair(sample, potassium same@)", "expected specimen, found \")\""},
                  {"pair(sample, potassium same @sample)", "expected specimen, found \"sample\""},
                  {"continuous(LOOP for@)", "expected a length of time"},
                  {"highest(magnesium around sample@)", "expected within, found \")\""},
                  {"highest(magnesium around @3 days)", "expected an event"},
                  {"highest(magnesium around sample within@)", "expected a length of time"},
                  {"continuous(LOOP for 3 days @for 4 days)", "expected \")\", found \"for\""});
}

/* A sign without meaning in every place where the parser goes on to the next word. */
static void a_sign_without_meaning_is_refused_wherever_it_stands(void **state) {
    (void)state;
    EXPECT_FAULTS(
        MAG_MSG_R501, {"@$", "no meaning here"}, {"not @$", "no meaning here"},
        {"(@$", "no meaning here"}, {"(age > 3 @$)", "no meaning here"},
        {"age @$", "no meaning here"}, {"-@$ < 3", "no meaning here"},
        {"age + @$", "no meaning here"}, {"age - 3 @$", "no meaning here"},
        {"age * @$", "no meaning here"}, {"age / 3 @$", "no meaning here"},
        {"age > @$", "no meaning here"}, {"age > 3 and @$", "no meaning here"},
        {"age > 3 or @$", "no meaning here"}, {"active(@$", "no meaning here"},
        {"active(LOOP @$", "no meaning here"}, {"active(LOOP, @$", "no meaning here"},
        {"active(LOOP) @$", "no meaning here"}, {"active(LOOP within @$", "no meaning here"},
        {"active(LOOP within 3 days before @$", "no meaning here"},
        {"active(LOOP from @$", "no meaning here"}, {"active(LOOP from 2 @$", "no meaning here"},
        {"active(LOOP from 2 to @$", "no meaning here"},
        {"active(LOOP from 2 to 3 days ago @$", "no meaning here"},
        {"active(LOOP from 2 to 3 days after @$", "no meaning here"},
        {"active(LOOP before @$", "no meaning here"},
        {"active(LOOP before sample @$", "no meaning here"},
        {"active(LOOP before sample within @$", "no meaning here"},
        {"active(LOOP between sample @$", "no meaning here"},
        {"active(LOOP between sample and @$", "no meaning here"},
        {"active(LOOP since @$", "no meaning here"},
        {"highest(sodium around sample @$", "no meaning here"},
        {"highest(sodium around sample within @$", "no meaning here"},
        {"dose_change(LOOP up @$", "no meaning here"},
        {"dose_change(LOOP up by @$", "no meaning here"},
        {"latest(sodium with @$", "no meaning here"},
        {"latest(sodium with potassium @$", "no meaning here"},
        {"salt(LOOP is @$", "no meaning here"}, {"salt(LOOP is oxide @$", "no meaning here"},
        {"pair(sample, sodium same @$", "no meaning here"},
        {"pair(sample, sodium same specimen @$", "no meaning here"},
        {"continuous(LOOP for @$", "no meaning here"},
        {"continuous(LOOP for 3 days @$", "no meaning here"});
}

static void numbers_beside_results_that_do_not_fit(void **state) {
    (void)state;
    EXPECT_FAULTS(MAG_MSG_R501, {"sample < @recent", "needs a limit in a unit such as mmol/L"},
                  {"sample < @active(LOOP)", "cannot be added or multiplied"},
                  {"@latest(hba1c) < kf", "cannot be added or multiplied"},
                  {"@latest(hba1c) + 1 > 2", "cannot be added or multiplied"},
                  {"mg_low @= sample", "compared with < <= > or >="},
                  {"mg_low @!= sample", "compared with < <= > or >="});
}

/* --- every style of YAML --------------------------------------------------------------------- */

static void the_place_is_right_in_every_style_of_yaml(void **state) {
    (void)state;
    static const char *const styles[] = {
        "  when: age > 3 and active(@LOPP)\n",
        "  when: 'age > 3 and active(@LOPP)'\n",
        "  when: \"age > 3 and active(@LOPP)\"\n",
        "  when: |\n    age > 3 and active(@LOPP)\n",
        "  when: >\n    age > 3 and active(@LOPP)\n",
        "  when: |-\n    age > 3\n    and active(@LOPP)\n",
        "  when: >-\n    age > 3\n    and\n    active(@LOPP)\n",
        "  when: >-\n    age > 3\n\n    and active(@LOPP)\n",
        "  when: >-\n    age > 3\n      and active(@LOPP)\n",
        "  when: age > 3\n    and active(@LOPP)\n",
        "  when: \"age > 3\n    and active(@LOPP)\"\n",
        "  when:\n    age > 3 and active(@LOPP)\n",
        "  when:    age   >   3   and   active(  @LOPP  )\n",
        "  \"when\": age > 3 and active(@LOPP)\n",
    };
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        char text[4096];
        const char *mark = strchr(styles[i], '@');
        (void)snprintf(text, sizeof text, "%s- id: X1\n  title: T\n  severity: high\n", PACK_TOP);
        const size_t head = strlen(text) + (size_t)(mark - styles[i]);
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s%s%s",
                       (int)(mark - styles[i]), styles[i], mark + 1, "  among: age > 3\n");
        assert_fault(&in, pack_load(&in, text), MAG_MSG_R503, "did you mean \"LOOP\"?");
        expect_place(text, text + head);
    }
}

/* --- every pair of dimensions ---------------------------------------------------------------- */

static const struct {
    const char *operand, *quantity, *label;
    bool takes_plain; /* a plain number beside it takes its unit */
} dimensions[] = {
    {"kf", "20 mL/min", "a clearance in mL/min", false},
    {"egfr(within 9 days)", "20 mL/min/1.73m2", "an eGFR in mL/min/1.73m2", false},
    {"days_on(LOOP)", "20 days", "a number of days", true},
    {"age", "20 years", "a number of years", true},
    {"dose(MGSYS)", "20 mmol/day", "a dose in mmol/day", false},
    {"weight", "20 kg", "a weight in kg", false},
    {"height", "20 cm", "a length in cm", false},
    {"count(magnesium)", "20", "a plain number", false},
    {"ckd_category", "G3a", "a kidney category", false},
};
enum { DIMENSION_COUNT = sizeof dimensions / sizeof dimensions[0], PLAIN = 7 };

static void expect_pair(const char *when, bool fits, const char *left, const char *right) {
    char text[EXPRESSION_NBYTES], says[160];
    (void)pack_of(when, text);
    const mag_status status = pack_load(&in, text);
    if (fits && status != MAG_OK)
        fail_msg("%s\n%s", when, in.err.text);
    if (fits)
        return;
    (void)snprintf(says, sizeof says, "units do not match: %s on the left, %s on the right", left,
                   right);
    assert_fault(&in, status, MAG_MSG_R501, says);
}

static void only_equal_dimensions_are_compared(void **state) {
    (void)state;
    for (size_t a = 0; a < DIMENSION_COUNT; a++)
        for (size_t b = 0; b < DIMENSION_COUNT; b++) {
            char when[256];
            const bool fits = a == b || (b == PLAIN && dimensions[a].takes_plain);
            (void)snprintf(when, sizeof when, "%s < %s", dimensions[a].operand,
                           dimensions[b].quantity);
            expect_pair(when, fits, dimensions[a].label, dimensions[b].label);
            (void)snprintf(when, sizeof when, "%s >= %s", dimensions[b].quantity,
                           dimensions[a].operand);
            expect_pair(when, fits, dimensions[b].label, dimensions[a].label);
            (void)snprintf(when, sizeof when, "%s <= %s", dimensions[a].operand,
                           dimensions[b].operand);
            expect_pair(when, a == b, dimensions[a].label, dimensions[b].label);
        }
}

static void only_equal_dimensions_are_added(void **state) {
    (void)state;
    for (size_t a = 0; a <= PLAIN; a++)
        for (size_t b = 0; b <= PLAIN; b++) {
            char when[256];
            (void)snprintf(when, sizeof when, "%s + %s < %s", dimensions[a].operand,
                           dimensions[b].quantity, dimensions[a].quantity);
            expect_pair(when, a == b, dimensions[a].label, dimensions[b].label);
            (void)snprintf(when, sizeof when, "%s - %s < %s", dimensions[a].quantity,
                           dimensions[b].operand, dimensions[a].quantity);
            expect_pair(when, a == b, dimensions[a].label, dimensions[b].label);
        }
}

static void a_product_or_quotient_has_the_dimension_that_is_left(void **state) {
    (void)state;
    for (size_t a = 0; a < PLAIN; a++) {
        char when[256];
        const char *operand = dimensions[a].operand, *quantity = dimensions[a].quantity;
        (void)snprintf(when, sizeof when, "%s * 2 < %s", operand, quantity);
        expect_pair(when, true, "", "");
        (void)snprintf(when, sizeof when, "2 * %s < %s", operand, quantity);
        expect_pair(when, true, "", "");
        (void)snprintf(when, sizeof when, "%s / 2 < %s", operand, quantity);
        expect_pair(when, true, "", "");
        (void)snprintf(when, sizeof when, "%s / %s < 2", operand, quantity);
        expect_pair(when, true, "", "");
        (void)snprintf(when, sizeof when, "%s / %s < %s", operand, quantity, quantity);
        expect_pair(when, false, "a plain number", dimensions[a].label);
    }
}

/* --- limits of size -------------------------------------------------------------------------- */

/* before, then count times what opens, an expression, count times what closes. */
static mag_status load_nested(const char *opens, size_t count, const char *inside,
                              const char *closes) {
    static char when[EXPRESSION_NBYTES], text[EXPRESSION_NBYTES];
    when[0] = '\0';
    for (size_t i = 0; i < count; i++)
        strcat(when, opens);
    strcat(when, inside);
    for (size_t i = 0; i < count; i++)
        strcat(when, closes);
    (void)pack_of(when, text);
    return pack_load(&in, text);
}

static void nesting_goes_32_deep_and_no_deeper(void **state) {
    (void)state;
    const struct {
        const char *opens, *inside, *closes;
        size_t most;
    } rows[] = {
        {"(", "age > 3", ")", 32},          {"not ", "age > 3", "", 32},
        {"known(", "age > 3", ")", 32},     {"not (", "age > 3", ")", 16},
        {"known(not ", "age > 3", ")", 16}, {"(", "active(LOOP)", ")", 31},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (load_nested(rows[i].opens, rows[i].most, rows[i].inside, rows[i].closes) != MAG_OK)
            fail_msg("%s\n%s", rows[i].opens, in.err.text);
        assert_fault(&in,
                     load_nested(rows[i].opens, rows[i].most + 1, rows[i].inside, rows[i].closes),
                     MAG_MSG_R510, "nested deeper than 32");
    }
}

static void a_list_has_64_parts_and_no_more(void **state) {
    (void)state;
    assert_int_equal(load_nested("age > 3 or ", 63, "age > 3", ""), MAG_OK);
    assert_fault(&in, load_nested("age > 3 or ", 64, "age > 3", ""), MAG_MSG_R510,
                 "more than 64 parts in one list");
    assert_int_equal(load_nested("age > 3 and ", 63, "age > 3", ""), MAG_OK);
    assert_fault(&in, load_nested("age > 3 and ", 64, "age > 3", ""), MAG_MSG_R510,
                 "more than 64 parts in one list");
}

static void an_expression_has_8192_bytes_and_no_more(void **state) {
    (void)state;
    /* "age > 3" and the line's end are 8 of them */
    assert_int_equal(load_nested(" ", 8184, "age > 3", ""), MAG_OK);
    static char text[2 * EXPRESSION_NBYTES], when[EXPRESSION_NBYTES];
    memset(when, ' ', 8200);
    memcpy(when, "age", 3);
    memcpy(when + 8195, "> 3", 4);
    (void)snprintf(text, sizeof text, "%s- id: X1\n  title: T\n  among: age > 3\n  when: '%s'\n",
                   PACK_TOP, when);
    strcat(text, "  severity: high\n");
    assert_fault(&in, pack_load(&in, text), MAG_MSG_R510, "more than 8192 bytes");
}

static void numbers_and_windows_reach_to_their_limits(void **state) {
    (void)state;
    static const char *const rows[] = {
        "count(magnesium) < 2147483647",
        "age < 0.000000001 years",
        "active(LOOP within 36525 days)",
        "active(LOOP within 876600 hours)",
        "active(LOOP within 0 days)",
        "active(LOOP from 2 to 2 days ago)",
        "active(LOOP from 48 hours to 2 days ago)",
        "active(LOOP within 5217 weeks)",
        "active(LOOP within 90 minutes)",
        "age > .5 years",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (load_nested("", 0, rows[i], "") != MAG_OK)
            fail_msg("%s\n%s", rows[i], in.err.text);
}

/* Rules of 60 different windows each. */
static mag_status load_operands(size_t count) {
    char *text = calloc(count, 64);
    assert_non_null(text);
    strcpy(text, "pack: t\nversion: 1.0.0\nrules:\n");
    for (size_t i = 0; i < count; i++) {
        char line[160];
        if (i % 60 == 0)
            (void)snprintf(line, sizeof line,
                           "\n- id: R%zu\n  title: T\n  severity: low\n  among: age > 3\n"
                           "  when: measured(sodium within %zu days)",
                           i / 60, i);
        else
            (void)snprintf(line, sizeof line, "\n    or measured(sodium within %zu days)", i);
        strcat(text, line);
    }
    const mag_status status = pack_load(&in, text);
    free(text);
    return status;
}

static void a_pack_has_2048_operands_and_no_more(void **state) {
    (void)state;
    /* `age` is one as well */
    if (load_operands(2047) != MAG_OK)
        fail_msg("%s", in.err.text);
    assert_int_equal((int)in.pack->operand_count, 2048);
    assert_fault(&in, load_operands(2048), MAG_MSG_R510, "more than 2048 different operands");
}

static void a_pack_has_512_rules_and_no_more(void **state) {
    (void)state;
    for (size_t count = 512; count <= 513; count++) {
        char *text = calloc(count + 1, 128);
        assert_non_null(text);
        strcpy(text, "pack: t\nversion: 1.0.0\nrules:\n");
        for (size_t i = 0; i < count; i++)
            (void)sprintf(text + strlen(text),
                          "- { id: R%zu, title: T, among: age > 3, when: age > 4, "
                          "severity: low }\n",
                          i);
        if (count == 512)
            assert_int_equal(pack_load(&in, text), MAG_OK);
        else
            assert_fault(&in, pack_load(&in, text), MAG_MSG_R502, "1 to 512 rules");
        free(text);
    }
}

static int begin(void **state) {
    (void)state;
    pack_begin(&in);
    return 0;
}

static int end(void **state) {
    (void)state;
    pack_end(&in);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(signs_and_numbers_that_cannot_be),
        TEST(words_that_stand_in_the_wrong_place),
        TEST(the_end_where_more_was_expected),
        TEST(windows_that_are_not_written_out),
        TEST(lengths_of_time_that_cannot_be),
        TEST(unknown_names_of_every_kind_with_the_nearest_one),
        TEST(names_of_one_kind_where_another_belongs),
        TEST(arguments_that_an_operand_does_not_take),
        TEST(values_that_cannot_be_compared),
        TEST(filters_that_cannot_be),
        TEST(results_that_an_operand_cannot_stand_on),
        TEST(options_that_cannot_be),
        TEST(options_that_are_not_written_out),
        TEST(a_sign_without_meaning_is_refused_wherever_it_stands),
        TEST(numbers_beside_results_that_do_not_fit),
        TEST(the_place_is_right_in_every_style_of_yaml),
        TEST(only_equal_dimensions_are_compared),
        TEST(only_equal_dimensions_are_added),
        TEST(a_product_or_quotient_has_the_dimension_that_is_left),
        TEST(nesting_goes_32_deep_and_no_deeper),
        TEST(a_list_has_64_parts_and_no_more),
        TEST(an_expression_has_8192_bytes_and_no_more),
        TEST(numbers_and_windows_reach_to_their_limits),
        TEST(a_pack_has_2048_operands_and_no_more),
        TEST(a_pack_has_512_rules_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
