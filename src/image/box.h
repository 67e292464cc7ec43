/*
 * box.h - a box of pixels inside an image.
 */
#ifndef SEPTUM_IMAGE_BOX_H
#define SEPTUM_IMAGE_BOX_H

#include <stdint.h>

struct spt_box {
    uint32_t top, left, height, width;
};

#endif
