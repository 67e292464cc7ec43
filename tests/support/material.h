/*
 * material.h - small nets and images to train them on.
 */
#ifndef SEPTUM_TESTS_MATERIAL_H
#define SEPTUM_TESTS_MATERIAL_H

#include "net/net.h"
#include "train/samples.h"

/* A net of every kind of layer, small enough for plain loops. */
#define MATERIAL_NET "window14 conv3-6 pool2 conv3-5 pool2 FC-7 FC-1"
#define MATERIAL_WINDOW_PIXELS ((size_t)14 * 14)

/* A net of that specification, its weights and its biases drawn, so that a lost bias
 * shows. */
struct spt_net *material_net(const char *text, uint64_t seed);

/* Normally distributed values. */
void material_fill(float *values, size_t count, uint64_t seed);

/*
 * `count` images with thin bright lines, which are the membranes, on a noisy ground;
 * all pixels are known.  The lines of every image lie elsewhere.
 */
void material_samples(struct spt_samples *out, size_t count, uint32_t height,
                      uint32_t width, uint64_t seed);

#endif
