/*
 * input.c - see input.h.
 */
#include "image/input.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRINT_NM 20000.0

enum septum_status
spt_input_open(const char *path, int *file, uint64_t *size, struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;
    struct stat about;
    /* O_NONBLOCK: a pipe that nobody writes to must be refused, not waited for. */
    int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (opened < 0)
        return spt_fail_errno(err, path);
    if (fstat(opened, &about) != 0)
        status = spt_fail_errno(err, path);
    else if (!S_ISREG(about.st_mode))
        status = spt_fail(err, SEPTUM_EIO, "%s: not a regular file", path);
    if (status != SEPTUM_OK) {
        close(opened);
        return status;
    }
    *file = opened;
    *size = (uint64_t)about.st_size;
    return SEPTUM_OK;
}

struct spt_input_page
spt_input_page_text(uint32_t index)
{
    struct spt_input_page page = {""};

    if (index > 0)
        snprintf(page.text, sizeof page.text, ", page %u (counted from 0)", index);
    return page;
}

double
spt_input_scale(double nm)
{
    return isfinite(nm) && nm > 0 && nm < PRINT_NM ? nm : 0;
}
