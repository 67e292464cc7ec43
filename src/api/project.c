/*
 * project.c - make a project, add images, say how it stands, find moved images.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/arguments.h"
#include "api/source.h"
#include "base/alloc.h"
#include "net/onnx.h"
#include "session/workspace.h"
#include "train/model_file.h"

/* The model's file, whose bytes are kept as they are, or those of one that sees half
 * the size. */
static enum septum_status
read_model(const char *from, bool half_size, struct spt_bytes *bytes,
           struct septum_error *err)
{
    struct spt_model model = {0};
    enum septum_status status = spt_file_read(from, SPT_MODEL_FILE_BYTES, bytes, err);

    if (status == SEPTUM_OK) /* a model it has to be in any case */
        status = spt_onnx_decode(bytes, from, &model, err);
    if (status == SEPTUM_OK && half_size) {
        spt_bytes_clear(bytes);
        status = spt_spec_coarsen(&model.spec, 2, &model.spec, err);
        if (status == SEPTUM_OK)
            status = spt_model_add_history(
                &model, "made to see images at half their size", err);
        if (status == SEPTUM_OK)
            status = spt_onnx_encode(&model, bytes, err);
    }
    spt_model_clear(&model);
    return status;
}

enum septum_status
septum_project_create(const char *path, const char *from, bool half_size,
                      struct septum_error *err)
{
    struct spt_bytes bytes = {0};
    enum septum_status status = SPT_REQUIRE(err, {"path", path});

    if (status == SEPTUM_OK && from != NULL)
        status = read_model(from, half_size, &bytes, err);
    if (status == SEPTUM_OK)
        status = spt_project_create(path, from != NULL ? &bytes : NULL, from, err);
    spt_bytes_clear(&bytes);
    return status;
}

/* ---- adding ---------------------------------------------------------------------- */

struct adding {
    const struct septum_project_add_options *options;
    struct spt_labelled source;
    struct spt_workspace workspace;
    struct septum_project_added added;
};

static bool
report(const struct adding *adding, size_t done, const char *what)
{
    const struct septum_project_add_options *options = adding->options;
    char line[96];
    struct septum_progress about = {
        .fraction = (double)done / (double)adding->source.images.count,
        .seconds_left = -1,
        .what = line,
    };

    snprintf(line, sizeof line, "%s %zu of %zu", what, done,
             adding->source.images.count);
    return options->progress == NULL || options->progress(options->user, &about);
}

static enum septum_status
read_labels(const struct adding *adding, size_t index, uint8_t **out,
            struct septum_error *err)
{
    const struct spt_page *page = &adding->source.images.pages[index];
    size_t pixels = (size_t)page->height * page->width;
    uint8_t *labels = spt_alloc_array(pixels, 1);
    enum septum_status status =
        labels != NULL ? spt_labelled_read(&adding->source, index, labels, err)
                       : spt_fail_memory(err, page->path, pixels);

    if (status == SEPTUM_OK)
        *out = labels;
    else
        free(labels);
    return status;
}

static enum septum_status
add_images(struct adding *adding, struct septum_error *err)
{
    const struct spt_set *images = &adding->source.images;
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < images->count && status == SEPTUM_OK; i++) {
        bool added = false;
        int64_t id;

        if (!report(adding, i, "adding image"))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        status = spt_project_add_image(adding->workspace.project, &images->pages[i],
                                       adding->options->validation, &id, &added, err);
        adding->added.images += added;
        adding->added.known_images += !added && status == SEPTUM_OK;
    }
    return status;
}

/* The place of image `name` in the workspace; its count when there is none. */
static size_t
find_image(const struct spt_workspace *workspace, const char *name)
{
    size_t i = 0;

    while (i < workspace->images.count &&
           strcmp(workspace->images.image[i].name, name) != 0)
        i++;
    return i;
}

static enum septum_status
add_labels(struct adding *adding, struct septum_error *err)
{
    const char *who = adding->options->who;
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < adding->source.images.count && status == SEPTUM_OK; i++) {
        struct spt_labelling labelling = {
            .image =
                find_image(&adding->workspace, adding->source.images.pages[i].name),
            .who = who != NULL ? who : "unknown",
            .origin = "add",
            .seconds = -1,
        };
        uint8_t *labels = NULL;
        uint64_t pixels = 0;
        bool answered;

        if (!report(adding, i, "labels of image"))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped");
        status = read_labels(adding, i, &labels, err);
        labelling.labels = labels;
        if (status == SEPTUM_OK)
            status = spt_workspace_label(&adding->workspace, &labelling, &pixels,
                                         &answered, err);
        adding->added.labelled_pixels += pixels;
        free(labels);
    }
    return status;
}

/* Refuse, before anything is added, images that are too small for the project's net.
 * Those that were there before it stay. */
static enum septum_status
check_sizes(const struct adding *adding, struct septum_error *err)
{
    struct spt_bytes onnx = {0};
    struct spt_model model = {0};
    int64_t id = 0;
    enum septum_status status =
        spt_project_model(adding->workspace.project, &id, &onnx, err);

    if (status == SEPTUM_OK && id != 0)
        status = spt_onnx_decode(&onnx, adding->options->project, &model, err);
    for (size_t i = 0; i < adding->source.images.count && status == SEPTUM_OK; i++) {
        const struct spt_page *page = &adding->source.images.pages[i];
        uint32_t window = model.spec.window; /* 0 without a model */

        if ((page->height < window || page->width < window) &&
            find_image(&adding->workspace, page->name) ==
                adding->workspace.images.count)
            status = spt_fail(err, SEPTUM_EINVAL,
                              "%s: %u x %u pixels, smaller than the window of %u x %u "
                              "of the project's net; nothing was added",
                              page->path, page->width, page->height, window, window);
    }
    spt_model_clear(&model);
    spt_bytes_clear(&onnx);
    return status;
}

/* Refuse, before anything is added, masks that would stop it halfway. */
static enum septum_status
check_labels(const struct adding *adding, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; i < adding->source.images.count && status == SEPTUM_OK; i++) {
        uint8_t *labels = NULL;

        status = read_labels(adding, i, &labels, err);
        free(labels);
    }
    return status;
}

static bool
is_scoring(void *user, double fraction)
{
    const struct adding *adding = user;

    (void)fraction; /* of what follows the adding */
    return report(adding, adding->source.images.count, "added; scoring on");
}

/* Score on new truth; a project without a model is scored when one comes. */
static enum septum_status
score(struct adding *adding, struct septum_error *err)
{
    const struct spt_watch watch = {is_scoring, adding};
    int64_t model = 0;
    enum septum_status status =
        spt_project_model(adding->workspace.project, &model, NULL, err);

    if (status != SEPTUM_OK || model == 0)
        return status;
    status = spt_workspace_model(&adding->workspace, err);
    if (status == SEPTUM_OK)
        status = spt_workspace_score(&adding->workspace, &watch, err);
    return status;
}

static enum septum_status
open_source(struct adding *adding, struct septum_error *err)
{
    const struct septum_project_add_options *options = adding->options;

    if (options->labels.source.count > 0)
        return spt_labelled_open(&options->images, &options->labels, NULL,
                                 &adding->source, err);
    if (options->validation)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: images for validation need their labels",
                        options->project);
    return spt_set_open(options->images.paths, options->images.count,
                        &adding->source.images, err);
}

static enum septum_status
add(const struct septum_project_add_options *options, struct septum_project_added *out,
    struct septum_error *err)
{
    struct adding adding = {.options = options};
    bool labelled = options->labels.source.count > 0;
    enum septum_status status =
        spt_workspace_open(options->project, false, &adding.workspace, err);

    if (status == SEPTUM_OK)
        status = open_source(&adding, err);
    if (status == SEPTUM_OK)
        status = check_sizes(&adding, err);
    if (status == SEPTUM_OK && labelled)
        status = check_labels(&adding, err);
    if (status == SEPTUM_OK)
        status = add_images(&adding, err);
    if (status == SEPTUM_OK && labelled) {
        spt_workspace_clear(&adding.workspace);
        status = spt_workspace_open(options->project, true, &adding.workspace, err);
        if (status == SEPTUM_OK)
            status = add_labels(&adding, err);
        if (status == SEPTUM_OK && options->validation)
            status = score(&adding, err);
    }
    if (status == SEPTUM_OK)
        *out = adding.added;
    spt_labelled_clear(&adding.source);
    spt_workspace_clear(&adding.workspace);
    return status;
}

enum septum_status
septum_project_add(const struct septum_project_add_options *options,
                   struct septum_project_added *out, struct septum_error *err)
{
    if (SPT_REQUIRE(err, {"options", options}, {"out", out}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->project", options->project},
                    {"options->images", spt_arguments_paths(&options->images)}) !=
            SEPTUM_OK)
        return SEPTUM_EINVAL;
    if (options->labels.source.count > 0 &&
        SPT_REQUIRE(err, {"options->labels",
                          spt_arguments_paths(&options->labels.source)}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    return add(options, out, err);
}

/* ---- how it stands --------------------------------------------------------------- */

static enum septum_status
count_images(struct spt_workspace *workspace, struct septum_project_status *out,
             struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    out->images = workspace->images.count;
    for (size_t i = 0; i < workspace->images.count && status == SEPTUM_OK; i++) {
        const struct spt_project_image *image = &workspace->images.image[i];
        bool first = i == 0 || strcmp(image->path, image[-1].path) != 0;
        size_t pixels = (size_t)image->height * image->width;
        uint8_t *labels;

        out->missing_files += first && image->state == SPT_FILE_MISSING;
        out->changed_files += first && image->state == SPT_FILE_CHANGED;
        out->validation_images += image->validation;
        if (image->validation)
            continue;
        labels = spt_alloc_array(pixels, 1);
        if (labels == NULL)
            return spt_fail_memory(err, image->name, pixels);
        status = spt_project_labels(workspace->project, image->id, image->height,
                                    image->width, labels, err);
        for (size_t at = 0; at < pixels && status == SEPTUM_OK; at++)
            out->labelled_pixels += labels[at] != SPT_LABEL_UNKNOWN;
        free(labels);
    }
    return status;
}

enum septum_status
septum_project_status(const char *path, struct septum_project_status *out,
                      struct septum_error *err)
{
    struct septum_project_status about = {0};
    struct spt_project_score score = {0};
    struct spt_workspace workspace = {0};
    int64_t rounds = 0, models = 0;
    enum septum_status status = SPT_REQUIRE(err, {"path", path}, {"out", out});

    if (status == SEPTUM_OK)
        status = spt_workspace_open(path, true, &workspace, err);
    if (status == SEPTUM_OK)
        status = count_images(&workspace, &about, err);
    if (status == SEPTUM_OK)
        status = spt_project_rounds(workspace.project, &rounds, err);
    if (status == SEPTUM_OK)
        status = spt_project_models(workspace.project, &models, err);
    if (status == SEPTUM_OK)
        status = spt_project_seconds(workspace.project, &about.expert_seconds, err);
    if (status == SEPTUM_OK)
        status = spt_project_score(workspace.project, &score, &about.has_f_score, err);
    if (status == SEPTUM_OK) {
        about.rounds = (uint64_t)rounds;
        about.models = (uint64_t)models;
        about.f_score = score.f_score;
        *out = about;
    }
    spt_workspace_clear(&workspace);
    return status;
}

enum septum_status
septum_project_relink(const char *path, const struct septum_source *images,
                      struct septum_project_relinked *out, struct septum_error *err)
{
    struct spt_project *project = NULL;
    struct spt_set set = {0};
    struct spt_relinked relinked = {0};
    enum septum_status status = SPT_REQUIRE(
        err, {"path", path},
        {"images", images != NULL ? spt_arguments_paths(images) : NULL}, {"out", out});

    if (status == SEPTUM_OK)
        status = spt_project_open(path, &project, err);
    if (status == SEPTUM_OK)
        status = spt_set_open(images->paths, images->count, &set, err);
    if (status == SEPTUM_OK)
        status = spt_project_relink(project, &set, &relinked, err);
    if (status == SEPTUM_OK) {
        *out = (struct septum_project_relinked){relinked.found, relinked.missing, ""};
        if (relinked.first_missing != NULL)
            snprintf(out->first_missing, sizeof out->first_missing, "%s",
                     relinked.first_missing);
    }
    free(relinked.first_missing);
    spt_set_clear(&set);
    spt_project_free(project);
    return status;
}
