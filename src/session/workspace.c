/*
 * workspace.c - see workspace.h.
 */
#include "session/workspace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "net/onnx.h"
#include "predict/predict.h"
#include "train/model_file.h"

enum septum_status
spt_workspace_open(const char *path, bool check, struct spt_workspace *out,
                   struct septum_error *err)
{
    enum septum_status status;

    *out = (struct spt_workspace){0};
    status = spt_project_open(path, &out->project, err);
    if (status == SEPTUM_OK)
        status = spt_project_images(out->project, check, &out->images, err);
    return status;
}

static void
drop_model(struct spt_workspace *workspace)
{
    spt_predictor_free(workspace->predictor);
    spt_net_free(workspace->net);
    spt_model_clear(&workspace->model);
}

void
spt_workspace_take_model(struct spt_workspace *workspace, int64_t id,
                         struct spt_model *model)
{
    memcpy(spt_net_parameters(workspace->net), model->parameters,
           model->spec.parameter_count * sizeof(float));
    spt_net_changed(workspace->net);
    spt_model_clear(&workspace->model);
    workspace->model = *model;
    workspace->model_id = id;
    *model = (struct spt_model){0};
}

void
spt_workspace_clear(struct spt_workspace *workspace)
{
    drop_model(workspace);
    spt_project_images_clear(&workspace->images);
    spt_project_free(workspace->project);
    *workspace = (struct spt_workspace){0};
}

enum septum_status
spt_workspace_model(struct spt_workspace *workspace, struct septum_error *err)
{
    struct spt_predict_options options = {0};
    const char *path = spt_project_path(workspace->project);
    const uint32_t window = workspace->model.spec.window; /* 0: none is loaded */
    struct spt_workspace loaded = *workspace;
    struct spt_bytes onnx = {0};
    enum septum_status status;

    loaded.model = (struct spt_model){0};
    loaded.net = NULL;
    loaded.predictor = NULL;
    status = spt_project_model(workspace->project, &loaded.model_id, &onnx, err);
    if (status == SEPTUM_OK && loaded.model_id == 0)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: has no model yet; give it one: septum next %s -m MODEL",
                          path, path);
    if (status == SEPTUM_OK)
        status = spt_onnx_decode(&onnx, path, &loaded.model, err);
    if (status == SEPTUM_OK && window != 0 && loaded.model.spec.window != window)
        status = spt_fail(err, SEPTUM_EINVAL,
                          "%s: its new model has another window; stop septum label and "
                          "start it again",
                          path);
    if (status == SEPTUM_OK)
        status = spt_model_net(&loaded.model, path, &loaded.net, err);
    options.symmetries = loaded.model.symmetries;
    options.watch = workspace->watch;
    if (status == SEPTUM_OK)
        status = spt_predictor_create(loaded.net, &options, &loaded.predictor, err);
    if (status == SEPTUM_OK) {
        drop_model(workspace);
        *workspace = loaded;
    } else {
        drop_model(&loaded);
    }
    spt_bytes_clear(&onnx);
    return status;
}

/* Lay what is known over samples whose labels are all unknown. */
static enum septum_status
fill_labels(struct spt_workspace *workspace, const size_t *which,
            struct spt_samples *samples, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < samples->count && status == SEPTUM_OK; i++) {
        struct spt_sample *sample = &samples->sample[i];
        size_t pixels = (size_t)sample->height * sample->width;
        uint8_t *labels = spt_alloc_array(pixels, 1);

        if (labels == NULL)
            return spt_fail_memory(err, "labels", pixels);
        status =
            spt_project_labels(workspace->project, workspace->images.image[which[i]].id,
                               sample->height, sample->width, labels, err);
        for (size_t at = 0; at < pixels && status == SEPTUM_OK; at++)
            spt_samples_set_label(samples, i, at, labels[at]);
        free(labels);
    }
    return status;
}

bool
spt_workspace_leaves_out(const struct spt_workspace *workspace, size_t i)
{
    const struct spt_project_image *image = &workspace->images.image[i];
    const uint32_t window = workspace->model.spec.window;

    return image->height < window || image->width < window;
}

size_t
spt_workspace_name_left_out(const struct spt_workspace *workspace, char *text,
                            size_t size)
{
    const uint32_t window = workspace->model.spec.window;
    const char *first = "";
    size_t count = 0;

    for (size_t i = workspace->images.count; i-- > 0;)
        if (spt_workspace_leaves_out(workspace, i)) {
            first = workspace->images.image[i].name;
            count++;
        }
    text[0] = '\0';
    if (count == 1)
        snprintf(text, size,
                 "image %s is smaller than the window of %" PRIu32 " x %" PRIu32
                 " pixels and is left out",
                 first, window, window);
    else if (count > 1)
        snprintf(text, size,
                 "%zu images, the first of them %s, are smaller than the window of "
                 "%" PRIu32 " x %" PRIu32 " pixels and are left out",
                 count, first, window, window);
    return count;
}

enum septum_status
spt_workspace_samples(struct spt_workspace *workspace, bool validation, size_t *which,
                      struct spt_samples *out, struct septum_error *err)
{
    const struct spt_project_images *images = &workspace->images;
    const struct spt_project_image **chosen =
        spt_alloc_array(images->count, sizeof(void *));
    struct spt_set files = {0}, pages = {0};
    struct spt_samples samples = {0};
    size_t count = 0;
    enum septum_status status = SEPTUM_OK;

    if (chosen == NULL)
        return spt_fail_memory(err, "images", images->count * sizeof(void *));
    for (size_t i = 0; i < images->count && status == SEPTUM_OK; i++) {
        if (images->image[i].validation != validation ||
            spt_workspace_leaves_out(workspace, i))
            continue;
        status = spt_project_check_image(workspace->project, &images->image[i], err);
        which[count] = i;
        chosen[count++] = &images->image[i];
    }
    if (status == SEPTUM_OK)
        status = spt_project_pages(chosen, count, &files, &pages, err);
    if (status == SEPTUM_OK)
        status = spt_samples_load(&pages, NULL, NULL, NULL,
                                  workspace->model.spec.window, &samples, err);
    if (status == SEPTUM_OK)
        status = fill_labels(workspace, which, &samples, err);
    if (status == SEPTUM_OK)
        *out = samples;
    else
        spt_samples_clear(&samples);
    free(chosen);
    free(pages.pages);
    spt_set_clear(&files);
    return status;
}

enum septum_status
spt_workspace_score(struct spt_workspace *workspace, const struct spt_watch *watch,
                    struct septum_error *err)
{
    struct spt_project_score known;
    struct spt_samples samples = {0};
    struct spt_tally tally = {0};
    size_t *which = spt_alloc_array(workspace->images.count, sizeof *which);
    bool found = false;
    enum septum_status status;

    if (which == NULL)
        return spt_fail_memory(err, "images", workspace->images.count * sizeof *which);
    status = spt_project_score(workspace->project, &known, &found, err);
    if (status == SEPTUM_OK && !found)
        status = spt_workspace_samples(workspace, true, which, &samples, err);
    if (status == SEPTUM_OK && samples.membrane > 0) {
        status = spt_evaluate(workspace->predictor, &samples, 1, watch, &tally, err);
        if (status == SEPTUM_OK) {
            struct spt_score score =
                spt_tally_score(&tally, workspace->model.threshold);
            struct spt_project_score record = {score.f_score, score.precision,
                                               score.recall, score.threshold,
                                               samples.known};

            status = spt_project_add_score(workspace->project, workspace->model_id,
                                           &record, err);
        }
    }
    spt_samples_clear(&samples);
    free(which);
    return status;
}

/* ---- labelling ------------------------------------------------------------------- */

/* Does the labelling say anything inside of its lease? */
static bool
says_something(const struct spt_project_image *image,
               const struct spt_labelling *labelling)
{
    const struct spt_lease *lease = labelling->lease;

    for (size_t w = 0; lease != NULL && w < lease->count; w++)
        for (uint32_t y = 0; y < lease->side; y++)
            for (uint32_t x = 0; x < lease->side; x++) {
                size_t row = (size_t)lease->windows[w].row * lease->side + y;
                size_t column = (size_t)lease->windows[w].column * lease->side + x;

                if (row < image->height && column < image->width &&
                    labelling->labels[row * image->width + column] != SPT_LABEL_UNKNOWN)
                    return true;
            }
    return false;
}

/* What to record of each pixel, in place of what is known; how many that are. */
static uint64_t
select_pixels(const struct spt_project_image *image,
              const struct spt_labelling *labelling, bool answers, uint8_t *known)
{
    uint64_t count = 0;

    for (uint32_t y = 0; y < image->height; y++)
        for (uint32_t x = 0; x < image->width; x++) {
            size_t at = (size_t)y * image->width + x;
            uint8_t said = labelling->labels[at];
            bool keep = said == SPT_LABEL_UNKNOWN || said == known[at];

            if (keep && answers && spt_lease_covers(labelling->lease, 1, y, x))
                keep = false;
            known[at] = keep ? SPT_LABEL_KEEP : said;
            count += !keep;
        }
    return count;
}

enum septum_status
spt_workspace_label(struct spt_workspace *workspace,
                    const struct spt_labelling *labelling, uint64_t *pixels,
                    bool *answered, struct septum_error *err)
{
    const struct spt_project_image *image = &workspace->images.image[labelling->image];
    size_t count = (size_t)image->height * image->width;
    struct spt_answer answer = {
        .image = image->id,
        .who = labelling->who,
        .origin = labelling->origin,
        .seconds = labelling->seconds,
    };
    bool answers = says_something(image, labelling);
    uint8_t *known = spt_alloc_array(count, 1);
    int64_t id;
    enum septum_status status;

    if (known == NULL)
        return spt_fail_memory(err, image->name, count);
    status = spt_project_labels(workspace->project, image->id, image->height,
                                image->width, known, err);
    if (status != SEPTUM_OK)
        goto done;
    if (answers) {
        answer.lease = labelling->lease->id;
        answer.model = labelling->lease->model;
    }
    *answered = answers;
    *pixels = select_pixels(image, labelling, answers, known);
    if (*pixels > 0) {
        answer.height = image->height;
        answer.width = image->width;
        spt_answer_cut(&answer, known);
        status = spt_project_answer(workspace->project, &answer, &id, err);
    }
done:
    free(known);
    return status;
}
