/*
 * describe.c - rdf.yaml: a model's description in the BioImage.IO format 0.5; see
 * package.h.
 *
 * Texts are written as JSON has them, which YAML takes for its own, so that nothing in
 * a name or a history can be read as anything else.
 *
 * Preprocessing.  Septum normalises by three percentiles,
 *
 *	(in - median) * 3.29 / (p95 - p5)
 *
 * and the format's steps know of two at a time, taken from the image as it came.  Taken
 * are those that leave the median exact,
 *
 *	(in - median) * 1.645 / (p95 - median)
 *
 * the same where the intensities reach as far below the median as above, and else the
 * same but for contrast, to which nets are least sensitive: training varies it.
 */
#include <inttypes.h>

#include "base/json.h"
#include "net/onnx.h"
#include "package/package.h"

/* The first version in which author, license and citation may be left out. */
#define FORMAT "0.5.7"

/* A line `key: "value"`, indented as `key` is; none where there is no value. */
static void
put_text(struct spt_text *out, const char *key, const char *value)
{
    if (value == NULL)
        return;
    spt_text_add(out, "%s: ", key);
    spt_text_add_json(out, value);
    spt_text_add(out, "\n");
}

static void
put_words(struct spt_text *out, const struct spt_package_words *words)
{
    put_text(out, "name", words->name);
    put_text(out, "description", words->description);
    if (words->author != NULL) {
        spt_text_add(out, "authors:\n");
        put_text(out, "- name", words->author);
        put_text(out, "  github_user", words->github);
    }
    if (words->cite != NULL) {
        spt_text_add(out, "cite:\n");
        put_text(out, "- text", words->cite);
        put_text(out, "  doi", words->doi);
    }
    put_text(out, "license", words->license);
}

static void
put_input(struct spt_text *out, uint32_t least, const char *digest)
{
    spt_text_add(out, "inputs:\n"
                      "- id: raw\n"
                      "  description: one grey image, on any scale of intensities\n"
                      "  axes:\n"
                      "  - {type: batch}\n"
                      "  - {type: channel, channel_names: [intensity]}\n");
    for (const char *axis = "yx"; *axis != '\0'; axis++)
        spt_text_add(out,
                     "  - {type: space, id: %c, size: {min: %" PRIu32 ", step: 1}}\n",
                     *axis, least);
    spt_text_add(out,
                 "  data: {type: float32}\n"
                 "  test_tensor: {source: %s, sha256: %s}\n"
                 "  preprocessing:\n"
                 "  - id: ensure_dtype\n"
                 "    kwargs: {dtype: float32}\n"
                 "  - id: scale_range\n"
                 "    kwargs: {axes: [y, x], min_percentile: 50.0, "
                 "max_percentile: 95.0}\n"
                 "  - id: scale_linear\n"
                 "    kwargs: {gain: 1.645, offset: 0.0}\n"
                 "  - id: ensure_dtype\n"
                 "    kwargs: {dtype: float32}\n",
                 spt_package_names[SPT_PACKAGE_INPUT], digest);
}

static void
put_output(struct spt_text *out, uint32_t halo, const char *digest)
{
    spt_text_add(out, "outputs:\n"
                      "- id: membrane\n"
                      "  description: probability that a pixel is membrane\n"
                      "  axes:\n"
                      "  - {type: batch}\n"
                      "  - {type: channel, channel_names: [membrane]}\n");
    for (const char *axis = "yx"; *axis != '\0'; axis++) {
        spt_text_add(out,
                     "  - {type: space, id: %c, size: {tensor_id: raw, axis_id: %c}",
                     *axis, *axis);
        if (halo > 0)
            spt_text_add(out, ", halo: %" PRIu32, halo);
        spt_text_add(out, "}\n");
    }
    spt_text_add(out,
                 "  data: {type: float32, range: [0.0, 1.0]}\n"
                 "  test_tensor: {source: %s, sha256: %s}\n",
                 spt_package_names[SPT_PACKAGE_OUTPUT], digest);
}

/* What Septum itself knows of the model; the same stands in the model's file. */
static void
put_config(struct spt_text *out, const struct spt_model *model)
{
    char net[SPT_SPEC_TEXT];

    spt_spec_format(&model->spec, net);
    spt_text_add(out, "config:\n  septum:\n");
    put_text(out, "    version", SEPTUM_VERSION);
    put_text(out, "    net", net);
    spt_text_add(out,
                 "    window: %" PRIu32 "\n    threshold: %.17g\n"
                 "    trained_epochs: %.17g\n    trained_windows: %" PRIu64
                 "\n    symmetries: %" PRIu32 "\n",
                 model->spec.window, model->threshold, model->trained_epochs,
                 model->trained_windows, model->symmetries);
    put_text(out, "    normalisation", model->normalisation);
    put_text(out, "    history", model->history);
}

void
spt_package_describe(const struct spt_model *model,
                     const struct spt_package_words *words,
                     char digests[SPT_PACKAGE_FILES][65], struct spt_text *out)
{
    spt_text_add(out, "format_version: " FORMAT "\ntype: model\n");
    put_words(out, words);
    spt_text_add(out,
                 "documentation: {source: %s, sha256: %s}\n"
                 "covers:\n- {source: %s, sha256: %s}\n"
                 "tags: [septum, membrane, segmentation, 2d, cells, convnet, onnx]\n",
                 spt_package_names[SPT_PACKAGE_README], digests[SPT_PACKAGE_README],
                 spt_package_names[SPT_PACKAGE_COVER], digests[SPT_PACKAGE_COVER]);
    put_input(out, spt_package_least(model), digests[SPT_PACKAGE_INPUT]);
    put_output(out, spt_package_halo(model), digests[SPT_PACKAGE_OUTPUT]);
    spt_text_add(out, "weights:\n  onnx: {source: %s, sha256: %s, opset_version: %d}\n",
                 spt_package_names[SPT_PACKAGE_WEIGHTS], digests[SPT_PACKAGE_WEIGHTS],
                 SPT_ONNX_OPSET);
    put_config(out, model);
}
