/*
 * zip.c - see zip.h.
 *
 * libzip writes into a buffer of its own that outlives the archive, so that the file
 * itself appears as all of Septum's do: whole or not at all.
 */
#include "package/zip.h"

#include <zip.h>

#include "base/alloc.h"

#define FIRST_DATE 0x0021 /* 1 January 1980: day 1, month 1 << 5, years since << 9 */
#define MIDNIGHT 0

static bool
add_entry(zip_t *archive, const struct spt_zip_entry *entry)
{
    zip_source_t *source =
        zip_source_buffer(archive, entry->bytes->at, entry->bytes->count, 0);
    zip_int64_t added =
        source != NULL ? zip_file_add(archive, entry->name, source, ZIP_FL_ENC_UTF_8)
                       : -1;

    if (source != NULL && added < 0)
        zip_source_free(source); /* the archive has not taken it */
    if (added < 0)
        return false;
    return zip_set_file_compression(archive, (zip_uint64_t)added, ZIP_CM_STORE, 0) ==
               0 &&
           zip_file_set_dostime(archive, (zip_uint64_t)added, MIDNIGHT, FIRST_DATE,
                                0) == 0;
}

/* Write all entries to `buffer`; false with *why when that fails. */
static bool
write_archive(zip_source_t *buffer, const struct spt_zip_entry *entries, size_t count,
              zip_error_t *why)
{
    zip_t *archive = zip_open_from_source(buffer, ZIP_CREATE | ZIP_TRUNCATE, why);

    if (archive == NULL)
        return false;
    zip_source_keep(buffer); /* closing the archive lets go of it once */
    for (size_t i = 0; i < count; i++)
        if (!add_entry(archive, &entries[i]))
            goto failed;
    if (zip_close(archive) == 0)
        return true;
failed:
    zip_error_set(why, zip_error_code_zip(zip_get_error(archive)), 0);
    zip_discard(archive);
    zip_source_free(buffer); /* as zip_open_from_source() leaves it on failure */
    return false;
}

static bool
read_buffer(zip_source_t *buffer, struct spt_bytes *out)
{
    struct spt_bytes bytes = {0};
    zip_stat_t about;
    zip_int64_t got = -1;

    if (zip_source_stat(buffer, &about) != 0 || zip_source_open(buffer) != 0)
        return false;
    bytes.count = about.size;
    bytes.at = spt_alloc_array(bytes.count, 1);
    if (bytes.at != NULL)
        got = zip_source_read(buffer, bytes.at, bytes.count);
    zip_source_close(buffer);
    if (got < 0 || (size_t)got != bytes.count) {
        spt_bytes_clear(&bytes);
        return false;
    }
    *out = bytes;
    return true;
}

enum septum_status
spt_zip_encode(const struct spt_zip_entry *entries, size_t count, struct spt_bytes *out,
               struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    zip_source_t *buffer;
    zip_error_t why;

    zip_error_init(&why);
    buffer = zip_source_buffer_create(NULL, 0, 0, &why);
    if (buffer == NULL || !write_archive(buffer, entries, count, &why) ||
        !read_buffer(buffer, out))
        status =
            spt_fail(err, SEPTUM_ENOMEM, "no zip archive can be made in memory: %s",
                     zip_error_strerror(&why));
    zip_source_free(buffer);
    zip_error_fini(&why);
    return status;
}
