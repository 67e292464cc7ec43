#!/bin/sh
# Help and version: on standard output, with status 0, and of every option.
. "$(dirname "$0")/tap.sh"

answers() { # only on standard output
    [ "$status" -eq 0 ] && [ -s "$out" ] && [ ! -s "$err" ]
}

mentions() {
    for word in "$@"; do
        grep -qF -e "$word" "$out" || { echo "# no $word"; return 1; }
    done
}

fits_the_screen() {
    [ "$(awk '{ if (length($0) > most) most = length($0) } END { print most + 0 }' \
        "$out")" -le 100 ]
}

septum --version
check "--version prints the version" grep -qx 'septum [0-9]*\.[0-9]*\.[0-9]*' "$out"
check "--version succeeds" answers

for ask in --help -h help; do
    septum $ask
    check "$ask succeeds" answers
    check "$ask lists the commands" mentions train segment score experiment simulate \
        model bench project next
done

explains() { # COMMAND OPTION...
    command=$1
    shift
    septum "$command" --help
    check "$command --help succeeds" answers
    check "$command --help begins with its usage" grep -q "^usage: septum $command" "$out"
    check "$command --help explains every option" mentions "$@"
    check "$command --help fits the screen" fits_the_screen
    cp "$out" "$work/first"
    septum help "$command"
    check "help $command says the same" cmp -s "$work/first" "$out"
    septum "$command" --no-such-option -h
    check "$command -h answers whatever else is wrong" cmp -s "$work/first" "$out"
}

explains train --images --labels -o --from --transfer --freeze --polarity --pixel-size \
    --validate-images \
    --validate-labels --net --epochs --minutes --seed --log --resume --force --preset \
    --form --threads --quiet --membrane-value --unlabelled-value --instances
explains segment -m -o --mask --uncertainty --cells --min-cell --cell-depth --tile --memory --average --force --threads \
    --quiet
explains score --truth --probability --cells --threshold -m --json --membrane-value \
    --unlabelled-value --instances
explains experiment -o --source --source-images --source-labels --target-images \
    --target-labels --labelled --labelled-windows --pool --test --strategies --seeds \
    --epochs --minutes --resume --preset --lambda --transfer --windows --epoch-steps \
    --source-epochs --polarity --pixel-size --force --threads --quiet
explains simulate spim confocal -o --count --size --seed --cells --weak --merged --ghosts \
    --force --quiet
explains model info export --filters --force --json -o --name --description --author --github \
    --license --cite --doi
explains project create add status export import relink --from --images --labels \
    --validation --who --seconds --membrane-value --unlabelled-value --instances -o \
    --force --json --quiet --pixel-size
explains next FILE -m -o --json --force --who --minutes --windows --least-windows \
    --lambda --threads --quiet
for subcommand in create add status export import relink; do
    septum project $subcommand --help
    check "project $subcommand --help explains it alone" \
        grep -q "^usage: septum project $subcommand FILE" "$out"
done
for subcommand in info export; do
    septum model $subcommand --help
    check "model $subcommand --help explains it alone" \
        grep -q "^usage: septum model $subcommand MODEL" "$out"
done
explains bench --json --net --tile --threads

finish
