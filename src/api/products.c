/*
 * products.c - see products.h.
 */
#include "api/products.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float
keep(float probability, float threshold)
{
    (void)threshold;
    return probability;
}

static float
find_uncertainty(float probability, float threshold)
{
    (void)threshold;
    return 1 - 2 * fabsf(probability - 0.5F);
}

static float
call_membrane(float probability, float threshold)
{
    return probability >= threshold ? 255.0F : 0.0F;
}

const struct spt_product spt_products[SPT_PRODUCTS] = {
    {".tif", SPT_WANTED_ALWAYS, SPT_PICTURE_FLOAT_TIFF, keep},
    {"-mask.png", SPT_WANTED_MASK, SPT_PICTURE_BYTE_PNG, call_membrane},
    {"-uncertainty.tif", SPT_WANTED_UNCERTAINTY, SPT_PICTURE_FLOAT_TIFF,
     find_uncertainty},
    {"-cells.tif", SPT_WANTED_CELLS, SPT_PICTURE_SHORT_TIFF, NULL},
};

bool
spt_product_wanted(const struct septum_segment_options *options, size_t product)
{
    enum spt_wanted wanted = spt_products[product].wanted;

    return wanted == SPT_WANTED_ALWAYS ||
           (wanted == SPT_WANTED_MASK && options->mask) ||
           (wanted == SPT_WANTED_UNCERTAINTY && options->uncertainty) ||
           (wanted == SPT_WANTED_CELLS && options->cells);
}

/* Letters of a name before the ending of a product other than the map; 0: has none. */
static size_t
stem_length(const char *name)
{
    size_t length = strlen(name);

    for (size_t p = 0; p < SPT_PRODUCTS; p++) {
        size_t ending = strcspn(spt_products[p].ending, ".");

        if (ending > 0 && length > ending &&
            strncmp(name + length - ending, spt_products[p].ending, ending) == 0)
            return length - ending;
    }
    return 0;
}

static bool
has_name(const struct spt_page *pages, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(pages[i].name, name, length) == 0 && pages[i].name[length] == '\0')
            return true;
    return false;
}

void
spt_products_sift(struct spt_set *maps)
{
    struct spt_page *pages = maps->pages;
    size_t kept = 0;

    for (size_t i = 0; i < maps->count; i++) {
        const size_t stem = stem_length(pages[i].name);

        if (stem > 0 &&
            (has_name(pages, kept, pages[i].name, stem) ||
             has_name(pages + i + 1, maps->count - i - 1, pages[i].name, stem))) {
            free(pages[i].path);
            free(pages[i].name);
        } else {
            pages[kept++] = pages[i];
        }
    }
    maps->count = kept;
}

/* Letters of a name before the ending of cells; 0: has none. */
static size_t
cells_stem_length(const char *name)
{
    size_t stem = stem_length(name);

    return stem > 0 && strcmp(name + stem, "-cells") == 0 ? stem : 0;
}

void
spt_products_sift_cells(struct spt_set *cells)
{
    struct spt_page *pages = cells->pages;
    size_t kept = 0;
    bool some = false;

    for (size_t i = 0; i < cells->count; i++)
        some = some || cells_stem_length(pages[i].name) > 0;
    for (size_t i = 0; i < cells->count && some; i++) {
        const size_t stem = cells_stem_length(pages[i].name);

        if (stem == 0) {
            free(pages[i].path);
            free(pages[i].name);
        } else {
            pages[i].name[stem] = '\0';
            pages[kept++] = pages[i];
        }
    }
    cells->count = some ? kept : cells->count;
}

char *
spt_product_path(const struct septum_segment_options *options,
                 const struct spt_page *page, size_t product)
{
    char *path;

    return asprintf(&path, "%s/%s%s", options->directory, page->name,
                    spt_products[product].ending) < 0
               ? NULL
               : path;
}
