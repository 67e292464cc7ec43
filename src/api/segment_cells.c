/*
 * segment_cells.c - see segment_cells.h.
 */
#include "api/segment_cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum septum_status
spt_map_init(const struct spt_page *page, struct spt_map *out, struct septum_error *err)
{
    size_t count = (size_t)page->height * page->width;

    out->membrane = spt_alloc_array(count, sizeof *out->membrane);
    return out->membrane != NULL
               ? SEPTUM_OK
               : spt_fail_memory(err, page->path, count * sizeof *out->membrane);
}

void
spt_map_clear(struct spt_map *map)
{
    free(map->membrane);
    *map = (struct spt_map){0};
}

void
spt_map_add(struct spt_map *map, const float *membrane, size_t count)
{
    memcpy(map->membrane + map->known, membrane, count * sizeof *membrane);
    map->known += count;
}

static enum septum_status
write_numbers(const uint32_t *cells, const struct spt_page *page, uint32_t count,
              const char *path, bool force, struct spt_writer **out,
              struct septum_error *err)
{
    const struct spt_picture picture = {
        .kind = count <= UINT16_MAX ? SPT_PICTURE_SHORT_TIFF : SPT_PICTURE_LONG_TIFF,
        .height = page->height,
        .width = page->width,
        .nm_per_pixel = page->nm_per_pixel,
    };
    uint16_t *row = spt_alloc_array(page->width, sizeof *row);
    enum septum_status status =
        row != NULL ? spt_writer_open(path, &picture, force, out, err)
                    : spt_fail_memory(err, page->path, page->width * sizeof *row);

    for (uint32_t y = 0; y < page->height && status == SEPTUM_OK; y++) {
        const uint32_t *from = cells + (size_t)y * page->width;

        for (uint32_t x = 0; x < page->width; x++)
            row[x] = (uint16_t)from[x];
        status = spt_writer_rows(*out, count <= UINT16_MAX ? (const void *)row : from,
                                 1, err);
    }
    free(row);
    return status;
}

enum septum_status
spt_map_cut(const struct spt_map *map, const struct spt_page *page,
            const struct spt_cells_rule *rule, const char *path, bool force,
            struct spt_writer **out, struct septum_error *err)
{
    uint32_t *cells = spt_alloc_array(map->known, sizeof *cells), count = 0;
    enum septum_status status =
        cells != NULL ? spt_cells_cut(page->path, map->membrane, page->height,
                                      page->width, rule, cells, &count, err)
                      : spt_fail_memory(err, page->path, map->known * sizeof *cells);

    if (status == SEPTUM_OK)
        status = write_numbers(cells, page, count, path, force, out, err);
    free(cells);
    return status;
}
