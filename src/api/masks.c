/*
 * masks.c - labels out of a project as masks, and back.
 *
 * The values on the way are fixed, so that what was exported comes back the same: 255
 * membrane, 0 other, 127 not labelled.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/arguments.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "image/input.h"
#include "image/write.h"
#include "session/workspace.h"

#define VALUE_MEMBRANE 255
#define VALUE_OTHER 0
#define VALUE_UNKNOWN 127

/* ---- out ------------------------------------------------------------------------- */

static enum septum_status
write_mask(struct spt_workspace *workspace, const struct spt_project_image *image,
           const char *directory, bool force, struct septum_error *err)
{
    static const uint8_t values[] = {[SPT_LABEL_OTHER] = VALUE_OTHER,
                                     [SPT_LABEL_MEMBRANE] = VALUE_MEMBRANE,
                                     [SPT_LABEL_UNKNOWN] = VALUE_UNKNOWN};
    size_t pixels = (size_t)image->height * image->width;
    uint8_t *labels = spt_alloc_array(pixels, 1);
    char *path = NULL;
    enum septum_status status;

    if (labels == NULL ||
        asprintf(&path, "%s/labels/%s.png", directory, image->name) < 0) {
        free(labels);
        return spt_fail_memory(err, image->name, pixels);
    }
    status = spt_project_labels(workspace->project, image->id, image->height,
                                image->width, labels, err);
    for (size_t i = 0; i < pixels && status == SEPTUM_OK; i++)
        labels[i] = values[labels[i]];
    if (status == SEPTUM_OK)
        status =
            spt_write_png(path, labels, image->height, image->width, 1, force, err);
    free(labels);
    free(path);
    return status;
}

/* A field of a CSV line, quoted where it must be. */
static void
add_field(struct spt_text *csv, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        spt_text_add(csv, "%s", text);
        return;
    }
    spt_text_add(csv, "\"");
    for (; *text != '\0'; text++)
        spt_text_add(csv, *text == '"' ? "\"\"" : "%c", *text);
    spt_text_add(csv, "\"");
}

static enum septum_status
add_row(void *user, const char *image, const struct spt_answer *answer,
        struct septum_error *err)
{
    struct spt_text *csv = user;

    (void)err;
    add_field(csv, image);
    spt_text_add(csv, ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32, answer->top,
                 answer->left, answer->height, answer->width);
    spt_text_add(csv, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", answer->membrane,
                 answer->other, answer->unknown);
    add_field(csv, answer->who);
    spt_text_add(csv, ",%s,", spt_clock_date_text(answer->confirmed).text);
    if (answer->seconds >= 0)
        spt_text_add(csv, "%.3f", answer->seconds);
    spt_text_add(csv, ",%" PRId64 ",%s,", answer->round,
                 answer->lease != 0 ? "yes" : "no");
    if (answer->model != 0)
        spt_text_add(csv, "%" PRId64, answer->model);
    spt_text_add(csv, ",%s\n", answer->origin);
    return SEPTUM_OK;
}

static enum septum_status
write_provenance(struct spt_workspace *workspace, const char *path, bool force,
                 struct septum_error *err)
{
    struct spt_text csv = {0};
    enum septum_status status;

    spt_text_add(&csv, "image,top,left,height,width,membrane_pixels,other_pixels,"
                       "unsure_pixels,who,when,seconds,round,asked,model,origin\n");
    status = spt_project_history(workspace->project, add_row, &csv, err);
    if (status == SEPTUM_OK)
        status = spt_text_write(&csv, path, force, err);
    spt_text_clear(&csv);
    return status;
}

static enum septum_status
write_model(struct spt_workspace *workspace, const char *path, bool force,
            struct septum_error *err)
{
    struct spt_bytes onnx = {0};
    int64_t id = 0;
    enum septum_status status = spt_project_model(workspace->project, &id, &onnx, err);

    if (status == SEPTUM_OK && id != 0)
        status = spt_file_write(path, onnx.at, onnx.count, force, err);
    spt_bytes_clear(&onnx);
    return status;
}

enum septum_status
septum_project_export(const char *path, const char *directory, bool force,
                      struct septum_error *err)
{
    struct spt_workspace workspace = {0};
    char *labels = NULL, *csv = NULL, *model = NULL;
    enum septum_status status =
        SPT_REQUIRE(err, {"path", path}, {"directory", directory});

    if (status == SEPTUM_OK)
        status = spt_workspace_open(path, false, &workspace, err);
    if (status != SEPTUM_OK)
        goto done;
    if (asprintf(&labels, "%s/labels", directory) < 0 ||
        asprintf(&csv, "%s/labels.csv", directory) < 0 ||
        asprintf(&model, "%s/model.onnx", directory) < 0) {
        status = spt_fail_memory(err, directory, 3 * strlen(directory));
        goto done;
    }
    status = spt_directory_make(directory, err);
    if (status == SEPTUM_OK)
        status = spt_directory_make(labels, err);
    for (size_t i = 0; i < workspace.images.count && status == SEPTUM_OK; i++)
        status =
            write_mask(&workspace, &workspace.images.image[i], directory, force, err);
    if (status == SEPTUM_OK)
        status = write_model(&workspace, model, force, err);
    if (status == SEPTUM_OK)
        status = write_provenance(&workspace, csv, force, err);
done:
    free(labels);
    free(csv);
    free(model);
    spt_workspace_clear(&workspace);
    return status;
}

/* ---- in -------------------------------------------------------------------------- */

/* Read a mask of the values of export, and of no others: a grey between them is what a
 * soft brush or a smoothing program leaves, and would be a guess. */
static enum septum_status
read_strictly(const struct spt_page *page, uint8_t *labels, struct septum_error *err)
{
    size_t pixels = (size_t)page->height * page->width;
    float *values = spt_alloc_array(pixels, sizeof *values);
    enum septum_status status;

    if (values == NULL)
        return spt_fail_memory(err, page->path, pixels * sizeof *values);
    status = spt_page_read(page, values, err);
    for (size_t i = 0; i < pixels && status == SEPTUM_OK; i++) {
        if (values[i] == VALUE_MEMBRANE)
            labels[i] = SPT_LABEL_MEMBRANE;
        else if (values[i] == VALUE_OTHER)
            labels[i] = SPT_LABEL_OTHER;
        else if (values[i] == VALUE_UNKNOWN)
            labels[i] = SPT_LABEL_UNKNOWN;
        else
            status = spt_fail(
                err, SEPTUM_EFORMAT,
                "%s%s: row %zu, column %zu has the value %g; a mask holds 255 "
                "(membrane), 0 (other) and 127 (not labelled): paint with a hard "
                "brush, "
                "or say by --membrane-value and --unlabelled-value what it means",
                page->path, spt_input_page_text(page->index).text, i / page->width,
                i % page->width, (double)values[i]);
    }
    free(values);
    return status;
}

static enum septum_status
find_target(const struct spt_workspace *workspace, const struct spt_page *page,
            size_t *out, struct septum_error *err)
{
    const struct spt_project_images *images = &workspace->images;

    for (size_t i = 0; i < images->count; i++) {
        const struct spt_project_image *image = &images->image[i];

        if (strcmp(image->name, page->name) != 0)
            continue;
        *out = i;
        if (image->height == page->height && image->width == page->width)
            return SEPTUM_OK;
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: has %" PRIu32 " x %" PRIu32
                        " pixels, but image %s of the project %" PRIu32 " x %" PRIu32,
                        page->path, page->width, page->height, image->name,
                        image->width, image->height);
    }
    return spt_fail(
        err, SEPTUM_EINVAL,
        "%s: the project has no image named %s; masks go by name (its first "
        "image is %s)",
        page->path, page->name,
        images->count > 0 ? images->image[0].name : "not added yet");
}

struct importing {
    const struct septum_project_import_options *options;
    struct spt_workspace workspace;
    struct spt_leases leases;
    struct spt_set masks;
    struct septum_project_imported imported;
};

static enum septum_status
import_mask(struct importing *importing, const struct spt_page *page,
            struct septum_error *err)
{
    const struct septum_project_import_options *options = importing->options;
    const struct septum_masks *masks = &options->labels;
    struct spt_mask_rule rule = {.has_membrane_value = masks->has_membrane_value,
                                 .has_unlabelled_value = masks->has_unlabelled_value,
                                 .membrane_value = masks->membrane_value,
                                 .unlabelled_value = masks->unlabelled_value,
                                 .instances = masks->instances};
    bool ruled = rule.has_membrane_value || rule.has_unlabelled_value || rule.instances;
    size_t pixels = (size_t)page->height * page->width;
    struct spt_labelling labelling = {
        .who = options->who != NULL ? options->who : "unknown",
        .origin = "import",
        /* The time is of all masks together: the first to say something has it. */
        .seconds = options->has_seconds && importing->imported.labelled_pixels == 0
                       ? options->seconds
                       : -1,
    };
    uint8_t *labels = spt_alloc_array(pixels, 1);
    uint64_t recorded = 0;
    bool answered = false;
    enum septum_status status;

    if (labels == NULL)
        return spt_fail_memory(err, page->path, pixels);
    status = find_target(&importing->workspace, page, &labelling.image, err);
    if (status == SEPTUM_OK)
        status = ruled ? spt_mask_read(page, &rule, labels, err)
                       : read_strictly(page, labels, err);
    if (status != SEPTUM_OK)
        goto done;
    labelling.labels = labels;
    for (size_t i = 0; i < importing->leases.count; i++) {
        const struct spt_lease *lease = &importing->leases.lease[i];

        if (strcmp(lease->who, labelling.who) == 0 &&
            lease->image == importing->workspace.images.image[labelling.image].id)
            labelling.lease = lease;
    }
    status = spt_workspace_label(&importing->workspace, &labelling, &recorded,
                                 &answered, err);
    importing->imported.masks++;
    importing->imported.labelled_pixels += recorded;
    importing->imported.regions += answered;
done:
    free(labels);
    return status;
}

static enum septum_status
import(const struct septum_project_import_options *options,
       struct septum_project_imported *out, struct septum_error *err)
{
    struct importing importing = {.options = options};
    const struct septum_source *source = &options->labels.source;
    enum septum_status status =
        spt_workspace_open(options->project, false, &importing.workspace, err);

    if (status == SEPTUM_OK)
        status = spt_set_open(source->paths, source->count, &importing.masks, err);
    if (status == SEPTUM_OK)
        status = spt_project_begin(importing.workspace.project, err);
    if (status != SEPTUM_OK)
        goto done;
    status =
        spt_project_leases(importing.workspace.project, "open", &importing.leases, err);
    for (size_t i = 0; i < importing.masks.count && status == SEPTUM_OK; i++)
        status = import_mask(&importing, &importing.masks.pages[i], err);
    status = spt_project_end(importing.workspace.project, status, err);
    if (status == SEPTUM_OK)
        *out = importing.imported;
done:
    spt_leases_clear(&importing.leases);
    spt_set_clear(&importing.masks);
    spt_workspace_clear(&importing.workspace);
    return status;
}

enum septum_status
septum_project_import(const struct septum_project_import_options *options,
                      struct septum_project_imported *out, struct septum_error *err)
{
    if (SPT_REQUIRE(err, {"options", options}, {"out", out}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->project", options->project},
                    {"options->labels",
                     spt_arguments_paths(&options->labels.source)}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    return import(options, out, err);
}
