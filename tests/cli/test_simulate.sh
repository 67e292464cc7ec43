#!/bin/sh
# septum simulate: the same bytes for the same seed, whole stacks, nothing overwritten.
. "$(dirname "$0")/tap.sh"

count_files() { # DIRECTORY COUNT
    [ "$(find "$1" -type f | wc -l)" -eq "$2" ]
}

for microscope in spim confocal; do
    septum simulate $microscope -o $microscope-a --count 3 --size 48 --seed 7
    check "$microscope succeeds" succeeded
    check "$microscope prints nothing on standard output" [ ! -s "$out" ]
    check "$microscope writes the images" count_files $microscope-a/images 3
    check "$microscope writes their masks" count_files $microscope-a/labels 3
    check "$microscope writes their cells" count_files $microscope-a/cells 3
    check "$microscope writes its parameters" grep -q '"seed": 7,' $microscope-a/parameters.json
    septum simulate $microscope --size=48 --seed=7 --count=3 -o $microscope-b --quiet
    check "$microscope with --quiet says nothing" [ ! -s "$err" ]
    check "$microscope repeats itself to the byte" diff -r $microscope-a $microscope-b
    septum simulate $microscope -o $microscope-c --count 3 --size 48 --seed 8 --quiet
    check "$microscope of another seed differs" \
        sh -c "! cmp -s $microscope-a/images/000.png $microscope-c/images/000.png"
done
check "slices are numbered with three digits" [ -f spim-a/images/002.png ]
check "the two microscopes differ" \
    sh -c '! cmp -s spim-a/images/000.png confocal-a/images/000.png'

septum simulate spim -o stage --count 1 --size 48 --seed 7 --cells 900 --weak 0 --merged 0 \
    --ghosts 0 --quiet
check "stage and difficulties are of choice" succeeded
parameters() {
    python3 -c 'import json, sys
found = json.load(open("stage/parameters.json"))
print(found["embryo"]["cells"] + found["embryo"]["gaps"], found["difficulties"])'
}
check "and recorded" [ "$(parameters)" = "900 {'weak': 0, 'merged': 0, 'ghosts': 0}" ]
septum simulate spim -o many --cells 1025
check "more cells than there is room for are refused" exited 1 \
    "a simulated embryo of 1025 cells: 1 to 1024 are possible"

cp -r spim-a before
septum simulate spim -o spim-a --count 2 --size 48 --quiet
check "an existing stack is refused" exited 1 \
    "spim-a: holds a simulated stack already; choose another directory or give --force"
check "an existing stack is left as it was" diff -r before spim-a
septum simulate spim -o spim-a --count 2 --size 48 --quiet --force
check "--force replaces it" succeeded
check "--force leaves no slice of the longer stack" count_files spim-a 7

: >file
septum simulate spim -o file/stack --count 1 --size 48 --quiet
check "what keeps a directory from being made is named" exited 1 "septum simulate: file: File exists"
mkdir mine
: >mine/images
septum simulate spim -o mine --count 1 --size 48 --quiet
check "a file in place of a directory is named" exited 1 "mine/images: "
check "the file is left alone" [ -f mine/images ]
septum simulate spim -o huge --count 1 --size 20000 --quiet
check "an absurd size is refused" exited 1 "septum simulate: "
check "and leaves nothing" [ ! -e huge ]

finish
