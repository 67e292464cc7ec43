/*
 * clock.h - time that only moves forward, and the time of day for the record.
 */
#ifndef SEPTUM_BASE_CLOCK_H
#define SEPTUM_BASE_CLOCK_H

#include <stdint.h>

/* Seconds since some fixed moment; differences are what has a meaning. */
double spt_clock_seconds(void);

/* Milliseconds since 1970, UTC; may jump when somebody sets the machine's clock. */
int64_t spt_clock_date(void);

/* A date as text: "2026-03-01T14:05:09Z". */
struct spt_date_text {
    char text[40];
};
struct spt_date_text spt_clock_date_text(int64_t date);

#endif
