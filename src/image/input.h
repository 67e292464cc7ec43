/*
 * input.h - what the readers of all formats share: how a file is opened, how a page is
 * named in a message, and when a stated pixel size is believed.
 */
#ifndef SEPTUM_IMAGE_INPUT_H
#define SEPTUM_IMAGE_INPUT_H

#include <stdint.h>

#include "base/error.h"

/* Open a regular file for reading.  The caller closes *file; *size is in bytes. */
enum septum_status
spt_input_open(const char *path, int *file, uint64_t *size, struct septum_error *err);

struct spt_input_page {
    char text[48];
};

/* ", page 3 (counted from 0)", to follow a path; empty for a file's first page. */
struct spt_input_page spt_input_page_text(uint32_t index);

/*
 * The pixel size to believe when a file states `nm`: 0 (not said) unless it is finite,
 * positive and below 20 micrometres.  No microscope that shows a membrane has larger
 * pixels, while the 72 to 1200 dots per inch that programs put into files for want of
 * anything better all lie above.
 */
double spt_input_scale(double nm);

#endif
