/*
 * onnx.h - a model as an ONNX file: its dense form, and in metadata_props what Septum
 * needs to train on.
 *
 * The graph takes normalised images, float [batch, 1, height, width], and gives the
 * membrane probability of each pixel in the same shape: Pad (reflect, window / 2 before
 * and window - window / 2 - 1 after), then Conv with dilation and Relu, MaxPool with
 * dilation and stride 1, Conv for FC layers, Sigmoid.  opset 13, IR version 7.  Layer
 * N of the specification, counted from 1, has the initialisers layerN.weights and
 * layerN.biases, in raw little-endian floats.
 *
 * metadata_props (strings): septum.version, septum.net, septum.normalisation,
 * septum.threshold, septum.trained_epochs, septum.trained_windows, septum.symmetries
 * (8 where a file does not say it), septum.history.
 *
 * What is read is the metadata and the initialisers: the graph follows from them.
 */
#ifndef SEPTUM_NET_ONNX_H
#define SEPTUM_NET_ONNX_H

#include "base/file.h"
#include "net/model.h"

#define SPT_ONNX_OPSET 13 /* version of the operators that a graph is made of */

/*
 * Encode; equal models give equal bytes.  Refuses a model with weights that are not
 * finite, so that no file holds one, with SEPTUM_EINVAL.  The caller clears *out.
 */
enum septum_status spt_onnx_encode(const struct spt_model *model, struct spt_bytes *out,
                                   struct septum_error *err);

/*
 * Decode what spt_onnx_encode() wrote.  `name` is for messages.  Refuses what is not
 * ONNX, what is ONNX but not Septum's, what was normalised by an unknown rule, and what
 * is damaged (sizes that do not match the specification, non-finite weights), each with
 * its own sentence.  The caller clears *out.
 */
enum septum_status spt_onnx_decode(const struct spt_bytes *bytes, const char *name,
                                   struct spt_model *out, struct septum_error *err);

#endif
