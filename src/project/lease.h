/*
 * lease.h - regions lent to experts, so that two of them never label the same one.
 *
 * A lease holds until its date, an answer or another region for the same expert,
 * whichever comes first.  What comes in late is still taken: the date only lets others
 * be asked.
 */
#ifndef SEPTUM_PROJECT_LEASE_H
#define SEPTUM_PROJECT_LEASE_H

#include "image/box.h"
#include "project/project.h"

struct spt_lease_window {
    uint32_t row, column;
};

struct spt_lease {
    int64_t id; /* given when it is recorded */
    int64_t image;
    int64_t model; /* that the choice was made with, or 0 */
    char *who;
    int64_t until; /* date */
    uint32_t side; /* of a window, pixels */
    struct spt_lease_window *windows;
    size_t count;
    double objective, uncertainty, abundance;
};

/* All zero is a valid, empty list. */
struct spt_leases {
    struct spt_lease *lease;
    size_t count;
};

/*
 * Lend a region to lease->who until lease->until; an older one of theirs is given back,
 * unless it is the same, whose date then moves.  *id becomes 0, and nothing is
 * recorded, when a pixel of it is lent to another expert at the moment.
 */
enum septum_status
spt_project_lend(struct spt_project *project, const struct spt_lease *lease,
                 int64_t *id, struct septum_error *err);

/* List the leases that are "open" (also those whose date has passed), "answered" or
 * "skipped", oldest first.  The caller clears *out. */
enum septum_status spt_project_leases(struct spt_project *project, const char *state,
                                      struct spt_leases *out, struct septum_error *err);

/* The lease of that number, alone in a list.  The caller clears *out. */
enum septum_status spt_project_lease(struct spt_project *project, int64_t id,
                                     struct spt_leases *out, struct septum_error *err);

/* Does a window share a pixel with one of the lease's? */
bool spt_lease_covers(const struct spt_lease *lease, uint32_t side, uint32_t row,
                      uint32_t column);

/* The smallest box around its windows, of which there is one at least. */
struct spt_box spt_lease_box(const struct spt_lease *lease);

void spt_leases_clear(struct spt_leases *leases);

#endif
