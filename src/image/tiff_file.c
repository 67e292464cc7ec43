/*
 * tiff_file.c - see tiff_file.h.
 */
#include "image/tiff_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* Answering 1 keeps libtiff from calling its global handlers as well. */
static int
note_error(TIFF *tiff, void *user, const char *module, const char *format,
           va_list arguments)
{
    struct spt_tiff *noted = user;

    (void)tiff;
    (void)module;
    if (noted->text[0] == '\0') {
        noted->code = errno;
        vsnprintf(noted->text, sizeof noted->text, format, arguments);
    }
    return 1;
}

static int
ignore_warning(TIFF *tiff, void *user, const char *module, const char *format,
               va_list arguments)
{
    (void)tiff;
    (void)user;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

enum septum_status
spt_tiff_open(struct spt_tiff *tiff, int file, const char *path, const char *mode,
              struct septum_error *err)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();

    *tiff = (struct spt_tiff){.file = file, .writing = mode[0] == 'w', .path = path};
    if (options == NULL) {
        close(file);
        return spt_fail_memory(err, path, sizeof(TIFF *));
    }
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, tiff);
    TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, NULL);
    errno = 0;
    tiff->tiff = TIFFFdOpenExt(file, path, mode, options);
    TIFFOpenOptionsFree(options);
    if (tiff->tiff == NULL) {
        close(file);
        return spt_tiff_fail(tiff, "", err);
    }
    return SEPTUM_OK;
}

enum septum_status
spt_tiff_fail(const struct spt_tiff *tiff, const char *place, struct septum_error *err)
{
    if (tiff->code != 0) {
        errno = tiff->code;
        return spt_fail_errno(err, tiff->path);
    }
    return spt_fail(err, tiff->writing ? SEPTUM_EIO : SEPTUM_EFORMAT,
                    tiff->writing ? "%s%s: cannot be written as TIFF (%s)"
                                  : "%s%s: is a damaged TIFF file (%s)",
                    tiff->path, place,
                    tiff->text[0] != '\0' ? tiff->text : "libtiff does not say how");
}

enum septum_status
spt_tiff_close(struct spt_tiff *tiff, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    bool noted = tiff->text[0] != '\0';

    if (tiff->tiff == NULL)
        return SEPTUM_OK;
    errno = 0;
    TIFFCleanup(tiff->tiff); /* TIFFClose() would hide what close() says */
    tiff->tiff = NULL;
    if (!noted && tiff->text[0] != '\0')
        status = spt_tiff_fail(tiff, "", err);
    if (close(tiff->file) != 0 && status == SEPTUM_OK)
        status = spt_fail_errno(err, tiff->path);
    return status;
}
