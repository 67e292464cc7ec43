/*
 * test_precision.c - bf16 beside f32, on machines that have it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/net.h"
#include "support/two_precisions.h"

static void
bf16_answers_are_close_to_those_of_f32(void **state)
{
    (void)state;
    if (spt_engine_precision(SPT_PRECISION_BF16) != SPT_PRECISION_BF16)
        skip();
    two_precisions_agree(0.02, 0.05);
}

static void
bf16_halves_the_memory(void **state)
{
    struct spt_pass_shape shape = {.form = SPT_FORM_DENSE, .batch = 1, .tile = 512};
    struct spt_spec spec;
    double wide;

    (void)state;
    if (spt_engine_precision(SPT_PRECISION_BF16) != SPT_PRECISION_BF16)
        skip();
    assert_int_equal(spt_spec_parse("default", &spec, NULL), SEPTUM_OK);
    wide = (double)spt_pass_memory(&spec, &shape);
    shape.precision = SPT_PRECISION_BF16;
    assert_true((double)spt_pass_memory(&spec, &shape) < 0.53 * wide);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bf16_answers_are_close_to_those_of_f32),
        cmocka_unit_test(bf16_halves_the_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
