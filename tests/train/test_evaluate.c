/*
 * test_evaluate.c - which samples and which of their pixels are counted.
 */
#include "train/evaluate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/material.h"

/* Samples, a net that knows nothing, and its predictor. */
struct setting {
    struct spt_samples samples;
    struct spt_net *net;
    struct spt_predictor *predictor;
};

/* Of `count` samples of 16 x 16, number i knows its first counts[i] pixels. */
static struct setting
begin(const size_t *counts, size_t count)
{
    static const struct spt_predict_options options;
    struct setting setting;

    material_samples(&setting.samples, count, 16, 16, 1);
    for (size_t i = 0; i < count; i++)
        for (size_t at = counts[i]; at < 256; at++)
            spt_samples_set_label(&setting.samples, i, at, SPT_LABEL_UNKNOWN);
    setting.net = material_net(MATERIAL_NET, 2);
    assert_int_equal(
        spt_predictor_create(setting.net, &options, &setting.predictor, NULL),
        SEPTUM_OK);
    return setting;
}

static void
end(struct setting *setting)
{
    spt_predictor_free(setting->predictor);
    spt_net_free(setting->net);
    spt_samples_clear(&setting->samples);
}

static uint64_t
count_pixels(const struct spt_tally *tally)
{
    uint64_t sum = 0;

    for (size_t i = 0; i <= SPT_SCORE_BINS; i++)
        sum += tally->membrane[i] + tally->other[i];
    return sum;
}

static void
counts_the_known_pixels_of_all_samples(void **state)
{
    static const size_t counts[] = {100, 0, 256};
    struct setting setting = begin(counts, 3);
    struct spt_tally tally = {0}, wanted = {0};

    (void)state;
    assert_int_equal(
        spt_evaluate(setting.predictor, &setting.samples, 1, NULL, &tally, NULL),
        SEPTUM_OK);
    for (size_t i = 0; i < 3; i++) {
        const struct spt_sample *sample = &setting.samples.sample[i];
        float membrane[256];

        assert_int_equal(
            spt_predict(setting.predictor, sample->pixels, 16, 16, membrane, NULL),
            SEPTUM_OK);
        spt_tally_add(&wanted, membrane, sample->labels, 256);
    }
    assert_int_equal(count_pixels(&tally), 356);
    assert_memory_equal(&tally, &wanted, sizeof tally);
    /* What the tally held stays in it. */
    assert_int_equal(
        spt_evaluate(setting.predictor, &setting.samples, 1, NULL, &tally, NULL),
        SEPTUM_OK);
    assert_int_equal(count_pixels(&tally), 712);
    end(&setting);
}

/* Sums of different powers of 2 tell which samples they are of. */
static void
takes_every_nth_of_the_samples_that_know_something(void **state)
{
    static const size_t counts[] = {1, 0, 2, 4, 0, 0, 8, 16};
    static const uint64_t wanted[] = {0, 31, 1 + 4 + 16, 1 + 8, 1 + 16, 1, 1};
    struct setting setting = begin(counts, 8);

    (void)state;
    for (size_t every = 1; every <= 6; every++) {
        struct spt_tally tally = {0};

        assert_int_equal(spt_evaluate(setting.predictor, &setting.samples, every, NULL,
                                      &tally, NULL),
                         SEPTUM_OK);
        assert_int_equal(count_pixels(&tally), wanted[every]);
    }
    /* Five of the eight know something. */
    assert_int_equal(spt_evaluate_every(&setting.samples, 5), 1);
    assert_int_equal(spt_evaluate_every(&setting.samples, 4), 2);
    assert_int_equal(spt_evaluate_every(&setting.samples, 2), 3);
    end(&setting);
}

static bool
count_down(void *user, double fraction)
{
    int *left = user;

    assert_true(fraction >= 0 && fraction < 1);
    return (*left)-- > 0;
}

static void
asks_before_each_image_and_stops_when_told(void **state)
{
    static const size_t counts[] = {1, 0, 2, 4};
    struct setting setting = begin(counts, 4);

    (void)state;
    for (int images = 0; images <= 3; images++) {
        static const uint64_t wanted[] = {0, 1, 3, 7};
        struct spt_tally tally = {0};
        struct septum_error err = {0};
        int left = images;
        const struct spt_watch watch = {count_down, &left};
        enum septum_status status =
            spt_evaluate(setting.predictor, &setting.samples, 1, &watch, &tally, &err);

        assert_int_equal(status, images < 3 ? SEPTUM_ESTOPPED : SEPTUM_OK);
        assert_string_equal(err.text, images < 3 ? "stopped" : "");
        assert_int_equal(left, images < 3 ? -1 : 0);
        assert_int_equal(count_pixels(&tally), wanted[images]);
    }
    end(&setting);
}

static void
of_samples_that_know_nothing_nothing_is_counted(void **state)
{
    static const size_t counts[] = {0, 0};
    struct setting setting = begin(counts, 2);
    struct spt_tally tally = {0};

    (void)state;
    assert_int_equal(
        spt_evaluate(setting.predictor, &setting.samples, 1, NULL, &tally, NULL),
        SEPTUM_OK);
    assert_int_equal(count_pixels(&tally), 0);
    end(&setting);
}

static void
passes_on_what_prediction_refuses(void **state)
{
    static const size_t counts[] = {256};
    struct setting setting = begin(counts, 1);
    struct spt_tally tally = {0};
    struct septum_error err = {0};

    (void)state;
    setting.samples.sample[0].height = 10;
    assert_int_equal(
        spt_evaluate(setting.predictor, &setting.samples, 1, NULL, &tally, &err),
        SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "16 x 10 pixels, smaller than the net's window of 14 x 14");
    end(&setting);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_the_known_pixels_of_all_samples),
        cmocka_unit_test(takes_every_nth_of_the_samples_that_know_something),
        cmocka_unit_test(asks_before_each_image_and_stops_when_told),
        cmocka_unit_test(of_samples_that_know_nothing_nothing_is_counted),
        cmocka_unit_test(passes_on_what_prediction_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
