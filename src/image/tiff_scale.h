/*
 * tiff_scale.h - what the tags of a TIFF page say beyond its pixels: the size of a
 * pixel, and how many images follow an ImageJ header.
 */
#ifndef SEPTUM_IMAGE_TIFF_SCALE_H
#define SEPTUM_IMAGE_TIFF_SCALE_H

#include <stdint.h>
#include <tiffio.h>

/*
 * Nanometres a pixel of the current page, 0 when it does not say.  ImageJ states the
 * unit in the description and pixels per unit as the resolution; OME states
 * PhysicalSizeX in XML; other programs use the resolution per centimetre or inch.
 * `description` is the one of the file's first page, or NULL.
 */
double spt_tiff_scale_nm(TIFF *tiff, const char *description);

/* The number of images that an ImageJ description speaks of; 1 for any other. */
uint32_t spt_tiff_scale_images(const char *description);

#endif
