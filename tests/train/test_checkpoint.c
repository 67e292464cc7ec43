/*
 * test_checkpoint.c - a training on disk: all of it, or a refusal.
 */
#include "train/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "support/material.h"
#include "support/scratch.h"

#define FINGERPRINT UINT64_C(0x123456789abcdef0)
#define DAMAGED                                                                        \
    "damaged, or not a checkpoint of this version; without --resume the training "     \
    "begins anew"
#define FOREIGN                                                                        \
    "belongs to a training with other images, labels or settings; give the same "      \
    "ones, or leave --resume out"

/* All that a checkpoint fills. */
struct training {
    struct spt_checkpoint state;
    struct spt_net *net;
    struct spt_optimiser optimiser;
    struct spt_text log;
};

/* One whose every number follows from `seed`. */
static struct training
make(const char *spec, uint64_t seed)
{
    static const struct spt_optimiser_settings settings = {.rule = SPT_RULE_ADAM};
    struct training training = {
        .state = {.fingerprint = FINGERPRINT, .seconds = (double)seed + 0.1}};
    size_t count;

    training.net = material_net(spec, seed);
    count = spt_net_spec(training.net)->parameter_count;
    assert_int_equal(spt_optimiser_init(&training.optimiser, &settings, 0, count,
                                        spt_net_parameters(training.net), NULL),
                     SEPTUM_OK);
    material_fill(training.optimiser.state, 3 * count, seed + 1);
    training.optimiser.steps = training.state.steps = 1000 + seed;
    training.state.loss_sum = 1.0 / (double)(seed + 3);
    training.state.rate = 1.0 / (double)(seed + 7);
    spt_text_add(&training.log, "epoch,loss\n%llu,100%%\n", (unsigned long long)seed);
    return training;
}

static void
clear(struct training *training)
{
    spt_net_free(training->net);
    spt_optimiser_clear(&training->optimiser);
    spt_text_clear(&training->log);
}

static enum septum_status
write_to(const char *path, const struct training *training, struct septum_error *err)
{
    return spt_checkpoint_write(path, training->state, training->net,
                                &training->optimiser, &training->log, err);
}

static enum septum_status
read_from(const char *path, uint64_t fingerprint, struct training *training,
          struct septum_error *err)
{
    return spt_checkpoint_read(path, fingerprint, &training->state, training->net,
                               &training->optimiser, &training->log, err);
}

static void
assert_same(const struct training *a, const struct training *b)
{
    size_t bytes = spt_net_spec(a->net)->parameter_count * sizeof(float);

    assert_int_equal(a->state.fingerprint, b->state.fingerprint);
    assert_int_equal(a->state.steps, b->state.steps);
    assert_true(a->state.seconds == b->state.seconds);
    assert_true(a->state.loss_sum == b->state.loss_sum);
    assert_true(a->state.rate == b->state.rate);
    assert_int_equal(a->optimiser.steps, b->optimiser.steps);
    assert_memory_equal(spt_net_parameters(a->net), spt_net_parameters(b->net), bytes);
    assert_memory_equal(a->optimiser.state, b->optimiser.state, 3 * bytes);
    assert_int_equal(a->log.bytes.count, b->log.bytes.count);
    assert_memory_equal(a->log.bytes.at, b->log.bytes.at, a->log.bytes.count);
    assert_false(a->log.failed || b->log.failed);
}

static void
gives_back_all_that_was_written(void **state)
{
    const char *path = scratch_path("whole.checkpoint");
    struct training one = make(MATERIAL_NET, 1), other = make(MATERIAL_NET, 2);
    struct spt_pass_shape shape = {.form = SPT_FORM_PATCH, .batch = 1};
    struct spt_pass *pass;
    const float *logits;
    float before;

    (void)state;
    assert_int_equal(spt_pass_create(other.net, &shape, &pass, NULL), SEPTUM_OK);
    material_fill(spt_pass_input(pass), MATERIAL_WINDOW_PIXELS, 3);
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    before = logits[0];
    assert_int_equal(write_to(path, &one, NULL), SEPTUM_OK);
    assert_int_equal(read_from(path, FINGERPRINT, &other, NULL), SEPTUM_OK);
    assert_same(&one, &other);
    /* A pass made before sees the weights that were read. */
    assert_int_equal(spt_pass_forward(pass, 0, 0, &logits, NULL), SEPTUM_OK);
    assert_true(logits[0] != before);
    spt_pass_free(pass);
    clear(&one);
    clear(&other);
}

static void
a_new_checkpoint_replaces_the_old(void **state)
{
    const char *path = scratch_path("replaced.checkpoint");
    struct training one = make(MATERIAL_NET, 3), other = make(MATERIAL_NET, 4);
    struct training found = make(MATERIAL_NET, 5);

    (void)state;
    assert_int_equal(write_to(path, &one, NULL), SEPTUM_OK);
    spt_text_clear(&other.log);
    assert_int_equal(write_to(path, &other, NULL), SEPTUM_OK);
    assert_int_equal(read_from(path, FINGERPRINT, &found, NULL), SEPTUM_OK);
    assert_int_equal(found.state.steps, 1004);
    assert_int_equal(found.log.bytes.count, 0);
    clear(&one);
    clear(&other);
    clear(&found);
}

/* Reading `path` fails in this way and leaves what it would have filled alone. */
static void
check_refusal(const char *path, const char *spec, uint64_t fingerprint,
              enum septum_status status, const char *sentence)
{
    struct training found = make(spec, 8), before = make(spec, 8);
    struct septum_error err = {0};
    char wanted[1024];

    assert_int_equal(read_from(path, fingerprint, &found, &err), status);
    assert_int_equal(err.status, status);
    snprintf(wanted, sizeof wanted, "%s: %s", path, sentence);
    assert_string_equal(err.text, wanted);
    assert_same(&found, &before);
    clear(&found);
    clear(&before);
}

/* The bytes of a checkpoint of a very small net. */
static struct spt_bytes
make_bytes(const char *name)
{
    const char *path = scratch_path(name);
    struct training one = make("window4 conv2-1 FC-1", 6);
    struct spt_bytes bytes = {0};

    assert_int_equal(write_to(path, &one, NULL), SEPTUM_OK);
    assert_int_equal(spt_file_read(path, 1 << 20, &bytes, NULL), SEPTUM_OK);
    clear(&one);
    return bytes;
}

static void
refuses_one_cut_short_anywhere(void **state)
{
    struct spt_bytes bytes = make_bytes("long.checkpoint");

    (void)state;
    for (size_t count = 0; count < bytes.count; count += count < 80 ? 1 : 7)
        check_refusal(scratch_write("short.checkpoint", bytes.at, count),
                      "window4 conv2-1 FC-1", FINGERPRINT, SEPTUM_EFORMAT, DAMAGED);
    check_refusal(scratch_write("short.checkpoint", bytes.at, bytes.count - 1),
                  "window4 conv2-1 FC-1", FINGERPRINT, SEPTUM_EFORMAT, DAMAGED);
    spt_bytes_clear(&bytes);
}

static void
refuses_one_with_bytes_behind_its_end(void **state)
{
    struct spt_bytes bytes = make_bytes("more.checkpoint"), longer = {0};

    (void)state;
    assert_true(spt_bytes_append(&longer, bytes.at, bytes.count));
    for (size_t i = 0; i < 8; i++) {
        assert_true(spt_bytes_append(&longer, "x", 1));
        check_refusal(scratch_write("more.checkpoint", longer.at, longer.count),
                      "window4 conv2-1 FC-1", FINGERPRINT, SEPTUM_EFORMAT, DAMAGED);
    }
    spt_bytes_clear(&bytes);
    spt_bytes_clear(&longer);
}

static void
refuses_one_with_any_byte_changed(void **state)
{
    struct spt_bytes bytes = make_bytes("flipped.checkpoint");

    (void)state;
    for (size_t i = 0; i < bytes.count; i += i < 64 ? 1 : 3) {
        bytes.at[i] ^= (uint8_t)(1 << i % 8);
        check_refusal(scratch_write("flipped.checkpoint", bytes.at, bytes.count),
                      "window4 conv2-1 FC-1", FINGERPRINT, SEPTUM_EFORMAT, DAMAGED);
        bytes.at[i] ^= (uint8_t)(1 << i % 8);
    }
    spt_bytes_clear(&bytes);
}

static void
refuses_what_is_no_checkpoint(void **state)
{
    char text[4096];

    (void)state;
    memset(text, 'x', sizeof text);
    check_refusal(scratch_write("text", text, sizeof text), MATERIAL_NET, FINGERPRINT,
                  SEPTUM_EFORMAT, DAMAGED);
    check_refusal(scratch_write("empty", text, 0), MATERIAL_NET, FINGERPRINT,
                  SEPTUM_EFORMAT, DAMAGED);
}

static void
refuses_that_of_another_training(void **state)
{
    const char *path = scratch_path("foreign.checkpoint");
    struct training one = make(MATERIAL_NET, 9);

    (void)state;
    assert_int_equal(write_to(path, &one, NULL), SEPTUM_OK);
    check_refusal(path, MATERIAL_NET, FINGERPRINT + 1, SEPTUM_EINVAL, FOREIGN);
    check_refusal(path, "window4 conv2-1 FC-1", FINGERPRINT, SEPTUM_EINVAL, FOREIGN);
    clear(&one);
}

static void
tells_when_there_is_none(void **state)
{
    (void)state;
    check_refusal(scratch_path("nowhere.checkpoint"), MATERIAL_NET, FINGERPRINT,
                  SEPTUM_EIO, "No such file or directory");
}

static void
tells_when_it_cannot_be_written(void **state)
{
    struct training one = make(MATERIAL_NET, 10);
    struct septum_error err = {0};

    (void)state;
    assert_int_equal(write_to(scratch_path("no/such/folder"), &one, &err), SEPTUM_EIO);
    assert_int_equal(err.status, SEPTUM_EIO);
    assert_non_null(strstr(err.text, "no/such/folder"));
    clear(&one);
}

/* A failed write leaves the checkpoint before it whole. */
static void
a_failed_write_keeps_the_old_one(void **state)
{
    const char *path = scratch_path("kept.checkpoint");
    struct training one = make(MATERIAL_NET, 11), other = make(MATERIAL_NET, 12);
    struct training found = make(MATERIAL_NET, 13);

    (void)state;
    assert_int_equal(write_to(path, &one, NULL), SEPTUM_OK);
    other.log.bytes.count = SIZE_MAX / 2; /* no memory holds that */
    assert_int_equal(write_to(path, &other, NULL), SEPTUM_ENOMEM);
    other.log.bytes.count = 0;
    assert_int_equal(read_from(path, FINGERPRINT, &found, NULL), SEPTUM_OK);
    assert_same(&found, &one);
    clear(&one);
    clear(&other);
    clear(&found);
}

static void
a_fingerprint_depends_on_every_bit_and_on_what_was_before(void **state)
{
    uint8_t data[21];
    uint64_t print;

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(31 * i);
    print = spt_fingerprint(5, data, sizeof data);
    assert_true(spt_fingerprint(5, data, sizeof data) == print);
    assert_true(spt_fingerprint(6, data, sizeof data) != print);
    assert_true(spt_fingerprint(5, data, sizeof data - 1) != print);
    assert_true(spt_fingerprint(5, data, 0) == 5);
    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_true(spt_fingerprint(5, data, sizeof data) != print);
        data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_all_that_was_written),
        cmocka_unit_test(a_new_checkpoint_replaces_the_old),
        cmocka_unit_test(refuses_one_cut_short_anywhere),
        cmocka_unit_test(refuses_one_with_bytes_behind_its_end),
        cmocka_unit_test(refuses_one_with_any_byte_changed),
        cmocka_unit_test(refuses_what_is_no_checkpoint),
        cmocka_unit_test(refuses_that_of_another_training),
        cmocka_unit_test(tells_when_there_is_none),
        cmocka_unit_test(tells_when_it_cannot_be_written),
        cmocka_unit_test(a_failed_write_keeps_the_old_one),
        cmocka_unit_test(a_fingerprint_depends_on_every_bit_and_on_what_was_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
