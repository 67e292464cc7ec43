/*
 * test_measures.c - windows are measured once for a model, an image and a way, and what
 * is kept never comes back for others or damaged.
 */
#include "session/measures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "project/private.h"
#include "support/workspace.h"

#define IMAGES ((size_t)2)
#define WINDOWS ((size_t)16)

static const struct spt_measure_options once = {.every = 2};

struct fixture {
    struct spt_workspace workspace;
    struct spt_samples samples;
    size_t which[IMAGES];
    float f[WINDOWS]; /* of image 0, when first measured */
};

static void
find(struct fixture *fixture, size_t i, const struct spt_measure_options *options,
     float f[WINDOWS])
{
    const struct spt_sample *sample = &fixture->samples.sample[i];
    const struct spt_grid grid =
        spt_grid_of(sample->height, sample->width, WORKSPACE_WINDOW);

    assert_int_equal(spt_grid_count(&grid), WINDOWS);
    assert_int_equal(spt_measures_find(&fixture->workspace, fixture->which[i], sample,
                                       &grid, options, f, NULL),
                     SEPTUM_OK);
}

/* Measure image 0, and let the net then say something else: what is measured from now
 * on differs from what is kept. */
static void
begin(struct fixture *fixture, const char *name)
{
    const struct spt_net *net;

    *fixture = (struct fixture){0};
    workspace_make(name, IMAGES, 0, &fixture->workspace);
    net = fixture->workspace.net;
    assert_int_equal(spt_workspace_samples(&fixture->workspace, false, fixture->which,
                                           &fixture->samples, NULL),
                     SEPTUM_OK);
    find(fixture, 0, &once, fixture->f);
    spt_net_parameters(
        fixture->workspace.net)[spt_net_spec(net)->parameter_count - 1] += 0.5F;
    spt_net_changed(fixture->workspace.net);
}

static void
end(struct fixture *fixture)
{
    spt_samples_clear(&fixture->samples);
    spt_workspace_clear(&fixture->workspace);
}

static bool
is_kept(struct fixture *fixture)
{
    float f[WINDOWS];
    bool same = true;

    find(fixture, 0, &once, f);
    for (size_t w = 0; w < WINDOWS; w++)
        same = same && f[w] == fixture->f[w];
    return same;
}

static void
what_was_measured_is_fetched(void **state)
{
    struct fixture fixture;
    float other[WINDOWS];

    (void)state;
    begin(&fixture, "measures-fetched");
    for (size_t w = 0; w < WINDOWS; w++)
        assert_true(fixture.f[w] >= 0 && fixture.f[w] <= 0.5F);
    assert_true(is_kept(&fixture));
    find(&fixture, 1, &once, other); /* beside it, not in its place */
    assert_memory_not_equal(other, fixture.f, sizeof other);
    assert_true(is_kept(&fixture));
    end(&fixture);
}

static void
another_model_is_measured_anew(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "measures-model");
    fixture.workspace.model_id++;
    assert_false(is_kept(&fixture));
    end(&fixture);
}

static void
another_image_is_measured_anew(void **state)
{
    struct fixture fixture;

    (void)state;
    begin(&fixture, "measures-image");
    fixture.samples.sample[0].pixels[7] += 0.01F;
    assert_false(is_kept(&fixture));
    end(&fixture);
}

static void
another_way_is_measured_anew(void **state)
{
    static const struct spt_measure_options ways[] = {
        {.every = 1},
        {.every = 2, .temperature = 2},
        {.every = 2, .from = SPT_MEASURE_SYMMETRIES},
        {.every = 2, .key = 1},
    };
    float f[WINDOWS];

    (void)state;
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        struct fixture fixture;

        begin(&fixture, "measures-way");
        find(&fixture, 0, &ways[way], f);
        assert_memory_not_equal(f, fixture.f, sizeof f);
        end(&fixture);
    }
}

static void
damaged_values_are_measured_anew(void **state)
{
    static const char *const contents[] = {
        "x''",                                   /* nothing */
        "substr(content, 2)",                    /* cut short */
        "x'0000c07f' || substr(content, 5)",     /* not a number */
        "x'000000bf' || substr(content, 5)",     /* -0.5 */
        "substr(content, 1, 60) || x'0100003f'", /* just above 0.5 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        struct fixture fixture;
        char sql[120];

        begin(&fixture, "measures-damaged");
        assert_true(is_kept(&fixture));
        snprintf(sql, sizeof sql, "UPDATE kept SET content = %s", contents[i]);
        assert_int_equal(
            spt_database_run(&fixture.workspace.project->database, NULL, sql, ""),
            SEPTUM_OK);
        assert_false(is_kept(&fixture));
        end(&fixture);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_measured_is_fetched),
        cmocka_unit_test(another_model_is_measured_anew),
        cmocka_unit_test(another_image_is_measured_anew),
        cmocka_unit_test(another_way_is_measured_anew),
        cmocka_unit_test(damaged_values_are_measured_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
