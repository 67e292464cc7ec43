/*
 * report_html.c - the page of report.h.
 *
 * The page is valid as XML, too, so that it can be checked with what checks the figure.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment/comparison.h"
#include "experiment/curves.h"
#include "experiment/reliability.h"
#include "experiment/report.h"
#include "image/write.h"

static const char style[] =
    ":root{color-scheme:light;--ink:#1a202c;--soft:#5b6575;--line:#e3e6eb;"
    "--paper:#ffffff;--ground:#f5f6f8}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--ground);color:var(--ink);"
    "font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
    "sans-serif;-webkit-text-size-adjust:100%}\n"
    "main{max-width:1080px;margin:0 auto;padding:48px 24px 64px}\n"
    "h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 12px;"
    "font-weight:700}\n"
    "h2{font-size:1.2rem;letter-spacing:-.01em;margin:0 0 4px;font-weight:650}\n"
    "p{margin:0;max-width:90ch}\n"
    ".intro{color:var(--soft);white-space:pre-line}\n"
    ".finding{margin-top:14px;font-size:1.1rem}\n"
    ".note{color:var(--soft);font-size:.9rem;margin-bottom:18px}\n"
    "section{background:var(--paper);border:1px solid var(--line);border-radius:12px;"
    "padding:24px 28px 28px;margin-top:28px}\n"
    "section>svg{display:block;width:100%;height:auto;max-width:860px;margin:0 auto}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;"
    "font-size:.95rem}\n"
    "th{font-weight:600;color:var(--soft);font-size:.82rem;text-align:right;"
    "vertical-align:bottom;line-height:1.3}\n"
    "th,td{padding:10px 0 10px 20px;border-bottom:1px solid var(--line)}\n"
    "td{text-align:right;white-space:nowrap;vertical-align:baseline}\n"
    "th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;"
    "min-width:11.5em}\n"
    "tr:last-child td{border-bottom:0;padding-bottom:0}\n"
    "td svg{vertical-align:middle;margin-right:10px}\n"
    "td small{display:block;color:var(--soft);font-size:.82rem}\n"
    "td:first-child small{padding-left:44px;line-height:1.35}\n"
    ".best{font-weight:700}\n"
    ".grid{display:grid;gap:18px;grid-template-columns:repeat(var(--columns),"
    "minmax(0,1fr))}\n"
    "figure{margin:0}\n"
    "figure img{display:block;width:100%;height:auto;border-radius:6px;"
    "background:#111}\n"
    "figcaption{color:var(--soft);font-size:.85rem;line-height:1.4;margin-top:7px}\n"
    "footer{color:var(--soft);font-size:.82rem;margin-top:28px}\n"
    "@media(max-width:640px){main{padding:28px "
    "14px}h1{font-size:1.5rem}section{padding:18px 16px}"
    ".grid{grid-template-columns:repeat(min(2,var(--columns)),minmax(0,1fr));gap:12px}"
    "}\n"
    "@media print{body{background:#fff}main{padding:0;max-width:none}"
    "section{border:0;padding:0}figure,tr{break-inside:avoid}}\n";

/* A whole number in groups of three, kept together. */
static void
add_number(double number, struct spt_text *out)
{
    char digits[32];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%.0f", number);

    for (size_t i = 0; i < length; i++)
        spt_text_add(out, "%s%c",
                     i > 0 && length > 4 && (length - i) % 3 == 0 ? "&#8239;" : "",
                     digits[i]);
}

static size_t
find_best(const struct spt_curves *curves)
{
    size_t best = 0;

    for (size_t i = 1; i < curves->count; i++)
        if (curves->at[i].final.f_score > curves->at[best].final.f_score)
            best = i;
    return best;
}

/* The result in a sentence, for who reads no further. */
static void
add_finding(const struct spt_curves *curves, struct spt_text *out)
{
    const struct spt_curve *best = &curves->at[find_best(curves)], *worst = best;

    for (size_t i = 0; i < curves->count; i++)
        if (curves->at[i].final.f_score < worst->final.f_score)
            worst = &curves->at[i];
    if (worst == best)
        return;
    spt_text_add(out, "<p class=\"finding\"><strong>");
    spt_text_add_escaped(out, best->strategy);
    spt_text_add(out, "</strong> ends highest, at an F-score of %.3f: %.3f above ",
                 best->final.f_score, best->final.f_score - worst->final.f_score);
    spt_text_add_escaped(out, worst->strategy);
    spt_text_add(out, ", the lowest.</p>\n");
}

/* A score, or a dash where the truth has no cells to score. */
static void
add_score(double score, struct spt_text *out)
{
    if (isnan(score))
        spt_text_add(out, "<td>&#8211;</td>");
    else
        spt_text_add(out, "<td>%.3f</td>", score);
}

static void
add_row(const struct spt_curves *curves, size_t index, bool best, struct spt_text *out)
{
    const struct spt_summary *final = &curves->at[index].final;
    struct spt_stroke stroke = spt_curves_stroke(curves, index);

    spt_text_add(out,
                 "<tr%s><td><svg width=\"34\" height=\"10\" aria-hidden=\"true\">"
                 "<path d=\"M2 5h30\" stroke=\"%s\" stroke-width=\"3\" "
                 "stroke-linecap=\"round\" stroke-dasharray=\"%s\"/></svg>",
                 best ? " class=\"best\"" : "", stroke.colour, stroke.dashes);
    spt_text_add_escaped(out, curves->at[index].strategy);
    if (stroke.summary[0] != '\0')
        spt_text_add(out, "<small style=\"font-weight:400\">%s</small>",
                     stroke.summary);
    spt_text_add(out, "</td><td>%.3f", final->f_score);
    if (final->seeds > 1)
        spt_text_add(out,
                     "<small style=\"font-weight:400\">%.3f&#8201;&#8211;&#8201;%.3f"
                     "</small>",
                     final->lowest, final->highest);
    spt_text_add(out, "</td>");
    add_score(final->precision, out);
    add_score(final->recall, out);
    add_score(final->v_rand, out);
    add_score(final->v_info, out);
    spt_text_add(out, "<td>");
    add_number(final->labelled_pixels, out);
    spt_text_add(out, "</td><td>%.1f</td><td>%.1f</td></tr>\n",
                 final->expert_seconds / 60, final->train_seconds / 60);
}

static void
add_table(const struct spt_curves *curves, struct spt_text *out)
{
    size_t seeds = 0, best = find_best(curves);

    for (size_t i = 0; i < curves->count; i++)
        if (curves->at[i].final.seeds > seeds)
            seeds = curves->at[i].final.seeds;
    spt_text_add(out, "<section>\n<h2>Where each ended</h2>\n<p class=\"note\">");
    if (seeds > 1)
        spt_text_add(out, "Means over %zu seeds; below the F-score its range. ", seeds);
    spt_text_add(
        out,
        "All on the test images, after the last epoch. The expert&#39;s time is "
        "what correcting the regions would take. F-score, precision and recall are "
        "of membrane pixels, V<sub>rand</sub> and V<sub>info</sub> of the "
        "cells between them.</p>\n"
        "<div class=\"wide\"><table>\n<thead><tr><th>Strategy</th>"
        "<th>F-score</th><th>Precision</th><th>Recall</th>"
        "<th>V<sub>rand</sub></th><th>V<sub>info</sub></th>"
        "<th>Labelled<br/>pixels</th><th>Expert,<br/>minutes</th>"
        "<th>Training,<br/>minutes</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < curves->count; i++)
        add_row(curves, i, curves->count > 1 && i == best, out);
    spt_text_add(out, "</tbody>\n</table></div>\n</section>\n");
}

/* A difference with its interval below it, or a dash where there is none. */
static void
add_paired(const struct spt_paired *paired, struct spt_text *out)
{
    if (paired->pairs == 0) {
        spt_text_add(out, "<td>&#8211;</td>");
        return;
    }
    spt_text_add(out, "<td>%+.3f", paired->mean);
    if (paired->pairs > 1)
        spt_text_add(out,
                     "<small style=\"font-weight:400\">%+.3f&#8201;to&#8201;%+.3f"
                     "</small>",
                     paired->low, paired->high);
    spt_text_add(out, "</td>");
}

static void
add_comparison(const struct spt_comparison *comparison, struct spt_text *out)
{
    const char *reference = comparison->at[comparison->reference].strategy;

    spt_text_add(out, "<section>\n<h2>On the way there</h2>\n<p class=\"note\">"
                      "The area under each curve: the mean F-score over the epochs");
    if (comparison->seconds > 0)
        spt_text_add(out,
                     ", and over the first %.1f minutes of the expert&#39;s time, "
                     "which all that ask have used",
                     comparison->seconds / 60);
    spt_text_add(out, ". Differences from ");
    spt_text_add_escaped(out, reference);
    spt_text_add(out,
                 " are taken seed by seed; below them, with several seeds, the 95 %% "
                 "confidence interval of their mean.</p>\n<div class=\"wide\"><table>\n"
                 "<thead><tr><th>Strategy</th><th>Over<br/>epochs</th>"
                 "<th>Difference</th><th>Over the<br/>expert&#39;s time</th>"
                 "<th>Difference</th><th>Difference<br/>at the end</th>"
                 "<th>At the best<br/>threshold</th></tr></thead>\n"
                 "<tbody>\n");
    for (size_t i = 0; i < comparison->count; i++) {
        const struct spt_compared *row = &comparison->at[i];

        spt_text_add(out, "<tr><td>");
        spt_text_add_escaped(out, row->strategy);
        spt_text_add(out, "</td><td>%.3f</td>", row->epoch_area);
        add_paired(&row->epoch_difference, out);
        if (row->asks)
            spt_text_add(out, "<td>%.3f</td>", row->expert_area);
        else
            spt_text_add(out, "<td>&#8211;</td>");
        add_paired(&row->expert_difference, out);
        add_paired(&row->final_difference, out);
        add_paired(&row->best_difference, out);
        spt_text_add(out, "</tr>\n");
    }
    spt_text_add(out, "</tbody>\n</table></div>\n</section>\n");
}

static void
add_reliability(const struct spt_report *report, struct spt_text *out)
{
    if (report->reliability_count == 0)
        return;
    spt_text_add(out,
                 "<section>\n<h2>Whether probabilities mean what they say</h2>\n"
                 "<p class=\"note\">Of the test images&#39; pixels that were given a "
                 "probability, the share that is membrane: on the dashed line the two "
                 "agree. Hollow and red as the ConvNet says it, filled and blue after "
                 "division of its logits by a temperature found on other labels; "
                 "the larger a dot, the more pixels.</p>\n"
                 "<div class=\"grid\" style=\"--columns:3\">\n");
    for (size_t i = 0; i < report->reliability_count; i++) {
        const struct spt_reliability_row *row = &report->reliability[i];

        spt_text_add(out, "<figure>");
        spt_reliability_svg(row, out);
        spt_text_add(out, "<figcaption>");
        spt_text_add_escaped(out, row->name);
        spt_text_add(out,
                     ": temperature %.2f; calibration error %.3f before, %.3f after; "
                     "log loss %.3f before, %.3f after</figcaption></figure>\n",
                     row->temperature, row->before.error, row->after.error,
                     row->before.loss, row->after.loss);
    }
    spt_text_add(out, "</div>\n</section>\n");
}

static enum septum_status
add_picture(const struct spt_figure *figure, struct spt_text *out,
            struct septum_error *err)
{
    struct spt_bytes png = {0};
    enum septum_status status =
        spt_encode_png(figure->pixels, figure->height, figure->width, 3, &png, err);

    if (status != SEPTUM_OK)
        return status;
    spt_text_add(out, "<figure><img width=\"%u\" height=\"%u\" alt=\"", figure->width,
                 figure->height);
    spt_text_add_escaped(out, figure->caption);
    spt_text_add(out, "\" src=\"data:image/png;base64,");
    spt_text_add_base64(out, png.at, png.count);
    spt_text_add(out, "\"/><figcaption>");
    spt_text_add_escaped(out, figure->caption);
    spt_text_add(out, "</figcaption></figure>\n");
    spt_bytes_clear(&png);
    return SEPTUM_OK;
}

static enum septum_status
add_pictures(const char *heading, const char *note, const struct spt_figure *figures,
             size_t count, size_t columns, struct spt_text *out,
             struct septum_error *err)
{
    enum septum_status status = SEPTUM_OK;

    if (count == 0)
        return SEPTUM_OK;
    spt_text_add(out,
                 "<section>\n<h2>%s</h2>\n<p class=\"note\">%s</p>\n"
                 "<div class=\"grid\" style=\"--columns:%zu\">\n",
                 heading, note, columns > 0 ? columns : 3);
    for (size_t i = 0; i < count && status == SEPTUM_OK; i++)
        status = add_picture(&figures[i], out, err);
    spt_text_add(out, "</div>\n</section>\n");
    return status;
}

static void
add_head(const struct spt_report *report, const struct spt_curves *curves,
         struct spt_text *out)
{
    spt_text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                      "<meta charset=\"utf-8\"/>\n"
                      "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
                      "<title>");
    spt_text_add_escaped(out, report->title);
    spt_text_add(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>",
                 style);
    spt_text_add_escaped(out, report->title);
    spt_text_add(out, "</h1>\n<p class=\"intro\">");
    spt_text_add_escaped(out, report->intro);
    spt_text_add(out, "</p>\n");
    if (curves->count > 1)
        add_finding(curves, out);
}

static bool
has_several_seeds(const struct spt_curves *curves)
{
    for (size_t i = 0; i < curves->count; i++)
        if (curves->at[i].final.seeds > 1)
            return true;
    return false;
}

enum septum_status
spt_report_html(const struct spt_report *report, struct spt_text *out,
                struct septum_error *err)
{
    size_t before = out->bytes.count;
    struct spt_curves curves = {0};
    struct spt_comparison comparison = {0};
    enum septum_status status =
        spt_curves_gather(report->points, report->point_count, &curves, err);

    if (status == SEPTUM_OK)
        status =
            spt_comparison_make(report->points, report->point_count, &comparison, err);
    if (status != SEPTUM_OK)
        goto done;
    add_head(report, &curves, out);
    spt_text_add(out,
                 "<section>\n<h2>How they learnt</h2>\n<p class=\"note\">F-score of "
                 "the membrane class on the test images after each epoch%s.</p>\n",
                 has_several_seeds(&curves)
                     ? ": the mean over seeds, in a band from the lowest to the highest"
                     : "");
    spt_report_svg(report->points, report->point_count, out);
    spt_text_add(out, "</section>\n");
    if (curves.count > 0)
        add_table(&curves, out);
    if (curves.count > 1)
        add_comparison(&comparison, out);
    add_reliability(report, out);
    status = add_pictures("Before and after", "The same test images, segmented.",
                          report->segmentations, report->segmentation_count,
                          report->segmentation_columns, out, err);
    if (status != SEPTUM_OK)
        goto done;
    status = add_pictures(
        "What the expert was asked",
        "Each region was chosen to teach the net most: uncertain, and "
        "common in the data.",
        report->regions, report->region_count, report->region_columns, out, err);
    if (status != SEPTUM_OK)
        goto done;
    spt_text_add(out,
                 "<footer>Made by septum experiment. The same numbers stand in "
                 "curves.csv and comparison.csv, the figure in figure.svg.</footer>\n"
                 "</main>\n</body>\n</html>\n");
    if (out->failed)
        status = spt_fail_memory(err, "the report", out->bytes.count);
done:
    if (status != SEPTUM_OK)
        out->bytes.count = before;
    spt_curves_clear(&curves);
    spt_comparison_clear(&comparison);
    return status;
}
