/*
 * model_file.c - see model_file.h.
 */
#include "train/model_file.h"

#include "base/file.h"
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
