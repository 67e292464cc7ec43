#!/bin/sh
# septum experiment: its files and columns, its refusals, and that it goes on where it
# was stopped.
. "$(dirname "$0")/tap.sh"

septum simulate spim -o source --count 2 --size 96 --seed 2 --quiet
septum simulate confocal -o target --count 5 --size 160 --seed 3 --quiet
net='window32 conv3-4 pool2 conv4-4 pool2 FC-8 FC-8 FC-1'
septum train --images source/images --labels source/labels --net "$net" --epochs 1 \
    --symmetries mirror --threads 1 --quiet -o source.onnx
check "a source model can be trained" succeeded

target='--target-images target/images --target-labels target/labels --threads 1 --quiet'
experiment() {
    septum experiment $target --epochs 2 --epoch-steps 3 "$@"
}

experiment -o results --source source.onnx --labelled 0-1 --pool 2-3 --test 4
check "experiment succeeds" succeeded
check "experiment prints nothing on standard output" [ ! -s "$out" ]
for file in curves.csv figure.svg report.html; do
    check "experiment writes $file" [ -s results/$file ]
done
check "curves.csv has its columns" grep -qx \
    'strategy,seed,epoch,f_score,precision,recall,labelled_pixels,expert_seconds,train_seconds,v_rand,v_info,best_f_score' \
    results/curves.csv
for strategy in frozen finetune expert; do
    check "curves.csv follows $strategy over the epochs" \
        [ "$(grep -c "^$strategy,0," results/curves.csv)" -eq 3 ]
done

# Times are never the same twice; everything before them must be.
without_times() {
    cut -d, -f 1-7 "$1/curves.csv"
}
repeats() { # DIRECTORY DIRECTORY
    [ -s "$1/curves.csv" ] && [ "$(without_times "$1")" = "$(without_times "$2")" ]
}
experiment -o again --source source.onnx --labelled 0-1 --pool 2-3 --test 4
check "the same experiment gives the same curves" repeats results again

cp results/report.html before.html
experiment -o results --source source.onnx --labelled 0-1 --pool 2-3 --test 4
check "existing results are refused" exited 1 "results/report.html: exists already"
check "and left as they were" cmp -s before.html results/report.html
experiment -o results --source source.onnx --labelled 0-1 --pool 2-3 --test 4 --force \
    --strategies finetune --seeds 2 --transfer all
check "--force replaces them" succeeded
check "--strategies and --seeds are followed" [ "$(sed 1d results/curves.csv |
    cut -d, -f 1,2 | sort -u | tr '\n' ' ')" = "finetune,0 finetune,1 " ]

experiment -o never --source source.onnx --labelled 0 --pool 2 --test 4 --transfer 9
check "more layers than there are cannot be moved" exited 1 "transfer: 9 layers are wanted"
check "and nothing is written then" [ ! -e never ]

# Of the labelled images' windows, one: 32 x 32 pixels.
experiment -o few --source source.onnx --labelled 0-1 --pool 2 --test 4 \
    --strategies source,scratch,all --labelled-windows 1
check "--labelled-windows leaves the labels of so many" [ "$(sed 1d few/curves.csv |
    awk -F, '$3 == 0 { print $1 "," $7 }' | tr '\n' ' ')" = "source,1024 scratch,1024 all,26624 " ]
for trial in 'source 2' 'scratch 8'; do
    septum model info few/${trial% *}-seed0.onnx --json
    check "the model of ${trial% *} keeps the symmetries it learnt under" \
        json_is symmetries ${trial#* }
done

# Windows that teach nothing: every third pixel of image 1 is unknown, 0 has one class.
mkdir poor
image poor/000.png png8 160 160 0
for i in 1 2 3 4; do
    image poor/00$i.png png8 160 160 0 255 127
done
poor() {
    septum experiment --target-images target/images --target-labels poor \
        --unlabelled-value 127 --source source.onnx --pool 2-3 --test 4 --quiet -o poor \
        --labelled-windows 2 "$@"
}
poor --labelled 1
check "labelled windows that there are not are refused" exited 1 \
    "labelled windows: none of 32 x 32 pixels is wholly labelled"
poor --labelled 0-1
check "and such as hold one class" exited 1 \
    "labelled windows: the first 2 drawn hold no membrane; ask for more"

# Stopped, then resumed: the same curves.
timeout --foreground --preserve-status -s INT 0.3 "$SEPTUM" experiment $target \
    --epochs 2 --epoch-steps 3 -o parts --source source.onnx --labelled 0-1 --pool 2-3 \
    --test 4 --seeds 500 >"$out" 2>"$err" </dev/null
status=$?
stopped_with_advice() {
    [ "$status" -eq 3 ] && grep -qF 'stopped; run the same command with --resume' "$err"
}
check "experiment stops at SIGINT" stopped_with_advice
experiment -o parts --source source.onnx --labelled 0-1 --pool 2-3 --test 4
check "and does not begin anew unasked" exited 1 \
    "parts/settings.txt: an experiment was interrupted here; go on with it by --resume"
experiment -o parts --source source.onnx --labelled 0-1 --pool 2-3 --test 4 --resume
check "experiment goes on" succeeded
check "an experiment in parts gives the same curves" repeats again parts

refused() { # TEXT ARGUMENT...
    text=$1
    shift
    experiment -o refused "$@"
    check "experiment $*" exited 1 "$text"
    check "... writes no results" holds_no_file refused
}
refused 'missing.onnx: No such file' --source missing.onnx --labelled 0 --pool 1 --test 2
refused '0-9' --source source.onnx --labelled 0-9 --pool 1 --test 2
refused '--pool one: not a range' --source source.onnx --labelled 0 --pool one --test 2
refused 'pool' --source source.onnx --labelled 0-2 --pool 2-3 --test 4
refused '"guess"' --source source.onnx --labelled 0 --pool 1 --test 2 --strategies guess
refused 'cellular' --source source.onnx --labelled 0 --pool 1 --test 2 --preset cellular

# Rivals, and other ways to measure and to choose.
experiment -o rivals --source source.onnx --labelled 0-1 --pool 2-3 --test 4 --seeds 2 \
    --strategies expert,entropy,margin,bald,coreset,image --search beam --novelty both \
    --measure symmetries --rescale --calibrate --windows 2
check "the rivals can be compared" succeeded
check "comparison.csv has a line for each" [ "$(cut -d, -f 1,2 rivals/comparison.csv |
    tr '\n' ' ')" = "strategy,seeds expert,2 entropy,2 margin,2 bald,2 coreset,2 image,2 " ]
check "the report compares them on the way" grep -q "On the way there" rivals/report.html
check "and draws whether their probabilities mean what they say" \
    grep -q "coreset: temperature" rivals/report.html
check "the settings are noted" grep -q "^choosing: lambda 0.8, 2 to 2 windows" rivals/settings.txt
experiment -o rivals --source source.onnx --labelled 0-1 --pool 2-3 --test 4 --seeds 2 \
    --strategies expert --lambda 0.5 --resume
check "an experiment of other settings is not gone on with" exited 1 \
    "rivals/settings.txt: the experiment there was begun with other settings or data"
experiment -o rivals --source source.onnx --labelled 0-1 --pool 2-3 --test 4 \
    --strategies expert --measure twice
check "an unknown measure is a misuse" exited 2 "--measure takes one of once|symmetries|dropout, not \"twice\""

finish
