/*
 * How large a pixel is, as TIFF files say it: in ImageJ's words, OME's, or the format's
 * own.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <tiffio.h>

#include <cmocka.h>

#include "image/craft.h"

static double
read_scale(const char *description, float resolution, uint16_t unit)
{
    static const uint8_t pixel = 1;
    struct craft_tiff page = {
        .height = 1,
        .width = 1,
        .photometric = PHOTOMETRIC_MINISBLACK,
        .description = description,
        .resolution = resolution,
        .unit = unit,
        .pixels = &pixel,
    };
    struct spt_set set = craft_open(craft_tiff("scale.tif", "w", &page, 1));
    double nm = set.pages[0].nm_per_pixel;

    spt_set_clear(&set);
    return nm;
}

static void
assert_near(double value, double wanted)
{
    assert_true(fabs(value - wanted) <= 1e-5 * wanted);
}

static void
reads_the_pixel_size_in_every_form(void **state)
{
    (void)state;
    assert_near(read_scale("ImageJ=1.54f\nunit=um\n", 217.3913f, RESUNIT_NONE), 4.6);
    assert_near(read_scale("ImageJ=1.54f\nunit=\\u00B5m\n", 10, RESUNIT_NONE), 100);
    assert_near(read_scale("ImageJ=1.54f\nunit=micron\n", 10, RESUNIT_NONE), 100);
    assert_near(read_scale("ImageJ=1.54f\nunit=\xc2\xb5m\n", 10, RESUNIT_NONE), 100);
    assert_near(read_scale("ImageJ=1.54f\nunit=nm\n", 0.25f, RESUNIT_NONE), 4);
    assert_near(read_scale("ImageJ=1.54f\nunit=mm\n", 1000, RESUNIT_NONE), 1000);
    assert_near(read_scale("ImageJ=1.54f\nunit=inch\n", 25400, RESUNIT_INCH), 1000);
    assert_near(read_scale(NULL, 50000, RESUNIT_CENTIMETER), 200);
    assert_near(read_scale(NULL, 254000, RESUNIT_INCH), 100);
    assert_near(read_scale(NULL, 254000, 0), 100); /* inches when it does not say */
    assert_near(
        read_scale("<?xml?><OME><Pixels PhysicalSizeX=\"0.325\"/></OME>", 72, 0), 325);
    assert_near(read_scale("<OME><Pixels PhysicalSizeX=\"4.5\" "
                           "PhysicalSizeXUnit=\"nm\"/></OME>",
                           0, 0),
                4.5);
}

static void
does_not_believe_a_size_without_a_unit_or_of_a_printer(void **state)
{
    (void)state;
    assert_true(read_scale(NULL, 0, 0) == 0);
    assert_true(read_scale(NULL, 5, RESUNIT_NONE) == 0);
    assert_true(read_scale(NULL, 72, RESUNIT_INCH) == 0);
    assert_true(read_scale(NULL, 1200, RESUNIT_INCH) == 0);
    assert_true(read_scale("ImageJ=1.54f\nunit=pixel\n", 5, RESUNIT_NONE) == 0);
    assert_true(read_scale("ImageJ=1.54f\n", 50000, RESUNIT_CENTIMETER) == 0);
    assert_true(read_scale("<OME><Pixels PhysicalSizeX=\"2\" "
                           "PhysicalSizeXUnit=\"pixel\"/></OME>",
                           0, 0) == 0);
    assert_true(read_scale("<OME PhysicalSizeX=\"-1\"/>", 0, 0) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_pixel_size_in_every_form),
        cmocka_unit_test(does_not_believe_a_size_without_a_unit_or_of_a_printer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
