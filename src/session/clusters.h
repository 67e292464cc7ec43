/*
 * clusters.h - the clusters of a project's windows, found once and kept in its file.
 */
#ifndef SEPTUM_SESSION_CLUSTERS_H
#define SEPTUM_SESSION_CLUSTERS_H

#include "loop/abundance.h"
#include "project/project.h"

/*
 * As spt_abundance_find() with its defaults, but for `density`, or as it was kept for
 * just these images. That it cannot be kept is no failure.  The caller clears *out.
 */
enum septum_status
spt_clusters_find(struct spt_project *project, const struct spt_samples *samples,
                  uint32_t side, bool density, const struct spt_watch *watch,
                  struct spt_abundance *out, struct septum_error *err);

#endif
