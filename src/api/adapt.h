/*
 * adapt.h - a source model meets the images of a new domain, and is not lost to them.
 */
#ifndef SEPTUM_API_ADAPT_H
#define SEPTUM_API_ADAPT_H

#include "train/domain.h"
#include "train/run.h"
#include "train/settings.h"

/* Who is told what happens, as milestones; `progress` may be NULL. */
struct spt_listener {
    septum_progress_fn progress;
    void *user;
};

/* What a source model may become. */
struct spt_adaptation {
    enum septum_polarity polarity;
    enum septum_pixel_size pixel_size;
    uint32_t least_side; /* of all images that its net is to see, pixels */
    bool whole; /* all its layers are transferred: where only the first are, those
                   behind learn the size anew */
};

/*
 * Turn `model`, and let it look at images at half their size, as `how` says or as the
 * labelled samples show.  What was found is told, and left in `text`: empty, or a
 * sentence without its full stop.  Refuses half a size that is asked for where an image
 * is too small.
 */
enum septum_status
spt_adapt(struct spt_model *model, const struct spt_samples *labelled,
          const struct spt_adaptation *how, const struct spt_settings *settings,
          const struct spt_listener *listener, char text[SPT_DOMAIN_TEXT],
          struct septum_error *err);

/*
 * Nobody is to get a net that is worse than the one it was tuned from: where `source`,
 * untouched, has a higher F-score than `result` of `run` on what neither has learnt
 * from, validation images or labels kept to judge by, it takes the net's place and
 * *result becomes its.  That is told as above, and left in `text`; otherwise, and where
 * there is nothing to judge by, that is empty.
 */
enum septum_status
spt_adapt_keep_better(const struct spt_model *source, const struct spt_run *run,
                      struct spt_net *net, struct spt_run_result *result,
                      char text[SPT_DOMAIN_TEXT], struct septum_error *err);

#endif
