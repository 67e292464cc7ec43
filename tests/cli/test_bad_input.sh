#!/bin/sh
# What is wrong with the user's files is told in one sentence that names the file, with
# exit status 1, and nothing half-done is left behind.
. "$(dirname "$0")/tap.sh"

# ---- good files, to be spoilt one at a time ----------------------------------------

septum simulate spim -o good --count 2 --size 96 --seed 1 --quiet
cp good/images/000.png image.png
cp good/labels/000.png label.png
small='window16 conv3-4 pool2 conv3-4 FC-8 FC-1'
septum train --images image.png --labels label.png -o model.onnx --quiet \
    --net "$small" --epochs 1 --threads 1
check "a small model can be trained" [ -s model.onnx ]

mkdir empty
image image.tif tiff8 96 96 ramp
head -c 900 image.png >cut.png
head -c 5000 image.tif >cut.tif
image colour.png pngrgb 96 96 ramp
image blank.png png8 96 96 0
image twenty.png png8 20 20 ramp
image twenty-label.png png8 20 20 255 0 0
image ten.png png8 10 10 ramp
image notes.png png8 2 2 0
echo 'these are notes' >notes.txt
cp notes.txt notes.png
mkdir folder
echo 'ir_version: 7' >text.onnx
# Protobuf by hand: ir_version 7, producer "other", a graph named "g" and nothing in it.
printf '\010\007\022\005other\072\003\022\001g' >other.onnx
head -c 3000 model.onnx >cut.onnx

# train_fails TEXT OPTION...: with defaults for what the options do not say.
train_fails() {
    text=$1
    shift
    septum train -o trained/model.onnx --log trained/log.csv --epochs 1 --threads 1 \
        --quiet "$@"
    check "train $*" exited 1 "$text"
    check "... leaves nothing behind" holds_no_file trained
}

segment_fails() { # TEXT ARGUMENT...
    text=$1
    shift
    septum segment -o segmented --mask --threads 1 --quiet "$@"
    check "segment $*" exited 1 "$text"
    check "... leaves nothing behind" holds_no_file segmented
}

mkdir trained

# ---- images -------------------------------------------------------------------------

for bad in missing.png empty cut.png cut.tif colour.png notes.png notes.txt; do
    train_fails "$bad" --net "$small" --images $bad --labels label.png
    train_fails "$bad" --net "$small" --images image.png --labels $bad
    train_fails "$bad" --net "$small" --images image.png --labels label.png \
        --validate-images image.png --validate-labels $bad
    segment_fails "$bad" -m model.onnx $bad
    septum score --truth label.png --probability $bad
    check "score --probability $bad" exited 1 "$bad"
    septum score --truth $bad --probability image.png
    check "score --truth $bad" exited 1 "$bad"
done

# An image that comes after a good one must not cost the good one's result, but must be
# told all the same: headers are looked at before work begins.
segment_fails colour.png -m model.onnx image.png colour.png

train_fails twenty.png --net "$small" --images image.png --labels twenty.png
train_fails label.png --net "$small" --images twenty.png --labels label.png
train_fails "membrane" --net "$small" --images image.png --labels blank.png
train_fails "64" --images twenty.png --labels twenty-label.png
segment_fails ten.png -m model.onnx ten.png
segment_fails "--memory 256M" -m model.onnx image.png --memory 1
septum segment -m model.onnx -o segmented 'no
file.png'
check "a name of two lines is told in one" exited 1 'no?file.png: No such file'

# ---- models -------------------------------------------------------------------------

for bad in missing.onnx folder text.onnx other.onnx cut.onnx image.png; do
    segment_fails "$bad" -m $bad image.png
    train_fails "$bad" --images image.png --labels label.png --from $bad
    septum model info $bad
    check "model info $bad" exited 1 "$bad"
    septum score --truth label.png --probability image.png -m $bad
    check "score -m $bad" exited 1 "$bad"
done

# ---- outputs ------------------------------------------------------------------------

echo precious >taken.onnx
septum train --images image.png --labels label.png -o taken.onnx --net "$small" --epochs 1 \
    --quiet
check "an existing model is refused" exited 1 "taken.onnx: exists already"
check "... and left as it was" grep -qx precious taken.onnx
septum train --images image.png --labels label.png -o nowhere/model.onnx --net "$small" \
    --epochs 1 --quiet
check "a model in no directory is refused" exited 1 "nowhere"
mkdir segmented
echo precious >segmented/image.tif
septum segment -m model.onnx image.png -o segmented --quiet
check "an existing result is refused" exited 1 "segmented/image.tif: exists already"
check "... and left as it was" grep -qx precious segmented/image.tif
rm -r segmented
echo precious >segmented
septum segment -m model.onnx image.png -o segmented --quiet
check "a file in place of the directory is refused" exited 1 "segmented"
check "... and left as it was" grep -qx precious segmented
rm segmented
mkdir twins
cp image.png twins/image.png
segment_fails "image" -m model.onnx image.png twins/image.png
septum train --images image.png --labels label.png -o m.onnx --net nonsense --quiet
check "a net that cannot be is refused" exited 1 "nonsense"

# ---- files that may not be read -----------------------------------------------------

# Permission does not bind root, so root asks in somebody else's name.
as_user=
[ "$(id -u)" -ne 0 ] || as_user='setpriv --reuid=65534 --regid=65534 --clear-groups'
cp image.png locked.png
cp model.onnx locked.onnx
chmod 000 locked.png locked.onnx
chmod 755 "$work"
mkdir open
chmod 777 open
if $as_user "$SEPTUM" --version >/dev/null 2>&1 &&
    ! $as_user cat locked.png >/dev/null 2>&1; then
    refused() { # NAME FILE ARGUMENT...
        test=$1
        locked=$2
        shift 2
        $as_user "$SEPTUM" "$@" --quiet >"$out" 2>"$err" </dev/null
        status=$?
        check "$test" exited 1 "$locked: Permission denied"
        check "... and nothing is left" holds_no_file open
    }
    refused "train from a locked image" locked.png train --images locked.png \
        --labels label.png -o open/m.onnx --net "$small" --epochs 1
    refused "segment a locked image" locked.png segment -m model.onnx locked.png -o open
    refused "segment with a locked model" locked.onnx segment -m locked.onnx image.png \
        -o open
    chmod 555 open
    refused "train into a locked directory" open/m.onnx train --images image.png \
        --labels label.png -o open/m.onnx --net "$small" --epochs 1
    refused "segment into a locked directory" open/image.tif segment -m model.onnx \
        image.png -o open
    refused "simulate into a locked directory" open/images simulate spim -o open --count 1 \
        --size 32
    $as_user "$SEPTUM" project create open/p >"$out" 2>"$err"
    status=$?
    check "a project in a locked directory" exited 1 "open/p: Permission denied"
else
    skip "files that may not be read" "cannot take the place of another user"
fi

# ---- a full disk --------------------------------------------------------------------

mkdir disk
if mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
    trap 'umount "$work/disk"; rm -rf "$work"' EXIT
    head -c 56000 /dev/zero >disk/filler
    full() { # NAME ARGUMENT...
        test=$1
        shift
        mkdir -p disk/results
        septum "$@" --quiet
        check "$test" exited 1 "No space left on device"
        check "... and nothing is left" holds_no_file disk/results
    }
    full "train onto a full disk" train --images image.png --labels label.png \
        -o disk/results/m.onnx --net 'conv5-16 pool2 conv5-16 pool2 FC-16 FC-1' --epochs 1
    full "segment onto a full disk" segment -m model.onnx image.png -o disk/results
    full "simulate onto a full disk" simulate spim -o disk/results/stack --count 2 \
        --size 200
else
    skip "a full disk" "cannot mount a small one"
fi

finish
