/*
 * engine.h - the matrix library and the cores it runs on.
 */
#ifndef SEPTUM_NET_ENGINE_H
#define SEPTUM_NET_ENGINE_H

#include <stdint.h>

#include "base/error.h"
#include "net/precision.h"

/* oneDNN's engine and stream.  One owner thread. */
struct spt_engine;

enum septum_status spt_engine_create(struct spt_engine **out, struct septum_error *err);
void spt_engine_free(struct spt_engine *engine);

/* The instruction set the kernels use on this machine, such as "avx512_core_bf16";
 * static text. */
const char *spt_engine_isa(void);

/* The precision to work in when `wanted` is asked for: bf16 only where the machine
 * multiplies it by itself, f32 otherwise. */
enum spt_precision spt_engine_precision(enum spt_precision wanted);

/* Use `threads` cores from here on in the calling thread; 0 = as many as there are.
 * Returns how many that is. */
uint32_t spt_engine_threads(uint32_t threads);

/* How many the calling thread uses: by OpenMP's say where nobody has set it. */
uint32_t spt_engine_threads_now(void);

/* The sentence for a failure of oneDNN; `code` is its dnnl_status_t. */
enum septum_status
spt_fail_engine(struct septum_error *err, const char *what, unsigned code);

#endif
