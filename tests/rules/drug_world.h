/* Queries about exposures of a world of one patient. */
#ifndef MAG_TESTS_RULES_DRUG_WORLD_H
#define MAG_TESTS_RULES_DRUG_WORLD_H

#include "world.h"

#include "rules/operand_drug.h"

typedef struct drug_world {
    world in;
    mag_drug_room room;
} drug_world;

/* A class of magnesium by mouth or vein, as MGSYS has them. */
static const mag_member mgsys[] = {{MAG_CLASS_MGSUPP, 0},
                                   {MAG_CLASS_MGANTACID, 0},
                                   {MAG_CLASS_MGLAX, 0},
                                   {MAG_CLASS_MGIV, 48 * 60},
                                   {MAG_CLASS_MGOTHER, 0}};
enum { MGSYS_COUNT = sizeof mgsys / sizeof mgsys[0] };

static inline mag_drug_query drug_query(drug_world *of, const mag_member *members, size_t count) {
    mag_error err;
    assert_int_equal(mag_drug_room_reserve(&of->room, &of->in.account, &of->in.patient, &err),
                     MAG_OK);
    return (mag_drug_query){
        .patient = &of->in.patient, .members = members, .member_count = count, .room = &of->room};
}

static inline mag_drug_query drug_query_mgsys(drug_world *of) {
    return drug_query(of, mgsys, MGSYS_COUNT);
}

/* Days before T of a moment. */
static inline int days_ago(const drug_world *of, mag_minute at) {
    return mag_minute_day(of->in.patient.as_of) - mag_minute_day(at);
}

static inline void drug_world_end(drug_world *of) {
    mag_drug_room_done(&of->room, &of->in.account);
    world_end(&of->in);
}

#endif
