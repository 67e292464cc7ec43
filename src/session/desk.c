/*
 * desk.c - see desk.h.
 */
#include "session/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "session/worker.h"

struct spt_desk {
    struct spt_shared shared;
    pthread_mutex_t writing; /* guards `project` */
    struct spt_project *project;
    struct spt_project_images images;
    pthread_t worker;
    bool working;
};

/* ---- opening --------------------------------------------------------------------- */

static enum septum_status
check_images(struct spt_desk *desk, struct septum_error *err)
{
    const char *path = spt_project_path(desk->project);
    enum septum_status status = SEPTUM_OK;

    if (desk->images.count == 0)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: has no images; add some: septum project add %s --images "
                        "SRC",
                        path, path);
    for (size_t i = 0; i < desk->images.count && status == SEPTUM_OK; i++)
        status = spt_project_check_image(desk->project, &desk->images.image[i], err);
    return status;
}

static enum septum_status
start_worker(struct spt_desk *desk, struct septum_error *err)
{
    struct spt_board *board = &desk->shared.board;

    board->image = spt_alloc_array(desk->images.count, sizeof *board->image);
    if (board->image == NULL)
        return spt_fail_memory(err, "images", desk->images.count);
    board->images = desk->images.count;
    desk->shared.images = &desk->images;
    board->choosing = true;
    board->version = 1;
    if (pthread_create(&desk->worker, NULL, spt_worker_run, &desk->shared) != 0)
        return spt_fail(err, SEPTUM_ENOMEM, "no thread can be started to learn in");
    desk->working = true;
    return SEPTUM_OK;
}

enum septum_status
spt_desk_open(const struct spt_desk_options *options, struct spt_desk **out,
              struct septum_error *err)
{
    struct spt_desk *desk = spt_alloc_array(1, sizeof *desk);
    enum septum_status status;

    *out = NULL;
    if (desk == NULL)
        return spt_fail_memory(err, options->project, sizeof *desk);
    desk->shared.options = *options;
    pthread_mutex_init(&desk->writing, NULL);
    pthread_mutex_init(&desk->shared.lock, NULL);
    pthread_cond_init(&desk->shared.news, NULL);
    status = spt_project_open(options->project, &desk->project, err);
    if (status == SEPTUM_OK)
        status = spt_project_images(desk->project, true, &desk->images, err);
    if (status == SEPTUM_OK)
        status = check_images(desk, err);
    if (status == SEPTUM_OK)
        status = start_worker(desk, err);
    if (status == SEPTUM_OK)
        *out = desk;
    else
        spt_desk_close(desk);
    return status;
}

void
spt_desk_close(struct spt_desk *desk)
{
    if (desk == NULL)
        return;
    if (desk->working) {
        pthread_mutex_lock(&desk->shared.lock);
        desk->shared.stop = true;
        pthread_cond_signal(&desk->shared.news);
        pthread_mutex_unlock(&desk->shared.lock);
        pthread_join(desk->worker, NULL);
    }
    spt_board_clear(&desk->shared.board);
    spt_project_images_clear(&desk->images);
    spt_project_free(desk->project);
    pthread_cond_destroy(&desk->shared.news);
    pthread_mutex_destroy(&desk->shared.lock);
    pthread_mutex_destroy(&desk->writing);
    free(desk);
}

/* ---- sharing --------------------------------------------------------------------- */

const struct spt_project_images *
spt_desk_images(const struct spt_desk *desk)
{
    return &desk->images;
}

struct spt_project *
spt_desk_take(struct spt_desk *desk)
{
    pthread_mutex_lock(&desk->writing);
    return desk->project;
}

void
spt_desk_give(struct spt_desk *desk)
{
    pthread_mutex_unlock(&desk->writing);
}

struct spt_board *
spt_desk_lock(struct spt_desk *desk)
{
    pthread_mutex_lock(&desk->shared.lock);
    return &desk->shared.board;
}

void
spt_desk_unlock(struct spt_desk *desk)
{
    pthread_mutex_unlock(&desk->shared.lock);
}

void
spt_desk_tell(struct spt_desk *desk)
{
    struct spt_board *board = spt_desk_lock(desk);

    board->version++;
    desk->shared.told++;
    pthread_cond_signal(&desk->shared.news);
    spt_desk_unlock(desk);
}

void
spt_desk_see(struct spt_desk *desk, int64_t image)
{
    struct spt_board *board = spt_desk_lock(desk);

    for (size_t i = 0; i < board->images; i++)
        if (desk->images.image[i].id == image)
            board->image[i].in_sight = true;
    spt_desk_unlock(desk);
}

int64_t
spt_desk_until(const struct spt_desk *desk)
{
    return spt_clock_date() + (int64_t)(desk->shared.options.minutes * 60000);
}

/* ---- sheets ---------------------------------------------------------------------- */

/* The first values of a region's pixels: what is known of them and, where nothing is,
 * what the net proposes. */
static void
fill_base(const struct spt_lease *lease, const struct spt_sheet *sheet,
          struct spt_map *map, uint8_t *pixels)
{
    for (uint32_t y = 0; y < sheet->height; y++)
        for (uint32_t x = 0; x < sheet->width; x++) {
            uint32_t row = sheet->top + y, column = sheet->left + x;
            uint8_t *pixel = &pixels[(size_t)y * sheet->width + x];

            if (!spt_lease_covers(lease, 1, row, column))
                *pixel = SPT_LABEL_KEEP;
            else if (*pixel == SPT_LABEL_UNKNOWN)
                *pixel = *spt_map_at(map, row, column) / 255.0 >= sheet->threshold;
        }
}

static enum septum_status
open_region(struct spt_desk *desk, const struct spt_pick *pick, struct spt_map *map,
            struct spt_sheet *sheet, struct septum_error *err)
{
    const struct spt_box box = spt_lease_box(&pick->lease);
    struct spt_runs base = {0};
    uint8_t *pixels;
    enum septum_status status;

    sheet->top = box.top;
    sheet->left = box.left;
    sheet->height = box.height;
    sheet->width = box.width;
    pixels = spt_alloc_array((size_t)spt_sheet_pixels(sheet), 1);
    if (pixels == NULL)
        return spt_fail_memory(err, "a sheet", (size_t)spt_sheet_pixels(sheet));
    status = spt_project_labels_in(desk->project, sheet->image, &box, pixels, err);
    if (status == SEPTUM_OK) {
        fill_base(&pick->lease, sheet, map, pixels);
        if (!spt_runs_add_pixels(&base, pixels, (size_t)spt_sheet_pixels(sheet)))
            status = spt_fail_memory(err, "a sheet", (size_t)spt_sheet_pixels(sheet));
    }
    if (status == SEPTUM_OK)
        status = spt_project_open_sheet(desk->project, sheet, &base, &sheet->id, err);
    spt_runs_clear(&base);
    free(pixels);
    return status;
}

/* Lend a region to `who` and open its sheet, both or neither; *lent is false when
 * another process was faster. */
static enum septum_status
lend(struct spt_desk *desk, const char *who, struct spt_pick *pick, struct spt_map *map,
     bool *lent, struct septum_error *err)
{
    struct spt_sheet sheet = {
        .kind = SPT_SHEET_REGION,
        .image = pick->lease.image,
        .model = map->model,
        .who = (char *)who,
        .why = pick->why,
        .threshold = map->threshold,
    };
    enum septum_status status = spt_project_begin(desk->project, err);

    *lent = false;
    if (status != SEPTUM_OK)
        return status;
    pick->lease.who = (char *)who;
    pick->lease.model = map->model;
    pick->lease.until = spt_desk_until(desk);
    status = spt_project_lend(desk->project, &pick->lease, &sheet.lease, err);
    if (status == SEPTUM_OK && sheet.lease != 0) {
        status = open_region(desk, pick, map, &sheet, err);
        *lent = true;
    }
    return spt_project_end(desk->project, status, err);
}

/* Take the next pick off the board; false when there is none. */
static bool
take_pick(struct spt_desk *desk, struct spt_pick *pick, struct spt_map **map)
{
    struct spt_board *board = spt_desk_lock(desk);
    size_t next = spt_board_next(board);
    bool there = next < board->pick_count;

    if (there) {
        *pick = board->picks[next];
        *map = spt_map_hold(spt_board_proposal(board, next));
        board->pick_count--;
        memmove(board->picks + next, board->picks + next + 1,
                (board->pick_count - next) * sizeof *board->picks);
        board->choosing = board->pick_count == 0;
    }
    spt_desk_unlock(desk);
    return there;
}

enum septum_status
spt_desk_ask(struct spt_desk *desk, const char *who, struct spt_sheet *out,
             struct septum_error *err)
{
    enum septum_status status;
    bool taken = false, lent = false;

    *out = (struct spt_sheet){0};
    status = spt_project_region_sheet(desk->project, who, out, err);
    if (status != SEPTUM_OK || out->id != 0) {
        if (status == SEPTUM_OK)
            status = spt_project_touch_sheet(desk->project, out->id, err);
        return status;
    }
    while (!lent && status == SEPTUM_OK) {
        struct spt_pick pick;
        struct spt_map *map;

        if (!take_pick(desk, &pick, &map))
            break;
        taken = true;
        status = lend(desk, who, &pick, map, &lent, err);
        spt_map_drop(map);
        spt_pick_clear(&pick);
    }
    if (status == SEPTUM_OK && lent)
        status = spt_project_region_sheet(desk->project, who, out, err);
    /* Whoever waits asks again and again: that alone is no reason to choose anew. */
    if (taken)
        spt_desk_tell(desk);
    return status;
}

enum septum_status
spt_desk_free(struct spt_desk *desk, const char *who, int64_t image,
              struct spt_sheet *out, struct septum_error *err)
{
    struct spt_sheet sheet = {
        .kind = SPT_SHEET_FREE, .image = image, .who = (char *)who};
    struct spt_runs base = {0};
    uint8_t *labels = NULL;
    enum septum_status status;

    *out = (struct spt_sheet){0};
    status = spt_project_free_sheet(desk->project, image, who, out, err);
    if (status != SEPTUM_OK || out->id != 0) {
        if (status == SEPTUM_OK)
            status = spt_project_touch_sheet(desk->project, out->id, err);
        return status;
    }
    for (size_t i = 0; i < desk->images.count; i++)
        if (desk->images.image[i].id == image) {
            sheet.height = desk->images.image[i].height;
            sheet.width = desk->images.image[i].width;
        }
    labels = spt_alloc_array((size_t)spt_sheet_pixels(&sheet), 1);
    if (labels == NULL)
        return spt_fail_memory(err, "a sheet", (size_t)spt_sheet_pixels(&sheet));
    status = spt_project_labels(desk->project, image, sheet.height, sheet.width, labels,
                                err);
    if (status == SEPTUM_OK &&
        !spt_runs_add_pixels(&base, labels, (size_t)spt_sheet_pixels(&sheet)))
        status = spt_fail_memory(err, "a sheet", (size_t)spt_sheet_pixels(&sheet));
    if (status == SEPTUM_OK)
        status = spt_project_open_sheet(desk->project, &sheet, &base, &sheet.id, err);
    if (status == SEPTUM_OK)
        status = spt_project_free_sheet(desk->project, image, who, out, err);
    spt_runs_clear(&base);
    free(labels);
    spt_desk_tell(desk);
    return status;
}
