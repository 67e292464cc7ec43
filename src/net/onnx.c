/*
 * onnx.c - see onnx.h.
 *
 * Fields are written in the order of their numbers, as every protobuf library does, so
 * that a file loaded and saved by another keeps its bytes.
 */
#include "net/onnx.h"

#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/normalise.h"
#include "net/onnx_schema.h"
#include "net/protobuf.h"

#define IR_VERSION 7
#define OPSET 13
#define PRODUCER "septum"
#define TEXT 32 /* bytes that hold a tensor's name or a number */

/* A tensor that the file holds for a layer. */
struct tensor {
    char name[TEXT];
    uint32_t rank;
    uint64_t dims[4];
    size_t offset, count; /* its place in the parameter block */
};

/* List the tensors of a net, 2 for each layer with weights; returns how many. */
static size_t
list_tensors(const struct spt_spec *spec, struct tensor list[2 * SPT_SPEC_LAYERS])
{
    size_t count = 0;

    for (uint32_t i = 0; i < spec->layer_count; i++) {
        const struct spt_layer *layer = &spec->layer[i];
        struct tensor *weights = &list[count], *biases = weights + 1;

        if (layer->kind == SPT_LAYER_POOL)
            continue;
        *weights = (struct tensor){
            .rank = 4,
            .dims = {layer->out_channels, layer->in_channels, layer->size, layer->size},
            .offset = layer->weights,
            .count = spt_layer_weight_count(layer),
        };
        *biases = (struct tensor){
            .rank = 1,
            .dims = {layer->out_channels},
            .offset = layer->biases,
            .count = layer->out_channels,
        };
        snprintf(weights->name, TEXT, "layer%u.weights", i + 1);
        snprintf(biases->name, TEXT, "layer%u.biases", i + 1);
        count += 2;
    }
    return count;
}

/* Numbers are written and read as in C, whatever the locale of the program. */
static void
format_number(double value, char text[TEXT])
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t own = uselocale(plain);

    snprintf(text, TEXT, "%.17g", value);
    uselocale(own);
    freelocale(plain);
}

static bool
scan_number(const char *text, double *value)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    char *end;

    *value = strtod_l(text, &end, plain);
    freelocale(plain);
    return end != text && *end == '\0' && isfinite(*value);
}

/* ---- encoding -------------------------------------------------------------------- */

/* A node of the graph. */
struct node {
    const char *type;
    const char *input[3];
    const char *output; /* also the node's name */
    const char *mode;   /* of a Pad; else NULL */
    uint32_t kernel;    /* side; 0: the node has none */
    uint32_t dilation;
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
    char weights[TEXT], biases[TEXT], sum[TEXT];

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
    char input[TEXT] = "padded", output[TEXT];

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
begin_initialiser(struct spt_protobuf_writer *out, const struct tensor *tensor,
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
    static const struct tensor pads = {.name = "pads", .rank = 1, .dims = {8}};
    const uint32_t before = model->spec.window / 2;
    const uint32_t after = model->spec.window - before - 1;
    /* Batch, channel, row, column: before each, then after each. */
    const uint64_t amounts[8] = {0, 0, htole64(before), htole64(before),
                                 0, 0, htole64(after),  htole64(after)};
    struct tensor list[2 * SPT_SPEC_LAYERS];
    size_t count = list_tensors(&model->spec, list), start;

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
    char net[SPT_SPEC_TEXT], threshold[TEXT], epochs[TEXT], windows[TEXT];

    spt_spec_format(&model->spec, net);
    format_number(model->threshold, threshold);
    format_number(model->trained_epochs, epochs);
    snprintf(windows, sizeof windows, "%" PRIu64, model->trained_windows);
    put_metadata(out, "septum.version", SEPTUM_VERSION);
    put_metadata(out, "septum.net", net);
    put_metadata(out, "septum.normalisation", model->normalisation);
    put_metadata(out, "septum.threshold", threshold);
    put_metadata(out, "septum.trained_epochs", epochs);
    put_metadata(out, "septum.trained_windows", windows);
    put_metadata(out, "septum.history", model->history);
}

static bool
all_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

enum septum_status
spt_onnx_encode(const struct spt_model *model, struct spt_bytes *out,
                struct septum_error *err)
{
    struct spt_protobuf_writer writer = {0};
    size_t start;

    if (!all_finite(model->parameters, model->spec.parameter_count))
        return spt_fail(err, SEPTUM_EINVAL,
                        "a model whose weights are not all finite is not saved");
    spt_protobuf_put_number(&writer, MODEL_IR_VERSION, IR_VERSION);
    spt_protobuf_put_string(&writer, MODEL_PRODUCER_NAME, PRODUCER);
    spt_protobuf_put_string(&writer, MODEL_PRODUCER_VERSION, SEPTUM_VERSION);
    start = spt_protobuf_begin(&writer, MODEL_GRAPH);
    put_nodes(&writer, &model->spec);
    spt_protobuf_put_string(&writer, GRAPH_NAME, PRODUCER);
    put_initialisers(&writer, model);
    put_value(&writer, GRAPH_INPUT, "image");
    put_value(&writer, GRAPH_OUTPUT, "membrane");
    spt_protobuf_end(&writer, start);
    start = spt_protobuf_begin(&writer, MODEL_OPSET_IMPORT);
    spt_protobuf_put_string(&writer, OPSET_DOMAIN, "");
    spt_protobuf_put_number(&writer, OPSET_VERSION, OPSET);
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

/* ---- decoding -------------------------------------------------------------------- */

/* What the metadata must hold, in the order of `keys`. */
enum {
    NET,
    NORMALISATION,
    THRESHOLD,
    TRAINED_EPOCHS,
    TRAINED_WINDOWS,
    HISTORY,
    KEY_COUNT,
};

static const char *const keys[KEY_COUNT] = {
    [NET] = "septum.net",
    [NORMALISATION] = "septum.normalisation",
    [THRESHOLD] = "septum.threshold",
    [TRAINED_EPOCHS] = "septum.trained_epochs",
    [TRAINED_WINDOWS] = "septum.trained_windows",
    [HISTORY] = "septum.history",
};

/* A file while it is read. */
struct reading {
    const char *name;
    struct septum_error *err;
    bool by_septum; /* says its producer_name */
    struct spt_protobuf_span graph;
    char *text[KEY_COUNT]; /* of the metadata; owned */
};

static enum septum_status refuse(const struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "<name>: damaged: <why>" */
static enum septum_status
refuse(const struct reading *reading, const char *format, ...)
{
    char why[sizeof reading->err->text];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return spt_fail(reading->err, SEPTUM_EFORMAT, "%s: damaged: %s", reading->name,
                    why);
}

static bool
span_is(const struct spt_protobuf_span *span, const char *text)
{
    return span->count == strlen(text) && memcmp(span->at, text, span->count) == 0;
}

/* No bytes but those of lines of text (UTF-8 among them): a message may quote it. */
static bool
is_text(const struct spt_protobuf_span *span)
{
    for (size_t i = 0; i < span->count; i++)
        if ((span->at[i] < ' ' && span->at[i] != '\n') || span->at[i] == 0x7f)
            return false;
    return true;
}

static enum septum_status
read_entry(struct reading *reading, struct spt_protobuf_span rest)
{
    struct spt_protobuf_span key = {0}, value = {0};
    struct spt_protobuf_field field;

    while (spt_protobuf_next(&rest, &field)) {
        if (field.number == ENTRY_KEY)
            key = field.bytes;
        if (field.number == ENTRY_VALUE)
            value = field.bytes;
    }
    if (rest.count > 0)
        return refuse(reading, "an entry of its metadata is not whole");
    for (size_t i = 0; i < KEY_COUNT; i++) {
        char *copy;

        if (!span_is(&key, keys[i]))
            continue;
        if (!is_text(&value))
            return refuse(reading, "its %s is not text", keys[i]);
        copy = spt_alloc_array(value.count + 1, 1);
        if (copy == NULL)
            return spt_fail_memory(reading->err, reading->name, value.count);
        if (value.count > 0)
            memcpy(copy, value.at, value.count);
        free(reading->text[i]);
        reading->text[i] = copy;
    }
    return SEPTUM_OK;
}

/* Read the outermost fields.  A file is ONNX when it begins with a version of the
 * format; no other common kind of file begins with those bytes. */
static enum septum_status
read_file(struct reading *reading, struct spt_protobuf_span rest)
{
    struct spt_protobuf_field field;
    enum septum_status status = SEPTUM_OK;

    if (!spt_protobuf_next(&rest, &field) || field.number != MODEL_IR_VERSION ||
        field.type != SPT_PROTOBUF_NUMBER || field.value < 1 || field.value > 0xff)
        return spt_fail(reading->err, SEPTUM_EFORMAT, "%s: not an ONNX file",
                        reading->name);
    while (status == SEPTUM_OK && spt_protobuf_next(&rest, &field)) {
        if (field.number == MODEL_PRODUCER_NAME)
            reading->by_septum = span_is(&field.bytes, PRODUCER);
        if (field.number == MODEL_GRAPH)
            reading->graph = field.bytes;
        if (field.number == MODEL_METADATA_PROPS)
            status = read_entry(reading, field.bytes);
    }
    if (status == SEPTUM_OK && rest.count > 0)
        return refuse(reading, "its last %zu bytes are not whole", rest.count);
    return status;
}

/* Check that all texts are there, and turn them into a model without weights. */
static enum septum_status
read_metadata(struct reading *reading, size_t file_bytes, struct spt_model *model)
{
    struct spt_spec spec;
    struct septum_error why;
    enum septum_status status;
    char *end;

    if (reading->text[NET] == NULL && !reading->by_septum)
        return spt_fail(reading->err, SEPTUM_EFORMAT,
                        "%s: an ONNX model that Septum did not make (no septum.net in "
                        "its metadata)",
                        reading->name);
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (reading->text[i] == NULL)
            return refuse(reading, "no %s in its metadata", keys[i]);
    if (spt_spec_parse(reading->text[NET], &spec, &why) != SEPTUM_OK)
        return refuse(reading, "septum.net: %s", why.text);
    /* Before memory is taken on the word of a few bytes. */
    if (spec.parameter_count > file_bytes / sizeof(float))
        return refuse(reading, "%zu bytes cannot hold the %zu weights of its net",
                      file_bytes, spec.parameter_count);
    if (strcmp(reading->text[NORMALISATION], SPT_NORMALISATION) != 0)
        return spt_fail(reading->err, SEPTUM_EFORMAT,
                        "%s: for images normalised by \"%.64s\", a rule that this "
                        "Septum does not know; it knows \"%s\"",
                        reading->name, reading->text[NORMALISATION], SPT_NORMALISATION);
    status = spt_model_init(model, &spec, reading->err);
    if (status != SEPTUM_OK)
        return status;
    if (!scan_number(reading->text[THRESHOLD], &model->threshold) ||
        model->threshold < 0 || model->threshold > 1)
        return refuse(reading, "septum.threshold is \"%.64s\", not a number in [0, 1]",
                      reading->text[THRESHOLD]);
    if (!scan_number(reading->text[TRAINED_EPOCHS], &model->trained_epochs) ||
        model->trained_epochs < 0)
        return refuse(reading, "septum.trained_epochs is \"%.64s\", not a number",
                      reading->text[TRAINED_EPOCHS]);
    errno = 0;
    model->trained_windows = strtoull(reading->text[TRAINED_WINDOWS], &end, 10);
    if (errno != 0 || *end != '\0' ||
        !isdigit((unsigned char)*reading->text[TRAINED_WINDOWS]))
        return refuse(reading, "septum.trained_windows is \"%.64s\", not a count",
                      reading->text[TRAINED_WINDOWS]);
    free(model->history);
    model->history = reading->text[HISTORY];
    reading->text[HISTORY] = NULL; /* now the model's */
    return SEPTUM_OK;
}

/* A tensor as found in the file. */
struct found {
    struct spt_protobuf_span name, raw;
    uint64_t data_type;
    uint64_t dims[4];
    size_t rank; /* counts on beyond 4 */
};

static void
add_dim(struct found *found, uint64_t value)
{
    if (found->rank < 4)
        found->dims[found->rank] = value;
    found->rank++;
}

/* Take the fields of a tensor; false when they are not whole. */
static bool
read_tensor(struct spt_protobuf_span rest, struct found *found)
{
    struct spt_protobuf_field field;

    *found = (struct found){0};
    while (spt_protobuf_next(&rest, &field)) {
        uint64_t value;

        if (field.number == TENSOR_NAME)
            found->name = field.bytes;
        if (field.number == TENSOR_RAW_DATA)
            found->raw = field.bytes;
        if (field.number == TENSOR_DATA_TYPE)
            found->data_type = field.value;
        if (field.number != TENSOR_DIMS)
            continue;
        /* Some writers pack them. */
        if (field.type == SPT_PROTOBUF_NUMBER)
            add_dim(found, field.value);
        while (spt_protobuf_take_number(&field.bytes, &value))
            add_dim(found, value);
    }
    return rest.count == 0;
}

/* Copy the values of a tensor into its place among the parameters. */
static enum septum_status
take_tensor(const struct reading *reading, const struct tensor *tensor,
            const struct found *found, struct spt_model *model)
{
    float *values = model->parameters + tensor->offset;

    if (found->rank != tensor->rank ||
        memcmp(found->dims, tensor->dims, sizeof found->dims) != 0)
        return refuse(reading, "the shape of %s does not fit septum.net", tensor->name);
    if (found->data_type != TENSOR_DATA_FLOAT ||
        found->raw.count != tensor->count * sizeof *values)
        return refuse(reading, "%s is not %zu floats of raw data", tensor->name,
                      tensor->count);
    spt_protobuf_get_floats(found->raw.at, tensor->count, values);
    if (!all_finite(values, tensor->count))
        return refuse(reading, "%s has values that are not finite", tensor->name);
    return SEPTUM_OK;
}

static enum septum_status
read_weights(const struct reading *reading, struct spt_model *model)
{
    struct tensor list[2 * SPT_SPEC_LAYERS];
    bool taken[2 * SPT_SPEC_LAYERS] = {false};
    size_t count = list_tensors(&model->spec, list);
    struct spt_protobuf_span rest = reading->graph;
    struct spt_protobuf_field field;
    struct found found;
    enum septum_status status = SEPTUM_OK;

    while (status == SEPTUM_OK && spt_protobuf_next(&rest, &field)) {
        if (field.number != GRAPH_INITIALIZER)
            continue;
        if (!read_tensor(field.bytes, &found))
            return refuse(reading, "an initialiser is not whole");
        for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
            if (span_is(&found.name, list[i].name)) {
                status = take_tensor(reading, &list[i], &found, model);
                taken[i] = true;
            }
    }
    if (status != SEPTUM_OK)
        return status;
    if (rest.count > 0)
        return refuse(reading, "its graph is not whole");
    for (size_t i = 0; i < count; i++)
        if (!taken[i])
            return refuse(reading, "no initialiser %s in its graph", list[i].name);
    return SEPTUM_OK;
}

enum septum_status
spt_onnx_decode(const struct spt_bytes *bytes, const char *name, struct spt_model *out,
                struct septum_error *err)
{
    struct reading reading = {.name = name, .err = err};
    struct spt_model model = {0};
    enum septum_status status =
        read_file(&reading, (struct spt_protobuf_span){bytes->at, bytes->count});

    if (status == SEPTUM_OK)
        status = read_metadata(&reading, bytes->count, &model);
    if (status == SEPTUM_OK)
        status = read_weights(&reading, &model);
    if (status == SEPTUM_OK) {
        *out = model;
        model = (struct spt_model){0}; /* now the caller's */
    }
    spt_model_clear(&model);
    for (size_t i = 0; i < KEY_COUNT; i++)
        free(reading.text[i]);
    return status;
}
