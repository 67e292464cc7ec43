#!/bin/sh
# tools/check-layers on small trees, a good one and one for each fault that it must see.
root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
number=0

# A tree of three modules without a fault.
make_good_tree() {
    rm -rf "$tree/src"
    mkdir -p "$tree/src/base" "$tree/src/image" "$tree/src/net"
    printf "subdir('src/%s')\n" base image net >"$tree/meson.build"
    printf '#include <stdio.h>\n#include "septum.h"\n' >"$tree/src/base/a.c"
    printf '#include "base/a.h"\n#include <tiffio.h>\n' >"$tree/src/image/b.c"
    printf 'static int\nhelp(void)\n{\n}\n\nint\nspt_c_do(void)\n{\n}\n' \
        >"$tree/src/net/c.c"
}

# report NAME: one line of TAP from the status of the last command.
report() {
    if [ $? -eq 0 ]; then result=ok; else result='not ok'; fi
    number=$((number + 1))
    echo "$result $number - $1"
}

# refuses NAME FILE TEXT SENTENCE: with TEXT added to FILE the tree fails, for that reason.
refuses() {
    make_good_tree
    mkdir -p "$(dirname "$tree/src/$2")"
    printf "$3" >>"$tree/src/$2"
    said=$("$root/tools/check-layers" "$tree")
    [ $? -eq 1 ] && echo "$said" | grep -q "/src/$2.*$4"
    report "$1"
}

make_good_tree
"$root/tools/check-layers" "$tree" >&2
report 'accepts a tree that keeps to the order'
refuses 'refuses a module that uses a later one' \
    base/a.c '#include "net/c.h"\n' 'base/ uses net/, which comes after it'
refuses 'refuses the same in a header' \
    image/b.h '#  include "net/c.h"\n' 'image/ uses net/'
refuses 'refuses a header of no module' \
    net/c.c '#include "other/x.h"\n' 'names no module'
refuses 'refuses oneDNN outside of net' \
    image/b.c '#include "oneapi/dnnl/dnnl.h"\n' 'in net/ only'
refuses 'refuses libtiff outside of image' \
    net/c.c '#include <tiffio.h>\n' 'in image/ only'
refuses 'refuses a library whose module is not there' \
    net/c.c '#include <sqlite3.h>\n' 'in project/ only'
refuses 'refuses a shared function without a prefix' \
    net/c.c 'int\nhelp_all(void)\n{\n}\n' 'help_all() is seen by other files'
refuses 'refuses a folder that meson.build does not name' \
    stray/d.c 'int x;\n' 'stray is not among the modules'
echo "1..$number"
