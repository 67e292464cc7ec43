/*
 * onnx.h - a model as an ONNX file: its dense form, and in metadata_props what Septum
 * needs to train on.
 *
 * The graph takes one normalised image, float [1, 1, height, width], and gives the
 * membrane probability of each pixel in the same shape: Pad (reflect, window / 2 before
 * and window - window / 2 - 1 after), then Conv with dilation and Relu, MaxPool with
 * dilation and stride 1, Conv for FC layers, Sigmoid.  opset 13, IR version 7.  Weights
 * are initialisers in raw little-endian floats.
 *
 * metadata_props (strings): septum.version, septum.net, septum.normalisation,
 * septum.threshold, septum.trained_epochs, septum.trained_windows, septum.history.
 *
 * The encoding is protobuf's wire format, written and read here directly: of its six
 * wire types the file uses three.
 */
#ifndef SEPTUM_NET_ONNX_H
#define SEPTUM_NET_ONNX_H

#include "base/file.h"
#include "net/model.h"

/* Encode; equal models give equal bytes.  The caller clears *out. */
enum septum_status spt_onnx_encode(const struct spt_model *model, struct spt_bytes *out,
                                   struct septum_error *err);

/*
 * Decode what spt_onnx_encode() wrote.  `name` is for messages.  Refuses what is not
 * ONNX, what is ONNX but not Septum's, and what is damaged (sizes that do not match the
 * specification, non-finite weights), each with its own sentence.  The caller clears
 * *out.
 */
enum septum_status spt_onnx_decode(const struct spt_bytes *bytes, const char *name,
                                   struct spt_model *out, struct septum_error *err);

#endif
