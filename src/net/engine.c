/*
 * engine.c - see engine.h.
 */
#include "net/engine.h"

#include <stdlib.h>
#ifdef _OPENMP
#    include <omp.h>
#endif

#include "base/alloc.h"
#include "net/engine_private.h"

enum septum_status
spt_engine_create(struct spt_engine **out, struct septum_error *err)
{
    struct spt_engine *engine = spt_alloc_array(1, sizeof *engine);
    dnnl_status_t code;

    *out = NULL;
    if (engine == NULL)
        return spt_fail_memory(err, "engine", sizeof *engine);
    code = dnnl_engine_create(&engine->handle, dnnl_cpu, 0);
    if (code == dnnl_success)
        code = dnnl_stream_create(&engine->stream, engine->handle,
                                  dnnl_stream_default_flags);
    if (code != dnnl_success) {
        spt_engine_free(engine);
        return spt_fail_engine(err, "engine", code);
    }
    *out = engine;
    return SEPTUM_OK;
}

void
spt_engine_free(struct spt_engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->stream != NULL)
        dnnl_stream_destroy(engine->stream);
    if (engine->handle != NULL)
        dnnl_engine_destroy(engine->handle);
    free(engine);
}

const char *
spt_engine_isa(void)
{
    static const struct {
        unsigned isa;
        const char *name;
    } names[] = {
        {dnnl_cpu_isa_avx512_core_amx, "avx512_core_amx"},
        {dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"},
        {dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"},
        {dnnl_cpu_isa_avx512_core, "avx512_core"},
        {dnnl_cpu_isa_avx2_vnni, "avx2_vnni"},
        {dnnl_cpu_isa_avx2, "avx2"},
        {dnnl_cpu_isa_avx, "avx"},
        {dnnl_cpu_isa_sse41, "sse41"},
    };
    unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((isa & names[i].isa) == names[i].isa)
            return names[i].name;
    return "generic";
}

enum spt_precision
spt_engine_precision(enum spt_precision wanted)
{
    /* oneDNN takes bf16 on any AVX-512 machine, but slowly where it is emulated. */
    int native = dnnl_cpu_isa_avx512_core_bf16;

    return ((int)dnnl_get_effective_cpu_isa() & native) == native ? wanted
                                                                  : SPT_PRECISION_F32;
}

uint32_t
spt_engine_threads(uint32_t threads)
{
#ifdef _OPENMP
    uint32_t most = (uint32_t)omp_get_num_procs();

    omp_set_num_threads((int)(threads > 0 ? threads : most));
#else
    (void)threads;
#endif
    return spt_engine_threads_now();
}

uint32_t
spt_engine_threads_now(void)
{
#ifdef _OPENMP
    return (uint32_t)omp_get_max_threads();
#else
    return 1;
#endif
}

enum septum_status
spt_fail_engine(struct septum_error *err, const char *what, unsigned code)
{
    if (code == dnnl_out_of_memory)
        return spt_fail(err, SEPTUM_ENOMEM, "%s: memory ran out in the matrix library",
                        what);
    return spt_fail(err, SEPTUM_ENGINE, "%s: the matrix library failed with status %u",
                    what, code);
}
