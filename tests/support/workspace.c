/*
 * workspace.c - see workspace.h.
 */
#include "support/workspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "image/write.h"
#include "net/onnx.h"
#include "support/material.h"
#include "support/project.h"
#include "support/scratch.h"

#define PIXELS (WORKSPACE_SIDE * WORKSPACE_SIDE)

uint8_t
workspace_truth(size_t i, size_t row, size_t column)
{
    return (row + 3 * i) % 9 < 2 || (column + 5 * i) % 11 < 2;
}

static void
write_image(const char *path, size_t i)
{
    uint8_t pixels[PIXELS];

    for (size_t at = 0; at < PIXELS; at++) {
        bool line = workspace_truth(i, at / WORKSPACE_SIDE, at % WORKSPACE_SIDE);

        pixels[at] = (uint8_t)(at * 7 % 23 + (line ? 190 : 60));
    }
    assert_int_equal(
        spt_write_png(path, pixels, WORKSPACE_SIDE, WORKSPACE_SIDE, 1, true, NULL),
        SEPTUM_OK);
}

static void
add_model(struct spt_project *project)
{
    struct spt_net *net = material_net(MATERIAL_NET, 1);
    struct spt_model model;
    struct spt_bytes onnx = {0};
    int64_t id;

    assert_int_equal(spt_model_init(&model, spt_net_spec(net), NULL), SEPTUM_OK);
    memcpy(model.parameters, spt_net_parameters(net),
           model.spec.parameter_count * sizeof(float));
    assert_int_equal(spt_onnx_encode(&model, &onnx, NULL), SEPTUM_OK);
    assert_int_equal(spt_project_add_model(project, &onnx, "test", &id, NULL),
                     SEPTUM_OK);
    spt_bytes_clear(&onnx);
    spt_model_clear(&model);
    spt_net_free(net);
}

static void
add_image(struct spt_project *project, const char *name, size_t i, bool validation)
{
    char path[600];
    const char *one = path;
    struct spt_set set = {0};
    uint8_t labels[PIXELS];
    struct spt_answer answer;
    int64_t id;
    bool added;

    snprintf(path, sizeof path, "%s/%s-%zu.png", scratch_directory(), name, i);
    write_image(path, i);
    assert_int_equal(spt_set_open(&one, 1, &set, NULL), SEPTUM_OK);
    assert_int_equal(
        spt_project_add_image(project, &set.pages[0], validation, &id, &added, NULL),
        SEPTUM_OK);
    spt_set_clear(&set);
    if (!validation)
        return;
    for (size_t at = 0; at < PIXELS; at++)
        labels[at] = workspace_truth(i, at / WORKSPACE_SIDE, at % WORKSPACE_SIDE);
    answer = project_answer(id, WORKSPACE_SIDE, WORKSPACE_SIDE, labels);
    assert_int_equal(spt_project_answer(project, &answer, &id, NULL), SEPTUM_OK);
}

void
workspace_make(const char *name, size_t images, size_t validation,
               struct spt_workspace *out)
{
    struct spt_project *project = project_make(name);
    struct septum_error err;

    add_model(project);
    for (size_t i = 0; i < images + validation; i++)
        add_image(project, name, i, i >= images);
    spt_project_free(project);
    if (spt_workspace_open(scratch_path(name), true, out, &err) != SEPTUM_OK ||
        spt_workspace_model(out, &err) != SEPTUM_OK)
        fail_msg("%s", err.text);
}

struct spt_answer
workspace_answer(const struct spt_workspace *workspace, size_t i, uint32_t row,
                 uint32_t column, uint8_t pixels[WORKSPACE_WINDOW * WORKSPACE_WINDOW])
{
    for (size_t at = 0; at < WORKSPACE_WINDOW * WORKSPACE_WINDOW; at++)
        pixels[at] = workspace_truth(i, row * WORKSPACE_WINDOW + at / WORKSPACE_WINDOW,
                                     column * WORKSPACE_WINDOW + at % WORKSPACE_WINDOW);
    return (struct spt_answer){.image = workspace->images.image[i].id,
                               .top = (uint32_t)(row * WORKSPACE_WINDOW),
                               .left = (uint32_t)(column * WORKSPACE_WINDOW),
                               .height = WORKSPACE_WINDOW,
                               .width = WORKSPACE_WINDOW,
                               .pixels = pixels,
                               .who = "ann",
                               .origin = "page",
                               .seconds = 1};
}
