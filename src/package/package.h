/*
 * package.h - a model as a BioImage.IO model package, which other programs load: a zip
 * archive of a description, the model file, a picture to test with, and words.
 *
 *	rdf.yaml          the description (format 0.5)     describe.c
 *	weights.onnx      the model file, byte for byte
 *	test_input.npy    a picture                        sample.c
 *	test_output.npy   what Septum says of it
 *	cover.png         both side by side
 *	README.md         what a person should know        readme.c
 */
#ifndef SEPTUM_PACKAGE_PACKAGE_H
#define SEPTUM_PACKAGE_PACKAGE_H

#include "base/text.h"
#include "net/model.h"

/* Longest texts that the format allows, in characters. */
#define SPT_PACKAGE_NAME 128
#define SPT_PACKAGE_DESCRIPTION 1024

/* What the model's file cannot know. */
struct spt_package_words {
    const char *name;                                   /* required */
    const char *description;                            /* required */
    const char *author, *github, *license, *cite, *doi; /* or NULL: not said */
};

/* The files that the description names, in this order. */
enum spt_package_file {
    SPT_PACKAGE_WEIGHTS,
    SPT_PACKAGE_INPUT,
    SPT_PACKAGE_OUTPUT,
    SPT_PACKAGE_COVER,
    SPT_PACKAGE_README,
    SPT_PACKAGE_FILES,
};

extern const char *const spt_package_names[SPT_PACKAGE_FILES];

/* Pixels before a pixel that the net looks at, which are no fewer than those after it:
 * what tiles must overlap by; and the least side that leaves an answer between two. */
uint32_t spt_package_halo(const struct spt_model *model);
uint32_t spt_package_least(const struct spt_model *model);

/* Add the description; `digests` are the files' in hexadecimal. */
void spt_package_describe(const struct spt_model *model,
                          const struct spt_package_words *words,
                          char digests[SPT_PACKAGE_FILES][65], struct spt_text *out);

/* Add the page for people. */
void spt_package_explain(const struct spt_model *model,
                         const struct spt_package_words *words, struct spt_text *out);

/*
 * Make the package of `model`, whose file is `file`; equal files and words give equal
 * bytes.  The caller clears *out.
 */
enum septum_status
spt_package_make(const struct spt_model *model, const struct spt_bytes *file,
                 const struct spt_package_words *words, struct spt_bytes *out,
                 struct septum_error *err);

#endif
