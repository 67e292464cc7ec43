/*
 * sheet.h - open work of an expert on an image, and the journal of every stroke of it.
 *
 * A sheet is a box of pixels with a first value each (its base) and a list of numbered
 * changes to them.  A change that was recorded will not be lost, and a sheet stays open
 * until it is confirmed, which makes an answer of it, skipped or closed.
 */
#ifndef SEPTUM_PROJECT_SHEET_H
#define SEPTUM_PROJECT_SHEET_H

#include "project/project.h"
#include "project/runs.h"

enum spt_sheet_kind {
    SPT_SHEET_REGION, /* answers a lease */
    SPT_SHEET_FREE,   /* the whole image, where the expert wants */
};

/* All zero is a valid, empty value. */
struct spt_sheet {
    int64_t id; /* given when it is opened */
    enum spt_sheet_kind kind;
    int64_t image;
    int64_t lease; /* 0 for free ones */
    int64_t model; /* of the proposal, or 0 */
    char *who;
    uint32_t top, left, height, width; /* box */
    double threshold;                  /* that the proposal was cut at */
    char *why;                         /* this region, in a line */
    double seconds;                    /* of the expert, so far */
    int64_t last;                      /* number of the last change; 0 = none */
};

void spt_sheet_clear(struct spt_sheet *sheet);

static inline uint64_t
spt_sheet_pixels(const struct spt_sheet *sheet)
{
    return (uint64_t)sheet->height * sheet->width;
}

/*
 * Open a sheet: only pixels in `base` (ascending, without overlap) may be painted.  Its
 * seconds and changes are none.
 */
enum septum_status
spt_project_open_sheet(struct spt_project *project, const struct spt_sheet *sheet,
                       const struct spt_runs *base, int64_t *id,
                       struct septum_error *err);

/* Find an open sheet of `who`.  Of several, the one opened last; a region's only while
 * its lease is open.  out->id is 0 when there is none.  The caller clears *out. */
enum septum_status
spt_project_sheet(struct spt_project *project, int64_t id, const char *who,
                  struct spt_sheet *out, struct septum_error *err);
enum septum_status
spt_project_last_sheet(struct spt_project *project, const char *who,
                       struct spt_sheet *out, struct septum_error *err);
enum septum_status
spt_project_region_sheet(struct spt_project *project, const char *who,
                         struct spt_sheet *out, struct septum_error *err);
enum septum_status
spt_project_free_sheet(struct spt_project *project, int64_t image, const char *who,
                       struct spt_sheet *out, struct septum_error *err);

/* Make it the one opened last. */
enum septum_status spt_project_touch_sheet(struct spt_project *project, int64_t id,
                                           struct septum_error *err);

enum spt_change_kind {
    SPT_CHANGE_PAINT,
    SPT_CHANGE_UNDO,
    SPT_CHANGE_REDO,
};

/* The words for them in the file and on the wire, in that order; ended by NULL. */
extern const char *const spt_change_kinds[];

struct spt_change {
    int64_t number; /* one more than that of the change before it */
    enum spt_change_kind kind;
    int64_t of; /* number of the change that began the stroke which this one goes on
                   with, undoes or redoes; 0 = none */
    const char *tool; /* for the record; NULL: not known */
    double seconds;   /* of the expert on this sheet, so far */
    struct spt_runs runs;
};

enum spt_change_outcome {
    SPT_CHANGE_SAVED,   /* or was saved before: an equal repetition of the last one */
    SPT_CHANGE_BEHIND,  /* its number is not the next */
    SPT_CHANGE_OUTSIDE, /* it touches a pixel that may not be painted */
};

/*
 * Record a change of an open sheet; when this returns SEPTUM_OK (outside begin and end)
 * and SPT_CHANGE_SAVED, it will not be lost.  *last becomes the number of the last
 * change there is.  The lease of a region is prolonged to `until`.
 */
enum septum_status
spt_project_change(struct spt_project *project, const struct spt_sheet *sheet,
                   const struct spt_change *change, int64_t until,
                   enum spt_change_outcome *outcome, int64_t *last,
                   struct septum_error *err);

/* Call `tell` with each change after number `after`, in order, until it fails; all is
 * borrowed for the call. */
enum septum_status
spt_project_changes(struct spt_project *project, const struct spt_sheet *sheet,
                    int64_t after,
                    enum septum_status (*tell)(void *user,
                                               const struct spt_change *change,
                                               struct septum_error *err),
                    void *user, struct septum_error *err);

/* The first values of a sheet's pixels.  The caller clears *out. */
enum septum_status
spt_project_base(struct spt_project *project, const struct spt_sheet *sheet,
                 struct spt_runs *out, struct septum_error *err);

/* What its pixels are after all changes: base, then every run in order.  SPT_LABEL_KEEP
 * where nothing may be painted. */
enum septum_status
spt_project_compose(struct spt_project *project, const struct spt_sheet *sheet,
                    uint8_t *pixels, struct septum_error *err);

/*
 * Make an answer of an open sheet and close it: of a region, all its pixels; of a free
 * sheet, those that are not what they were.  *answer becomes 0 when a free sheet has
 * none, and *confirmed false, with nothing done, when `number` is not that of the last
 * change.
 */
enum septum_status
spt_project_confirm(struct spt_project *project, const struct spt_sheet *sheet,
                    int64_t number, double seconds, bool *confirmed, int64_t *answer,
                    struct septum_error *err);

/* Close an open sheet without an answer; a region is then skipped.  Its journal stays
 * in the file. */
enum septum_status
spt_project_close_sheet(struct spt_project *project, const struct spt_sheet *sheet,
                        double seconds, struct septum_error *err);

#endif
