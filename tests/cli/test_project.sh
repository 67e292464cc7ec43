#!/bin/sh
# A project from its making to the masks that come out of it again.
. "$(dirname "$0")/tap.sh"

same() { # FILE FILE: images of equal pixels, however they are packed
    python3 "$here/same_png.py" "$1" "$2"
}

septum project
check "project alone says what is missing" exited 2 "what to do is missing"
septum project paint p
check "an unknown subcommand is told" exited 2 'there is no "project paint"'
septum project create
check "create wants a file" exited 2 "FILE is missing"
septum project add p
check "add wants images" exited 2 "--images SRC... is missing"
septum project add --images a p
check "the file stands before the sources" exited 2 "FILE is missing"
septum project add p --images a --validation
check "validation wants labels" exited 2 "--validation needs --labels SRC"

septum project status p
check "a project that is not there is told" exited 1 \
    "p: there is no such project; make it by: septum project create p"
septum project create p
check "create succeeds" succeeded
septum project create p
check "nothing is made twice" exited 1 "p: exists already"
septum project create q --from p
check "what is no model is told" exited 1 "septum project create: p: "
check "and leaves no project" [ ! -e q ]
septum project status p --json
check "status has the keys" json_has images validation_images labelled_pixels rounds \
    models expert_seconds f_score missing_files changed_files
check "an empty project is empty" json_is images 0 labelled_pixels 0 rounds 0 models 0 \
    expert_seconds 0 f_score null

mkdir images masks
for i in 1 2 10; do
    image images/$i.png png8 20 24 $i 3 77 $((i * 5))
    image masks/$i.png png8 20 24 0 255 255 127 $((i % 2 * 255))
done
septum project add p --images images
check "add succeeds" grep -qx '3 images added, 0 were there; 0 pixels labelled' "$out"
septum project add p --images images
check "add passes over what is there" \
    grep -qx '0 images added, 3 were there; 0 pixels labelled' "$out"
mkdir other
image other/2.png png8 20 24 9
septum project add p --images other
check "a second image of a name is refused" exited 1 \
    "other/2.png: the project has an image named 2 already"

septum project import p --labels masks --who ann --seconds 12.5
check "import succeeds" grep -q '^3 masks read: ' "$out"
septum project status p --json
check "what was imported is counted" json_is labelled_pixels 1152 expert_seconds 12.5 \
    rounds 0
septum project import p --labels masks
check "what is known is not recorded again" \
    grep -qx '3 masks read: 0 pixels recorded, 0 regions answered' "$out"
septum project export p -o out
check "export succeeds" succeeded
for i in 1 2 10; do
    check "mask $i comes out as it went in" same masks/$i.png out/labels/$i.png
done
check "no model, no model file" [ ! -e out/model.onnx ]
check "provenance has a header and a row an answer" [ "$(wc -l <out/labels.csv)" -eq 4 ]
check "which says who and how long" grep -q '^1,0,0,20,24,.*,ann,2.*Z,12.500,0,no,,import$' \
    out/labels.csv
septum project export p -o out
check "results are not replaced" exited 1 "out/labels/1.png: exists already"
septum project export p -o out --force
check "but with --force" succeeded

image 2.png png8 20 24 127
septum project import p --labels 2.png --who bob
septum project export p -o again
check "127 takes nothing back" same masks/2.png again/labels/2.png
image 2.png png8 20 24 255
septum project import p --labels 2.png --who 'Bob "B", Jr'
septum project export p -o later
check "later labels lie over earlier ones" same 2.png later/labels/2.png
check "and the earlier stay on record" [ "$(grep -c '^2,' later/labels.csv)" -eq 2 ]
check "names are quoted as CSV has it" grep -q ',"Bob ""B"", Jr",' later/labels.csv

image 2.png png8 20 24 0 255 93
septum project import p --labels 2.png
check "a soft brush is told, with its place" exited 1 \
    "2.png: row 0, column 2 has the value 93; a mask holds 255"
septum project import p --labels 2.png --unlabelled-value 93
check "and may be explained" succeeded
image none.png png8 20 24 0
septum project import p --labels none.png
check "a mask of no image is told" exited 1 \
    "none.png: the project has no image named none"
image 1.png png8 20 23 0
septum project import p --labels 1.png
check "a mask of another size is told" exited 1 \
    "1.png: has 23 x 20 pixels, but image 1 of the project 24 x 20"
septum project status p --json
cp "$out" before
mkdir mixed
image mixed/1.png png8 20 24 0
image mixed/10.png png8 20 24 7
septum project import p --labels mixed
check "masks go in all or none" exited 1 "mixed/10.png: row 0, column 0 has the value 7"
septum project status p --json
check "and none did" cmp -s before "$out"

mv images/1.png images/10.png .
image images/2.png png8 20 24 77
septum project status p --json
check "missing and changed images are counted" json_is missing_files 2 changed_files 1
septum project status p
check "and shown" grep -q '^MISSING  *2 files (see septum project relink)$' "$out"
mkdir moved
mv 1.png moved/first.png
septum project relink p --images moved
check "relink finds by content and tells what is missing" \
    grep -q '^1 files found, 2 still missing: first .*images/2.png$' "$out"
septum project status p --json
check "what was found is found" json_is missing_files 1 changed_files 1

echo 'not a project' >text
septum project status text
check "what is no project is told" exited 1 "text: is not a Septum project"
cp p torn
printf 'damage damage damage' | dd of=torn bs=1 seek=4096 conv=notrunc 2>/dev/null
septum project status torn
check "damage is told" exited 1 "torn: is damaged ("

finish
