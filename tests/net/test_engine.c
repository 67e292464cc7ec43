/*
 * test_engine.c - the matrix library and its cores.
 */
#include "net/engine.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <oneapi/dnnl/dnnl.h>

static void
can_be_made_more_than_once(void **state)
{
    struct spt_engine *one, *other;

    (void)state;
    assert_int_equal(spt_engine_create(&one, NULL), SEPTUM_OK);
    assert_int_equal(spt_engine_create(&other, NULL), SEPTUM_OK);
    assert_non_null(one);
    assert_non_null(other);
    assert_ptr_not_equal(one, other);
    spt_engine_free(one);
    spt_engine_free(other);
    spt_engine_free(NULL);
}

static void
names_the_instruction_set(void **state)
{
    static const char *const known[] = {"avx512_core_amx",
                                        "avx512_core_bf16",
                                        "avx512_core_vnni",
                                        "avx512_core",
                                        "avx2_vnni",
                                        "avx2",
                                        "avx",
                                        "sse41",
                                        "generic"};
    const char *isa = spt_engine_isa();
    size_t matches = 0;

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        matches += strcmp(isa, known[i]) == 0;
    assert_int_equal(matches, 1);
    assert_string_equal(spt_engine_isa(), isa);
}

#ifdef _OPENMP
#    include <omp.h>

static uint32_t
count_running(void)
{
    uint32_t running = 0;

#    pragma omp parallel reduction(+ : running)
    running++;
    return running;
}

static void
uses_as_many_cores_as_it_is_told(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 3; threads++) {
        assert_int_equal(spt_engine_threads(threads), threads);
        assert_int_equal(count_running(), threads);
    }
}

static void
uses_all_cores_when_it_is_not_told(void **state)
{
    cpu_set_t cores;

    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof cores, &cores), 0);
    spt_engine_threads(1);
    assert_int_equal(spt_engine_threads(0), CPU_COUNT(&cores));
}
#else
static void
uses_as_many_cores_as_it_is_told(void **state)
{
    (void)state;
    assert_int_equal(spt_engine_threads(3), 1);
}

static void
uses_all_cores_when_it_is_not_told(void **state)
{
    (void)state;
    assert_int_equal(spt_engine_threads(0), 1);
}
#endif

static void
tells_what_failed(void **state)
{
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(spt_fail_engine(&err, "convolution", dnnl_out_of_memory),
                     SEPTUM_ENOMEM);
    assert_int_equal(err.status, SEPTUM_ENOMEM);
    assert_string_equal(err.text, "convolution: memory ran out in the matrix library");
    assert_int_equal(spt_fail_engine(&err, "weight gradient", dnnl_unimplemented),
                     SEPTUM_ENGINE);
    assert_int_equal(err.status, SEPTUM_ENGINE);
    assert_string_equal(err.text,
                        "weight gradient: the matrix library failed with status 3");
    assert_int_equal(spt_fail_engine(NULL, "loss", 2), SEPTUM_ENGINE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(can_be_made_more_than_once),
        cmocka_unit_test(names_the_instruction_set),
        cmocka_unit_test(uses_as_many_cores_as_it_is_told),
        cmocka_unit_test(uses_all_cores_when_it_is_not_told),
        cmocka_unit_test(tells_what_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
