/*
 * zip.h - several files as one zip archive, in memory.
 */
#ifndef SEPTUM_PACKAGE_ZIP_H
#define SEPTUM_PACKAGE_ZIP_H

#include "base/file.h"

/* A file of the archive; both are borrowed. */
struct spt_zip_entry {
    const char *name;
    const struct spt_bytes *bytes;
};

/*
 * Archive the entries in their order.  Equal entries give equal bytes: all bear the
 * first date that a zip archive can tell, and none is compressed, since weights hardly
 * can be, and what a compressor makes of them depends on its version.  The caller
 * clears *out.
 */
enum septum_status spt_zip_encode(const struct spt_zip_entry *entries, size_t count,
                                  struct spt_bytes *out, struct septum_error *err);

#endif
