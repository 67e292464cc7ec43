/*
 * simulate.c - a simulated stack as files: images/NNN.png, labels/NNN.png and
 * parameters.txt.
 *
 * The directory is to hold one embryo.  So a run that fails takes away what it wrote,
 * one that replaces a longer stack takes away the slices that are left over, and
 * parameters.txt, written last, says that the stack is whole.
 */
#include "simulate/simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/text.h"
#include "image/write.h"

#define DEFAULT_COUNT 10

struct job {
    const struct septum_simulate_options *options;
    const struct spt_microscope *microscope;
    uint32_t count, size;
    bool made[3];     /* the directory, images, labels: not there before */
    uint32_t written; /* slices on disk */
    char *images, *labels, *parameters; /* paths; owned */
    uint8_t *image, *membrane;          /* size * size bytes each; owned */
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

    job->images = path_in(directory, "images");
    job->labels = path_in(directory, "labels");
    job->parameters = path_in(directory, "parameters.txt");
    job->image = spt_alloc_array(pixels, 1);
    job->membrane = spt_alloc_array(pixels, 1);
    if (job->images == NULL || job->labels == NULL || job->parameters == NULL ||
        job->image == NULL || job->membrane == NULL)
        return spt_fail_memory(err, "a slice", 2 * pixels);
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
        exists = slice_exists(job->images, slice) || slice_exists(job->labels, slice);
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
    const char *const paths[] = {job->options->directory, job->images, job->labels};
    enum septum_status status = SEPTUM_OK;

    for (size_t i = 0; status == SEPTUM_OK && i < 3; i++) {
        bool missing = !spt_file_exists(paths[i]);

        status = spt_directory_make(paths[i], err);
        job->made[i] = status == SEPTUM_OK && missing;
    }
    return status;
}

static enum septum_status
write_picture(const struct job *job, const char *directory, uint32_t slice,
              const uint8_t *pixels, struct septum_error *err)
{
    char *path = path_of_slice(directory, slice);
    enum septum_status status;

    if (path == NULL)
        return spt_fail_memory(err, directory, 1);
    status =
        spt_write_png(path, pixels, job->size, job->size, 1, job->options->force, err);
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
        status =
            spt_simulate_slice(job->microscope, job->options->seed, slice, job->count,
                               job->size, job->image, job->membrane, err);
        if (status == SEPTUM_OK)
            status = write_picture(job, job->images, slice, job->image, err);
        job->written = slice + 1; /* perhaps without its labels */
        if (status == SEPTUM_OK)
            status = write_picture(job, job->labels, slice, job->membrane, err);
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

    spt_text_add(&text,
                 "simulated by septum %s; no real microscope has seen this\n"
                 "microscope %s\ncount %" PRIu32 "\nsize %" PRIu32 "\nseed %" PRIu64
                 "\n",
                 septum_version(), job->options->microscope, job->count, job->size,
                 job->options->seed);
    status = spt_text_write(&text, job->parameters, job->options->force, err);
    spt_text_clear(&text);
    return status;
}

/* Remove slice number `slice`; false when there was nothing of it. */
static bool
remove_slice(const struct job *job, uint32_t slice)
{
    const char *const directories[] = {job->images, job->labels};
    bool removed = false;

    for (size_t i = 0; i < 2; i++) {
        char *path = path_of_slice(directories[i], slice);

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
    const char *const paths[] = {job->options->directory, job->images, job->labels};

    for (uint32_t slice = 0; slice < job->written; slice++)
        remove_slice(job, slice);
    for (size_t i = 3; i-- > 0;) {
        if (job->made[i])
            rmdir(paths[i]); /* fails, rightly, where others have put something */
    }
}

enum septum_status
septum_simulate(const struct septum_simulate_options *options, struct septum_error *err)
{
    struct job job = {.options = options};
    enum septum_status status;

    job.microscope = spt_microscope_find(options->microscope);
    if (job.microscope == NULL)
        return spt_fail(err, SEPTUM_EINVAL,
                        "there is no microscope \"%s\", only spim and confocal",
                        options->microscope);
    job.count = options->count > 0 ? options->count : DEFAULT_COUNT;
    job.size = options->size > 0 ? options->size : spt_microscope_size(job.microscope);
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
    free(job.images);
    free(job.labels);
    free(job.parameters);
    free(job.image);
    free(job.membrane);
    return status;
}
