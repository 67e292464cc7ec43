#!/bin/sh
# septum score: numbers worked out by hand, and every way of giving truth.
. "$(dirname "$0")/tap.sh"

# Ten pixels.  Probabilities 1 .8 .6 .2 | .8 .1 0 0 0 0, membrane are the first four:
# at 0.5 three are found, one is missed, one is wrong; at 0.2 none is missed.
image truth.png png8 2 5 255 255 255 255 0 0 0 0 0 0
image map8.png png8 2 5 255 204 153 51 204 26 0 0 0 0
image map16.png png16 2 5 65535 52428 39321 13107 52428 6554 0 0 0 0
image map32.tif tiff32f 2 5 1 0.8 0.6 0.2 0.8 0.1 0 0 0 0

keys='images pixels threshold precision recall f_score best_f_score best_threshold
    best_pixel_error v_rand v_info best_v_rand best_v_rand_threshold best_v_info
    best_v_info_threshold pixel_error'

for map in map8.png map16.png map32.tif; do
    septum score --truth truth.png --probability $map --json
    check "$map: succeeds" succeeded
    check "$map: has the keys" json_has $keys
    check "$map: counts" json_is images 1 pixels 10
    check "$map: scores at 0.5" json_is threshold 0.5 precision 0.75 recall 0.75 \
        f_score 0.75 pixel_error 0.2
    check "$map: best scores" json_is best_threshold 0.2 best_f_score 0.888888889 \
        best_pixel_error 0.1
    check "$map: one cell, found as one" json_is v_rand 1 v_info 1 best_v_rand 1 \
        best_v_rand_threshold 0.5 best_v_info_threshold 0.5
done

image unknown.png png8 2 5 127
septum score --truth unknown.png --probability map8.png --unlabelled-value 127
check "where nothing is known, nothing is scored" exited 1 \
    "unknown.png: no pixel of the truth is known, so there is nothing to score"

septum score --truth truth.png --probability map8.png --json --threshold 0.9
check "--threshold is used" json_is threshold 0.9 precision 1 recall 0.25 f_score 0.4 \
    pixel_error 0.3
septum score --truth truth.png --probability map8.png --json --threshold 0
check "--threshold 0 calls all membrane" json_is threshold 0 f_score 0.571428571

septum score --truth truth.png --probability map8.png
check "the table for people has the F-score" grep -q '^F-score  *0.7500$' "$out"
check "the table for people has the scores of cells" grep -q '^V_rand  *1.0000$' "$out"

# Cells of 3 and 3 pixels, found as 4 and 2: the sum of squares of what they share is
# 9 + 4, and 1 for the line in the second; 2 * 14 / (18 + 14).  Two pixels are
# thinned to the right one of them; at 0.7 the left one alone is found.
image walls.png png8 1 7 0 0 0 255 0 0 0
image found.tif tiff32f 1 7 0 0 0 0.8 0.6 0 0
septum score --truth walls.png --probability found.tif --json
check "a shifted line costs" json_is v_rand 0.875 v_info 0.813289834
check "the best threshold need not be the one asked for" json_is best_v_rand 1 \
    best_v_rand_threshold 0.7 best_v_info 1 best_v_info_threshold 0.7
septum score --truth walls.png --probability found.tif --json --threshold 0.9
check "cells that have run together" json_is v_rand 0.666666667 v_info 0
image full.png png8 1 7 255 255 255 255 255 255 255
septum score --truth full.png --probability found.tif --json
check "without a true cell there is no score of cells" json_is v_rand null v_info null \
    best_v_rand null best_v_rand_threshold null

image values.png png8 2 5 1 1 1 1 2 2 2 2 9 9
septum score --truth values.png --probability map8.png --json --membrane-value 1
check "--membrane-value picks the membrane" json_is f_score 0.75
septum score --truth values.png --probability map8.png --json --membrane-value 1 \
    --unlabelled-value 9
check "--unlabelled-value takes pixels out" json_is pixels 8 pixel_error 0.25

# The border lies where cells 3 and 4 touch, on both sides.
image cells.png png8 1 8 3 3 3 4 4 4 4 4
image map-cells.png png8 1 8 0 0 255 255 0 0 0 0
septum score --truth cells.png --probability map-cells.png --json --instances
check "--instances derives borders" json_is f_score 1 pixel_error 0

# The same cells as numbers, of any size and as far apart: 4 pixels, a line, 2.
for kind in png8 png16 tiff8 tiff32; do
    image numbers.$kind $kind 1 7 5 5 5 5 0 200 200
    septum score --truth walls.png --cells numbers.$kind --json
    check "cells of $kind: has the keys" json_has $keys
    check "cells of $kind: are scored" json_is images 1 pixels 7 v_rand 0.875 \
        v_info 0.813289834
    check "cells of $kind: without maps, these have no score" json_is f_score null \
        threshold null best_v_rand null best_v_info_threshold null
done
image broad.png png16 1 7 9 0 0 0 0 300 300
septum score --truth walls.png --cells broad.png --json
check "what lies between cells is thinned" json_is v_rand 1 v_info 1
septum score --truth walls.png --cells broad.png --probability found.tif --json
check "with both, V_rand and V_info are of the cells" json_is v_rand 1 v_info 1
check "and all else of the maps" json_is best_v_rand_threshold 0.7 threshold 0.5 \
    f_score 0.666666667
septum score --truth cells.png --cells cells.png --json --instances
check "cells are scored on truth of numbers" json_is v_rand 1 v_info 1
septum score --truth unknown.png --cells map8.png --unlabelled-value 127
check "where nothing is known, no cells are scored, either" exited 1 \
    "unknown.png: no pixel of the truth is known"
septum score --truth walls.png
check "nothing to score is told" exited 2 "--probability SRC... is missing, or --cells SRC..."
septum score --truth walls.png --cells broad.png --threshold 0.4
check "a threshold without maps is refused" exited 2 "--threshold needs --probability SRC..."
septum score --truth walls.png --cells found.tif
check "what is no cell number is told, with its place" exited 1 \
    "found.tif: row 0, column 3: 0.8 is no cell number"
image huge.tif tiff32 1 7 1 16777217
septum score --truth walls.png --cells huge.tif
check "a number that is not told from the next is refused" exited 1 \
    "huge.tif: the cell number at row 0, column 1 is above 16777215"
image six.png png8 1 6 1
septum score --truth walls.png --cells six.png
check "cells of another size are told" exited 1 "six.png"
head -c 150 numbers.tiff32 >cut.tif
septum score --truth walls.png --cells cut.tif
check "cells cut short are told" exited 1 "cut.tif"

mkdir result result-truth
for i in 1 2; do
    cp found.tif result/$i.tif
    cp broad.png result/$i-cells.png
    cp walls.png result/$i-mask.png
    cp walls.png result-truth/$i.png
done
septum score --truth result-truth --cells result --probability result --json
check "of a folder of results, --cells takes the cells and --probability the maps" \
    json_is images 2 v_rand 1 best_v_rand_threshold 0.7

mkdir many-truth many-maps
for i in 1 2 10; do
    cp truth.png many-truth/$i.png
    cp map8.png many-maps/$i.png
done
septum score --truth many-truth --probability many-maps --json
check "directories are scored over all images" json_is images 3 pixels 30 f_score 0.75
septum score --probability map8.png map32.tif --truth truth.png truth.png --json
check "several files: images" json_is images 2

septum score --truth truth.png --probability missing.png
check "a missing file is named" exited 1 "missing.png: No such file or directory"
septum score --truth many-truth --probability map8.png
check "a difference in count is told" exited 1 "map8.png"
image other.png png8 3 5 0 255
septum score --truth other.png --probability map8.png
check "a difference in size is told" exited 1 "other.png"
image loud.tif tiff32f 2 5 0.5 1.5
septum score --truth truth.png --probability loud.tif
check "a value that is no probability is told, with its place" exited 1 \
    "loud.tif: row 0, column 1: 1.5 is no probability"
image rounded.tif tiff32f 2 5 1.0005 -0.0005
septum score --truth truth.png --probability rounded.tif --json
check "rounding beyond the ends is borne" succeeded
septum score --truth truth.png --probability map8.png -m missing.onnx
check "a missing model is named" exited 1 "missing.onnx: No such file or directory"
if [ -e /dev/full ]; then
    septum_to_full() {
        "$SEPTUM" score --truth truth.png --probability map8.png "$@" >/dev/full 2>"$err"
        status=$?
        [ "$status" -eq 1 ] && grep -q 'No space left' "$err"
    }
    check "a result that cannot be printed is a failure" septum_to_full
    check "also in JSON" septum_to_full --json
else
    skip "a result that cannot be printed is a failure" "there is no /dev/full"
fi

finish
