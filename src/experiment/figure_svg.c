/*
 * figure_svg.c - the figure of report.h: F-score over epochs.
 *
 * The name and last value of each curve stand right of the plot, beside its end: there
 * they cover no curve, and no legend has to be looked up.  All styling is by
 * attributes, because a style sheet would reach into the page that the figure is put
 * into.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "experiment/curves.h"
#include "experiment/report.h"

#define WIDTH 800
#define HEIGHT 500
#define LEFT 70.0
#define TOP 26.0
#define BOTTOM 440.0
#define LEAP 0.1   /* of F-scores, which is not shown whole */
#define EDGE 6.0   /* half of a line's width, and of the dot's at its end */
#define LETTER 7.4 /* mean width of a letter at the labels' size, generously */
#define LABEL_HEIGHT 19.0
#define LABEL_LETTERS 24 /* of a name at most */
#define SANS                                                                           \
    "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', "   \
    "Arial, sans-serif\""

struct axis {
    double low, high;       /* values at the ends */
    double at_low, at_high; /* where they are drawn */
    double step;            /* between ticks */
};

struct label {
    size_t curve;
    double wanted, at; /* height on the page */
};

static double
place(const struct axis *axis, double value)
{
    double share = (value - axis->low) / (axis->high - axis->low);

    return axis->at_low + share * (axis->at_high - axis->at_low);
}

/* The least of 1, 2 and 5 times a power of ten that is not below `least`. */
static double
round_step(double least)
{
    double power = pow(10, floor(log10(least)));

    for (int k = 0; k < 3; k++) {
        static const double nice[] = {1, 2, 5};

        if (nice[k] * power >= least * (1 - 1e-9))
            return nice[k] * power;
    }
    return 10 * power;
}

/* F-scores: ends on ticks around all that is drawn, within [0, 1].  But new layers know
 * nothing before the first epoch: shown to where they begin, their leap would press
 * flat all that comes after it, so that it may leave the plot. */
static struct axis
fit_scores(const struct spt_curves *curves)
{
    struct axis axis = {.at_low = BOTTOM, .at_high = TOP};
    double low = 1, high = 0, before = 1;

    for (size_t i = 0; i < curves->count; i++)
        for (size_t k = 0; k < curves->at[i].count; k++) {
            const struct spt_summary *point = &curves->at[i].epochs[k];

            if (point->epoch == 0)
                before = fmin(before, point->lowest);
            else
                low = fmin(low, point->lowest);
            high = fmax(high, point->highest);
        }
    if (low > high || before > low - fmax(LEAP, 2 * (high - low)))
        low = fmin(low, before);
    low = fmax(0, low);
    high = fmin(1, high);
    if (low > high) {
        low = 0;
        high = 1;
    }
    if (high - low < 0.04) { /* or else a hair's difference would look like a leap */
        low = fmax(0, fmin(low - 0.02, 0.96));
        high = fmin(1, low + 0.04);
    }
    axis.step = round_step((high - low) / 6);
    axis.low = fmax(0, axis.step * floor(low / axis.step + 1e-6));
    axis.high = fmin(1, axis.step * ceil(high / axis.step - 1e-6));
    return axis;
}

static struct axis
fit_epochs(const struct spt_curves *curves, double right)
{
    struct axis axis = {.at_low = LEFT + 12, .at_high = right - 8};
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < curves->count; i++) {
        const struct spt_curve *curve = &curves->at[i];

        low = fmin(low, curve->epochs[0].epoch);
        high = fmax(high, curve->epochs[curve->count - 1].epoch);
    }
    axis.low = fmin(low, high);
    axis.high = high;
    if (high - axis.low < 1) {
        axis.low -= 0.5;
        axis.high += 0.5;
    }
    axis.step = fmax(1, round_step((axis.high - axis.low) / 12));
    return axis;
}

static void
draw_axes(const struct axis *epochs, const struct axis *scores, double right,
          struct spt_text *out)
{
    int digits = scores->step < 0.0099 ? 3 : scores->step < 0.099 ? 2 : 1;
    int lines = (int)floor((scores->high - scores->low) / scores->step + 1e-6);
    int first = (int)ceil(epochs->low / epochs->step - 1e-6);
    int last = (int)floor(epochs->high / epochs->step + 1e-6);

    spt_text_add(out, "<g stroke=\"#e4e6ea\" stroke-width=\"1\">\n");
    for (int k = 0; k <= lines; k++) {
        double y = place(scores, scores->low + k * scores->step);

        spt_text_add(out, "<path d=\"M%.1f %.1fH%.1f\"/>\n", LEFT, y, right);
    }
    spt_text_add(out, "</g>\n<g fill=\"#4b5563\" font-size=\"13\">\n");
    for (int k = 0; k <= lines; k++)
        spt_text_add(out,
                     "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.*f</text>\n",
                     LEFT - 9, place(scores, scores->low + k * scores->step) + 4.5,
                     digits, scores->low + k * scores->step);
    for (int k = first; k <= last; k++) {
        double x = place(epochs, k * epochs->step);

        spt_text_add(out,
                     "<path d=\"M%.1f %.1fv5\" stroke=\"#8b93a1\"/>"
                     "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.0f</text>\n",
                     x, BOTTOM, x, BOTTOM + 21, k * epochs->step);
    }
    spt_text_add(out,
                 "</g>\n<path d=\"M%.1f %.1fH%.1f\" stroke=\"#8b93a1\"/>\n"
                 "<text x=\"%.1f\" y=\"%.1f\" fill=\"#1f2937\" font-size=\"14\" "
                 "text-anchor=\"middle\">epoch</text>\n"
                 "<text x=\"20\" y=\"%.1f\" fill=\"#1f2937\" font-size=\"14\" "
                 "text-anchor=\"middle\" transform=\"rotate(-90 20 %.1f)\">"
                 "F-score of membrane</text>\n",
                 LEFT, BOTTOM, right, (LEFT + right) / 2, BOTTOM + 46.0,
                 (TOP + BOTTOM) / 2, (TOP + BOTTOM) / 2);
}

/* Many bands would hide each other and the lines, so that they then are paler. */
static void
draw_band(const struct spt_curves *curves, size_t index, const struct axis *epochs,
          const struct axis *scores, struct spt_text *out)
{
    const struct spt_curve *curve = &curves->at[index];

    spt_text_add(out, "<path fill=\"%s\" fill-opacity=\"%s\" d=\"",
                 spt_curves_stroke(curves, index).colour,
                 curves->count > 4 ? "0.06" : "0.13");
    for (size_t i = 0; i < curve->count; i++)
        spt_text_add(out, "%c%.1f %.1f", i == 0 ? 'M' : 'L',
                     place(epochs, curve->epochs[i].epoch),
                     place(scores, curve->epochs[i].highest));
    for (size_t i = curve->count; i-- > 0;)
        spt_text_add(out, "L%.1f %.1f", place(epochs, curve->epochs[i].epoch),
                     place(scores, curve->epochs[i].lowest));
    spt_text_add(out, "Z\"/>\n");
}

static void
draw_line(const struct spt_curve *curve, const struct spt_stroke *stroke,
          const struct axis *epochs, const struct axis *scores, struct spt_text *out)
{
    const struct spt_summary *points = curve->epochs;

    spt_text_add(out,
                 "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\" "
                 "stroke-linejoin=\"round\" stroke-linecap=\"round\" "
                 "stroke-dasharray=\"%s\" points=\"",
                 stroke->colour, stroke->dashes);
    for (size_t i = 0; i < curve->count; i++)
        spt_text_add(out, "%s%.1f,%.1f", i > 0 ? " " : "",
                     place(epochs, points[i].epoch), place(scores, points[i].f_score));
    spt_text_add(out,
                 "\"/>\n<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\" "
                 "stroke=\"#ffffff\" stroke-width=\"1.2\"/>\n",
                 place(epochs, points[curve->count - 1].epoch),
                 place(scores, points[curve->count - 1].f_score), stroke->colour);
}

static int
compare_labels(const void *first, const void *second)
{
    const struct label *a = first, *b = second;
    int order = (a->wanted > b->wanted) - (a->wanted < b->wanted);

    return order != 0 ? order : (a->curve > b->curve) - (a->curve < b->curve);
}

/* Move labels apart, each about as far from its wish, until none overlaps another. */
static void
spread_labels(struct label *labels, size_t count)
{
    double height = fmin(LABEL_HEIGHT, (BOTTOM - TOP) / (double)count);

    qsort(labels, count, sizeof *labels, compare_labels);
    for (int round = 0; round < 500; round++)
        for (size_t i = 0; i + 1 < count; i++) {
            double missing = labels[i].at + height - labels[i + 1].at;

            if (missing > 0) {
                labels[i].at -= missing / 2;
                labels[i + 1].at += missing / 2;
            }
        }
    /* What is left over, and the ends of the page, are settled in two sweeps. */
    for (size_t i = 0; i < count; i++)
        labels[i].at = fmax(labels[i].at, i > 0 ? labels[i - 1].at + height : TOP);
    for (size_t i = count; i-- > 0;)
        labels[i].at =
            fmin(labels[i].at, i + 1 < count ? labels[i + 1].at - height : BOTTOM);
}

/* The name, cut where it is too long to stand beside the plot, never within a UTF-8
 * letter. */
static void
add_name(const char *name, struct spt_text *out)
{
    char shown[LABEL_LETTERS + 1];
    size_t length = strlen(name);

    if (length > LABEL_LETTERS) {
        length = LABEL_LETTERS - 1;
        while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(shown, name, length);
    shown[length] = '\0';
    spt_text_add_escaped(out, shown);
    if (name[length] != '\0')
        spt_text_add(out, "\xE2\x80\xA6");
}

static void
draw_labels(const struct spt_curves *curves, struct label *labels,
            const struct axis *epochs, double right, struct spt_text *out)
{
    for (size_t i = 0; i < curves->count; i++) {
        const struct spt_curve *curve = &curves->at[labels[i].curve];
        const struct spt_summary *last = &curve->epochs[curve->count - 1];
        struct spt_stroke stroke = spt_curves_stroke(curves, labels[i].curve);

        spt_text_add(out,
                     "<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1f\" fill=\"none\" "
                     "stroke=\"%s\" stroke-opacity=\"0.45\"/>\n"
                     "<path d=\"M%.1f %.1fh26\" stroke=\"%s\" stroke-width=\"2.5\" "
                     "stroke-linecap=\"round\" stroke-dasharray=\"%s\"/>\n"
                     "<text x=\"%.1f\" y=\"%.1f\" font-size=\"13\" fill=\"#1f2937\">"
                     "<tspan font-weight=\"600\">%.3f</tspan> ",
                     place(epochs, last->epoch) + 6, labels[i].wanted, right + 2,
                     labels[i].wanted, right + 14, labels[i].at, stroke.colour,
                     right + 18, labels[i].at, stroke.colour, stroke.dashes, right + 51,
                     labels[i].at + 4.5, last->f_score);
        add_name(curve->strategy, out);
        spt_text_add(out, "</text>\n");
    }
}

static void
draw_curves(const struct spt_curves *curves, struct label *labels, struct spt_text *out)
{
    size_t letters = 0;
    double right;
    struct axis epochs, scores = fit_scores(curves);

    for (size_t i = 0; i < curves->count; i++) {
        size_t length = strlen(curves->at[i].strategy);

        length = length < LABEL_LETTERS ? length : LABEL_LETTERS;
        letters = length > letters ? length : letters;
    }
    right = WIDTH - 51 - LETTER * ((double)letters + 6) - 8;
    epochs = fit_epochs(curves, right);
    draw_axes(&epochs, &scores, right, out);
    /* Cut off what leaves the plot, with room for the ends of lines on its edge. */
    spt_text_add(out,
                 "<svg x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                 "viewBox=\"%.1f %.1f %.1f %.1f\">\n",
                 LEFT, TOP - EDGE, right - LEFT, BOTTOM - TOP + EDGE, LEFT, TOP - EDGE,
                 right - LEFT, BOTTOM - TOP + EDGE);
    for (size_t i = 0; i < curves->count; i++)
        if (curves->at[i].final.seeds > 1)
            draw_band(curves, i, &epochs, &scores, out);
    for (size_t i = 0; i < curves->count; i++) {
        const struct spt_curve *curve = &curves->at[i];
        struct spt_stroke stroke = spt_curves_stroke(curves, i);

        draw_line(curve, &stroke, &epochs, &scores, out);
        labels[i].curve = i;
        labels[i].wanted = place(&scores, curve->epochs[curve->count - 1].f_score);
        labels[i].at = labels[i].wanted;
    }
    spt_text_add(out, "</svg>\n");
    spread_labels(labels, curves->count);
    draw_labels(curves, labels, &epochs, right, out);
}

void
spt_report_svg(const struct spt_curve_point *points, size_t count, struct spt_text *out)
{
    struct spt_curves curves = {0};
    struct label *labels = NULL;

    if (spt_curves_gather(points, count, &curves, NULL) != SEPTUM_OK ||
        (labels = spt_alloc_array(curves.count, sizeof *labels)) == NULL) {
        out->failed = true;
        goto done;
    }
    spt_text_add(out,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                 "width=\"%d\" height=\"%d\" role=\"img\" " SANS ">\n"
                 "<title>F-score of membrane after each epoch</title>\n"
                 "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
                 WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
    if (curves.count > 0)
        draw_curves(&curves, labels, out);
    else
        spt_text_add(out,
                     "<text x=\"%d\" y=\"%d\" fill=\"#4b5563\" font-size=\"14\" "
                     "text-anchor=\"middle\">Nothing was measured.</text>\n",
                     WIDTH / 2, HEIGHT / 2);
    spt_text_add(out, "</svg>\n");
done:
    free(labels);
    spt_curves_clear(&curves);
}
