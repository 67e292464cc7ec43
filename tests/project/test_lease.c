/*
 * test_lease.c - no two experts hold the same region at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "project/lease.h"
#include "support/project.h"
#include "support/scratch.h"

#define HOUR 3600000

static int64_t
lend(struct spt_project *project, const char *who, int64_t image, uint32_t side,
     uint32_t row, uint32_t column, int64_t until)
{
    struct spt_lease_window windows[] = {{row, column}, {row + 1, column}};
    char name[16];
    struct spt_lease lease = {.image = image,
                              .who = strcpy(name, who),
                              .until = until,
                              .side = side,
                              .windows = windows,
                              .count = 2,
                              .objective = 0.25,
                              .uncertainty = 0.5,
                              .abundance = 0.75};
    struct septum_error err = {0};
    int64_t id = -1;

    if (spt_project_lend(project, &lease, &id, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return id;
}

static void
lends_a_region_to_one_expert_at_a_time(void **state)
{
    struct spt_project *project = project_make("one");
    int64_t a = project_add(project, "one-a", 64, 64);
    int64_t b = project_add(project, "one-b", 64, 64);
    int64_t later = spt_clock_date() + HOUR;

    (void)state;
    assert_int_equal(lend(project, "ann", a, 16, 1, 1, later), 1);
    assert_int_equal(lend(project, "bob", a, 16, 2, 1, later),
                     0); /* a window in common */
    assert_int_equal(lend(project, "bob", a, 8, 5, 3, later), 0);  /* of another grid */
    assert_int_equal(lend(project, "bob", a, 16, 1, 2, later), 2); /* beside it */
    assert_int_equal(lend(project, "cy", b, 16, 1, 1, later), 3);  /* another image */
    spt_project_free(project);
}

static void
lends_again_what_was_held_too_long(void **state)
{
    struct spt_project *project = project_make("long");
    int64_t image = project_add(project, "long-a", 64, 64);
    int64_t now = spt_clock_date();

    (void)state;
    assert_int_equal(lend(project, "ann", image, 16, 0, 0, now - 1), 1);
    assert_int_equal(lend(project, "bob", image, 16, 0, 0, now + HOUR), 2);
    assert_int_equal(lend(project, "ann", image, 16, 0, 0, now + HOUR), 0);
    spt_project_free(project);
}

static void
an_expert_holds_one_region_and_may_prolong_it(void **state)
{
    struct spt_project *project = project_make("prolong");
    int64_t image = project_add(project, "prolong-a", 64, 64);
    int64_t later = spt_clock_date() + HOUR;
    struct spt_leases leases = {0};

    (void)state;
    assert_int_equal(lend(project, "ann", image, 16, 0, 0, later), 1);
    assert_int_equal(lend(project, "ann", image, 16, 0, 0, later + 5), 1);
    assert_int_equal(lend(project, "bob", image, 16, 0, 2, later), 2);
    assert_int_equal(lend(project, "ann", image, 16, 0, 1, later), 3);
    assert_int_equal(spt_project_leases(project, "open", &leases, NULL), SEPTUM_OK);
    assert_int_equal(leases.count, 2);
    assert_string_equal(leases.lease[0].who, "bob");
    assert_int_equal(leases.lease[1].id, 3);
    assert_int_equal(leases.lease[1].image, image);
    assert_int_equal(leases.lease[1].side, 16);
    assert_int_equal(leases.lease[1].count, 2);
    assert_int_equal(leases.lease[1].windows[1].row, 1);
    assert_int_equal(leases.lease[1].windows[1].column, 1);
    assert_true(leases.lease[1].until == later);
    assert_true(leases.lease[1].objective == 0.25);
    assert_true(leases.lease[1].uncertainty == 0.5);
    assert_true(leases.lease[1].abundance == 0.75);
    spt_leases_clear(&leases);
    spt_project_free(project);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lends_a_region_to_one_expert_at_a_time),
        cmocka_unit_test(lends_again_what_was_held_too_long),
        cmocka_unit_test(an_expert_holds_one_region_and_may_prolong_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
