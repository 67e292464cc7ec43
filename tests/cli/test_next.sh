#!/bin/sh
# The loop without a page: next lends a region and draws it, import takes the answer.
. "$(dirname "$0")/tap.sh"

septum simulate spim -o stack --count 4 --size 96 --seed 2 --quiet
septum train --images stack/images --labels stack/labels -o m.onnx --epochs 1 --quiet \
    --threads 1 --net 'window16 conv3-4 pool2 conv3-6 FC-8 FC-1'
mkdir pool test truth
mv stack/images/000.png stack/images/001.png stack/images/002.png pool
mv stack/images/003.png test
mv stack/labels/003.png truth
next() {
    septum next p --threads 1 --quiet "$@"
}

septum project create p
next
check "without a model, next says how to give one" exited 1 \
    "p: has no model yet; give it one: septum next p -m MODEL"
next -m m.onnx
check "without images, next says how to add some" exited 1 \
    "p: has no images to ask about; add some: septum project add p --images SRC"
mkdir tiny
image tiny/a.png png8 15 40 3 7
septum project create small
septum project add small --images tiny --quiet
septum next small -m m.onnx
check "a model that fits no image is refused" exited 1 \
    "m.onnx: its window of 16 x 16 pixels is larger than all images of small"
septum project status small --json
check "and not taken into the project" json_is models 0
septum next p --lambda 2
check "lambda is at most 1" exited 2 "--lambda takes a number up to 1, not 2"
septum project add p --images pool --quiet
septum project add p --images test --labels truth --validation --quiet
check "images for validation are added" grep -q '^1 images added' "$out"
mkdir mixed
image mixed/a.png png8 40 40 3 7
image mixed/b.png png8 40 15 5 9
septum project add p --images mixed
check "images smaller than the net's window are refused" exited 1 \
    "mixed/b.png: 15 x 40 pixels, smaller than the window of 16 x 16"
septum project status p --json
check "and none is added then" json_is images 4
check "images for validation are scored on at once" \
    sh -c "grep -q '\"f_score\": 0\\.' '$out'"

# Other ways to measure and to choose, on a copy whose loans are in nobody's way.
cp p q
other() {
    septum next q --threads 1 --quiet "$@"
}
for search in auto greedy beam exact; do
    other --json --search $search --who $search
    check "next searches: $search" succeeded
done
for abundance in clusters density; do
    other --json --abundance $abundance
    check "next knows abundance: $abundance" succeeded
done
for novelty in none fade distinct both; do
    other --json --novelty $novelty --windows 2
    check "next knows novelty: $novelty" succeeded
done
for measure in once symmetries dropout; do
    other --json --measure $measure
    check "next measures: $measure" succeeded
done
other --rescale --calibrate
check "next calibrates and says so" grep -q "probabilities were calibrated (temperature" "$out"
other --search best
check "an unknown search is a misuse" exited 2 "--search takes one of auto|greedy|beam|exact, not \"best\""

next --json -o one --who ann
check "next succeeds" succeeded
check "next has the keys" json_has image windows side pixels objective uncertainty \
    abundance clusters all_windows runner_up why until
check "what next says agrees with itself" python3 - "$out" <<'PYTHON'
import json, sys
said = json.load(open(sys.argv[1]))
windows = said["windows"]
fits = (said["side"] == 16 and said["pixels"] == 256 * len(windows)
        and 1 <= len(windows) <= 6 and said["all_windows"] == 108
        and said["clusters"] == sorted(said["clusters"], reverse=True)
        and abs(said["objective"] - 0.8 * said["uncertainty"]
                - 0.2 * (1 - said["abundance"])) < 1e-6
        and said["runner_up"]["objective"] >= said["objective"]
        and said["image"] in said["why"])
joined = {tuple(windows[0])}
for _ in windows:
    joined |= {(r, c) for r, c in map(tuple, windows)
               if {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)} & joined}
sys.exit(0 if fits and len(joined) == len(windows) else f"# {said}")
PYTHON
image=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["image"])' "$out")
cp "$out" first
for file in image.png uncertainty.png abundance.png cluster-1.png region.png \
    proposal.png why.txt labels/$image.png; do
    check "next draws $file" [ -s one/$file ]
done
check "next draws one mask" [ "$(ls one/labels | wc -l)" -eq 1 ]
next -o one
check "pictures are not replaced" exited 1 "one/image.png: exists already"
next --json --who bob
check "another expert is asked elsewhere" python3 - first "$out" <<'PYTHON'
import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:3])
shared = {tuple(w) for w in a["windows"]} & {tuple(w) for w in b["windows"]}
sys.exit("# the same region" if a["image"] == b["image"] and shared else 0)
PYTHON
next --json -o one --who ann --force
check "the same expert is asked the same again" python3 - first "$out" <<'PYTHON'
import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:3])
sys.exit("# another region" if (a["image"], a["windows"]) != (b["image"], b["windows"])
         else 0)
PYTHON
check "and told it in words as well" grep -q "in image $image" one/why.txt

pixels=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pixels"])' first)
septum project import p --labels one/labels --who carl
check "who was not asked answers no region" \
    grep -qx "1 masks read: $pixels pixels recorded, 0 regions answered" "$out"
septum project import p --labels one/labels --who ann --seconds 30
check "import answers the region, all of it" \
    grep -qx "1 masks read: $pixels pixels recorded, 1 regions answered" "$out"
septum project status p --json
check "which is a round" json_is rounds 1 labelled_pixels "$pixels" expert_seconds 30
septum project import p --labels one/labels --who ann
check "and is answered once" \
    grep -qx "1 masks read: 0 pixels recorded, 0 regions answered" "$out"
septum project export p -o out
check "what was answered comes out" python3 "$here/same_png.py" one/labels/$image.png \
    out/labels/$image.png
check "with the model that proposed it" grep -q "^$image,.*,ann,.*,30.000,1,yes,1,import$" \
    out/labels.csv
check "and the model itself" cmp -s m.onnx out/model.onnx
next --json --who ann
check "the next question is another" python3 - first "$out" <<'PYTHON'
import json, sys
a, b = (json.load(open(path)) for path in sys.argv[1:3])
shared = {tuple(w) for w in a["windows"]} & {tuple(w) for w in b["windows"]}
sys.exit("# the same region" if a["image"] == b["image"] and shared else 0)
PYTHON


# Round after round into one folder: labels/ is what is asked now, and nothing else.
asked() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["image"])' "$out"
}
next --json -o one --who ann --force
second=$(asked)
check "a folder of an earlier round holds the new mask" [ "$(ls one/labels)" = "$second.png" ]
[ "$second" = "$image" ] || check "and the old one is kept aside" [ -s one/earlier/$image.png ]
for round in 3 4; do
    septum project import p --labels one/labels --who ann
    next --json -o one --who ann --force
    check "and so in round $round" [ "$(ls one/labels)" = "$(asked).png" ]
done
check "what was asked before is kept aside" [ -n "$(ls one/earlier)" ]

image all.png png8 96 96 255
for i in 000 001 002; do
    cp all.png $i.png
    septum project import p --labels $i.png --who dora
done
next
check "when all is labelled, nothing is left to ask" exited 1 "p: nothing is left to ask"
mv pool/000.png elsewhere.png
next
check "a missing image is told, and what would do" exited 1 \
    "is not there any more (image 000 of the project); if it was moved, run: septum project relink p --images SRC"

finish
