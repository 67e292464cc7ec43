# What the transfers are, and where their images lie; read by the scripts beside it.
#
# Real images are read from ../shared/data, which is not part of Septum.

# NAME                  SOURCE    TARGET     LABELLED WINDOWS POOL  TEST   EPOCHS
table='
isbi2012-vnc-5          isbi2012  vnc        0-4      all     5-13  14-19  6
isbi2012-vnc-1          isbi2012  vnc        0        all     5-13  14-19  6
isbi2012-vnc-20w        isbi2012  vnc        0-4      20      5-13  14-19  6
isbi2012-celegans-5     isbi2012  celegans   0-4      all     5-16  20-28  8
isbi2012-celegans-1     isbi2012  celegans   0        all     3-16  20-28  8
isbi2012-celegans-20w   isbi2012  celegans   0-4      20      5-16  20-28  8
spim-celegans-5         spim      celegans   0-4      all     5-16  20-28  8
spim-celegans-1         spim      celegans   0        all     3-16  20-28  8
spim-celegans-20w       spim      celegans   0-4      20      5-16  20-28  8
spim-confocal-5         spim      confocal   0-4      all     5-24  25-39  8
spim-confocal-1         spim      confocal   0        all     5-24  25-39  8
spim-confocal-20w       spim      confocal   0-4      20      5-24  25-39  8
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

# Microscopes that are simulated, at the paper's scale; others are real.
folder_of() {
    case $1 in
    spim) made=$output/data/spim count=50 size=301 seed=1 ;;
    confocal) made=$output/data/confocal count=40 size=1024 seed=2 ;;
    *)
        echo "$data/$1"
        return
        ;;
    esac
    [ -e "$made/parameters.json" ] ||
        septum simulate "$1" -o "$made" --count $count --size $size --seed $seed --force
    echo "$made"
}
