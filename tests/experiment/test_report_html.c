/*
 * test_report_html.c - the page: complete, escaped, and in need of nothing else.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/report.h"
#include "support/wellformed.h"

static uint8_t pixels[4 * 5 * 3] = {255, 0, 0};

static const struct spt_figure pictures[] = {
    {"Image 14 <before>", pixels, 4, 5},
    {"Truth & \"more\"", pixels, 5, 4},
    {"After", pixels, 4, 5},
};

static const struct spt_curve_point points[] = {
    {"frozen", 1, 4, 0.701, 0.75, 0.66, 327680, 0, 300, NAN, NAN, 0},
    {"frozen", 2, 4, 0.703, 0.75, 0.66, 327680, 0, 300, NAN, NAN, 0},
    {"expert", 1, 0, 0.5, 0.5, 0.5, 327680, 0, 0, 0, 0, 0},
    {"expert", 1, 4, 0.85, 0.875, 0.81, 400000, 600, 420, 0.90, 0.96, 0},
    {"expert", 2, 4, 0.87, 0.885, 0.83, 410001, 660, 420, 0.91, 0.98, 0},
};

static char *
make_page(const struct spt_report *report)
{
    struct spt_text html = {0};
    struct septum_error err = {0};
    char *text;

    if (spt_report_html(report, &html, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
    text = strndup((const char *)html.bytes.at, html.bytes.count);
    assert_non_null(text);
    spt_text_clear(&html);
    if (wellformed_until(text) != NULL)
        fail_msg("not XML from here: %.80s", wellformed_until(text));
    assert_int_equal(strncmp(text, "<!DOCTYPE html>\n", 16), 0);
    return text;
}

static char *
make_full_page(void)
{
    const struct spt_report report = {
        .title = "Learning <fast> & well",
        .intro = "Source: \"a\" <b>.\nNet: conv5-48.",
        .points = points,
        .point_count = 5,
        .segmentations = pictures,
        .segmentation_count = 3,
        .segmentation_columns = 2,
        .regions = pictures,
        .region_count = 2,
        .region_columns = 4,
    };

    return make_page(&report);
}

static void
needs_nothing_else_and_runs_nothing(void **state)
{
    char *page = make_full_page();

    (void)state;
    assert_int_equal(count_of(page, "http"), 1); /* the name of SVG */
    assert_int_equal(count_of(page, "<script"), 0);
    assert_int_equal(count_of(page, "<link"), 0);
    assert_int_equal(count_of(page, "href"), 0);
    assert_int_equal(count_of(page, "url("), 0);
    assert_int_equal(count_of(page, "@import"), 0);
    assert_int_equal(count_of(page, "src="),
                     count_of(page, "src=\"data:image/png;base64,iVBORw0KGgo"));
    free(page);
}

static void
escapes_every_text(void **state)
{
    char *page = make_full_page();

    (void)state;
    assert_int_equal(count_of(page, "Learning &lt;fast&gt; &amp; well"), 2);
    assert_non_null(
        strstr(page, "Source: &quot;a&quot; &lt;b&gt;.\nNet: conv5-48.</p>"));
    assert_int_equal(count_of(page, "alt=\"Truth &amp; &quot;more&quot;\""), 2);
    assert_int_equal(count_of(page, "<figcaption>Image 14 &lt;before&gt;<"), 2);
    free(page);
}

static void
tells_the_final_result_of_each_strategy(void **state)
{
    char *page = make_full_page();

    (void)state;
    /* Means and ranges of the two seeds' last epochs. */
    assert_non_null(strstr(page, "<td>0.702<small style=\"font-weight:400\">"
                                 "0.701&#8201;&#8211;&#8201;0.703</small></td>"
                                 "<td>0.750</td><td>0.660</td>"
                                 "<td>&#8211;</td><td>&#8211;</td>"
                                 "<td>327&#8239;680</td><td>0.0</td><td>5.0</td>"));
    assert_non_null(strstr(page, "<td>0.860<small style=\"font-weight:400\">"
                                 "0.850&#8201;&#8211;&#8201;0.870</small></td>"
                                 "<td>0.880</td><td>0.820</td>"
                                 "<td>0.905</td><td>0.970</td>"
                                 "<td>405&#8239;000</td><td>10.5</td><td>7.0</td>"));
    assert_int_equal(count_of(page, "<tr class=\"best\">"), 1);
    assert_non_null(strstr(page, "Means over 2 seeds"));
    assert_non_null(strstr(page, "<strong>expert</strong> ends highest, at an F-score "
                                 "of 0.860: 0.158 above frozen, the lowest."));
    free(page);
}

static void
shows_each_picture_in_its_grid(void **state)
{
    char *page = make_full_page();

    (void)state;
    assert_int_equal(count_of(page, "<figure>"), 5);
    assert_int_equal(count_of(page, "width=\"5\" height=\"4\""), 3);
    assert_int_equal(count_of(page, "style=\"--columns:2\""), 1);
    assert_int_equal(count_of(page, "style=\"--columns:4\""), 1);
    assert_int_equal(count_of(page, "<polyline"), 2);
    free(page);
}

static void
leaves_out_what_there_is_not(void **state)
{
    const struct spt_report empty = {.title = "Nothing", .intro = ""};
    const struct spt_report one = {
        .title = "One", .intro = "", .points = points, .point_count = 1};
    char *page = make_page(&empty);

    (void)state;
    assert_int_equal(count_of(page, "<table"), 0);
    assert_int_equal(count_of(page, "<figure>"), 0);
    free(page);

    page = make_page(&one);
    assert_int_equal(count_of(page, "<table"), 1);
    assert_int_equal(count_of(page, "ends highest"), 0);
    assert_int_equal(count_of(page, "Means over"), 0);
    assert_int_equal(count_of(page, "class=\"best\""), 0);
    free(page);
}

static void
adds_to_what_was_written_before(void **state)
{
    const struct spt_report empty = {.title = "Nothing", .intro = ""};
    struct spt_text html = {0};

    (void)state;
    spt_text_add(&html, "before");
    assert_int_equal(spt_report_html(&empty, &html, NULL), SEPTUM_OK);
    assert_memory_equal(html.bytes.at, "before<!DOCTYPE html>", 21);
    spt_text_clear(&html);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_nothing_else_and_runs_nothing),
        cmocka_unit_test(escapes_every_text),
        cmocka_unit_test(tells_the_final_result_of_each_strategy),
        cmocka_unit_test(shows_each_picture_in_its_grid),
        cmocka_unit_test(leaves_out_what_there_is_not),
        cmocka_unit_test(adds_to_what_was_written_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
