/*
 * simulate.c - a simulated stack as files: images/NNN.png, labels/NNN.png,
 * cells/NNN.png and parameters.json.
 *
 * The directory is to hold one embryo.  So a run that fails takes away what it wrote,
 * one that replaces a longer stack takes away the slices that are left over, and
 * parameters.json, written last, says that the stack is whole.
 */
#include "simulate/simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/arguments.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "image/write.h"

#define DEFAULT_COUNT 10

#define FOLDERS 3

static const char *const folder_names[FOLDERS] = {"images", "labels", "cells"};

struct job {
    const struct septum_simulate_options *options;
    struct spt_simulation *simulation;
    uint32_t count, size;
    bool made[FOLDERS + 1]; /* the directory and its folders: not there before */
    uint32_t written;       /* slices on disk */
    char *folders[FOLDERS], *parameters; /* paths; owned */
    struct spt_slice slice;              /* size * size of each; owned */
};

/* A path under the job's directory, which the caller frees; NULL without memory. */
static char *
path_in(const char *directory, const char *name)
{
    char *path;

    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static char *
path_of_slice(const char *directory, uint32_t slice)
{
    char *path;

    return asprintf(&path, "%s/%03" PRIu32 ".png", directory, slice) < 0 ? NULL : path;
}

static enum septum_status
prepare(struct job *job, struct septum_error *err)
{
    const char *directory = job->options->directory;
    size_t pixels = (size_t)job->size * job->size;
    bool whole = true;

    for (size_t i = 0; i < FOLDERS; i++) {
        job->folders[i] = path_in(directory, folder_names[i]);
        whole = whole && job->folders[i] != NULL;
    }
    job->parameters = path_in(directory, "parameters.json");
    job->slice.image = spt_alloc_array(pixels, 1);
    job->slice.membrane = spt_alloc_array(pixels, 1);
    job->slice.cells = spt_alloc_array(pixels, sizeof *job->slice.cells);
    if (!whole || job->parameters == NULL || job->slice.image == NULL ||
        job->slice.membrane == NULL || job->slice.cells == NULL)
        return spt_fail_memory(err, "a slice", 4 * pixels);
    return SEPTUM_OK;
}

static bool
slice_exists(const char *directory, uint32_t slice)
{
    char *path = path_of_slice(directory, slice);
    bool exists = path != NULL && spt_file_exists(path);

    free(path);
    return exists;
}

/* Before hours of work, not after. */
static enum septum_status
refuse_existing(const struct job *job, struct septum_error *err)
{
    bool exists = spt_file_exists(job->parameters);

    for (uint32_t slice = 0; !exists && slice < job->count; slice++)
        for (size_t i = 0; i < FOLDERS; i++)
            exists = exists || slice_exists(job->folders[i], slice);
    if (exists)
        return spt_fail(err, SEPTUM_EINVAL,
                        "%s: holds a simulated stack already; choose another directory "
                        "or give --force",
                        job->options->directory);
    return SEPTUM_OK;
}

/* Make the job's directories that are not there, and remember which. */
static enum septum_status
make_directories(struct job *job, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; status == SEPTUM_OK && i <= FOLDERS; i++) {
        const char *path = i == 0 ? job->options->directory : job->folders[i - 1];
        bool missing = !spt_file_exists(path);

        status = spt_directory_make(path, err);
        job->made[i] = status == SEPTUM_OK && missing;
    }
    return status;
}

/* Write what a slice has for folder `folder`. */
static enum septum_status
write_picture(const struct job *job, size_t folder, uint32_t slice,
              struct septum_error *err)
{
    const uint8_t *const pictures[] = {job->slice.image, job->slice.membrane};
    char *path = path_of_slice(job->folders[folder], slice);
    enum septum_status status;

    if (path == NULL)
        return spt_fail_memory(err, job->folders[folder], 1);
    if (folder < 2)
        status = spt_write_png(path, pictures[folder], job->size, job->size, 1,
                               job->options->force, err);
    else
        status = spt_write_png_numbers(path, job->slice.cells, job->size, job->size,
                                       job->options->force, err);
    free(path);
    return status;
}

static bool
report(const struct job *job, double started)
{
    const struct septum_simulate_options *options = job->options;
    double fraction = (double)job->written / job->count;
    char text[64];
    struct septum_progress progress = {
        .fraction = fraction,
        .seconds_left = -1,
        .what = text,
        .milestone = job->written == job->count,
    };

    if (options->progress == NULL)
        return true;
    if (job->written > 0)
        progress.seconds_left =
            (spt_clock_seconds() - started) * (1 - fraction) / fraction;
    snprintf(text, sizeof text, "slice %" PRIu32 " of %" PRIu32, job->written,
             job->count);
    return options->progress(options->user, &progress);
}

static enum septum_status
write_slices(struct job *job, struct septum_error *err)
{
    const double started = spt_clock_seconds();
    enum septum_status status = SEPTUM_OK;

    for (uint32_t slice = 0; slice < job->count && status == SEPTUM_OK; slice++) {
        if (!report(job, started))
            return spt_fail(err, SEPTUM_ESTOPPED, "stopped after %" PRIu32 " slices",
                            slice);
        status = spt_simulation_slice(job->simulation, slice, &job->slice, err);
        for (size_t i = 0; status == SEPTUM_OK && i < FOLDERS; i++) {
            job->written = slice + 1; /* perhaps in part */
            status = write_picture(job, i, slice, err);
        }
    }
    if (status == SEPTUM_OK)
        report(job, started);
    return status;
}

static enum septum_status
write_parameters(const struct job *job, struct septum_error *err)
{
    struct spt_text text = {0};
    enum septum_status status;

    spt_simulation_describe(job->simulation, &text);
    status = spt_text_write(&text, job->parameters, job->options->force, err);
    spt_text_clear(&text);
    return status;
}

/* Remove slice number `slice`; false when there was nothing of it. */
static bool
remove_slice(const struct job *job, uint32_t slice)
{
    bool removed = false;

    for (size_t i = 0; i < FOLDERS; i++) {
        char *path = path_of_slice(job->folders[i], slice);

        if (path != NULL && unlink(path) == 0)
            removed = true;
        free(path);
    }
    return removed;
}

/* Remove the slices that this run wrote, and the directories that it made. */
static void
take_back(const struct job *job)
{
    for (uint32_t slice = 0; slice < job->written; slice++)
        remove_slice(job, slice);
    for (size_t i = FOLDERS + 1; i-- > 0;) {
        if (job->made[i])
            rmdir(i == 0 ? job->options->directory
                         : job->folders[i - 1]); /* fails, rightly, where others have
                                                    put something */
    }
}

static enum septum_status
simulate(const struct septum_simulate_options *options, struct septum_error *err)
{
    const struct spt_simulation_settings settings = {
        .microscope = options->microscope,
        .seed = options->seed,
        .count = options->count > 0 ? options->count : DEFAULT_COUNT,
        .size = options->size,
        .cells = options->cells,
        .has_weak = options->has_weak,
        .has_merged = options->has_merged,
        .has_ghosts = options->has_ghosts,
        .weak = options->weak,
        .merged = options->merged,
        .ghosts = options->ghosts,
    };
    struct job job = {.options = options, .count = settings.count};
    enum septum_status status = spt_simulation_create(&settings, &job.simulation, err);

    if (status != SEPTUM_OK)
        return status;
    job.size = spt_simulation_size(job.simulation);
    status = prepare(&job, err);
    if (status == SEPTUM_OK && !options->force)
        status = refuse_existing(&job, err);
    if (status != SEPTUM_OK)
        goto done;
    status = make_directories(&job, err);
    if (options->force)
        unlink(job.parameters); /* they tell of the stack that is being replaced */
    if (status == SEPTUM_OK)
        status = write_slices(&job, err);
    if (status == SEPTUM_OK)
        status = write_parameters(&job, err);
    if (status == SEPTUM_OK && options->force) {
        for (uint32_t slice = job.count; remove_slice(&job, slice); slice++)
            ;
    }
    /* What replaced an older stack cannot be taken back. */
    if (status != SEPTUM_OK && status != SEPTUM_ESTOPPED && !options->force)
        take_back(&job);
done:
    for (size_t i = 0; i < FOLDERS; i++)
        free(job.folders[i]);
    free(job.parameters);
    free(job.slice.image);
    free(job.slice.membrane);
    free(job.slice.cells);
    spt_simulation_free(job.simulation);
    return status;
}

enum septum_status
septum_simulate(const struct septum_simulate_options *options, struct septum_error *err)
{
    if (SPT_REQUIRE(err, {"options", options}) != SEPTUM_OK ||
        SPT_REQUIRE(err, {"options->microscope", options->microscope},
                    {"options->directory", options->directory}) != SEPTUM_OK)
        return SEPTUM_EINVAL;
    return simulate(options, err);
}
