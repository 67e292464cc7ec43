/*
 * error.c - see error.h.
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Names of files and texts out of them may hold line ends and what steers a terminal.
 */
static void
keep_one_line(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = '?';
}

enum septum_status
spt_fail(struct septum_error *err, enum septum_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list arguments;

        err->status = status;
        va_start(arguments, format);
        vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
        keep_one_line(err->text);
    }
    return status;
}

enum septum_status
spt_fail_errno(struct septum_error *err, const char *path)
{
    int code = errno;
    bool full = code == ENOSPC || code == EDQUOT || code == ENOMEM;
    char buffer[128];

    /* The GNU form: it may answer with a text of its own instead of the buffer. */
    return spt_fail(err, full ? SEPTUM_ENOMEM : SEPTUM_EIO, "%s: %s", path,
                    strerror_r(code, buffer, sizeof buffer));
}
