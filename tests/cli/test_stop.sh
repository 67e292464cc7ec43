#!/bin/sh
# Ctrl-C: work stops at a safe point with exit status 3, what is written is whole, and
# training goes on from there as if nothing had happened; so it does after kill -9.
. "$(dirname "$0")/tap.sh"

# stopped SIGNAL SECONDS ARGUMENT...: run, and send the signal after so long.
stopped() {
    signal=$1
    after=$2
    shift 2
    timeout --foreground --preserve-status -s "$signal" "$after" \
        "$SEPTUM" "$@" >"$out" 2>"$err" </dev/null
    status=$?
}

# The last sentence; milestones may stand before it.
says_last() {
    [ "$status" -eq 3 ] && [ ! -s "$out" ] && tail -n 1 "$err" | grep -qF -e "$1"
}

for signal in INT TERM; do
    stopped $signal 0.5 simulate confocal -o stack-$signal --count 10000 --size 256 --quiet
    check "simulate stops at SIG$signal" says_last "septum simulate: stopped; "
    check "simulate left no parameters, as the stack is not whole" \
        [ ! -e stack-$signal/parameters.json ]
    check "simulate left no temporary file" \
        [ -z "$(find stack-$signal -name '*.part')" ]
done

# The first asks for a safe point, the second waits for none.  A slice of this size
# takes far longer than the test.
mkdir twice
check "a second SIGINT stops at once" python3 - "$SEPTUM" <<'PYTHON'
import signal, subprocess, sys, time
# A shell that runs us in the background has us ignore SIGINT, which is handed down.
run = subprocess.Popen([sys.argv[1], "simulate", "confocal", "-o", "twice", "--size", "8000",
                        "--quiet"],
                       preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
time.sleep(0.5)
run.send_signal(signal.SIGINT)
time.sleep(0.3)
waited = run.poll() is None
# On a busy machine two signals may arrive as one, so more than a second may be needed.
for _ in range(50):
    if run.poll() is not None:
        break
    run.send_signal(signal.SIGINT)
    time.sleep(0.2)
ended = run.poll()
run.kill()
sys.exit(0 if waited and ended == -signal.SIGINT else f"# ended with {ended}")
PYTHON
check "and leaves no slice that is not whole" \
    [ -z "$(find twice -name '*.png')" ]

septum simulate spim -o stack --count 2 --size 128 --seed 3 --quiet
training='--images stack/images --labels stack/labels --threads 1 --seed 5 --epochs 20'
net='window16 conv3-8 pool2 conv3-8 FC-16 FC-1'
began=$(date +%s%N)
septum train $training --net "$net" -o whole.onnx --quiet
check "train in one go" succeeded
check "train leaves no checkpoint" [ ! -e whole.onnx.checkpoint ]
part=$(awk "BEGIN { print 0.1 + 0.3 * ($(date +%s%N) - $began) / 1e9 }")

# Long enough to be stopped on any machine; the same training otherwise.
stopped INT 1 train --images stack/images --labels stack/labels --threads 1 \
    --epochs 100000 --net "$net" -o long.onnx --log long.csv
check "train stops at SIGINT" says_last \
    "septum train: stopped; run the same command with --resume to go on"
check "train leaves a checkpoint" [ -s long.onnx.checkpoint ]
check "train leaves no model yet" [ ! -e long.onnx ]

# in_parts SIGNAL STATUS MODEL: stop the same training again and again, after part of its
# time, until it is through; an interrupted part ends with that status.  Where the
# machine has become so much faster that one part is enough, smaller parts are tried; and
# where the last part was killed with its model written, but its checkpoint not yet
# removed, all is done again.
in_parts() {
    share=$part
    for attempt in 1 2 3 4 5; do
        rounds=0
        resume=
        rm -f "$3" "$3.checkpoint"
        while [ ! -e "$3" ] && [ $rounds -lt 200 ]; do
            stopped "$1" $share train $training --net "$net" -o "$3" --quiet $resume
            [ "$status" -eq "$2" ] || [ "$status" -eq 0 ] || break
            resume=--resume
            rounds=$((rounds + 1))
        done
        [ $rounds -le 1 ] || [ "$status" -ne 0 ] || break
        share=$(awk "BEGIN { print $share / 2 }")
    done
    check "train resumes to its end after SIG$1" [ -s "$3" ]
    check "in several parts ($rounds)" [ $rounds -gt 1 ]
    check "a training in parts gives the same model to the byte" cmp -s whole.onnx "$3"
    check "and leaves no checkpoint" [ ! -e "$3.checkpoint" ]
}

in_parts INT 3 parts.onnx
in_parts KILL 137 killed.onnx

finish
