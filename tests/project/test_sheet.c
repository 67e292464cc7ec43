/*
 * test_sheet.c - strokes are kept in order, and what is confirmed is what they add up
 * to, pixel by pixel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "project/answer.h"
#include "project/course.h"
#include "project/lease.h"
#include "project/sheet.h"
#include "support/project.h"
#include "support/scratch.h"

#define HEIGHT ((size_t)48)
#define WIDTH ((size_t)40)
#define SIDE ((size_t)8)
#define BOX (4 * SIDE * SIDE)

/* An L of three windows, its corner at window (1, 2): a box of 16 x 16 pixels. */
static const struct spt_lease_window windows[] = {{1, 2}, {2, 2}, {2, 3}};

static bool
is_asked(size_t at)
{
    return !(at / (2 * SIDE) < SIDE && at % (2 * SIDE) >= SIDE);
}

static int64_t
lend(struct spt_project *project, int64_t image, const char *who)
{
    struct spt_lease lease = {.image = image,
                              .who = (char *)who,
                              .until = spt_clock_date() + 1000,
                              .side = SIDE,
                              .windows = (struct spt_lease_window *)windows,
                              .count = 3};
    struct septum_error err;
    int64_t id = 0;

    assert_int_equal(spt_project_lend(project, &lease, &id, &err), SEPTUM_OK);
    assert_int_not_equal(id, 0);
    return id;
}

static struct spt_sheet
find(struct spt_project *project, int64_t id, const char *who)
{
    struct spt_sheet sheet;
    struct septum_error err;

    if (spt_project_sheet(project, id, who, &sheet, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    return sheet;
}

/* A sheet of that region whose base is `base`, of the box. */
static struct spt_sheet
open_region(struct spt_project *project, int64_t image, const char *who,
            const uint8_t *base)
{
    struct spt_sheet sheet = {
        .kind = SPT_SHEET_REGION,
        .image = image,
        .lease = lend(project, image, who),
        .who = (char *)who,
        .top = SIDE,
        .left = 2 * SIDE,
        .height = 2 * SIDE,
        .width = 2 * SIDE,
        .threshold = 0.5,
        .why = "because",
    };
    struct septum_error err;
    struct spt_runs runs = {0};
    int64_t id;

    assert_true(spt_runs_add_pixels(&runs, base, BOX));
    if (spt_project_open_sheet(project, &sheet, &runs, &id, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    spt_runs_clear(&runs);
    return find(project, id, who);
}

static struct spt_sheet
open_free(struct spt_project *project, int64_t image, const char *who)
{
    struct spt_sheet sheet = {.kind = SPT_SHEET_FREE,
                              .image = image,
                              .who = (char *)who,
                              .height = HEIGHT,
                              .width = WIDTH};
    struct spt_runs runs = {0};
    struct septum_error err;
    int64_t id;
    uint8_t labels[HEIGHT * WIDTH];

    assert_int_equal(spt_project_labels(project, image, HEIGHT, WIDTH, labels, &err),
                     SEPTUM_OK);
    assert_true(spt_runs_add_pixels(&runs, labels, sizeof labels));
    assert_int_equal(spt_project_open_sheet(project, &sheet, &runs, &id, &err),
                     SEPTUM_OK);
    spt_runs_clear(&runs);
    return find(project, id, who);
}

/* Paint one run; what came of it. */
static enum spt_change_outcome
paint(struct spt_project *project, const struct spt_sheet *sheet, int64_t number,
      uint64_t start, uint64_t length, uint8_t value)
{
    struct spt_change change = {.number = number, .tool = "brush", .seconds = 1.5};
    enum spt_change_outcome outcome;
    struct septum_error err;
    int64_t last;

    assert_true(spt_runs_add(&change.runs, (struct spt_run){start, length, value}));
    if (spt_project_change(project, sheet, &change, spt_clock_date() + 5000, &outcome,
                           &last, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    spt_runs_clear(&change.runs);
    return outcome;
}

/* Random strokes inside the region, kept by us as well. */
static void
draw_strokes(struct spt_project *project, const struct spt_sheet *sheet,
             struct spt_random *random, int64_t first, int count, uint8_t *pixels)
{
    for (int i = 0; i < count; i++) {
        uint64_t start = spt_random_below(random, BOX);
        uint8_t value = (uint8_t)spt_random_below(random, 3);
        uint64_t length = 0;

        while (length < 12 && start + length < BOX && is_asked(start + length))
            length++;
        if (length == 0) {
            i--;
            continue;
        }
        assert_int_equal(paint(project, sheet, first + i, start, length, value),
                         SPT_CHANGE_SAVED);
        memset(pixels + start, value, length);
    }
}

static void
fill_base(struct spt_random *random, uint8_t *base)
{
    for (size_t i = 0; i < BOX; i++)
        base[i] = is_asked(i) ? (uint8_t)spt_random_below(random, 2) : SPT_LABEL_KEEP;
}

static void
composes_and_confirms_a_region_to_the_pixel(void **state)
{
    struct spt_project *project = project_make("compose");
    int64_t image = project_add(project, "compose-image", HEIGHT, WIDTH);
    uint8_t base[BOX], wanted[BOX], found[BOX], labels[HEIGHT * WIDTH];
    struct spt_random random;
    struct spt_sheet sheet;
    struct septum_error err;
    int64_t answer, rounds;
    bool confirmed;

    (void)state;
    spt_random_init(&random, 1, 1);
    fill_base(&random, base);
    memcpy(wanted, base, BOX);
    sheet = open_region(project, image, "ann", base);
    draw_strokes(project, &sheet, &random, 1, 100, wanted);
    /* What is on the disk, read by another connection. */
    spt_project_free(project);
    project = project_reopen(scratch_path("compose"));
    assert_int_equal(spt_project_compose(project, &sheet, found, &err), SEPTUM_OK);
    assert_memory_equal(found, wanted, BOX);
    assert_int_equal(
        spt_project_confirm(project, &sheet, 99, 12, &confirmed, &answer, &err),
        SEPTUM_OK);
    assert_false(confirmed);
    assert_int_equal(
        spt_project_confirm(project, &sheet, 100, 12, &confirmed, &answer, &err),
        SEPTUM_OK);
    assert_true(confirmed);
    assert_int_equal(answer, 1);
    assert_int_equal(spt_project_labels(project, image, HEIGHT, WIDTH, labels, &err),
                     SEPTUM_OK);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            size_t row = y - SIDE, column = x - 2 * SIDE; /* may wrap */
            bool inside = row < 2 * SIDE && column < 2 * SIDE;
            uint8_t said = inside ? wanted[row * 2 * SIDE + column] : SPT_LABEL_KEEP;

            assert_int_equal(labels[y * WIDTH + x],
                             said == SPT_LABEL_KEEP ? SPT_LABEL_UNKNOWN : said);
        }
    assert_int_equal(spt_project_rounds(project, &rounds, &err), SEPTUM_OK);
    assert_int_equal(rounds, 1);
    assert_int_equal(find(project, sheet.id, "ann").id, 0); /* closed */
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

static void
takes_changes_in_order_only(void **state)
{
    struct spt_project *project = project_make("order");
    int64_t image = project_add(project, "order-image", HEIGHT, WIDTH);
    struct spt_sheet sheet = open_free(project, image, "ann"), again;

    (void)state;
    assert_int_equal(paint(project, &sheet, 2, 0, 5, 1), SPT_CHANGE_BEHIND);
    assert_int_equal(paint(project, &sheet, 1, 0, 5, 1), SPT_CHANGE_SAVED);
    /* The answer was lost, and it is sent again. */
    assert_int_equal(paint(project, &sheet, 1, 0, 5, 1), SPT_CHANGE_SAVED);
    /* Another tab drew something else in its place. */
    assert_int_equal(paint(project, &sheet, 1, 0, 6, 1), SPT_CHANGE_BEHIND);
    assert_int_equal(paint(project, &sheet, 2, 7, 5, 1), SPT_CHANGE_SAVED);
    assert_int_equal(paint(project, &sheet, 1, 0, 5, 1), SPT_CHANGE_BEHIND);
    assert_int_equal(paint(project, &sheet, 4, 7, 5, 1), SPT_CHANGE_BEHIND);
    again = find(project, sheet.id, "ann");
    assert_int_equal(again.last, 2);
    assert_float_equal(again.seconds, 1.5, 0);
    spt_sheet_clear(&again);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

static void
refuses_pixels_that_were_not_asked_about(void **state)
{
    struct spt_project *project = project_make("outside");
    int64_t image = project_add(project, "outside-image", HEIGHT, WIDTH);
    struct spt_random random;
    uint8_t base[BOX];
    struct spt_sheet sheet;

    (void)state;
    spt_random_init(&random, 5, 1);
    fill_base(&random, base);
    sheet = open_region(project, image, "ann", base);
    assert_int_equal(paint(project, &sheet, 1, 0, SIDE, 1), SPT_CHANGE_SAVED);
    assert_int_equal(paint(project, &sheet, 2, 0, SIDE + 1, 1), SPT_CHANGE_OUTSIDE);
    assert_int_equal(paint(project, &sheet, 2, BOX - 1, 1, 1), SPT_CHANGE_SAVED);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

struct told {
    int count;
    int64_t numbers[4], of[4];
    enum spt_change_kind kinds[4];
    uint8_t pixels[HEIGHT * WIDTH];
};

static enum septum_status
note(void *user, const struct spt_change *change, struct septum_error *err)
{
    struct told *told = user;

    (void)err;
    assert_in_range(told->count, 0, 3);
    told->numbers[told->count] = change->number;
    told->of[told->count] = change->of;
    told->kinds[told->count++] = change->kind;
    spt_runs_apply(&change->runs, told->pixels);
    return SEPTUM_OK;
}

static void
gives_the_journal_back_as_it_was_written(void **state)
{
    struct spt_project *project = project_make("journal");
    int64_t image = project_add(project, "journal-image", HEIGHT, WIDTH);
    struct spt_sheet sheet = open_free(project, image, "ann");
    struct spt_change undo = {.number = 2, .kind = SPT_CHANGE_UNDO, .of = 1};
    struct told told = {0};
    enum spt_change_outcome outcome;
    struct septum_error err;
    int64_t last;

    (void)state;
    paint(project, &sheet, 1, 10, 5, 1);
    assert_true(spt_runs_add(&undo.runs, (struct spt_run){10, 5, 2}));
    assert_int_equal(
        spt_project_change(project, &sheet, &undo, 0, &outcome, &last, &err),
        SEPTUM_OK);
    assert_int_equal(last, 2);
    paint(project, &sheet, 3, 12, 1, 1);
    assert_int_equal(spt_project_changes(project, &sheet, 1, note, &told, &err),
                     SEPTUM_OK);
    assert_int_equal(told.count, 2);
    assert_int_equal(told.numbers[0], 2);
    assert_int_equal(told.kinds[0], SPT_CHANGE_UNDO);
    assert_int_equal(told.of[0], 1);
    assert_int_equal(told.kinds[1], SPT_CHANGE_PAINT);
    assert_int_equal(told.pixels[11], 2);
    assert_int_equal(told.pixels[12], 1);
    spt_runs_clear(&undo.runs);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

/* Two experts on one image: the second to confirm takes back nothing of the first. */
static void
records_of_a_free_sheet_what_was_changed_only(void **state)
{
    struct spt_project *project = project_make("free");
    int64_t image = project_add(project, "free-image", HEIGHT, WIDTH), answer;
    struct spt_sheet ann = open_free(project, image, "ann");
    struct spt_sheet bob = open_free(project, image, "bob");
    struct spt_sheet idle = open_free(project, image, "cy");
    uint8_t labels[HEIGHT * WIDTH];
    struct septum_error err;
    bool confirmed;

    (void)state;
    paint(project, &ann, 1, 0, 100, 1);
    paint(project, &bob, 1, 200, 100, 0);
    assert_int_equal(
        spt_project_confirm(project, &ann, 1, 3, &confirmed, &answer, &err), SEPTUM_OK);
    assert_int_equal(answer, 1);
    assert_int_equal(
        spt_project_confirm(project, &bob, 1, 4, &confirmed, &answer, &err), SEPTUM_OK);
    assert_int_equal(answer, 2);
    assert_int_equal(
        spt_project_confirm(project, &idle, 0, 1, &confirmed, &answer, &err),
        SEPTUM_OK);
    assert_true(confirmed);
    assert_int_equal(answer, 0); /* nothing was said */
    assert_int_equal(spt_project_labels(project, image, HEIGHT, WIDTH, labels, &err),
                     SEPTUM_OK);
    for (size_t i = 0; i < sizeof labels; i++)
        assert_int_equal(labels[i], i < 100 ? 1 : i >= 200 && i < 300 ? 0 : 2);
    spt_sheet_clear(&ann);
    spt_sheet_clear(&bob);
    spt_sheet_clear(&idle);
    spt_project_free(project);
}

static void
finds_the_sheet_that_was_opened_last(void **state)
{
    struct spt_project *project = project_make("last");
    int64_t image = project_add(project, "last-image", HEIGHT, WIDTH);
    int64_t other = project_add(project, "last-other", HEIGHT, WIDTH);
    struct spt_sheet first = open_free(project, image, "ann");
    struct spt_sheet second = open_free(project, other, "ann"), found;
    struct septum_error err;

    (void)state;
    assert_int_equal(spt_project_last_sheet(project, "ann", &found, &err), SEPTUM_OK);
    assert_int_equal(found.id, second.id);
    spt_sheet_clear(&found);
    assert_int_equal(spt_project_touch_sheet(project, first.id, &err), SEPTUM_OK);
    assert_int_equal(spt_project_last_sheet(project, "ann", &found, &err), SEPTUM_OK);
    assert_int_equal(found.id, first.id);
    spt_sheet_clear(&found);
    assert_int_equal(spt_project_free_sheet(project, other, "ann", &found, &err),
                     SEPTUM_OK);
    assert_int_equal(found.id, second.id);
    spt_sheet_clear(&found);
    assert_int_equal(spt_project_last_sheet(project, "bob", &found, &err), SEPTUM_OK);
    assert_int_equal(found.id, 0);
    assert_int_equal(find(project, first.id, "bob").id, 0); /* another's */
    spt_sheet_clear(&first);
    spt_sheet_clear(&second);
    spt_project_free(project);
}

static void
skips_a_region_and_keeps_its_strokes(void **state)
{
    struct spt_project *project = project_make("skip");
    int64_t image = project_add(project, "skip-image", HEIGHT, WIDTH);
    struct spt_random random;
    uint8_t base[BOX], found[BOX];
    struct spt_leases skipped;
    struct spt_sheet sheet;
    struct septum_error err;

    (void)state;
    spt_random_init(&random, 6, 1);
    fill_base(&random, base);
    sheet = open_region(project, image, "ann", base);
    draw_strokes(project, &sheet, &random, 1, 5, base);
    assert_int_equal(spt_project_close_sheet(project, &sheet, 7, &err), SEPTUM_OK);
    assert_int_equal(find(project, sheet.id, "ann").id, 0);
    assert_int_equal(spt_project_leases(project, "skipped", &skipped, &err), SEPTUM_OK);
    assert_int_equal(skipped.count, 1);
    assert_int_equal(skipped.lease[0].id, sheet.lease);
    spt_leases_clear(&skipped);
    assert_int_equal(spt_project_compose(project, &sheet, found, &err), SEPTUM_OK);
    assert_memory_equal(found, base, BOX);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

/* Whoever asks for another region (septum next) gives this one back. */
static void
forgets_a_sheet_whose_region_was_given_back(void **state)
{
    struct spt_project *project = project_make("back");
    int64_t image = project_add(project, "back-image", HEIGHT, WIDTH), id;
    struct spt_lease_window window = {4, 4};
    struct spt_lease other = {.image = image,
                              .who = (char *)"ann",
                              .until = spt_clock_date() + 1000,
                              .side = SIDE,
                              .windows = &window,
                              .count = 1};
    struct spt_random random;
    uint8_t base[BOX];
    struct spt_sheet sheet;
    struct septum_error err;

    (void)state;
    spt_random_init(&random, 7, 1);
    fill_base(&random, base);
    sheet = open_region(project, image, "ann", base);
    assert_int_equal(spt_project_lend(project, &other, &id, &err), SEPTUM_OK);
    assert_int_equal(find(project, sheet.id, "ann").id, 0);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

static void
prolongs_a_region_that_is_worked_on(void **state)
{
    struct spt_project *project = project_make("prolong");
    int64_t image = project_add(project, "prolong-image", HEIGHT, WIDTH);
    struct spt_random random;
    uint8_t base[BOX];
    struct spt_sheet sheet;
    struct spt_leases leases;
    struct septum_error err;
    int64_t before;

    (void)state;
    spt_random_init(&random, 8, 1);
    fill_base(&random, base);
    sheet = open_region(project, image, "ann", base);
    assert_int_equal(spt_project_lease(project, sheet.lease, &leases, &err), SEPTUM_OK);
    assert_int_equal(leases.count, 1);
    before = leases.lease[0].until;
    spt_leases_clear(&leases);
    paint(project, &sheet, 1, 0, 1, 1);
    assert_int_equal(spt_project_lease(project, sheet.lease, &leases, &err), SEPTUM_OK);
    assert_true(leases.lease[0].until > before);
    spt_leases_clear(&leases);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

static void
tells_how_the_rounds_went(void **state)
{
    struct spt_project *project = project_make("course");
    int64_t image = project_add(project, "course-image", HEIGHT, WIDTH), answer;
    const struct spt_lesson lesson = {.round = 1, .train_seconds = 20, .loss = 0.25};
    struct spt_course_point *points = NULL;
    uint8_t base[BOX];
    struct spt_sheet sheet;
    struct septum_error err;
    size_t count;
    bool confirmed;

    (void)state;
    /* 8 membrane pixels are proposed; 8 others are added: F = 2 * 8 / (8 + 16). */
    for (size_t i = 0; i < BOX; i++)
        base[i] = is_asked(i) ? i < 8 : SPT_LABEL_KEEP;
    sheet = open_region(project, image, "ann", base);
    paint(project, &sheet, 1, 16, 8, 1);
    assert_int_equal(
        spt_project_confirm(project, &sheet, 1, 30, &confirmed, &answer, &err),
        SEPTUM_OK);
    assert_int_equal(spt_project_add_lesson(project, &lesson, &err), SEPTUM_OK);
    assert_int_equal(spt_project_course(project, &points, &count, &err), SEPTUM_OK);
    assert_int_equal(count, 1);
    assert_int_equal(points[0].round, 1);
    assert_float_equal(points[0].expert_seconds, 30, 0);
    assert_float_equal(points[0].train_seconds, 20, 0);
    assert_float_equal(points[0].loss, 0.25, 0);
    assert_float_equal(points[0].agreement, 2.0 / 3, 1e-9);
    assert_true(points[0].f_score != points[0].f_score); /* not known */
    free(points);
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

static void
says_when_a_journal_is_damaged(void **state)
{
    struct spt_project *project = project_make("damaged");
    int64_t image = project_add(project, "damaged-image", HEIGHT, WIDTH);
    struct spt_sheet sheet = open_free(project, image, "ann");
    uint8_t pixels[HEIGHT * WIDTH];
    struct septum_error err;

    (void)state;
    paint(project, &sheet, 1, 0, 5, 1);
    project_sql(scratch_path("damaged"), "UPDATE change SET runs = x'ffff'");
    assert_int_equal(spt_project_compose(project, &sheet, pixels, &err),
                     SEPTUM_EFORMAT);
    assert_non_null(strstr(err.text, "is damaged (the journal of sheet 1"));
    spt_sheet_clear(&sheet);
    spt_project_free(project);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composes_and_confirms_a_region_to_the_pixel),
        cmocka_unit_test(takes_changes_in_order_only),
        cmocka_unit_test(refuses_pixels_that_were_not_asked_about),
        cmocka_unit_test(gives_the_journal_back_as_it_was_written),
        cmocka_unit_test(records_of_a_free_sheet_what_was_changed_only),
        cmocka_unit_test(finds_the_sheet_that_was_opened_last),
        cmocka_unit_test(skips_a_region_and_keeps_its_strokes),
        cmocka_unit_test(forgets_a_sheet_whose_region_was_given_back),
        cmocka_unit_test(prolongs_a_region_that_is_worked_on),
        cmocka_unit_test(tells_how_the_rounds_went),
        cmocka_unit_test(says_when_a_journal_is_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
