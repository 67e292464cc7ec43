/*
 * model_file.c - see model_file.h.
 */
#include "train/model_file.h"

#include <string.h>

#include "base/file.h"
#include "image/normalise.h"
#include "net/onnx.h"

enum septum_status
spt_model_read(const char *path, struct spt_model *out, struct septum_error *err)
{
    struct spt_bytes bytes = {0};
    enum septum_status status = spt_file_read(path, SPT_MODEL_FILE_BYTES, &bytes, err);

    if (status == SEPTUM_OK)
        status = spt_onnx_decode(&bytes, path, out, err);
    spt_bytes_clear(&bytes);
    return status;
}

enum septum_status
spt_model_write(const struct spt_model *model, const char *path, bool force,
                struct septum_error *err)
{
    struct spt_bytes bytes = {0};
    enum septum_status status = spt_onnx_encode(model, &bytes, err);

    if (status == SEPTUM_OK)
        status = spt_file_write(path, bytes.at, bytes.count, force, err);
    spt_bytes_clear(&bytes);
    return status;
}

enum septum_status
spt_model_net(const struct spt_model *model, const char *name, struct spt_net **out,
              struct septum_error *err)
{
    enum septum_status status;

    if (strcmp(model->normalisation, SPT_NORMALISATION) != 0)
        return spt_fail(err, SEPTUM_EFORMAT,
                        "%s: wants intensities normalised by \"%s\", which this "
                        "version does not know",
                        name, model->normalisation);
    status = spt_net_create(&model->spec, out, err);
    if (status != SEPTUM_OK)
        return status;
    memcpy(spt_net_parameters(*out), model->parameters,
           model->spec.parameter_count * sizeof(float));
    spt_net_changed(*out);
    return SEPTUM_OK;
}
