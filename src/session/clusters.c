/*
 * clusters.c - see clusters.h.
 */
#include "session/clusters.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/grid.h"
#include "project/kept.h"

/* Raised when spt_abundance_find() comes to give other answers. */
#define RULE 1

/* Of all that the clusters depend on; other bytes on a machine of the other byte order,
 * which then does not read what this one has kept. */
static void
find_digest(const struct spt_samples *samples, uint32_t side,
            const struct spt_abundance_options *options,
            uint8_t digest[SPT_SHA256_BYTES])
{
    const double how[] = {
        RULE,
        side,
        options->ncc.max_shift,
        options->ncc.shift_step,
        options->ncc.least_overlap,
        options->ncc.bandwidth,
        (double)options->ncc.near,
        (double)options->cut,
        options->density,
        (double)options->most_bytes,
        (double)options->most_pairs,
        (double)options->sample,
        options->sample_bandwidth,
    };
    struct spt_sha256 sha;

    spt_sha256_init(&sha);
    spt_sha256_add(&sha, how, sizeof how);
    for (size_t i = 0; i < samples->count; i++)
        spt_sample_digest(&samples->sample[i], &sha);
    spt_sha256_end(&sha, digest);
}

static size_t
count_windows(const struct spt_samples *samples, uint32_t side)
{
    size_t count = 0;

    for (size_t i = 0; i < samples->count; i++) {
        struct spt_grid grid =
            spt_grid_of(samples->sample[i].height, samples->sample[i].width, side);

        count += spt_grid_count(&grid);
    }
    return count;
}

/* What is kept: this, then S_w and the cluster of each window. */
struct head {
    uint64_t clusters, sampled;
};

/* Every window is like itself; but of a sample there may be none that it is like. */
static bool
is_share(float score, bool sampled)
{
    return score <= 1 && (score > 0 || (sampled && score == 0));
}

static bool
makes_sense(const struct spt_abundance *abundance)
{
    if (abundance->clusters > abundance->count)
        return false;
    for (size_t w = 0; w < abundance->count; w++)
        if (abundance->cluster_of[w] >= abundance->clusters ||
            !is_share(abundance->scores[w], abundance->sampled > 0))
            return false;
    return true;
}

/* Read it for `windows` windows; false where it is damaged or memory runs out. */
static bool
unpack(const struct spt_bytes *bytes, size_t windows, struct spt_abundance *out)
{
    size_t scores = windows * sizeof *out->scores;
    size_t numbers = windows * sizeof *out->cluster_of;
    struct spt_abundance found;
    struct head head;

    if (bytes->count != sizeof head + scores + numbers)
        return false;
    memcpy(&head, bytes->at, sizeof head);
    found = (struct spt_abundance){
        .count = windows,
        .scores = spt_alloc_array(windows, sizeof *found.scores),
        .cluster_of = spt_alloc_array(windows, sizeof *found.cluster_of),
        .clusters = head.clusters,
        .sampled = head.sampled,
    };
    if (found.scores != NULL && found.cluster_of != NULL) {
        memcpy(found.scores, bytes->at + sizeof head, scores);
        memcpy(found.cluster_of, bytes->at + sizeof head + scores, numbers);
        if (makes_sense(&found)) {
            *out = found;
            return true;
        }
    }
    spt_abundance_clear(&found);
    return false;
}

static bool
pack(const struct spt_abundance *abundance, struct spt_bytes *out)
{
    const struct head head = {abundance->clusters, abundance->sampled};

    return spt_bytes_append(out, &head, sizeof head) &&
           spt_bytes_append(out, abundance->scores,
                            abundance->count * sizeof *abundance->scores) &&
           spt_bytes_append(out, abundance->cluster_of,
                            abundance->count * sizeof *abundance->cluster_of);
}

enum septum_status
spt_clusters_find(struct spt_project *project, const struct spt_samples *samples,
                  uint32_t side, bool density, const struct spt_watch *watch,
                  struct spt_abundance *out, struct septum_error *err)
{
    struct spt_abundance_options options = spt_abundance_defaults(side);
    const char *name = density ? "density" : "clusters";
    uint8_t digest[SPT_SHA256_BYTES];
    struct spt_bytes bytes = {0};
    enum septum_status status;
    bool known;

    options.density = density;
    find_digest(samples, side, &options, digest);
    status = spt_project_kept(project, name, digest, &bytes, err);
    if (status != SEPTUM_OK)
        return status;
    known = unpack(&bytes, count_windows(samples, side), out);
    spt_bytes_clear(&bytes);
    if (known)
        return SEPTUM_OK;
    options.ncc.watch = *watch;
    status =
        spt_abundance_find(samples->sample, samples->count, side, &options, out, err);
    if (status == SEPTUM_OK && pack(out, &bytes))
        (void)spt_project_keep(project, name, digest, &bytes, NULL);
    spt_bytes_clear(&bytes);
    return status;
}
