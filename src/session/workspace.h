/*
 * workspace.h - a project with its images and its model at hand.
 */
#ifndef SEPTUM_SESSION_WORKSPACE_H
#define SEPTUM_SESSION_WORKSPACE_H

#include "loop/pool.h"
#include "net/model.h"
#include "project/answer.h"
#include "project/lease.h"
#include "project/project.h"

/* All zero is a valid, empty value. */
struct spt_workspace {
    struct spt_project *project;
    struct spt_project_images images;
    int64_t model_id; /* the current model; 0 = none is loaded */
    struct spt_model model;
    struct spt_net *net;
    struct spt_predictor *predictor;
    struct spt_watch
        watch; /* asked by predictors; to be set before a model is loaded */
};

/* Open a project and list its images; with `check`, see whether their files are what
 * they were.  The caller clears *out, also after a failure. */
enum septum_status
spt_workspace_open(const char *path, bool check, struct spt_workspace *out,
                   struct septum_error *err);
void spt_workspace_clear(struct spt_workspace *workspace);

/* Load the current model in place of the one that is loaded, which stays after a
 * failure.  Fails if there is none, or if its window is not that of the one before. */
enum septum_status
spt_workspace_model(struct spt_workspace *workspace, struct septum_error *err);

/* Make *model (which is then the workspace's) of the net's own specification, and
 * number `id` in the project, the one that is loaded. */
void spt_workspace_take_model(struct spt_workspace *workspace, int64_t id,
                              struct spt_model *model);

/* Is image `i` too small for the model's window?  It is neither asked about nor
 * predicted nor scored on; a project cannot lose an image, and the others are to go on.
 */
bool spt_workspace_leaves_out(const struct spt_workspace *workspace, size_t i);

/* Say so of all such images, or "" of none; how many there are. */
size_t spt_workspace_name_left_out(const struct spt_workspace *workspace, char *text,
                                   size_t size);

/*
 * Load the images for validation, or all others, but for those that are left out, with
 * what is known of their pixels; which[i] is image i's place in workspace->images (room
 * for all).  Refuses images that are not what they were.  The caller clears *out.
 */
enum septum_status
spt_workspace_samples(struct spt_workspace *workspace, bool validation, size_t *which,
                      struct spt_samples *out, struct septum_error *err);

/* Score the current model on the validation images, if there is truth to score on and
 * no score that holds; `watch` may be NULL. */
enum septum_status
spt_workspace_score(struct spt_workspace *workspace, const struct spt_watch *watch,
                    struct septum_error *err);

/*
 * Record what `labels` (of a whole image) say that is not known already, and, within
 * the windows of `lease` (NULL = none) if they say anything there, all that they say,
 * as the answer to it.  *pixels counts what was recorded, *answered whether the lease
 * was.
 */
struct spt_labelling {
    size_t image; /* place in workspace->images */
    const uint8_t *labels;
    const struct spt_lease *lease;
    const char *who, *origin;
    double seconds; /* negative: not known */
};
enum septum_status
spt_workspace_label(struct spt_workspace *workspace,
                    const struct spt_labelling *labelling, uint64_t *pixels,
                    bool *answered, struct septum_error *err);

#endif
