/*
 * clock.c - see clock.h.
 */
#include "base/clock.h"

#include <time.h>

double
spt_clock_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int64_t
spt_clock_date(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct spt_date_text
spt_clock_date_text(int64_t date)
{
    struct spt_date_text out = {""};
    time_t seconds = (time_t)(date / 1000);
    struct tm parts;

    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(out.text, sizeof out.text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        out.text[0] = '\0';
    return out;
}
