/*
 * adapt.h - a source model meets the images of a new domain.
 */
#ifndef SEPTUM_API_ADAPT_H
#define SEPTUM_API_ADAPT_H

#include "train/domain.h"
#include "train/settings.h"

/*
 * Turn `model` as `polarity` says, or as the labelled samples show.  What was found is
 * told as a milestone to `progress` (may be NULL), and left in `text`: empty, or a
 * sentence without its full stop.
 */
enum septum_status
spt_adapt(struct spt_model *model, const struct spt_samples *labelled,
          enum septum_polarity polarity, const struct spt_settings *settings,
          septum_progress_fn progress, void *user, char text[SPT_DOMAIN_TEXT],
          struct septum_error *err);

#endif
