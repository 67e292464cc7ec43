/*
 * package.c - see package.h.
 */
#include "package/package.h"

#include <locale.h>
#include <stdio.h>

#include "base/sha256.h"
#include "package/npy.h"
#include "package/sample.h"
#include "package/zip.h"

const char *const spt_package_names[SPT_PACKAGE_FILES] = {
    [SPT_PACKAGE_WEIGHTS] = "weights.onnx",   [SPT_PACKAGE_INPUT] = "test_input.npy",
    [SPT_PACKAGE_OUTPUT] = "test_output.npy", [SPT_PACKAGE_COVER] = "cover.png",
    [SPT_PACKAGE_README] = "README.md",
};

uint32_t
spt_package_halo(const struct spt_model *model)
{
    return model->spec.window / 2;
}

uint32_t
spt_package_least(const struct spt_model *model)
{
    return 2 * spt_package_halo(model) + 1;
}

/* The picture's files. */
static enum septum_status
make_sample(const struct spt_model *model, struct spt_bytes files[SPT_PACKAGE_FILES],
            struct septum_error *err)
{
    struct spt_package_sample sample = {0};
    enum septum_status status =
        spt_package_sample_make(model, spt_package_least(model), &sample, err);

    if (status == SEPTUM_OK)
        status = spt_npy_encode(sample.image, sample.side, sample.side,
                                &files[SPT_PACKAGE_INPUT], err);
    if (status == SEPTUM_OK)
        status = spt_npy_encode(sample.membrane, sample.side, sample.side,
                                &files[SPT_PACKAGE_OUTPUT], err);
    if (status == SEPTUM_OK)
        status = spt_package_sample_draw(&sample, &files[SPT_PACKAGE_COVER], err);
    spt_package_sample_clear(&sample);
    return status;
}

static void
name_content(const struct spt_bytes *bytes, char digest[2 * SPT_SHA256_BYTES + 1])
{
    uint8_t raw[SPT_SHA256_BYTES];

    spt_sha256_of(bytes->at, bytes->count, raw);
    for (size_t i = 0; i < SPT_SHA256_BYTES; i++)
        snprintf(digest + 2 * i, 3, "%02x", raw[i]);
}

/* The two texts, with numbers as in C, whatever the locale of the program. */
static void
write_texts(const struct spt_model *model, const struct spt_package_words *words,
            struct spt_bytes files[SPT_PACKAGE_FILES], struct spt_text *readme,
            struct spt_text *description)
{
    char digests[SPT_PACKAGE_FILES][2 * SPT_SHA256_BYTES + 1];
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t own = uselocale(plain);

    spt_package_explain(model, words, readme);
    files[SPT_PACKAGE_README] = readme->bytes;
    for (size_t i = 0; i < SPT_PACKAGE_FILES; i++)
        name_content(&files[i], digests[i]);
    spt_package_describe(model, words, digests, description);
    uselocale(own);
    freelocale(plain);
}

enum septum_status
spt_package_make(const struct spt_model *model, const struct spt_bytes *file,
                 const struct spt_package_words *words, struct spt_bytes *out,
                 struct septum_error *err)
{
    struct spt_bytes files[SPT_PACKAGE_FILES] = {[SPT_PACKAGE_WEIGHTS] = *file};
    struct spt_zip_entry entries[1 + SPT_PACKAGE_FILES];
    struct spt_text readme = {0}, description = {0};
    enum septum_status status = make_sample(model, files, err);

    if (status != SEPTUM_OK)
        goto done;
    write_texts(model, words, files, &readme, &description);
    if (readme.failed || description.failed) {
        status = spt_fail_memory(err, "a description", description.bytes.count);
        goto done;
    }
    entries[0] = (struct spt_zip_entry){"rdf.yaml", &description.bytes};
    for (size_t i = 0; i < SPT_PACKAGE_FILES; i++)
        entries[1 + i] = (struct spt_zip_entry){spt_package_names[i], &files[i]};
    status = spt_zip_encode(entries, 1 + SPT_PACKAGE_FILES, out, err);
done:
    spt_bytes_clear(&files[SPT_PACKAGE_INPUT]);
    spt_bytes_clear(&files[SPT_PACKAGE_OUTPUT]);
    spt_bytes_clear(&files[SPT_PACKAGE_COVER]);
    spt_text_clear(&readme);
    spt_text_clear(&description);
    return status;
}
