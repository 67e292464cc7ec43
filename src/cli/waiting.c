/*
 * waiting.c - see waiting.h.
 */
#include "cli/waiting.h"

#include <stdlib.h>
#include <unistd.h>

#define PATH_BYTES 4096

void
spt_waiting_sleeps(char **argv)
{
    char path[PATH_BYTES];
    ssize_t length;

    /* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread as yet. */
    if (getenv("OMP_WAIT_POLICY") != NULL || getenv("GOMP_SPINCOUNT") != NULL ||
        setenv("OMP_WAIT_POLICY", "passive", 1) != 0)
        return;
    /* NOLINTEND(concurrency-mt-unsafe) */
    /* Not /proc/self/exe itself, which would become the process's name. */
    length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0 || length == sizeof path - 1)
        return;
    path[length] = '\0';
    execv(path, argv);
}
