/*
 * readme.c - README.md of a package: what a person should know of the model, all of it
 * from the model's file; see package.h.
 */
#include <inttypes.h>
#include <string.h>

#include "package/package.h"

/* The history's lines as a list, or that there is none. */
static void
put_history(struct spt_text *out, const char *history)
{
    if (*history == '\0')
        spt_text_add(out, "The model's file holds no history of a training.\n");
    while (*history != '\0') {
        int length = (int)strcspn(history, "\n");

        spt_text_add(out, "- %.*s\n", length, history);
        history += length + (history[length] == '\n');
    }
}

void
spt_package_explain(const struct spt_model *model,
                    const struct spt_package_words *words, struct spt_text *out)
{
    char net[SPT_SPEC_TEXT];

    spt_spec_format(&model->spec, net);
    spt_text_add(out, "# %s\n\n%s\n\n", words->name, words->description);
    spt_text_add(out,
                 "Packed by Septum " SEPTUM_VERSION ", which reads the model again:\n\n"
                 "    unzip PACKAGE.zip weights.onnx\n"
                 "    septum segment -m weights.onnx IMAGES -o result --mask\n\n"
                 "| | |\n| --- | --- |\n"
                 "| net | `%s` |\n"
                 "| looks at | a window of %" PRIu32 " x %" PRIu32
                 " pixels around each pixel; "
                 "beyond the image's edge, at its mirror image |\n"
                 "| smallest image | %" PRIu32 " x %" PRIu32 " pixels |\n"
                 "| membrane is | probability %.3f or more |\n"
                 "| trained | %g epochs, %" PRIu64 " windows |\n\n",
                 net, model->spec.window, model->spec.window, spt_package_least(model),
                 spt_package_least(model), model->threshold, model->trained_epochs,
                 model->trained_windows);
    spt_text_add(out, "## History\n\n");
    put_history(out, model->history);
    spt_text_add(
        out,
        "\n## Intensities\n\n"
        "Septum brings each image, as a whole, to\n\n"
        "    (in - median) * 3.29 / (p95 - p5)\n\n"
        "(p5 and p95 are its 5th and 95th percentile). The steps that `rdf.yaml` has "
        "for "
        "other programs\nknow of two percentiles at a time, and do\n\n"
        "    (in - median) * 1.645 / (p95 - median)\n\n"
        "which is the same where the median lies midway between p5 and p95. Elsewhere "
        "contrast differs, and\nwith it, somewhat, the probabilities. It differs, "
        "too,\n\n"
        "- where a program takes the percentiles of each tile, or of the image with a "
        "border added, and not\n  of the image as it is;\n"
        "- where p95 is little more than the median: most pixels are alike, or "
        "intensities differ by\n  less than some thousandths (multiply them first).\n\n"
        "For the very numbers of `septum segment`, normalise as Septum does and run "
        "`weights.onnx` without\npreprocessing.\n\n"
        "# Validation\n\n"
        "What is known of how well the model does stands in its history, above: the "
        "F-score of membrane\npixels, where a training has found one. Nothing else was "
        "measured when this package was made. On\nimages of yours, with masks of their "
        "membranes:\n\n"
        "    septum segment -m weights.onnx IMAGES -o result\n"
        "    septum score --truth MASKS --probability result -m weights.onnx\n\n"
        "`test_input.npy` is a simulated picture, made up so that programs can be "
        "tested: "
        "it says nothing\nof how well the model does. `test_output.npy` is what Septum "
        "says of it.\n");
}
