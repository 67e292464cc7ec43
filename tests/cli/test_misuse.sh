#!/bin/sh
# A misuse is told in one sentence that names the help, with exit status 2.
. "$(dirname "$0")/tap.sh"

misused() { # TEXT ARGUMENT...
    text=$1
    shift
    septum "$@"
    check "septum $*" exited 2 "$text"
}

septum
check "no command at all is a misuse" [ "$status" -eq 2 ]
check "no command at all prints the commands on standard error" grep -q simulate "$err"

misused 'there is no command "nonsense"; see septum --help' nonsense
misused 'there is no option "--nonsense"; see septum --help' --nonsense
misused 'there is no command "nonsense"; see septum --help' help nonsense

misused 'there is no option --nonsense; see septum train --help' train --nonsense
misused 'there is no option --image; see' train --image a
misused 'there is no option -x; see' train -x
misused '--images SRC... is missing; see septum train --help' train
misused '--labels SRC... is missing' train --images a -o m
misused '--output MODEL is missing' train --images a --labels b
misused '--output wants a value, MODEL' train --images a --labels b -o
misused '--output wants a value, MODEL' train -o --force
misused '--output takes a text that is not empty' train -o ''
misused '--images wants at least one directory or file' train --images --labels b
misused '--images is given twice' train --images a --labels b --images c -o m
misused '--force takes no value, not "yes"' train --force=yes
misused '"d" is one argument too many' train --force d
misused '"--force" is one argument too many' train -- --force

valid='train --images a --labels b -o m'
misused '--epochs takes a number greater than 0, not "0"' $valid --epochs 0
misused '--epochs takes a number greater than 0, not "-1"' $valid --epochs -1
misused '--epochs takes a number greater than 0, not "nan"' $valid --epochs nan
misused '--epochs takes a number greater than 0, not "3x"' $valid --epochs=3x
misused '--seed takes a whole number from 0, not "-1"' $valid --seed -1
misused '--seed takes a whole number from 0, not "1.5"' $valid --seed 1.5
misused '--seed takes a whole number from 0, not "18446744073709551616"' \
    $valid --seed 18446744073709551616
misused '--threads takes a whole number from 1, not "0"' $valid --threads 0
misused '--threads takes a whole number from 1, not "99999999999"' \
    $valid --threads 99999999999
misused '--transfer takes a whole number from 1, or "all", not "some"' \
    $valid --from n --transfer some
misused '--form takes one of dense|patch, not "den"' $valid --form den
misused '--form takes one of dense|patch, not ""' $valid --form=
misused '--membrane-value takes a number, not "white"' $valid --membrane-value white
misused '--transfer needs --from MODEL' $valid --transfer 3
misused '--freeze needs --from MODEL' $valid --freeze
misused '--polarity needs --from MODEL' $valid --polarity inverse
misused '--pixel-size needs --from MODEL' $valid --pixel-size half
misused '--pixel-size half and --net exclude each other' \
    $valid --from n --net default --pixel-size half
misused '--validate-images needs --validate-labels' $valid --validate-images c
misused '--validate-labels needs --validate-images' $valid --validate-labels c

misused 'SRC is missing; see septum segment --help' segment -m m -o d
misused '--model MODEL is missing' segment -o d a
misused '--memory takes a number of bytes such as 500M or 2G, not "1T"' \
    segment -m m -o d a --memory 1T
misused '--memory takes a number of bytes' segment -m m -o d a --memory 1GB
misused '--memory takes a number of bytes' segment -m m -o d a --memory 0
misused '--memory takes a number of bytes' segment -m m -o d a --memory 99999999999999G

misused '--threshold takes a number from 0 to 1, not "1.5"' \
    score --truth a --probability b --threshold 1.5
misused '--probability SRC... is missing, or --cells SRC...' score --truth a

experiment='experiment -o d --target-images a --target-labels b --labelled 0 --pool 1
    --test 2'
misused 'a source is missing' $experiment
misused 'a source is missing' $experiment --source-images a
misused '--source and --source-images exclude each other' \
    $experiment --source m --source-images a
misused '--lambda takes a number up to 1, not 2' $experiment --source m --lambda 2
misused '--least-windows 3 is more than --windows 2' $experiment --source m --windows 2 \
    --least-windows 3
misused '--source-epochs needs --source-images' $experiment --source m --source-epochs 2
misused '--labelled RANGE is missing' experiment -o d --target-images a --target-labels b

misused 'there is no microscope "light", only spim and confocal' simulate light -o d
misused 'spim|confocal is missing' simulate -o d
misused '"confocal" is one argument too many' simulate spim confocal -o d
misused 'what to do is missing: info or export' model
misused 'there is no "model import"' model import m
misused 'MODEL is missing' model info
misused 'MODEL is missing' model export -o d.zip
misused '--output FILE.zip is missing' model export m
misused 'there is no option --filters' model export m -o d.zip --filters d.png
misused '--cite and --doi need each other' model export m -o d.zip --cite "A paper"
misused '--github needs --author NAME' model export m -o d.zip --github someone
misused '"a" is one argument too many' bench a

check "no misuse wrote anything" holds_no_file a b c d m n d.zip

finish
