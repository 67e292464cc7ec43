/*
 * measures.c - see measures.h.
 */
#include "session/measures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "project/kept.h"

/* Raised when spt_measure_windows() comes to give other answers. */
#define RULE 1

/* Of all that f depends on; a model of a project never changes. */
static void
find_digest(const struct spt_workspace *workspace, const struct spt_sample *sample,
            const struct spt_grid *grid, const struct spt_measure_options *options,
            uint8_t digest[SPT_SHA256_BYTES])
{
    const double how[] = {
        RULE,
        grid->side,
        options->from,
        options->every,
        options->passes,
        options->dropout,
        options->temperature,
    };
    struct spt_sha256 sha;

    spt_sha256_init(&sha);
    spt_sha256_add(&sha, how, sizeof how);
    spt_sha256_add(&sha, &options->key, sizeof options->key);
    spt_sha256_add(&sha, &workspace->model_id, sizeof workspace->model_id);
    spt_sample_digest(sample, &sha);
    spt_sha256_end(&sha, digest);
}

/* Read what is kept; false where that is nothing, or damaged: f is |0.5 - P|. */
static bool
unpack(const struct spt_bytes *bytes, size_t windows, float *f)
{
    if (bytes->count != windows * sizeof *f)
        return false;
    memcpy(f, bytes->at, bytes->count);
    for (size_t w = 0; w < windows; w++)
        if (!(f[w] >= 0 && f[w] <= 0.5F))
            return false;
    return true;
}

enum septum_status
spt_measures_find(const struct spt_workspace *workspace, size_t image,
                  const struct spt_sample *sample, const struct spt_grid *grid,
                  const struct spt_measure_options *options, float *f,
                  struct septum_error *err)
{
    const size_t windows = spt_grid_count(grid);
    const struct spt_measured measured = {.f = f};
    struct spt_bytes bytes = {0};
    uint8_t digest[SPT_SHA256_BYTES];
    char name[40];
    enum septum_status status;
    bool known;

    snprintf(name, sizeof name, "uncertainty of %" PRId64,
             workspace->images.image[image].id);
    find_digest(workspace, sample, grid, options, digest);
    status = spt_project_kept(workspace->project, name, digest, &bytes, err);
    if (status != SEPTUM_OK)
        return status;
    known = unpack(&bytes, windows, f);
    spt_bytes_clear(&bytes);
    if (known)
        return SEPTUM_OK;
    status = spt_measure_windows(workspace->predictor, sample, grid, options, &measured,
                                 err);
    if (status == SEPTUM_OK && spt_bytes_append(&bytes, f, windows * sizeof *f))
        (void)spt_project_keep(workspace->project, name, digest, &bytes, NULL);
    spt_bytes_clear(&bytes);
    return status;
}
