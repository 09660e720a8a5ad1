/* Lists of classes and groups between the brackets of an operand. */
#include "rules/call.h"

#include <stdlib.h>
#include <string.h>

static const char *const class_names[] = {
#define MAG_CLASS(name, ...) #name,
#include "clinical/drug_class.def"
#undef MAG_CLASS
    NULL};

const char *const *mag_class_names(void) {
    return class_names;
}

/* Classes and groups, as candidates for a name that is neither. */
static const char *const *class_candidates(mag_checker *checker) {
    const mag_names *names = checker->names;
    size_t count = MAG_CLASS_COUNT + names->group_count + 1;
    const char **all = mag_arena_alloc(checker->arena, count * sizeof *all);
    if (!all)
        return class_names;
    memcpy(all, class_names, MAG_CLASS_COUNT * sizeof *all);
    for (size_t i = 0; i < names->group_count; i++)
        all[MAG_CLASS_COUNT + i] = names->groups[i].name;
    return all;
}

/* The longer stay in effect wins where a class comes twice. */
static void add_member(mag_operand *operand, mag_member *members, mag_member member) {
    for (size_t i = 0; i < operand->member_count; i++) {
        if (members[i].drug_class != member.drug_class)
            continue;
        if (members[i].extra_minutes < member.extra_minutes)
            members[i].extra_minutes = member.extra_minutes;
        return;
    }
    members[operand->member_count++] = member;
    operand->classes |= UINT64_C(1) << member.drug_class;
}

static int member_order(const void *a, const void *b) {
    const mag_member *left = a, *right = b;
    return (left->drug_class > right->drug_class) - (left->drug_class < right->drug_class);
}

static mag_status add_classes(mag_checker *checker, const mag_syntax *argument,
                              mag_operand *operand, mag_member *members, mag_error *err) {
    mag_member member = {.extra_minutes = 0};
    if (mag_class_find(argument->text, &member.drug_class)) {
        add_member(operand, members, member);
        return MAG_OK;
    }
    const mag_group *group = mag_names_group(checker->names, argument->text);
    if (!group)
        return mag_checker_fail_unknown(argument, "drug class or group", argument->text,
                                        class_candidates(checker), err);
    for (size_t i = 0; i < group->member_count; i++)
        add_member(operand, members, group->members[i]);
    return MAG_OK;
}

/* Arguments from `first` on, `count` of them; the operand has no members yet. */
static mag_status read_list(mag_checker *checker, mag_syntax *const *arguments, size_t count,
                            mag_operand *operand, const char **text, mag_error *err) {
    size_t nbytes = MAG_CLASS_COUNT * sizeof(mag_member);
    mag_member *members = mag_arena_alloc(checker->arena, nbytes);
    if (!members)
        return mag_fail_memory(err, nbytes);
    const char *list = "";
    for (size_t i = 0; i < count; i++) {
        const mag_syntax *argument = arguments[i];
        MAG_TRY(add_classes(checker, argument, operand, members, err));
        list = mag_arena_format(checker->arena, "%s%s%.*s", list, i ? ", " : "",
                                (int)argument->text.nbytes, argument->text.at);
        if (!list)
            return mag_fail_memory(err, 64);
    }
    qsort(members, operand->member_count, sizeof *members, member_order);
    operand->members = members;
    *text = list;
    return MAG_OK;
}

mag_status mag_checker_members(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                               const char **text, mag_error *err) {
    if (call->child_count == 0)
        return mag_call_fail(call, "takes at least one drug class or group", err);
    for (size_t i = 0; i < call->child_count; i++)
        MAG_TRY(mag_call_require_name(call, call->children[i], err));
    return read_list(checker, call->children, call->child_count, operand, text, err);
}

mag_status mag_call_two_lists(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                              const char **text, mag_error *err) {
    const char *texts[2];
    mag_operand other = {.member_count = 0};
    if (call->child_count != 2)
        return mag_call_fail(call, "takes two lists, each one class or one group", err);
    for (size_t i = 0; i < 2; i++)
        MAG_TRY(mag_call_require_name(call, call->children[i], err));
    MAG_TRY(read_list(checker, call->children, 1, operand, &texts[0], err));
    MAG_TRY(read_list(checker, call->children + 1, 1, &other, &texts[1], err));
    operand->other_classes = other.classes;
    operand->other_members = other.members;
    operand->other_member_count = other.member_count;
    *text = mag_arena_format(checker->arena, "%s, %s", texts[0], texts[1]);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}
