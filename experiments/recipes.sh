# What the transfers are, and where their images lie; read by the scripts beside it.
#
# Real images are read from ../shared/data, which is not part of Septum.

# NAME                  SOURCE    TARGET     LABELLED WINDOWS POOL  TEST            EPOCHS
table='
isbi2012-vnc-5          isbi2012  vnc        0-4      all     5-13  14-19           6
isbi2012-vnc-1          isbi2012  vnc        0        all     5-13  14-19           6
isbi2012-vnc-20w        isbi2012  vnc        0-4      20      5-13  14-19           6
isbi2012-celegans-5     isbi2012  celegans   0-4      all     5-16  20-28           8
isbi2012-celegans-1     isbi2012  celegans   0        all     3-16  20-28           8
isbi2012-celegans-20w   isbi2012  celegans   0-4      20      5-16  20-28           8
spim-celegans-5         spim      celegans   0-4      all     5-16  20-28           8
spim-celegans-1         spim      celegans   0        all     3-16  20-28           8
spim-celegans-20w       spim      celegans   0-4      20      5-16  20-28           8
spim-confocal-5         spim      confocal   0-4      all     5-24  26,29,32,35,38  8
spim-confocal-1         spim      confocal   0        all     5-24  26,29,32,35,38  8
spim-confocal-20w       spim      confocal   0-4      20      5-24  26,29,32,35,38  8
paper                   spim-40   confocal   0-4      all     5-24  26,29,32,35,38  8
'

root=$(cd "$(dirname "$0")/.." && pwd)
output=$root/experiments/output
data=$root/../shared/data

septum() {
    "$root/build/septum" "$@"
}

# read_recipe NAME: sets name, source, target, labelled, windows, pool, test and epochs.
read_recipe() {
    row=$(echo "$table" | awk -v name="$1" '$1 == name')
    [ -n "$row" ] || {
        echo "$(basename "$0"): there is no $1; see experiments/transfer --list" >&2
        exit 2
    }
    read -r name source target labelled windows pool test epochs <<ROW
$row
ROW
}

# slices DIR FIRST LAST: its images or masks of these numbers.
slices() {
    seq -f "$1/%03g.png" "$2" "$3"
}

# Slices of the embryos under the light sheet: 50 to learn from, as in the paper, of five
# embryos with few to many cells, and 6 of two more to validate on. At the paper's scale
# (spim-40) 14 more are for validation, and 50 to test on.
#   SEED  SLICES CELLS WEAK MERGED GHOSTS
embryos='
    101   10     60    .8   .25    .3
    102   10     180   .8   .25    .3
    103   10     180   .5   .1     .1
    104   10     350   .8   .25    .5
    105   10     700   .7   .25    .3
    121   3      180   .8   .25    .3
    122   3      500   .8   .25    .3
    131   7      120   .8   .25    .3
    132   7      350   .8   .25    .4
    141   10     60    .8   .25    .3
    142   10     180   .8   .25    .3
    143   10     180   .5   .1     .1
    144   10     350   .8   .25    .5
    145   10     700   .7   .25    .3
'

# The light sheet's slices, a folder an embryo; those that are there stay.
simulate_spim() {
    mkdir -p "$output/data/spim"
    echo "$embryos" | while read -r seed slices cells weak merged ghosts; do
        [ -n "$seed" ] && [ ! -e "$output/data/spim/$seed/parameters.json" ] || continue
        septum simulate spim -o "$output/data/spim/$seed" --count $slices --size 301 \
            --seed $seed --cells $cells --weak $weak --merged $merged --ghosts $ghosts \
            --force
    done
}

# The middle 512 x 512 pixels of each vnc image, for comparisons of many trainings; netpbm
# (pngtopnm, pamcut, pnmtopng) cuts them out. All of them, or nothing.
cut_middles() { # DIR
    command -v pnmtopng >/dev/null || {
        echo "$(basename "$0"): cutting images out takes netpbm: apt install netpbm" >&2
        exit 1
    }
    rm -rf "$1.part"
    for kind in images labels; do
        mkdir -p "$1.part/$kind"
        for image in "$data/vnc/$kind"/*.png; do
            pngtopnm "$image" | pamcut -left 256 -top 256 -width 512 -height 512 |
                pnmtopng >"$1.part/$kind/$(basename "$image")"
        done
    done
    mv "$1.part" "$1"
}

# learn_spim EPOCHS VALIDATION...: the source model, from 50 slices of the light sheet.
learn_spim() {
    from=$output/data/spim epochs_of_source=$1
    shift
    simulate_spim
    septum train --images "$from"/10?/images --labels "$from"/10?/labels \
        --validate-images $(printf "$from/%s/images " "$@") \
        --validate-labels $(printf "$from/%s/labels " "$@") \
        -o "$output/$source.onnx" --epochs "$epochs_of_source" --resume
}

# The source model of a row, trained when it is missing: from 20 slices of isbi2012, or
# from 50 of the light sheet, which at the paper's scale are seen in 40 epochs and tested.
need_source() {
    mkdir -p "$output"
    [ ! -e "$output/$source.onnx" ] || return 0
    case $source in
    isbi2012)
        from=$data/isbi2012
        septum train --images $(slices "$from/images" 0 19) \
            --labels $(slices "$from/labels" 0 19) \
            --validate-images $(slices "$from/images" 20 23) \
            --validate-labels $(slices "$from/labels" 20 23) \
            -o "$output/$source.onnx" --resume
        ;;
    spim) learn_spim 6 121 122 ;;
    spim-40)
        learn_spim 40 121 122 131 132
        for embryo in 141 142 143 144 145; do
            septum segment -m "$output/$source.onnx" "$from/$embryo/images" \
                -o "$output/$source-test/$embryo" --force
        done
        septum score -m "$output/$source.onnx" --truth "$from"/14?/labels \
            --probability "$output/$source-test"/14? | tee "$output/$source-test.txt"
        ;;
    esac
}

# transfer DIR OPTION...: one experiment of the row that was read.
transfer() {
    to=$1
    shift
    need_source
    folder=$(folder_of "$target")
    [ "$windows" = all ] || set -- --labelled-windows "$windows" "$@"
    septum experiment -o "$to" --source "$output/$source.onnx" \
        --target-images "$folder/images" --target-labels "$folder/labels" \
        --labelled "$labelled" --pool "$pool" --test "$test" --epochs "$epochs" \
        --epoch-steps 150 --resume "$@"
}

# The model of isbi2012, for experiments that have no row.
need_isbi2012() {
    source=isbi2012
    need_source
}

# read_comparison celegans|vnc: sets images, pool, test and epochs of experiments that
# compare many trainings; false for any other name.
read_comparison() {
    case $1 in
    celegans) images=celegans pool=3-16 test=20-28 epochs=7 ;;
    vnc) images=vnc-middle pool=5-13 test=14-19 epochs=6 ;;
    *) return 1 ;;
    esac
}

# Where the images of a target lie.  The confocal microscope is simulated, with as many
# slices as the paper has; the others are real.
folder_of() {
    made=$output/data/$1
    mkdir -p "$output/data"
    case $1 in
    confocal)
        [ -e "$made/parameters.json" ] ||
            septum simulate confocal -o "$made" --count 40 --size 1024 --seed 2 --force
        ;;
    vnc-middle) [ -d "$made" ] || cut_middles "$made" ;;
    *) made=$data/$1 ;;
    esac
    echo "$made"
}
