/*
 * measures.h - how unsure the net is of an image's windows: measured once for a model,
 * and then kept in the project.
 */
#ifndef SEPTUM_SESSION_MEASURES_H
#define SEPTUM_SESSION_MEASURES_H

#include "loop/measure.h"
#include "session/workspace.h"

/*
 * Measure f of the windows of `grid` over `sample`, number `image` of the workspace,
 * with its current model; or fetch it, where the project keeps it from before.  `f` has
 * room for a value each.  What cannot be kept will be measured again.  Fails as
 * spt_measure_windows() or when the project cannot be read.
 */
enum septum_status
spt_measures_find(const struct spt_workspace *workspace, size_t image,
                  const struct spt_sample *sample, const struct spt_grid *grid,
                  const struct spt_measure_options *options, float *f,
                  struct septum_error *err);

#endif
