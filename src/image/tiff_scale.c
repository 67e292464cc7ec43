/*
 * tiff_scale.c - see tiff_scale.h.
 */
#include "image/tiff_scale.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "image/input.h"

#define INCH_NM 25400000.0
#define CENTIMETRE_NM 10000000.0

struct unit {
    const char *name;
    double nm;
};

/* As ImageJ, Fiji's importers and OME write them. */
static const struct unit units[] = {
    {"nm", 1},
    {"nanometer", 1},
    {"um", 1e3},
    {"\xc2\xb5m", 1e3}, /* micro sign, UTF-8 */
    {"\xce\xbcm", 1e3}, /* Greek mu, UTF-8 */
    {"\xb5m", 1e3},     /* micro sign, Latin 1 */
    {"\\u00B5m", 1e3},
    {"micron", 1e3},
    {"microns", 1e3},
    {"micrometer", 1e3},
    {"mm", 1e6},
    {"millimeter", 1e6},
    {"cm", CENTIMETRE_NM},
    {"inch", INCH_NM},
    {"m", 1e9},
};

/* The unit named by the text up to any character of `end`; 0 for one unknown. */
static double
find_unit(const char *text, const char *end)
{
    size_t length = strcspn(text, end);

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, text, length) == 0)
            return units[i].nm;
    return 0;
}

static bool
is_imagej(const char *description)
{
    return description != NULL && strncmp(description, "ImageJ=", 7) == 0;
}

static double
read_ome_scale(const char *description)
{
    const char *size, *unit;

    if (description == NULL || strstr(description, "<OME") == NULL)
        return 0;
    size = strstr(description, "PhysicalSizeX=\"");
    if (size == NULL)
        return 0;
    unit = strstr(description, "PhysicalSizeXUnit=\"");
    return strtod(strchr(size, '"') + 1, NULL) *
           (unit != NULL ? find_unit(strchr(unit, '"') + 1, "\"") : 1e3);
}

double
spt_tiff_scale_nm(TIFF *tiff, const char *description)
{
    float per_unit = 0;
    uint16_t resolution_unit = RESUNIT_INCH;
    double nm = read_ome_scale(description);

    if (nm > 0)
        return spt_input_scale(nm);
    TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &per_unit);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &resolution_unit);
    if (!(per_unit > 0))
        return 0;
    if (is_imagej(description)) {
        const char *unit = strstr(description, "\nunit=");

        nm = unit != NULL ? find_unit(unit + 6, "\n") : 0;
    } else {
        nm = resolution_unit == RESUNIT_INCH         ? INCH_NM
             : resolution_unit == RESUNIT_CENTIMETER ? CENTIMETRE_NM
                                                     : 0;
    }
    return spt_input_scale(nm / (double)per_unit);
}

uint32_t
spt_tiff_scale_images(const char *description)
{
    const char *images;
    unsigned long count;

    if (!is_imagej(description))
        return 1;
    images = strstr(description, "\nimages=");
    count = images != NULL ? strtoul(images + 8, NULL, 10) : 1;
    return count > 1 && count <= UINT32_MAX ? (uint32_t)count : 1;
}
