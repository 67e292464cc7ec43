/*
 * test_fallback.c - bf16 asked for on a machine without it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/engine.h"
#include "support/two_precisions.h"

static void
a_machine_without_bf16_answers_in_f32_to_the_last_bit(void **state)
{
    (void)state;
    assert_int_equal(spt_engine_precision(SPT_PRECISION_BF16), SPT_PRECISION_F32);
    assert_int_equal(spt_engine_precision(SPT_PRECISION_F32), SPT_PRECISION_F32);
    two_precisions_agree(0, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_without_bf16_answers_in_f32_to_the_last_bit),
    };

    /* Read at oneDNN's first use, by its newer and its older name. */
    setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1); // NOLINT(concurrency-mt-unsafe)
    setenv("DNNL_MAX_CPU_ISA", "AVX2", 1);   // NOLINT(concurrency-mt-unsafe)
    return cmocka_run_group_tests(tests, NULL, NULL);
}
