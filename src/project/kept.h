/*
 * kept.h - what was worked out once and could be again: a project keeps it to spare the
 * time.
 */
#ifndef SEPTUM_PROJECT_KEPT_H
#define SEPTUM_PROJECT_KEPT_H

#include "base/sha256.h"
#include "project/project.h"

/* Keep `bytes` under `name`, in the place of what was kept there; `digest` is that of
 * all it was made from. */
enum septum_status
spt_project_keep(struct spt_project *project, const char *name,
                 const uint8_t digest[SPT_SHA256_BYTES], const struct spt_bytes *bytes,
                 struct septum_error *err);

/* What is kept under `name`, if it was made from this; else *out stays empty.  The
 * caller clears *out, and does not trust what it holds: a file can be damaged. */
enum septum_status spt_project_kept(struct spt_project *project, const char *name,
                                    const uint8_t digest[SPT_SHA256_BYTES],
                                    struct spt_bytes *out, struct septum_error *err);

#endif
