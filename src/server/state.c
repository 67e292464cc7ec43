/*
 * state.c - how everything stands, as the page asks about once a second.
 */
#include <inttypes.h>
#include <math.h>

#include "base/json.h"
#include "server/answers.h"

/* A number, or null when it is not one. */
static void
add_number(struct spt_text *text, const char *name, double number)
{
    if (isfinite(number))
        spt_text_add(text, "\"%s\": %.10g", name, number);
    else
        spt_text_add(text, "\"%s\": null", name);
}

static void
add_images(const struct spt_site *site, const struct spt_board *board,
           struct spt_text *text)
{
    const struct spt_project_images *images = spt_desk_images(site->desk);
    uint64_t labelled = 0;

    spt_text_add(text, "\"images\": [");
    for (size_t i = 0; i < images->count; i++) {
        const struct spt_project_image *image = &images->image[i];
        const struct spt_board_image *known = &board->image[i];

        spt_text_add(text, "%s{\"id\": %" PRId64 ", \"name\": ", i > 0 ? ", " : "",
                     image->id);
        spt_text_add_json(text, image->name);
        spt_text_add(text,
                     ", \"width\": %" PRIu32 ", \"height\": %" PRIu32
                     ", \"validation\": %s, \"labelled_pixels\": %" PRIu64
                     ", \"predicted\": %" PRId64 "}",
                     image->width, image->height, image->validation ? "true" : "false",
                     known->labelled, known->map != NULL ? known->map->model : 0);
        labelled += image->validation ? 0 : known->labelled;
    }
    spt_text_add(text, "], \"labelled_pixels\": %" PRIu64 ", ", labelled);
}

static void
add_learning(const struct spt_board *board, struct spt_text *text)
{
    if (board->model != 0) {
        spt_text_add(text, "\"model\": {\"id\": %" PRId64 ", \"rounds\": %" PRId64 ", ",
                     board->model, board->model_round);
        add_number(text, "threshold", board->threshold);
        spt_text_add(text, "}, ");
    } else {
        spt_text_add(text, "\"model\": null, ");
    }
    spt_text_add(text, "\"learning\": {\"running\": %s, \"what\": ",
                 board->what[0] != '\0' ? "true" : "false");
    spt_text_add_json(text, board->what);
    spt_text_add(text, ", ");
    add_number(text, "fraction", board->fraction);
    spt_text_add(text, ", ");
    add_number(text, "seconds_left",
               board->seconds_left >= 0 ? board->seconds_left : NAN);
    spt_text_add(text, "}, \"curve\": [");
    for (size_t i = 0; i < board->points; i++) {
        const struct spt_course_point *point = &board->curve[i];

        spt_text_add(text, "%s{\"round\": %" PRId64 ", ", i > 0 ? ", " : "",
                     point->round);
        add_number(text, "expert_seconds", point->expert_seconds);
        spt_text_add(text, ", ");
        add_number(text, "train_seconds", point->train_seconds);
        spt_text_add(text, ", ");
        add_number(text, "loss", point->loss);
        spt_text_add(text, ", ");
        add_number(text, "f_score", point->f_score);
        spt_text_add(text, ", ");
        add_number(text, "agreement", point->agreement);
        spt_text_add(text, "}");
    }
    spt_text_add(text, "], ");
}

/* The image that will be asked about next, so that the page can have it ready. */
static void
add_ahead(const struct spt_site *site, const struct spt_board *board,
          struct spt_text *text)
{
    const struct spt_project_image *images = spt_desk_images(site->desk)->image;
    const size_t next = spt_board_next(board);

    spt_text_add(text, "\"ahead\": %" PRId64 ", ",
                 next < board->pick_count ? images[board->picks[next].image].id : 0);
}

void
spt_answer_state(struct spt_site *site, const struct spt_request *request, int64_t id,
                 struct spt_response *response)
{
    struct spt_project *project = spt_desk_take(site->desk);
    struct spt_text text = {0};
    struct spt_sheet sheet = {0};
    struct septum_error err;
    const struct spt_board *board;
    enum septum_status status =
        spt_project_last_sheet(project, request->who, &sheet, &err);

    (void)id;
    spt_text_add(&text, "{\"sheet\": ");
    if (status == SEPTUM_OK)
        status = spt_sheet_add_json(site, project, &sheet, &text, &err);
    spt_desk_give(site->desk);
    spt_desk_see(site->desk, sheet.image);
    spt_sheet_clear(&sheet);
    if (status != SEPTUM_OK) {
        spt_text_clear(&text);
        spt_respond_failure(response, status, &err);
        return;
    }
    spt_text_add(&text, ", \"project\": ");
    spt_text_add_json(&text, site->name);
    spt_text_add(&text, ", \"who\": ");
    spt_text_add_json(&text, request->who);
    board = spt_desk_lock(site->desk);
    spt_text_add(&text, ", \"side\": %" PRIu32 ", ", board->side);
    spt_text_add(&text, "\"version\": %" PRIu64 ", \"rounds\": %" PRId64 ", ",
                 board->version, board->rounds);
    add_number(&text, "expert_seconds", board->expert_seconds);
    spt_text_add(&text, ", ");
    add_images(site, board, &text);
    add_learning(board, &text);
    add_ahead(site, board, &text);
    spt_text_add(
        &text, "\"choosing\": %s, \"done\": %s, \"finer_pixels\": %s, \"error\": ",
        spt_board_is_choosing(board) ? "true" : "false", board->done ? "true" : "false",
        board->finer_pixels ? "true" : "false");
    spt_text_add_json(&text, board->error);
    spt_desk_unlock(site->desk);
    spt_text_add(&text, "}\n");
    spt_respond_text(response, 200, &text);
}

static void
add_floats(struct spt_text *text, const char *name, const float *values, size_t count)
{
    spt_text_add(text, ", \"%s\": [", name);
    for (size_t i = 0; i < count; i++)
        spt_text_add(text, "%s%.6g", i > 0 ? "," : "", (double)values[i]);
    spt_text_add(text, "]");
}

void
spt_answer_abundance(struct spt_site *site, const struct spt_request *request,
                     int64_t id, struct spt_response *response)
{
    size_t i = spt_site_image(site, id);
    const struct spt_board *board = spt_desk_lock(site->desk);
    const struct spt_board_image *image = i < board->images ? &board->image[i] : NULL;
    struct spt_text text = {0};

    (void)request;
    if (image != NULL && image->f != NULL && image->abundance != NULL) {
        size_t count = (size_t)image->rows * image->columns;

        spt_text_add(&text,
                     "{\"side\": %" PRIu32 ", \"rows\": %" PRIu32
                     ", \"columns\": %" PRIu32,
                     board->side, image->rows, image->columns);
        add_floats(&text, "abundance", image->abundance, count);
        add_floats(&text, "uncertainty", image->f, count);
        spt_text_add(&text, "}\n");
    }
    spt_desk_unlock(site->desk);
    if (text.bytes.count > 0)
        spt_respond_text(response, 200, &text);
    else
        spt_respond_error(response, 404, "that is not known of this image (yet)");
}
