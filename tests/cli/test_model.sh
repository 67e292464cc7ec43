#!/bin/sh
# A model from train to info, segment and score, and what --json says of it and of the
# machine.
. "$(dirname "$0")/tap.sh"

septum simulate spim -o stack --count 3 --size 96 --seed 2 --quiet
net='window16 conv3-4 pool2 conv3-6 FC-8 FC-1'
train() {
    septum train --images stack/images --labels stack/labels --net "$net" --epochs 2 \
        --threads 1 --quiet "$@"
}

train -o model.onnx --log log.csv
check "train succeeds" succeeded
check "train prints nothing on standard output" [ ! -s "$out" ]
check "train --quiet says nothing" [ ! -s "$err" ]
check "train writes a header and a row an epoch" [ "$(wc -l <log.csv)" -ge 3 ]
train -o again.onnx
check "the same training gives the same bytes" cmp -s model.onnx again.onnx
train -o other.onnx --seed 1
check "another seed gives others" sh -c '! cmp -s model.onnx other.onnx'
cp model.onnx before.onnx
train -o other.onnx --force
check "--force replaces a model" cmp -s model.onnx other.onnx

# What could not be written is told before there is something to write, and what is read
# or is no file is never written over.
train -o no/where.onnx
check "a model's folder must be there" exited 1 "no/where.onnx: No such file or directory"
mkdir folder
train -o folder --force
check "and its name no folder" exited 1 "folder: is no file that could be replaced"
train -o stack/images/000.png --force
check "no image is written over" exited 1 "stack/images/000.png: is read from"
echo notes >notes.csv
train -o logged.onnx --log notes.csv
check "nor a file that is there, by a log" exited 1 "notes.csv: exists already"
check "which is as it was" [ "$(cat notes.csv)" = notes ]
train -o logged.onnx --log stack/labels/000.png --force
check "nor a mask" exited 1 "stack/labels/000.png: is read from"
train -o logged.onnx --log logged.onnx
check "model and log are two files" exited 1 "logged.onnx: cannot be the model and the log"
check "and none of these left a model" [ ! -e logged.onnx ]
train -o logged.onnx --log notes.csv --force
check "--force replaces a log" grep -q '^epoch,' notes.csv

septum train --images stack/images --labels stack/labels --net "$net" --epochs 2 \
    --threads 1 -o loud.onnx
check "without --quiet, milestones are lines" grep -q '^ *[0-9]* %  ' "$err"
check "and hold no escape sequences" sh -c "! grep -q '$(printf '\033')' '$err'"

septum model info model.onnx --json
check "model info has the keys" json_has net window layers parameters threshold \
    trained_epochs trained_windows symmetries normalisation history
# 3*3*1*4+4 + 3*3*4*6+6 + 5*5*6*8+8 + 8+1
check "model info counts" json_is window 16 layers 4 parameters 1479 trained_epochs 2 \
    symmetries 8 net "$net"
septum model info model.onnx
check "model info for people" grep -q "^parameters  *1479$" "$out"

train -o mirrored.onnx --symmetries mirror
check "train --symmetries succeeds" succeeded
septum model info mirrored.onnx --json
check "and the model keeps it" json_is symmetries 2
septum segment -m mirrored.onnx stack/images -o once --quiet
septum segment -m mirrored.onnx stack/images -o twice --average --quiet
check "segment --average succeeds" succeeded
check "and is another map than without" sh -c '! cmp -s once/000.tif twice/000.tif'

train -o moved.onnx --from model.onnx --transfer 2 --freeze
check "train --from succeeds" succeeded
train -o moved-all.onnx --from model.onnx --transfer all
check "train --transfer all succeeds" succeeded
septum model info moved-all.onnx
check "and says how much of the source model is left" \
    grep -Eq "what was learnt weighs 0\.[0-9][0-9],|untouched, the source model" "$out"
septum model info moved.onnx
check "which is nothing where layers are new" sh -c "! grep -q weighs '$out'"
septum train --images stack/images --labels stack/labels --epochs 1 --threads 1 --quiet \
    --from model.onnx -o moved-net.onnx
septum model info moved-net.onnx --json
check "without --net the source model's is taken" json_is net "$net"
septum train --images stack/images --labels stack/labels --epochs 1 --threads 1 --quiet \
    --from model.onnx --pixel-size half -o half.onnx
check "train --pixel-size half succeeds" succeeded
septum model info half.onnx --json
check "its net sees images at half their size" json_is window 32 \
    net "window32 mean2 conv3-4 pool2 conv3-6 FC-8 FC-1"
septum segment -m half.onnx -o halves stack/images/000.png --quiet --threads 1
check "and writes maps of their whole size" sh -c "[ -s halves/000.tif ]"
septum train --images stack/images --labels stack/labels --epochs 1 --threads 1 --quiet \
    --from half.onnx --pixel-size half -o quarter.onnx
septum model info quarter.onnx --json
check "a second time at a quarter" json_is window 64 \
    net "mean4 conv3-4 pool2 conv3-6 FC-8 FC-1"
septum project create halves.septum --from model.onnx --pixel-size half
check "project create --pixel-size half succeeds" succeeded
septum project add halves.septum --images stack/images
septum next halves.septum -o halves-asked --threads 1
check "and a region can be asked about" succeeded
septum project export halves.septum -o halves-out
septum model info halves-out/model.onnx --json
check "its model sees half the size" json_is window 32 \
    net "window32 mean2 conv3-4 pool2 conv3-6 FC-8 FC-1"
septum project create none.septum --pixel-size half
check "without a model that is refused" exited 2 "septum project create: --pixel-size needs"
septum project create whole.septum --from model.onnx
septum project add whole.septum --images stack/images
septum next whole.septum -m half.onnx -o whole-asked --threads 1
check "next takes a model of other pixels" succeeded
septum train --images stack/images --labels stack/labels --epochs 1 --threads 1 \
    --from quarter.onnx --pixel-size half -o never.onnx
check "images too small for half the size are refused" exited 1 \
    "septum train: half the size needs images of 128 x 128"
train -o never.onnx --from model.onnx --transfer 9
check "more layers than there are cannot be moved" exited 1 "septum train: "

# Hardly tuned, with new layers: worse than what it began with, which is kept.
judged='--validate-images stack/images --validate-labels stack/labels --threads 1'
septum train --images stack/images --labels stack/labels --net "$net" --epochs 30 \
    --symmetries mirror --threads 1 --quiet -o good.onnx
septum train --images stack/images --labels stack/labels $judged --from good.onnx \
    --transfer 1 --epochs 0.1 -o kept.onnx
check "a tuned net that is worse is not handed out" grep -q \
    '100 %  untouched, the source model is better' "$err"
septum segment -m good.onnx -o good stack/images/000.png --quiet --threads 1
septum segment -m kept.onnx -o kept stack/images/000.png --quiet --threads 1
check "but the source model" cmp -s good/000.tif kept/000.tif
septum model info kept.onnx --json
check "with the symmetries that it learnt under" json_is symmetries 2
septum train --images stack/images --labels stack/labels $judged --from model.onnx \
    --epochs 20 -o tuned.onnx
check "one that is better is" sh -c "[ -s tuned.onnx ] && ! grep -q untouched,.the '$err'"

septum segment -m model.onnx stack/images -o maps --mask --uncertainty --quiet --threads 1
check "segment succeeds" succeeded
check "segment prints nothing on standard output" [ ! -s "$out" ]
for name in 000 001 002; do
    check "segment writes all of $name" \
        [ -s maps/$name.tif -a -s maps/$name-mask.png -a -s maps/$name-uncertainty.tif ]
done
septum segment -m model.onnx stack/images -o cut --mask --cells --quiet --threads 1
check "segment --cells succeeds" succeeded
check "segment --cells writes numbers" [ -s cut/000-cells.tif -a -s cut/002-cells.tif ]
cp cut/001-cells.tif before.tif
septum segment -m model.onnx stack/images/001.png -o cut --cells --quiet --threads 2 \
    --tile 24 --mask
check "segment replaces no cells" exited 1 "cut/001.tif: exists already"
septum segment -m model.onnx stack/images/001.png -o cut2 --cells --quiet --threads 2
check "segment --cells is the same on any number of threads" \
    cmp -s cut2/001-cells.tif before.tif
septum score --truth stack/labels --cells cut --json
check "score takes the cells of a folder" json_is images 3 f_score null
septum score --truth stack/labels --probability cut --json
check "and its maps, without the cells" json_is images 3
septum segment -m model.onnx stack/images/000.png -o never --min-cell 9
check "how to cut without --cells is refused" exited 1 "how to cut cells is said"
septum segment -m model.onnx stack/images/000.png -o coarse --cells --min-cell 9999 \
    --cell-depth 1 --quiet
septum score --truth stack/labels/000.png --cells coarse/000-cells.tif --json
check "--min-cell is used" succeeded
check "and cells too small are none" python3 -c 'import sys
sys.exit(len(open("coarse/000-cells.tif", "rb").read()) >=
         len(open("cut/000-cells.tif", "rb").read()))'

septum segment -m model.onnx stack/images/000.png stack/images/001.png --output=tiled \
    --tile 24 --memory 200M --quiet --threads 1
check "segment takes files, tile and memory" [ -s tiled/000.tif -a -s tiled/001.tif ]
septum score --truth stack/labels --probability maps --json
check "score passes over the masks and uncertainty maps beside" json_is images 3
mkdir own
cp maps/000.tif own/raw.tif
septum segment -m model.onnx own -o own --force --quiet --threads 1
check "segment writes over no image of its own" exited 1 "own/raw.tif: is read from"
check "which is as it was" cmp -s maps/000.tif own/raw.tif
septum segment -m model.onnx -o averaged stack/images/000.png --average --quiet
check "segment --average succeeds" [ -s averaged/000.tif ]

keys='images pixels threshold precision recall f_score best_f_score best_threshold
    best_pixel_error v_rand v_info best_v_rand best_v_rand_threshold best_v_info
    best_v_info_threshold pixel_error'
mkdir probabilities
cp maps/00?.tif probabilities
septum score --truth stack/labels --probability probabilities --json -m model.onnx
check "score reads what segment writes" succeeded
check "score -m adds the model's own threshold" json_has $keys model_threshold \
    model_f_score model_pixel_error model_v_rand model_v_info
septum model info model.onnx --json
threshold=$(python3 -c 'import json, sys
print(round(json.load(open(sys.argv[1]))["threshold"], 3))' "$out")
septum score --truth stack/labels --probability probabilities --json -m model.onnx \
    --threshold "$threshold"
check "which is the one that model info tells" json_is model_threshold "$threshold" \
    threshold "$threshold"

septum model info model.onnx --filters filters.png --json
check "model info --filters still prints" json_has net window layers parameters threshold \
    trained_epochs trained_windows symmetries normalisation history
check "and draws" sh -c "head -c 4 filters.png | grep -q PNG"
septum model info model.onnx --filters filters.png
check "an existing picture is refused" exited 1 "filters.png: "
septum model info model.onnx --filters filters.png --force
check "unless forced" succeeded
cp model.onnx before.onnx
ln model.onnx another-name.onnx
for name in model.onnx another-name.onnx; do
    septum model info model.onnx --filters $name --force
    check "but not over the model itself" exited 1 "$name: is read from"
done
check "which is as it was" cmp -s before.onnx model.onnx

septum model export model.onnx -o package.zip
check "model export succeeds" succeeded
check "and prints nothing" [ ! -s "$out" -a ! -s "$err" ]
python3 - <<'PYTHON'
import zipfile
with zipfile.ZipFile("package.zip") as package:
    assert package.testzip() is None
    package.extractall("package")
PYTHON
check "the package is whole" [ $? -eq 0 ]
check "and holds these files" [ "$(ls package | tr '\n' ' ')" = \
    "README.md cover.png rdf.yaml test_input.npy test_output.npy weights.onnx " ]
check "the model as it is" cmp -s package/weights.onnx model.onnx
check "under a name that tells it" grep -q '^name: "Septum membrane ConvNet model"$' \
    package/rdf.yaml
for name in README.md cover.png test_input.npy test_output.npy weights.onnx; do
    check "and the digest of $name" grep -qF \
        "{source: $name, sha256: $(sha256sum <package/$name | cut -d ' ' -f 1)" \
        package/rdf.yaml
done
check "no license that nobody gave" sh -c '! grep -q ^license package/rdf.yaml'
check "its page tells how to validate" grep -q '^# Validation$' package/README.md
check "and the history" grep -q '^- trained 2 epochs' package/README.md
septum model info package/weights.onnx
check "Septum reads the model in it" succeeded
TZ=Asia/Tokyo septum model export model.onnx -o again.zip
check "the same model gives the same bytes" cmp -s package.zip again.zip
septum model export other.onnx -o package.zip
check "an existing package is refused" exited 1 "package.zip: exists already"
check "and is as it was" cmp -s package.zip again.zip
septum model export half.onnx -o package.zip --force --license CC0-1.0
check "unless forced" succeeded
check "which replaces it" sh -c '! cmp -s package.zip again.zip'
septum model export model.onnx -o model.onnx --force
check "a model is not written over by its package" exited 1 "model.onnx: is read from"
check "and is as it was, too" cmp -s before.onnx model.onnx
septum model export log.csv -o never.zip
check "what is no model is not packed" exited 1 "log.csv: "
septum model export nowhere.onnx -o never.zip
check "nor what is not there" exited 1 "nowhere.onnx: No such file"
septum model export model.onnx -o no/where.zip
check "a folder that is not there is told" exited 1 "no/where.zip: No such file"
septum model export model.onnx -o folder --force
check "and a folder is not replaced" exited 1 "folder: is no file"
septum model export model.onnx -o never.zip --license "my own"
check "a license is one of the list" exited 1 'the license "my own" cannot be one'
(
    ulimit -f 8 # blocks of 512 bytes: as on a disk that is full
    trap '' XFSZ
    septum model export model.onnx -o never.zip
    echo $status >full.status
)
status=$(cat full.status)
check "a file that cannot be written whole is told" exited 1 "never.zip: "
check "and none of these left anything" holds_no_file never.zip never.zip.*.part

septum bench --json --quiet --net "$net" --tile 32 --threads 1
check "bench succeeds" succeeded
check "bench has the keys" json_has peak_gflops dense_pixels_per_second \
    patch_windows_per_second train_pixels_per_second dense_gflops train_gflops isa threads \
    precision largest_difference dense_over_patch dense_over_peak train_over_peak \
    patch_train_windows_per_second train_dense_over_patch best_tile
check "bench counts its threads" json_is threads 1
check "the two forms of the net agree" json_is largest_difference 0
check "with --tile it tries no other" json_is best_tile null
check "and keeps none" [ ! -e "$XDG_CACHE_HOME" ]
septum bench --json --quiet --net "$net" --threads 1
check "without it, it does" sh -c "grep -Eq '\"best_tile\": *[1-9]' \"$out\""
check "and keeps what it found" [ -d "$XDG_CACHE_HOME/septum" ]

finish
