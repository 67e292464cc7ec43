/*
 * onnx_schema.h - what the writer and the reader of ONNX files must agree on: the field
 * numbers of onnx.proto, and the tensors that a file holds.
 */
#ifndef SEPTUM_NET_ONNX_SCHEMA_H
#define SEPTUM_NET_ONNX_SCHEMA_H

#include "net/spec.h"

#define SPT_ONNX_PRODUCER "septum"
#define SPT_ONNX_TEXT 32 /* bytes that hold a tensor's name or a number */

/* A tensor that the file holds for a layer. */
struct spt_onnx_tensor {
    char name[SPT_ONNX_TEXT];
    uint32_t rank;
    uint64_t dims[4];
    size_t offset, count; /* its place in the parameter block */
};

/* List the tensors of a net, 2 for each layer with weights; returns how many. */
size_t spt_onnx_tensors(const struct spt_spec *spec,
                        struct spt_onnx_tensor list[2 * SPT_SPEC_LAYERS]);

bool spt_onnx_finite(const float *values, size_t count);

/* ModelProto */
enum {
    MODEL_IR_VERSION = 1,
    MODEL_PRODUCER_NAME = 2,
    MODEL_PRODUCER_VERSION = 3,
    MODEL_GRAPH = 7,
    MODEL_OPSET_IMPORT = 8,
    MODEL_METADATA_PROPS = 14,
};

/* GraphProto */
enum {
    GRAPH_NODE = 1,
    GRAPH_NAME = 2,
    GRAPH_INITIALIZER = 5,
    GRAPH_INPUT = 11,
    GRAPH_OUTPUT = 12,
};

/* NodeProto */
enum {
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OP_TYPE = 4,
    NODE_ATTRIBUTE = 5,
};

/* AttributeProto, and values of its type */
enum {
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_S = 4,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_TYPE = 20,
    ATTRIBUTE_TYPE_STRING = 3,
    ATTRIBUTE_TYPE_INTS = 7,
};

/* TensorProto, and values of its data_type */
enum {
    TENSOR_DIMS = 1,
    TENSOR_DATA_TYPE = 2,
    TENSOR_NAME = 8,
    TENSOR_RAW_DATA = 9,
    TENSOR_DATA_FLOAT = 1,
    TENSOR_DATA_INT64 = 7,
};

/* ValueInfoProto; within it TypeProto, TypeProto.Tensor, TensorShapeProto and its
 * Dimension */
enum {
    VALUE_NAME = 1,
    VALUE_TYPE = 2,
    TYPE_TENSOR = 1,
    TYPE_TENSOR_ELEMENT = 1,
    TYPE_TENSOR_SHAPE = 2,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
    DIM_PARAM = 2,
};

/* OperatorSetIdProto, StringStringEntryProto */
enum {
    OPSET_DOMAIN = 1,
    OPSET_VERSION = 2,
    ENTRY_KEY = 1,
    ENTRY_VALUE = 2,
};

#endif
