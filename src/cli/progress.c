/*
 * progress.c - see progress.h.
 */
#include "cli/progress.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_BETWEEN_DRAWINGS 0.1

/* A signal handler has no argument to carry state in. */
static volatile sig_atomic_t stop_asked;

static void
ask_to_stop(int number)
{
    (void)number;
    stop_asked = 1;
    /* The next one must not wait for a safe point. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

/* Signals that the caller chose to ignore (nohup, background jobs) stay ignored. */
static void
catch_signal(int number)
{
    struct sigaction action = {0}, before;

    if (sigaction(number, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
        return;
    action.sa_handler = ask_to_stop;
    action.sa_flags = SA_RESTART; /* no read or write is to fail because of it */
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static double
read_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void
spt_progress_begin(struct spt_progress *progress, bool quiet)
{
    *progress =
        (struct spt_progress){.quiet = quiet, .terminal = isatty(STDERR_FILENO) == 1};
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
}

/* "3 min left" and the like, or nothing while it is unknown or at the end. */
static void
say_time_left(const struct septum_progress *now, char *text, size_t size)
{
    const double seconds = now->seconds_left;

    if (!(seconds >= 0) || now->fraction >= 1)
        *text = '\0';
    else if (seconds < 90)
        snprintf(text, size, "%.0f s left", seconds);
    else if (seconds < 90 * 60)
        snprintf(text, size, "%.0f min left", seconds / 60);
    else
        snprintf(text, size, "%.1f h left", seconds / 3600);
}

static size_t
count_columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

static void
redraw(struct spt_progress *progress, const struct septum_progress *now,
       const char *left)
{
    double time = read_clock();
    char line[256];
    size_t columns = count_columns();

    if (progress->drawn && time - progress->drawn_at < SECONDS_BETWEEN_DRAWINGS)
        return;
    snprintf(line, sizeof line, "%3.0f %%  %s%s%s", now->fraction * 100, now->what,
             *left != '\0' ? "  " : "", left);
    /* A line that wraps could not be wiped; the last column makes some wrap. */
    if (columns <= sizeof line)
        line[columns - 1] = '\0';
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    progress->drawn = true;
    progress->drawn_at = time;
}

bool
spt_progress_show(void *user, const struct septum_progress *now)
{
    struct spt_progress *progress = user;
    char left[32];

    if (progress->quiet)
        return !stop_asked;
    say_time_left(now, left, sizeof left);
    if (progress->terminal)
        redraw(progress, now, left);
    else if (now->milestone)
        fprintf(stderr, "%3.0f %%  %s%s%s\n", now->fraction * 100, now->what,
                *left != '\0' ? ", " : "", left);
    return !stop_asked;
}

void
spt_progress_end(struct spt_progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
