/*
 * test_figure_svg.c - the figure's lines, ticks and labels, read back from the SVG.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/report.h"
#include "support/wellformed.h"

/* The figure as a string for free(). */
static char *
draw(const struct spt_curve_point *points, size_t count)
{
    struct spt_text svg = {0};
    char *text;

    spt_report_svg(points, count, &svg);
    assert_false(svg.failed);
    text = strndup((const char *)svg.bytes.at, svg.bytes.count);
    assert_non_null(text);
    spt_text_clear(&svg);
    if (wellformed_until(text) != NULL)
        fail_msg("not XML from here: %.80s", wellformed_until(text));
    assert_int_equal(strncmp(text, "<svg xmlns=", 11), 0);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_null(strstr(text, ">-0<"));
    return text;
}

/* The next number in *at, which moves past it; false when none comes first. */
static bool
read_number(const char **at, double *number)
{
    char *end;

    *number = strtod(*at, &end);
    if (end == *at)
        return false;
    *at = end;
    return true;
}

/* The points of polyline number `index`. */
static size_t
read_line(const char *svg, size_t index, double points[][2], size_t room)
{
    const char *at = svg;
    size_t count = 0;

    for (size_t i = 0; i <= index; i++) {
        at = strstr(at, "<polyline");
        assert_non_null(at);
        at++;
    }
    at = strstr(at, "points=\"") + strlen("points=\"");
    while (count < room && read_number(&at, &points[count][0])) {
        at++; /* the comma */
        assert_true(read_number(&at, &points[count][1]));
        count++;
    }
    return count;
}

/* Where the text that `wanted` is the end of stands: 0 x, 1 y; NAN when there is none.
 */
static double
find_text(const char *svg, const char *wanted, int axis)
{
    const char *at = strstr(svg, wanted);
    double place;

    if (at == NULL)
        return NAN;
    while (strncmp(at, "<text", 5) != 0)
        at--;
    at = strstr(at, axis == 0 ? "x=\"" : "y=\"") + 3;
    assert_true(read_number(&at, &place));
    return place;
}

static bool
has_text(const char *svg, const char *wanted)
{
    return !isnan(find_text(svg, wanted, 0));
}

static const struct spt_curve_point three[] = {
    {"frozen", 1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
    {"frozen", 1, 1, 0.55, 0, 0, 0, 0, 0, 0, 0, 0},
    {"frozen", 1, 2, 0.6, 0, 0, 0, 0, 0, 0, 0, 0},
    {"finetune", 1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
    {"finetune", 1, 1, 0.6, 0, 0, 0, 0, 0, 0, 0, 0},
    {"finetune", 1, 2, 0.7, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 1, 1, 0.7, 0, 0, 0, 0, 0, 0, 0, 0},
    {"expert", 1, 2, 0.9, 0, 0, 0, 0, 0, 0, 0, 0},
};

static void
places_points_where_the_ticks_say(void **state)
{
    char *svg = draw(three, 9);
    double points[8][2] = {{0}}, half, nine, zero, two;

    (void)state;
    half = find_text(svg, ">0.5</text>", 1);
    nine = find_text(svg, ">0.9</text>", 1);
    zero = find_text(svg, ">0</text>", 0);
    two = find_text(svg, ">2</text>", 0);
    assert_true(half > nine);
    assert_true(two > zero);
    assert_int_equal(read_line(svg, 2, points, 8), 3);
    for (int i = 0; i < 3; i++) {
        double wanted = half - 4.5 + (nine - half) * (0.2 * i) / 0.4;

        assert_true(fabs(points[i][0] - (zero + (two - zero) * i / 2)) < 0.11);
        assert_true(fabs(points[i][1] - wanted) < 0.11);
    }
    free(svg);
}

static void
draws_a_line_a_strategy_with_its_stroke_name_and_last_value(void **state)
{
    char *svg = draw(three, 9);

    (void)state;
    assert_int_equal(count_of(svg, "<polyline"), 3);
    assert_int_equal(count_of(svg, "fill-opacity"), 0); /* one seed has no band */
    assert_non_null(strstr(svg, ">0.600</tspan> frozen<"));
    assert_non_null(strstr(svg, ">0.700</tspan> finetune<"));
    assert_non_null(strstr(svg, ">0.900</tspan> expert<"));
    assert_non_null(strstr(svg, "stroke=\"#c4108f\""));
    free(svg);
}

static void
draws_a_band_from_the_lowest_to_the_highest_seed(void **state)
{
    const struct spt_curve_point points[] = {
        {"expert", 1, 0, 0.2, 0, 0, 0, 0, 0, 0, 0, 0},
        {"expert", 2, 0, 0.4, 0, 0, 0, 0, 0, 0, 0, 0},
        {"expert", 1, 1, 0.6, 0, 0, 0, 0, 0, 0, 0, 0},
        {"expert", 2, 1, 0.8, 0, 0, 0, 0, 0, 0, 0, 0},
    };
    char *svg = draw(points, 4);
    const char *at = strstr(strstr(svg, "fill-opacity"), "d=\"M") + 3;
    double x[4], y[4], line[4][2] = {{0}};

    (void)state;
    for (int i = 0; i < 4; i++) {
        at++; /* M or L */
        assert_true(read_number(&at, &x[i]));
        assert_true(read_number(&at, &y[i]));
    }
    assert_int_equal(*at, 'Z');
    assert_int_equal(read_line(svg, 0, line, 4), 2);
    /* Out along the highest, back along the lowest, the mean midway. */
    assert_true(x[0] == x[3] && x[1] == x[2] && x[0] < x[1]);
    assert_true(fabs((y[0] + y[3]) / 2 - line[0][1]) < 0.11);
    assert_true(fabs((y[1] + y[2]) / 2 - line[1][1]) < 0.11);
    assert_true(y[0] < y[3] && y[1] < y[2]);
    assert_non_null(strstr(svg, ">0.700</tspan> expert<"));
    free(svg);
}

static void
keeps_labels_apart_and_on_the_page(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f",
                                        "g", "h", "i", "j", "k", 0};
    struct spt_curve_point points[11] = {{0}};
    const double levels[] = {0, 0.5, 1};

    (void)state;
    for (size_t level = 0; level < 3; level++) {
        double y[11];
        char *svg;

        for (size_t i = 0; i < 11; i++) {
            points[i].strategy = names[i];
            points[i].epoch = 3;
            points[i].f_score = levels[level];
        }
        svg = draw(points, 11);
        for (size_t i = 0; i < 11; i++) {
            char wanted[64];

            snprintf(wanted, sizeof wanted, "</tspan> %s</text>", names[i]);
            y[i] = find_text(svg, wanted, 1);
            assert_true(y[i] > 12 && y[i] < 488);
            for (size_t j = 0; j < i; j++)
                assert_true(fabs(y[i] - y[j]) > 16);
        }
        free(svg);
    }
}

static void
chooses_ticks_by_the_range_of_the_data(void **state)
{
    struct spt_curve_point points[2] = {
        {"expert", 1, 0, 0.812, 0, 0, 0, 0, 0, 0, 0, 0},
        {"expert", 1, 100, 0.868, 0, 0, 0, 0, 0, 0, 0, 0}};
    char *svg = draw(points, 2);

    (void)state;
    assert_true(has_text(svg, ">0.81</text>"));
    assert_true(has_text(svg, ">0.87</text>"));
    assert_false(has_text(svg, ">0.88</text>"));
    assert_false(has_text(svg, ">0.80</text>"));
    assert_true(has_text(svg, ">100</text>"));
    assert_true(has_text(svg, ">90</text>"));
    assert_false(has_text(svg, ">95</text>"));
    free(svg);

    points[0].f_score = 0;
    points[0].epoch = 1;
    points[1].f_score = 1;
    points[1].epoch = 3;
    svg = draw(points, 2);
    assert_true(has_text(svg, ">0.0</text>"));
    assert_true(has_text(svg, ">1.0</text>"));
    assert_true(has_text(svg, ">3</text>"));
    assert_false(has_text(svg, ">1.2</text>"));
    free(svg);
}

/* From where new layers begin, far below, the line comes from outside of the plot. */
static void
leaves_out_the_leap_of_the_first_epoch(void **state)
{
    struct spt_curve_point points[] = {
        {"expert", 1, 0, 0.2, 0, 0, 0, 0, 0, 0, 0, 0},
        {"expert", 1, 1, 0.7, 0, 0, 0, 0, 0, 0, 0, 0},
        {"expert", 1, 2, 0.8, 0, 0, 0, 0, 0, 0, 0, 0},
    };
    char *svg = draw(points, 3);
    double line[3][2] = {{0}}, axis = find_text(svg, ">0</text>", 1) - 21;

    (void)state;
    assert_false(has_text(svg, ">0.20</text>"));
    assert_true(has_text(svg, ">0.70</text>"));
    assert_int_equal(read_line(svg, 0, line, 3), 3);
    assert_true(line[0][1] > axis && line[1][1] <= axis);
    assert_true(strstr(svg, "<svg x=") < strstr(svg, "<polyline")); /* cut off there */
    free(svg);
    points[0].f_score = 0.55; /* not so far below */
    svg = draw(points, 3);
    assert_true(has_text(svg, ">0.55</text>"));
    free(svg);
}

static void
draws_a_single_point_and_nothing_at_all(void **state)
{
    const struct spt_curve_point point = {"expert", 1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0};
    char *svg = draw(&point, 1);

    (void)state;
    assert_int_equal(count_of(svg, "<circle"), 1);
    assert_true(has_text(svg, ">0</text>"));
    free(svg);
    svg = draw(NULL, 0);
    assert_non_null(strstr(svg, "Nothing was measured."));
    free(svg);
}

static void
escapes_and_cuts_long_names(void **state)
{
    /* The 24th letter starts in the middle of nothing: cuts never split one. */
    const struct spt_curve_point points[] = {
        {"<b>&\"'", 1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0},
        {"aaaaaaaaaaaaaaaaaaaaaa\xC3\xA9\xC3\xA9\xC3\xA9", 1, 0, 0.4, 0, 0, 0, 0, 0, 0,
         0, 0},
        {"exactly twenty-four long", 1, 0, 0.3, 0, 0, 0, 0, 0, 0, 0, 0},
    };
    char *svg = draw(points, 3);

    (void)state;
    assert_non_null(strstr(svg, "> &lt;b&gt;&amp;&quot;&#39;<"));
    assert_non_null(strstr(svg, "> aaaaaaaaaaaaaaaaaaaaaa\xE2\x80\xA6<"));
    assert_non_null(strstr(svg, "> exactly twenty-four long<"));
    free(svg);
}

static void
stands_alone(void **state)
{
    char *svg = draw(three, 9);

    (void)state;
    assert_int_equal(count_of(svg, "http"), 1); /* the name of the language */
    assert_int_equal(count_of(svg, "<script"), 0);
    assert_int_equal(count_of(svg, "href"), 0);
    assert_int_equal(count_of(svg, "url("), 0);
    free(svg);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_points_where_the_ticks_say),
        cmocka_unit_test(draws_a_line_a_strategy_with_its_stroke_name_and_last_value),
        cmocka_unit_test(draws_a_band_from_the_lowest_to_the_highest_seed),
        cmocka_unit_test(keeps_labels_apart_and_on_the_page),
        cmocka_unit_test(chooses_ticks_by_the_range_of_the_data),
        cmocka_unit_test(leaves_out_the_leap_of_the_first_epoch),
        cmocka_unit_test(draws_a_single_point_and_nothing_at_all),
        cmocka_unit_test(escapes_and_cuts_long_names),
        cmocka_unit_test(stands_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
