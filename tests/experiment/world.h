/*
 * world.h - a small target domain, and trials in it.
 */
#ifndef SEPTUM_TESTS_WORLD_H
#define SEPTUM_TESTS_WORLD_H

#include "experiment/trial.h"
#include "support/stripes.h"

#define EPOCHS 3
#define STEPS 4
#define TRANSFER 1
#define LABELLED 2
#define POOL 3
#define TEST 2
#define PIXELS ((size_t)STRIPES_SIDE * STRIPES_SIDE)
#define AREA ((size_t)STRIPES_WINDOW * STRIPES_WINDOW)

/* What all trials of a test program share. */
struct world {
    struct spt_model source;
    struct spt_settings settings;
    struct spt_samples labelled, pool, test;
    struct spt_trial trial;
};

/* Set up and tear down a group of tests, whose state is a struct world. */
int world_open(void **state);
int world_close(void **state);

/* Run a trial that must succeed. */
struct spt_trial_result
world_run(const struct spt_trial *trial, const char *name, uint64_t seed);

#endif
