/*
 * test_bench.c - septum_bench(), stopped on its way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "septum.h"
#include "support/stripes.h"

static bool
stops_at_the_tiles(void *user, const struct septum_progress *progress)
{
    bool *reached = user;

    *reached = strstr(progress->what, "tiles") != NULL;
    return !*reached;
}

static void
leaves_its_output_alone_when_it_is_stopped_at_the_last_measure(void **state)
{
    bool reached = false;
    const struct septum_bench_options options = {
        .net = STRIPES_NET, .progress = stops_at_the_tiles, .user = &reached};
    struct septum_error err = {0};
    struct septum_bench out, before;

    (void)state;
    memset(&out, 0x55, sizeof out);
    memcpy(&before, &out, sizeof out);
    assert_int_equal(septum_bench(&options, &out, &err), SEPTUM_ESTOPPED);
    assert_true(reached);
    assert_memory_equal(&out, &before, sizeof out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            leaves_its_output_alone_when_it_is_stopped_at_the_last_measure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
