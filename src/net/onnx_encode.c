/*
 * onnx_encode.c - a model's ONNX file, written; see onnx.h.
 *
 * Fields are written in the order of their numbers, as every protobuf library does, so
 * that a file loaded and saved by another keeps its bytes.
 */
#include <endian.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "net/onnx.h"
#include "net/onnx_schema.h"
#include "net/protobuf.h"

#define IR_VERSION 7

/* A node of the graph. */
struct node {
    const char *type;
    const char *input[3];
    const char *output; /* also the node's name */
    const char *mode;   /* of a Pad; else NULL */
    uint32_t kernel;    /* side; 0: the node has none */
    uint32_t dilation;  /* 0: as above */
};

/* An attribute of two numbers, alike for both axes. */
static void
put_pair(struct spt_protobuf_writer *out, const char *name, uint64_t value)
{
    size_t start = spt_protobuf_begin(out, NODE_ATTRIBUTE);

    spt_protobuf_put_string(out, ATTRIBUTE_NAME, name);
    spt_protobuf_put_number(out, ATTRIBUTE_INTS, value);
    spt_protobuf_put_number(out, ATTRIBUTE_INTS, value);
    spt_protobuf_put_number(out, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_INTS);
    spt_protobuf_end(out, start);
}

static void
put_node(struct spt_protobuf_writer *out, const struct node *node)
{
    size_t start = spt_protobuf_begin(out, GRAPH_NODE), inner;

    for (size_t i = 0; i < 3 && node->input[i] != NULL; i++)
        spt_protobuf_put_string(out, NODE_INPUT, node->input[i]);
    spt_protobuf_put_string(out, NODE_OUTPUT, node->output);
    spt_protobuf_put_string(out, NODE_NAME, node->output);
    spt_protobuf_put_string(out, NODE_OP_TYPE, node->type);
    if (node->mode != NULL) {
        inner = spt_protobuf_begin(out, NODE_ATTRIBUTE);
        spt_protobuf_put_string(out, ATTRIBUTE_NAME, "mode");
        spt_protobuf_put_string(out, ATTRIBUTE_S, node->mode);
        spt_protobuf_put_number(out, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_STRING);
        spt_protobuf_end(out, inner);
    }
    if (node->kernel > 0) {
        if (node->dilation > 0)
            put_pair(out, "dilations", node->dilation);
        put_pair(out, "kernel_shape", node->kernel);
        put_pair(out, "strides", 1);
    }
    spt_protobuf_end(out, start);
}

/* The nodes of layer `i`, which takes the value named `input` and makes `output`. */
static void
put_layer(struct spt_protobuf_writer *out, const struct spt_spec *spec, uint32_t i,
          const char *input, const char *output)
{
    const struct spt_layer *layer = &spec->layer[i];
    bool last = i + 1 == spec->layer_count;
    char weights[SPT_ONNX_TEXT], biases[SPT_ONNX_TEXT], sum[SPT_ONNX_TEXT];

    if (layer->kind == SPT_LAYER_MEAN) { /* the first layer, so not dilated */
        put_node(out, &(struct node){.type = "AveragePool",
                                     .input = {input},
                                     .output = output,
                                     .kernel = layer->size});
        return;
    }
    if (layer->kind == SPT_LAYER_POOL) {
        put_node(out, &(struct node){.type = "MaxPool",
                                     .input = {input},
                                     .output = output,
                                     .kernel = layer->size,
                                     .dilation = layer->dilation});
        return;
    }
    snprintf(weights, sizeof weights, "layer%u.weights", i + 1);
    snprintf(biases, sizeof biases, "layer%u.biases", i + 1);
    snprintf(sum, sizeof sum, "layer%u.sum", i + 1);
    put_node(out, &(struct node){.type = "Conv",
                                 .input = {input, weights, biases},
                                 .output = sum,
                                 .kernel = layer->size,
                                 .dilation = layer->dilation});
    put_node(out, &(struct node){.type = last ? "Sigmoid" : "Relu",
                                 .input = {sum},
                                 .output = output});
}

static void
put_nodes(struct spt_protobuf_writer *out, const struct spt_spec *spec)
{
    char input[SPT_ONNX_TEXT] = "padded", output[SPT_ONNX_TEXT];

    put_node(out, &(struct node){.type = "Pad",
                                 .input = {"image", "pads"},
                                 .output = input,
                                 .mode = "reflect"});
    for (uint32_t i = 0; i < spec->layer_count; i++) {
        if (i + 1 < spec->layer_count)
            snprintf(output, sizeof output, "layer%u", i + 1);
        else
            snprintf(output, sizeof output, "membrane");
        put_layer(out, spec, i, input, output);
        memcpy(input, output, sizeof input);
    }
}

/* Begin an initialiser; its raw_data and the end are the caller's. */
static size_t
begin_initialiser(struct spt_protobuf_writer *out, const struct spt_onnx_tensor *tensor,
                  uint64_t data_type)
{
    size_t start = spt_protobuf_begin(out, GRAPH_INITIALIZER);

    for (uint32_t i = 0; i < tensor->rank; i++)
        spt_protobuf_put_number(out, TENSOR_DIMS, tensor->dims[i]);
    spt_protobuf_put_number(out, TENSOR_DATA_TYPE, data_type);
    spt_protobuf_put_string(out, TENSOR_NAME, tensor->name);
    return start;
}

static void
put_initialisers(struct spt_protobuf_writer *out, const struct spt_model *model)
{
    static const struct spt_onnx_tensor pads = {.name = "pads", .rank = 1, .dims = {8}};
    const uint32_t before = model->spec.window / 2;
    const uint32_t after = model->spec.window - before - 1;
    /* Batch, channel, row, column: before each, then after each. */
    const uint64_t amounts[8] = {0, 0, htole64(before), htole64(before),
                                 0, 0, htole64(after),  htole64(after)};
    struct spt_onnx_tensor list[2 * SPT_SPEC_LAYERS];
    size_t count = spt_onnx_tensors(&model->spec, list), start;

    start = begin_initialiser(out, &pads, TENSOR_DATA_INT64);
    spt_protobuf_put_bytes(out, TENSOR_RAW_DATA, amounts, sizeof amounts);
    spt_protobuf_end(out, start);
    for (size_t i = 0; i < count; i++) {
        start = begin_initialiser(out, &list[i], TENSOR_DATA_FLOAT);
        spt_protobuf_put_floats(out, TENSOR_RAW_DATA,
                                model->parameters + list[i].offset, list[i].count);
        spt_protobuf_end(out, start);
    }
}

/* An input or output of the graph: float [batch, 1, height, width]. */
static void
put_value(struct spt_protobuf_writer *out, uint32_t field, const char *name)
{
    static const char *const axes[] = {"batch", NULL, "height", "width"};
    size_t value = spt_protobuf_begin(out, field), type, tensor, shape, dim;

    spt_protobuf_put_string(out, VALUE_NAME, name);
    type = spt_protobuf_begin(out, VALUE_TYPE);
    tensor = spt_protobuf_begin(out, TYPE_TENSOR);
    spt_protobuf_put_number(out, TYPE_TENSOR_ELEMENT, TENSOR_DATA_FLOAT);
    shape = spt_protobuf_begin(out, TYPE_TENSOR_SHAPE);
    for (size_t i = 0; i < 4; i++) {
        dim = spt_protobuf_begin(out, SHAPE_DIM);
        if (axes[i] != NULL)
            spt_protobuf_put_string(out, DIM_PARAM, axes[i]);
        else
            spt_protobuf_put_number(out, DIM_VALUE, 1);
        spt_protobuf_end(out, dim);
    }
    spt_protobuf_end(out, shape);
    spt_protobuf_end(out, tensor);
    spt_protobuf_end(out, type);
    spt_protobuf_end(out, value);
}

/* As in C, whatever the locale of the program. */
static void
format_number(double value, char text[SPT_ONNX_TEXT])
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t own = uselocale(plain);

    snprintf(text, SPT_ONNX_TEXT, "%.17g", value);
    uselocale(own);
    freelocale(plain);
}

static void
put_metadata(struct spt_protobuf_writer *out, const char *key, const char *value)
{
    size_t start = spt_protobuf_begin(out, MODEL_METADATA_PROPS);

    spt_protobuf_put_string(out, ENTRY_KEY, key);
    spt_protobuf_put_string(out, ENTRY_VALUE, value);
    spt_protobuf_end(out, start);
}

static void
put_all_metadata(struct spt_protobuf_writer *out, const struct spt_model *model)
{
    char net[SPT_SPEC_TEXT], threshold[SPT_ONNX_TEXT], epochs[SPT_ONNX_TEXT],
        windows[SPT_ONNX_TEXT], symmetries[SPT_ONNX_TEXT];

    spt_spec_format(&model->spec, net);
    format_number(model->threshold, threshold);
    format_number(model->trained_epochs, epochs);
    snprintf(windows, sizeof windows, "%" PRIu64, model->trained_windows);
    snprintf(symmetries, sizeof symmetries, "%" PRIu32, model->symmetries);
    put_metadata(out, "septum.version", SEPTUM_VERSION);
    put_metadata(out, "septum.net", net);
    put_metadata(out, "septum.normalisation", model->normalisation);
    put_metadata(out, "septum.threshold", threshold);
    put_metadata(out, "septum.trained_epochs", epochs);
    put_metadata(out, "septum.trained_windows", windows);
    put_metadata(out, "septum.symmetries", symmetries);
    put_metadata(out, "septum.history", model->history);
}

enum septum_status
spt_onnx_encode(const struct spt_model *model, struct spt_bytes *out,
                struct septum_error *err)
{
    struct spt_protobuf_writer writer = {0};
    size_t start;

    if (!spt_onnx_finite(model->parameters, model->spec.parameter_count))
        return spt_fail(err, SEPTUM_EINVAL,
                        "a model whose weights are not all finite is not saved");
    spt_protobuf_put_number(&writer, MODEL_IR_VERSION, IR_VERSION);
    spt_protobuf_put_string(&writer, MODEL_PRODUCER_NAME, SPT_ONNX_PRODUCER);
    spt_protobuf_put_string(&writer, MODEL_PRODUCER_VERSION, SEPTUM_VERSION);
    start = spt_protobuf_begin(&writer, MODEL_GRAPH);
    put_nodes(&writer, &model->spec);
    spt_protobuf_put_string(&writer, GRAPH_NAME, SPT_ONNX_PRODUCER);
    put_initialisers(&writer, model);
    put_value(&writer, GRAPH_INPUT, "image");
    put_value(&writer, GRAPH_OUTPUT, "membrane");
    spt_protobuf_end(&writer, start);
    start = spt_protobuf_begin(&writer, MODEL_OPSET_IMPORT);
    spt_protobuf_put_string(&writer, OPSET_DOMAIN, "");
    spt_protobuf_put_number(&writer, OPSET_VERSION, SPT_ONNX_OPSET);
    spt_protobuf_end(&writer, start);
    put_all_metadata(&writer, model);
    if (writer.failed) {
        spt_bytes_clear(&writer.bytes);
        return spt_fail_memory(err, "an ONNX file",
                               model->spec.parameter_count * sizeof(float));
    }
    *out = writer.bytes;
    return SEPTUM_OK;
}
