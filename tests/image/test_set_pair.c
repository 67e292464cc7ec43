/*
 * Images and masks find each other; no file is needed for that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/set.h"

#define ROOM 8

/* A set in fixed room; nothing in it is to be freed. */
struct shelf {
    struct spt_page pages[ROOM];
    char paths[ROOM][32], names[ROOM][32];
    struct spt_set set;
};

/* Put pages of 5 x 4 pixels there: "<directory>/<name>.png" for each of `names`. */
static struct spt_set *
fill(struct shelf *shelf, const char *directory, const char *const *names)
{
    shelf->set = (struct spt_set){.pages = shelf->pages};
    for (size_t i = 0; names[i] != NULL; i++) {
        snprintf(shelf->names[i], sizeof shelf->names[i], "%s", names[i]);
        snprintf(shelf->paths[i], sizeof shelf->paths[i], "%s/%s.png", directory,
                 names[i]);
        shelf->pages[i] = (struct spt_page){
            .path = shelf->paths[i], .name = shelf->names[i], .height = 4, .width = 5};
        shelf->set.count++;
    }
    return &shelf->set;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
assert_pairs(const char *const *images, const char *const *masks, const size_t *wanted)
{
    struct shelf left, right;
    size_t pairs[ROOM];
    struct spt_set *set = fill(&left, "i", images);

    assert_int_equal(spt_set_pair(set, fill(&right, "m", masks), pairs, NULL),
                     SEPTUM_OK);
    assert_memory_equal(pairs, wanted, set->count * sizeof *pairs);
}

static void
assert_refused(const char *const *images, const char *const *masks, const char *text)
{
    struct shelf left, right;
    struct septum_error err = {0};
    size_t pairs[ROOM] = {77};

    assert_int_equal(
        spt_set_pair(fill(&left, "i", images), fill(&right, "m", masks), pairs, &err),
        SEPTUM_EINVAL);
    assert_string_equal(err.text, text);
    assert_int_equal(pairs[0], 77); /* as it was */
}

static void
pairs_by_name_where_the_names_match(void **state)
{
    (void)state;
    assert_pairs(NAMES("a", "b", "c"), NAMES("c", "a", "b"), (size_t[]){1, 2, 0});
    assert_pairs(NAMES("a"), NAMES("a"), (size_t[]){0});
}

static void
pairs_by_order_where_they_do_not(void **state)
{
    (void)state;
    assert_pairs(NAMES("a", "b", "c"), NAMES("z", "y", "x"), (size_t[]){0, 1, 2});
    assert_pairs(NAMES("a", "b", "c"), NAMES("a", "b", "x"), (size_t[]){0, 1, 2});
}

static void
pairs_equal_names_in_their_order(void **state)
{
    (void)state;
    assert_pairs(NAMES("0", "1", "0", "1"), NAMES("1", "0", "1", "0"),
                 (size_t[]){1, 0, 3, 2});
}

static void
refuses_an_order_that_contradicts_a_name(void **state)
{
    (void)state;
    assert_refused(
        NAMES("a", "b", "c"), NAMES("b", "c", "d"),
        "i/b.png: by its place in the order its mask would be m/c.png, by its "
        "name m/b.png; give all masks the names of their images, or none");
}

static void
refuses_a_difference_in_count(void **state)
{
    struct shelf left, right;
    struct septum_error err = {0};
    size_t pairs[ROOM];

    (void)state;
    assert_refused(
        NAMES("a", "b", "c"), NAMES("a", "c"),
        "i/b.png: has no mask; there are 3 images but 2 masks (the last mask "
        "is m/c.png)");
    assert_refused(NAMES("a"), NAMES("a", "b"),
                   "m/b.png: has no image; there are 1 images but 2 masks (the last "
                   "image is i/a.png)");
    /* No name matches: by order, the first without a partner. */
    assert_refused(
        NAMES("a", "b", "c", "d"), NAMES("x", "y"),
        "i/c.png: has no mask; there are 4 images but 2 masks (the last mask "
        "is m/y.png)");
    fill(&left, "i", NAMES("a"));
    fill(&right, "m", NAMES("a"));
    right.set.count = 0;
    assert_int_equal(spt_set_pair(&left.set, &right.set, pairs, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "i/a.png: has no mask; there are 1 images but 0 masks "
                        "(the last mask is none)");
}

static void
refuses_a_difference_in_size(void **state)
{
    struct shelf left, right;
    struct septum_error err = {0};
    size_t pairs[ROOM];

    (void)state;
    fill(&left, "i", NAMES("a", "b"));
    fill(&right, "m", NAMES("b", "a"));
    right.pages[0].width = 6;
    right.pages[0].index = 2;
    assert_int_equal(spt_set_pair(&left.set, &right.set, pairs, &err), SEPTUM_EINVAL);
    assert_string_equal(err.text,
                        "i/b.png: has 5 x 4 pixels, but its mask m/b.png, page "
                        "2 (counted from 0) has 6 x 4");
}

static void
pairs_nothing_with_nothing(void **state)
{
    struct spt_set none = {0};

    (void)state;
    assert_int_equal(spt_set_pair(&none, &none, NULL, NULL), SEPTUM_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_name_where_the_names_match),
        cmocka_unit_test(pairs_by_order_where_they_do_not),
        cmocka_unit_test(pairs_equal_names_in_their_order),
        cmocka_unit_test(refuses_an_order_that_contradicts_a_name),
        cmocka_unit_test(refuses_a_difference_in_count),
        cmocka_unit_test(refuses_a_difference_in_size),
        cmocka_unit_test(pairs_nothing_with_nothing),
    };

    return cmocka_run_group_tests_name("set_pair", tests, NULL, NULL);
}
