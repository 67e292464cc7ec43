/*
 * survey.h - what is known of all windows of a project's images, and the choice of the
 * regions to ask about next.
 *
 * Windows are clustered once for a set of images.  How unsure the net is of them is
 * measured image by image, anew with each model; until then an image is not asked
 * about.
 */
#ifndef SEPTUM_SESSION_SURVEY_H
#define SEPTUM_SESSION_SURVEY_H

#include "loop/measure.h"
#include "session/workspace.h"

/* All zero is a valid, empty survey. */
struct spt_survey {
    const struct spt_workspace *workspace; /* borrowed */
    struct spt_samples samples;            /* all images but those for validation */
    size_t *which;                         /* place of each in workspace->images */
    struct spt_candidate *candidates;      /* over the arrays below */
    float **f;
    uint8_t **askable;
    bool *measured; /* f of the image is known */
    size_t *first;  /* number of each image's first window among all */
    size_t windows;
    /* Of all windows, one image after the other. */
    uint8_t *waiting; /* could be asked about, but for a twin that is */
    float *abundance;
    uint32_t *cluster_of;
    size_t clusters; /* 0 = not clustered yet */
};

/* Load the images of a workspace that has its model.  Refuses a project without any.
 * The caller clears *out, also after a failure. */
enum septum_status spt_survey_open(struct spt_workspace *workspace,
                                   struct spt_survey *out, struct septum_error *err);
void spt_survey_clear(struct spt_survey *survey);

/* Find the clusters and how abundant each window is, by them or by `density`
 * (session/clusters.h); *watch may stop it. */
enum septum_status
spt_survey_cluster(struct spt_survey *survey, bool density,
                   const struct spt_watch *watch, struct septum_error *err);

/* Let windows be worth less the more of their clusters were answered for: see
 * active/novelty.h.  For once after clustering. */
enum septum_status
spt_survey_fade(struct spt_survey *survey, double fade, struct septum_error *err);

/* Measure f of the windows of image `i` with the workspace's model, or fetch it
 * (session/measures.h). */
enum septum_status
spt_survey_measure(struct spt_survey *survey, size_t i,
                   const struct spt_measure_options *options, struct septum_error *err);

/*
 * Find which windows `who` may be asked about: those with an unknown pixel in images
 * that are measured.  Not those that were asked about before (what the expert could not
 * tell then, asking again would not bring out), nor those that are lent at the moment,
 * to another expert or, where `who` is NULL, to any.  Those that were skipped only with
 * `again`.
 */
enum septum_status spt_survey_find_askable(struct spt_survey *survey, const char *who,
                                           bool again, struct septum_error *err);

/* Mean f of the windows that may be asked about. */
double spt_survey_mean(const struct spt_survey *survey);

/*
 * Up to `most` regions to ask about, best first: none shares a window or, as long as
 * there are others, a cluster with one before it or with one that is lent, so that none
 * is its twin (neighbouring slices show the same cells).  The windows of the regions
 * are askable no longer, nor by a next search their twins.  *found is how many there
 * are; the caller clears those of `out`.
 */
enum septum_status
spt_survey_search(struct spt_survey *survey, const struct spt_region_options *options,
                  size_t most, struct spt_region *out, size_t *found,
                  struct septum_error *err);

/* Clusters that a region's windows are in, largest first.  All zero is empty. */
struct spt_covered {
    uint32_t *cluster;
    uint64_t *size; /* windows */
    size_t count;
};
enum septum_status
spt_survey_covered(const struct spt_survey *survey, const struct spt_region *region,
                   struct spt_covered *out, struct septum_error *err);
void spt_covered_clear(struct spt_covered *covered);

/* A lease of a region for `who` (borrowed), its date and model not set yet.  The caller
 * frees its windows. */
enum septum_status
spt_survey_lease(const struct spt_survey *survey, const struct spt_region *region,
                 const char *who, struct spt_lease *out, struct septum_error *err);

#endif
