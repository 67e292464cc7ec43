#!/bin/sh
# Images larger than the memory that segment may take.
. "$(dirname "$0")/tap.sh"

large() {
    python3 "$here/large_image.py" "$@"
}

net='window16 conv5-16 pool2 conv3-16 pool2 FC-16 FC-1'
septum simulate confocal -o set --count 1 --size 64 --quiet
septum train --images set/images --labels set/labels -o model.onnx --net "$net" \
    --epochs 1 --threads 1 --quiet
check "there is a model" [ -s model.onnx ]
# All of the image, its maps and the tiles of the default would take twice as much.
septum simulate confocal -o big --count 1 --size 1200 --quiet
image=big/images/000.png
base=000
septum segment -m model.onnx "$image" -o plain --quiet --threads 1
check "the default does it" succeeded
peak=$(large peak "$SEPTUM" segment -m model.onnx "$image" -o bounded --memory 40M \
    --mask --uncertainty --quiet --threads 1)
check "so do 40 MiB" [ -s "bounded/$base.tif" -a -s "bounded/$base-mask.png" ]
check "which are not exceeded ($peak MiB)" [ "$peak" -le 40 ]
difference=$(large differ "plain/$base.tif" "bounded/$base.tif")
check "with the same result ($difference)" \
    python3 -c "import sys; sys.exit(not $difference <= 1e-5)"
septum segment -m model.onnx "$image" -o tiled --tile 36 --quiet --threads 1
difference=$(large differ "plain/$base.tif" "tiled/$base.tif")
check "whatever the tile ($difference)" \
    python3 -c "import sys; sys.exit(not $difference <= 1e-5)"

cp set/images/000.png small.png
septum segment -m model.onnx small.png "$image" -o never --cells --quiet --memory 50M
check "cells that memory does not bear are refused" exited 1 \
    "$image: cutting its 1200 x 1200 pixels into cells takes "
check "before anything is written" [ ! -e never ]
enough=$(sed 's/.* takes \([0-9]*\) MiB.*/\1/' "$err")
peak=$(large peak "$SEPTUM" segment -m model.onnx "$image" -o cells --memory "${enough}M" \
    --cells --quiet --threads 1)
check "what it says is enough ($peak of $enough MiB)" \
    [ -s "cells/$base-cells.tif" -a "$peak" -le "$enough" ]

large strips wide.tif 9000 300
peak=$(large peak "$SEPTUM" segment -m model.onnx wide.tif -o wide --memory 40M \
    --quiet --threads 1)
check "a wide TIFF stays inside, too ($peak MiB)" [ -s wide/wide.tif -a "$peak" -le 40 ]
septum segment -m model.onnx wide.tif -o never --memory 33M --quiet
check "too little is refused by name" exited 1 \
    "wide.tif: the smallest tile needs "
check "and leaves nothing" [ ! -e never ]
large one strip.tif 3000 400
septum segment -m model.onnx strip.tif -o never --memory 34M --quiet
check "as is a file that must be read at once" exited 1 \
    "strip.tif: reading it takes "
check "and leaves nothing, either" [ ! -e never ]
finish
